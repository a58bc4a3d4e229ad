// finds below
let host = "192.168.1.20"
let version = "10.2.1"
