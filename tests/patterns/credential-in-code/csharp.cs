class A {
  // finds below
  string password = "9f8e7d6c5b";
  string passwordHint = "9f8e7d6c5b";
}
