fun f() {
  // finds below
  MessageDigest.getInstance("SHA-1")
  // finds below
  Cipher.getInstance("DES/CBC/PKCS5Padding")
  MessageDigest.getInstance("SHA-256")
}
