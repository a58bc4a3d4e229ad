# finds below
host = "192.168.1.20"
version = "10.2.1"
