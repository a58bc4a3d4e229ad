object A {
  // finds below
  MessageDigest.getInstance("MD5")
  MessageDigest.getInstance("SHA-256")
}
