class A {
  @GetMapping("/orders")
  @PreAuthorize("hasRole('USER')")
  fun orders() = ""

  // finds below
  @GetMapping("/invoices")
  fun invoices() = ""

  fun total() = ""
}
