fun f() {
  // finds below
  db.rawQuery("SELECT * FROM users WHERE id = '$id'", null)
  // finds below
  db.execSQL("DELETE FROM users WHERE name = '" + id + "'")
  db.rawQuery("SELECT * FROM users WHERE id = ?", arrayOf(id))
}
// finds below
val q = "SELECT * FROM users WHERE name = '$name'"
val r = "SELECT * FROM users WHERE kind = '$KIND'"
val s = "SELECT * FROM users WHERE id = " + id
