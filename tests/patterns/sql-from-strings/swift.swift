// finds below
sqlite3_exec(db, "DELETE FROM users WHERE id = \(id)", nil, nil, nil)
sqlite3_exec(db, "DELETE FROM users", nil, nil, nil)
print("select \(name)")
