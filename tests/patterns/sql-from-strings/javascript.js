// finds below
db.query("SELECT * FROM users WHERE id = " + id);
// finds below
await pool.execute(`DELETE FROM users WHERE name = '${req.body.name}'`);
db.query("SELECT * FROM users WHERE id = ?", [id]);
db.query(`SELECT * FROM users`);
list.query(`select ${name} of it`);
// finds below
var q = "SELECT * FROM users WHERE name = '" + name + "' AND password ='" + password + "';";
// finds below
q = "SELECT * FROM users WHERE id = " + id;
db.query(`SELECT * FROM ${table} WHERE id = ?`, [id]);
// finds below
where += ` AND name = '${name}'`;
label += ` and name = '${name}'`;
