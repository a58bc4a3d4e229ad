class A { void F() {
  // finds below
  MD5.HashData(Encoding.UTF8.GetBytes(password));
  MD5.HashData(content);
  SHA256.HashData(Encoding.UTF8.GetBytes(password));
} }
