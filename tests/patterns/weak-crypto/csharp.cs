class A { void F() {
  // finds below
  MD5.Create();
  // finds below
  var a = new SHA1Managed();
  // finds below
  aes.Mode = CipherMode.ECB;
  SHA256.Create();
} }
