void f(void) {
  // finds below
  token = rand();
  dice = rand();
  salt = secure_bytes();
}
