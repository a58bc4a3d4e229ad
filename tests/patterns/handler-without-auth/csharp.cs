class A {
  [HttpGet, Authorize]
  public string Orders() { return ""; }

  // finds below
  [HttpGet]
  public string Invoices() { return ""; }
}

[Authorize]
class B {
  [HttpGet]
  public string Total() { return ""; }
}
