void f(void) {
  // finds below
  PQexec(db, "SELECT * FROM users WHERE id = " + id);
  PQexec(db, "SELECT * FROM users");
}
void g() {
  // finds below
  sprintf(q, "DELETE FROM users WHERE name = '%s'", name);
}
