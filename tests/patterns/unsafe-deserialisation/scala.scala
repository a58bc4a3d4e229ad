object A {
  // finds below
  val a = new ObjectInputStream(stream)
  val b = new ObjectOutputStream(stream)
}
