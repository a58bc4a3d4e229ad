class A {
  void a() {
    // finds below
    Cipher.getInstance("DES");
    Cipher.getInstance("AES/GCM/NoPadding");
  }
}
