// finds below
db.query("SELECT * FROM users WHERE name = '" + id + "'");
// finds below
await pool.execute(`DELETE FROM users WHERE name = '${req.body.name}'`);
db.query("SELECT * FROM users WHERE id = ?", [id]);
db.query(`SELECT * FROM users`);
list.query(`select ${name} of it`);
db.query(`SELECT * FROM ${table}`);
// finds below
var q = "SELECT * FROM users WHERE name = '" + name + "' AND password ='" + password + "';";
// finds below
q = `DELETE FROM users WHERE name = '${name}'`;
q = `DELETE FROM jobs WHERE at < '${Date.now()}'`;
q = `SELECT * FROM users WHERE id = $${i}`;
q = "SELECT * FROM users WHERE id = " + id;
// finds below
where += ` AND name = '${name}'`;
label += ` and name = '${name}'`;
// finds below
db.find({ $where: `this.userId == ${id}` });
// finds below
db.query("SELECT * FROM users WHERE id = " + req.query.id);
