class A { void F() {
  // finds below
  var a = new SqlCommand("SELECT * FROM Users WHERE name = '" + id + "'", connection);
  // finds below
  db.Users.FromSqlRaw($"SELECT * FROM Users WHERE Id = '{id}'");
  // finds below
  command.CommandText = "DELETE FROM Users WHERE name = '" + id + "'";
  var b = new SqlCommand("SELECT * FROM Users WHERE Id = @id", connection);
  db.Users.FromSqlInterpolated($"SELECT * FROM Users WHERE Id = '{id}'");
} }
// finds below
class B { string q = $"SELECT * FROM Users WHERE Name = '{name}'"; }
class C { string q = "SELECT * FROM Users WHERE Kind = '" + Kind + "'"; }
class D { string q = "SELECT * FROM Users WHERE Id = " + id; }
// finds below
class E { void F() { sql += " AND Name = '" + name + "'"; } }
class G { void F() { sql += " AND Shown"; } }
