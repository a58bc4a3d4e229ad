object A {
  // finds below
  val password = "9f8e7d6c5b"
  val name = "9f8e7d6c5b"
}
