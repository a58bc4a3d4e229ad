class A { void f() {
  // finds below
  statement.executeQuery("SELECT * FROM users WHERE name = '" + id + "'");
  statement.executeQuery("SELECT " + COLUMNS + " FROM users");
  statement.executeQuery("SELECT * FROM " + table);
  connection.prepareStatement("SELECT * FROM users " + "WHERE id = ?");
} }
