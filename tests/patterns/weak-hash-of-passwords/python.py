# finds below
hashlib.md5(password.encode()).hexdigest()
hashlib.md5(content).hexdigest()
hashlib.sha256(password.encode())
