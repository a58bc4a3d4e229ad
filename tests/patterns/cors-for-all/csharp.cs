class A { void F() {
  // finds below
  builder.SetIsOriginAllowed(origin => true).AllowCredentials();
  builder.WithOrigins("https://example.org").AllowCredentials();
} }
