# finds below
HOST = "192.168.1.20"
# finds below
URL = "http://10.0.0.5:8080/api"
NETWORK = "10.0.0.0/8"
VERSION = "10.2"
EMULATED = "http://10.0.2.2:8000"
