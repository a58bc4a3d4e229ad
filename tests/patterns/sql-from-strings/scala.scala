object A {
  // finds below
  statement.executeQuery("SELECT * FROM users WHERE id = " + id)
  // finds below
  connection.prepareStatement(s"SELECT * FROM users WHERE id = $id")
  statement.executeQuery("SELECT * FROM users")
}
