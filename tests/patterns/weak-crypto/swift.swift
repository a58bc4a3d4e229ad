// finds below
Insecure.MD5.hash(data: data)
// finds below
CC_SHA1(data, length, out)
SHA256.hash(data: data)
