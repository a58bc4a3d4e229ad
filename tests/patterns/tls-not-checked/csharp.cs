class A { void F() {
  // finds below
  handler.ServerCertificateCustomValidationCallback = (a, b, c, d) => true;
  // finds below
  handler.X = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator;
  handler.ServerCertificateCustomValidationCallback = (a, b, c, d) => d == SslPolicyErrors.None;
} }
