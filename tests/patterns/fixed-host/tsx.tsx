// finds below
const host = "192.168.1.20";
const version = "10.2.1";
