object A {
  // finds below
  val a = Html(text)
  val b = Html("<br>")
}
