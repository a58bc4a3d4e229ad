// finds below
crypto.createCipher("des", key);
crypto.createCipheriv("aes-256-gcm", key, iv);
