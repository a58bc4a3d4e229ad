class A { void f() {
  // finds below
  JWT.require(Algorithm.none());
  JWT.require(Algorithm.HMAC256(key));
} }
