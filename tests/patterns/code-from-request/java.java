class A {
  void a() {
    // finds below
    engine.eval(request.getParameter("x"));
    engine.eval("1 + 1");
  }
}
