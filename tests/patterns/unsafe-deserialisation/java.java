class A { void f() {
  // finds below
  Object a = new ObjectInputStream(stream).readObject();
  // finds below
  mapper.enableDefaultTyping();
  new ObjectOutputStream(stream);
} }
