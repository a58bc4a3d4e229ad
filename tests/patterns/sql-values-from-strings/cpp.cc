void f(void) {
  // finds below
  PQexec(db, "SELECT * FROM users WHERE name = '" + id + "'");
  PQexec(db, "SELECT * FROM users");
}
