class A { void f() {
  // finds below
  statement.executeQuery("SELECT * FROM users WHERE name = '" + id + "'");
  statement.executeQuery("SELECT " + COLUMNS + " FROM users");
  statement.executeQuery("SELECT * FROM " + table);
  connection.prepareStatement("SELECT * FROM users " + "WHERE id = ?");
} }
class B { String f() { String q = "";
// finds below
q = "SELECT * FROM users WHERE name = '" + name + "'"; return q; } }
// finds below
class C { String q = String.format("SELECT * FROM users WHERE name = '%s'", name); }
class D { String q = "DELETE FROM jobs WHERE at < '" + System.currentTimeMillis() + "'"; }
class E { String q = "SELECT * FROM users WHERE kind = '" + KIND + "'"; }
class F { String q = "SELECT * FROM users WHERE id = " + id; }
// finds below
class G { String f() { sql += " AND name = '" + name + "'"; return sql; } }
class H { String f() { sql += " AND shown"; return sql; } }
