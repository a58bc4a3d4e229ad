package a
func f() {
	// finds below
	db.Query(fmt.Sprintf("SELECT * FROM users WHERE id = '%s'", id))
	// finds below
	db.ExecContext(ctx, "DELETE FROM users WHERE id = " + id)
	db.Query("SELECT * FROM users WHERE id = $1", id)
	db.Exec(fmt.Sprintf("SET timeout = %d", seconds))
}
// finds below
var q = fmt.Sprintf("SELECT * FROM users WHERE name = '%s'", name)
// finds below
var t = "SELECT * FROM users WHERE id = " + id
func g() { db.Exec(fmt.Sprintf("DROP DATABASE `%s`", name)) }
func h() {
	// finds below
	query += " AND name = '" + name + "'"
	query += " AND shown"
}
