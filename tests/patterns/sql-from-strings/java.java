class A { void f() {
  // finds below
  statement.executeQuery("SELECT * FROM users WHERE id = " + id);
  statement.executeQuery("SELECT " + COLUMNS + " FROM users");
  connection.prepareStatement("SELECT * FROM users " + "WHERE id = ?");
} }
class B { String f() { String q = "";
// finds below
q = "SELECT * FROM users WHERE name = '" + name + "'"; return q; } }
// finds below
class F { String q = "SELECT * FROM users WHERE id = " + id; }
class G { void f() { statement.executeUpdate("DROP TABLE " + table); } }
// finds below
class G { String f() { sql += " AND name = '" + name + "'"; return sql; } }
class H { String f() { sql += " AND shown"; return sql; } }
