# finds below
hashlib.md5(password.encode()).hexdigest()
hashlib.md5(content).hexdigest()
hashlib.sha256(password.encode())
# finds below
same = stored == md5(password.encode("utf-8")).hexdigest()
md5(content)
other.md5(password)
