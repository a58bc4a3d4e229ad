class A { void f() {
  // finds below
  statement.executeQuery("SELECT * FROM users WHERE id = " + id);
  statement.executeQuery("SELECT " + COLUMNS + " FROM users");
  connection.prepareStatement("SELECT * FROM users " + "WHERE id = ?");
} }
