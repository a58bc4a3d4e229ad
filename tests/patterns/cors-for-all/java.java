class A {
  // finds below
  @CrossOrigin(origins = "*", allowCredentials = "true")
  void f() {}
  @CrossOrigin(origins = "https://example.org", allowCredentials = "true")
  void g() {}
}
