# finds below
password = "9f8e7d6c5b"
# finds below
connect(password="9f8e7d6c5b")
# finds below
settings = {"api_key": "9f8e7d6c5b"}
password = "changeme1"
password = os.environ["PASSWORD"]
password_field = "9f8e7d6c5b"
password = "Type your password"
# finds below
SECRET_KEY = 'lr66%-a!$km5ed@n5ug!tya5bv!0(yqwa1tn!q%0%3m2nh%oml'
SECRET_KEY = "%s/v1:%d,(%s)=!*" % parts
TOKEN_PATH = token = "/run/secrets/Token1/and/so/on/Value"
