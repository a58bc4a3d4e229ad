void f(void) {
  // finds below
  PQexec(db, "SELECT * FROM users WHERE name = '" + id + "'");
  PQexec(db, "SELECT * FROM users");
}
void g() {
  // finds below
  sprintf(q, "DELETE FROM users WHERE name = '%s'", name);
}
