// finds below
const HOST: &str = "192.168.1.20";
const VERSION: &str = "10.2.1";
