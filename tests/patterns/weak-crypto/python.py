# finds below
hashlib.md5(data)
# finds below
DES.new(key)
# finds below
AES.new(key, AES.MODE_ECB)
hashlib.md5(data, usedforsecurity=False)
hashlib.sha256(data)
