object A {
  // finds below
  statement.executeQuery("SELECT * FROM users WHERE name = '" + id + "'")
  // finds below
  connection.prepareStatement(s"SELECT * FROM users WHERE id = '$id'")
  statement.executeQuery("SELECT * FROM users")
}
// finds below
object B { val q = s"SELECT * FROM users WHERE name = '$name'" }
object C { val q = s"SELECT * FROM users WHERE kind = '$Kind'" }
object D { val q = "SELECT * FROM users WHERE id = " + id }
