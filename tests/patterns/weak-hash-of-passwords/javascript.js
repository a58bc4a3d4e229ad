// finds below
md5(password);
// finds below
crypto.createHash("md5").update(user.password).digest("hex");
crypto.createHash("sha256").update(password);
md5(content);
