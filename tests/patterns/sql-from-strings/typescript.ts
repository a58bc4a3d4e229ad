// finds below
db.query("SELECT * FROM users WHERE id = " + id);
// finds below
await pool.execute(`DELETE FROM users WHERE name = '${req.body.name}'`);
db.query("SELECT * FROM users WHERE id = ?", [id]);
db.query(`SELECT * FROM users`);
list.query(`select ${name} of it`);
// finds below
const q: string = "SELECT * FROM users WHERE name = '" + name + "'";
// finds below
const q = "SELECT * FROM users WHERE id = " + id;
