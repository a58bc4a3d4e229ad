# finds below
token = "".join(random.choice(letters) for _ in range(20))
token = "".join(secrets.choice(letters) for _ in range(20))
colour = random.choice(colours)
