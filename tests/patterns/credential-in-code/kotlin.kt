class A {
  // finds below
  val apiKey = "9f8e7d6c5b"
  val apiKeyName = "9f8e7d6c5b"
}
