fun f() {
  // finds below
  engine.eval(text)
  engine.eval("1 + 1")
}
