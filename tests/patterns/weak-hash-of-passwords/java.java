class A { void f() {
  // finds below
  DigestUtils.md5Hex(password);
  DigestUtils.md5Hex(content);
  DigestUtils.sha256Hex(password);
} }
