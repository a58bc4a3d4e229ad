package a
func f() {
	// finds below
	db.Query(fmt.Sprintf("SELECT * FROM users WHERE id = '%s'", id))
	// finds below
	db.ExecContext(ctx, "DELETE FROM users WHERE name = '" + id + "'")
	db.Query("SELECT * FROM users WHERE id = $1", id)
	db.Exec("DROP TABLE " + table)
	db.Exec(fmt.Sprintf("SET timeout = %d", seconds))
}
