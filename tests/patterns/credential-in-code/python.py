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
