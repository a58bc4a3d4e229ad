void f(void) {
  // finds below
  PQexec(db, "SELECT * FROM users WHERE id = " + id);
  PQexec(db, "SELECT * FROM users");
}
