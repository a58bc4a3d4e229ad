fun f() {
  // finds below
  db.rawQuery("SELECT * FROM users WHERE id = $id", null)
  // finds below
  db.execSQL("DELETE FROM users WHERE id = " + id)
  db.rawQuery("SELECT * FROM users WHERE id = ?", arrayOf(id))
}
// finds below
val q = "SELECT * FROM users WHERE name = '$name'"
// finds below
val s = "SELECT * FROM users WHERE id = " + id
