class A { void f() {
  // finds below
  int token = new Random().nextInt();
  byte[] salt = new SecureRandom().generateSeed(16);
  int dice = new Random().nextInt(6);
} }
