class A {
  @GetMapping("/orders")
  @PreAuthorize("hasRole('USER')")
  String orders() { return ""; }

  // finds below
  @GetMapping("/invoices")
  String invoices() { return ""; }

  String total() { return ""; }
}
