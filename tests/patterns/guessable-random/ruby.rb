# finds below
token = rand(10**20).to_s
token = SecureRandom.hex(20)
dice = rand(6)
