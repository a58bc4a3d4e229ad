fun f() {
  // finds below
  val a = ObjectInputStream(stream).readObject()
  val b = ObjectOutputStream(stream)
}
