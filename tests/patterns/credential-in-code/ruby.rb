# finds below
password = "9f8e7d6c5b"
# finds below
connect(password: "9f8e7d6c5b")
password = ENV["PASSWORD"]
# finds below
App::Application.config.secret_key_base = "2f1d90a26236c3245d96f5606c201a780dc9ca687e5ed82b45e211bb5dc84c1870f61ca9e002dad5dd8a149c9792d8f07f31a9575065cca064bd6af44f8750e4"
# finds below
KEY = "123456789101112123456789101112123456789101112"
# finds below
ACCESS_TOKEN_SALT = "S4828341189aefiasd#ASDF"
KEY = "settings_v2"
secret_key_base = "change_me_1234567890"
