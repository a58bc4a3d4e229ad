// finds below
db.query("SELECT * FROM users WHERE name = '" + id + "'");
// finds below
await pool.execute(`DELETE FROM users WHERE name = '${req.body.name}'`);
db.query("SELECT * FROM users WHERE id = ?", [id]);
db.query(`SELECT * FROM users`);
list.query(`select ${name} of it`);
db.query(`SELECT * FROM ${table}`);
// finds below
const q = `SELECT * FROM users WHERE name = '${name}'`;
const q = `DELETE FROM jobs WHERE at < '${Date.now()}'`;
const q = "SELECT * FROM users WHERE id = " + id;
// finds below
db.find({ $where: `this.userId == ${id}` });
// finds below
db.query("SELECT * FROM users WHERE id = " + req.query.id);
