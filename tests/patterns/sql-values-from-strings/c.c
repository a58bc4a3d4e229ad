void f(void) {
  // finds below
  PQexec(db, "SELECT * FROM users WHERE name = '" + id + "'");
  PQexec(db, "SELECT * FROM users");
}
void g(void) {
  // finds below
  snprintf(q, n, "SELECT * FROM users WHERE name = '%s'", name);
}
void h(void) { snprintf(q, n, "SELECT * FROM users WHERE id = %d", id); }
