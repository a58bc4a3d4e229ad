# finds below
jwt.decode(token, options={"verify_signature": False})
jwt.decode(token, key, algorithms=["RS256"])
