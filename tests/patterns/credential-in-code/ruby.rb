# finds below
password = "9f8e7d6c5b"
# finds below
connect(password: "9f8e7d6c5b")
password = ENV["PASSWORD"]
