// finds below
const char *host = "192.168.1.20";
const char *version = "10.2.1";
