class A { void F() {
  // finds below
  var token = new Random().Next();
  var dice = new Random().Next(6);
  var salt = RandomNumberGenerator.GetBytes(16);
} }
