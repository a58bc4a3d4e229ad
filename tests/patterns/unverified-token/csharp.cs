class A { void F() {
  // finds below
  parameters.ValidateIssuerSigningKey = false;
  parameters.ValidateIssuerSigningKey = true;
} }
