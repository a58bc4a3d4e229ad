# finds below
DES.new(key)
AES.new(key, AES.MODE_GCM)
# finds below
AES.new(key, AES.MODE_ECB)
hashlib.md5(b"")
