object A {
  // finds below
  val host = "192.168.1.20"
  val version = "10.2.1"
}
