# finds below
cursor.execute("SELECT * FROM users WHERE name = '%s'" % name)
# finds below
cursor.execute(f"DELETE FROM users WHERE id = '{number}'")
connection.execute("SELECT {} FROM users".format(column))
cursor.execute("SELECT * FROM users WHERE name = %s", (name,))
cursor.execute("SELECT * FROM users")
task.execute("select a file: %s" % name and "")
# finds below
q = ("INSERT INTO students (name) "
     "VALUES ('%(name)s')" % {"name": name})
# finds below
query = f"SELECT * FROM users WHERE name = '{name}'"
# finds below
query = "SELECT * FROM users WHERE name = '" + name + "' AND x"
stamp = f"DELETE FROM jobs WHERE at < '{datetime.now()}'"
query = "SELECT * FROM users WHERE name = '" + escape(name) + "'"
query = "SELECT * FROM users WHERE kind = '" + KIND + "'"
label = f"Selected '{name}' from the list"
query = "SELECT * FROM users WHERE id = " + number
# finds below
query += " AND name = '" + name + "'"
query += " AND shown"
label += " and name = '" + name + "'"
# finds below
cursor.execute("SELECT * FROM users WHERE name = '" + name + "'")
# finds below
cursor.execute(f"SELECT * FROM users WHERE id = {request.args['id']}")
