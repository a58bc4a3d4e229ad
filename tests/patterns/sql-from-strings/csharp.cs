class A { void F() {
  // finds below
  var a = new SqlCommand("SELECT * FROM Users WHERE Id = " + id, connection);
  // finds below
  db.Users.FromSqlRaw($"SELECT * FROM Users WHERE Id = {id}");
  // finds below
  command.CommandText = "DELETE FROM Users WHERE Id = " + id;
  var b = new SqlCommand("SELECT * FROM Users WHERE Id = @id", connection);
  db.Users.FromSqlInterpolated($"SELECT * FROM Users WHERE Id = {id}");
} }
// finds below
class B { string q = $"SELECT * FROM Users WHERE Name = '{name}'"; }
// finds below
class D { string q = "SELECT * FROM Users WHERE Id = " + id; }
// finds below
class E { void F() { sql += " AND Name = '" + name + "'"; } }
class G { void F() { sql += " AND Shown"; } }
