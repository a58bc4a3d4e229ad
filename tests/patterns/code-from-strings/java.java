class A { void f() {
  // finds below
  scriptEngine.eval(text);
  scriptEngine.eval("1 + 1");
  model.eval(text);
} }
