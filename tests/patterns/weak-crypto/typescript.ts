// finds below
crypto.createHash("md5");
// finds below
crypto.createCipheriv("des-ede3", key, iv);
crypto.createHash("sha256");
crypto.createCipheriv("aes-256-gcm", key, iv);
