class A { void f() {
  // finds below
  MessageDigest.getInstance("MD5");
  // finds below
  Cipher.getInstance("AES/ECB/PKCS5Padding");
  MessageDigest.getInstance("SHA-256");
  Calendar.getInstance("MD5");
} }
class B { String s = Sha512DigestUtils.shaHex(name); }
