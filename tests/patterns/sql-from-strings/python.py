# finds below
cursor.execute("SELECT * FROM users WHERE name = '%s'" % name)
# finds below
cursor.execute(f"DELETE FROM users WHERE id = {number}")
connection.execute("SELECT {} FROM users".format(column))
cursor.execute(f"DROP TABLE {table}")
cursor.execute("SELECT * FROM " + table + " WHERE id = %s", (x,))
cursor.execute("SELECT * FROM users WHERE name = %s", (name,))
cursor.execute("SELECT * FROM users")
task.execute("select a file: %s" % name and "")
# finds below
q = ("INSERT INTO students (name) "
     "VALUES ('%(name)s')" % {"name": name})
# finds below
query = "SELECT * FROM users WHERE id = " + number
query = f"SELECT * FROM users WHERE id IN ({placeholders})"
query = "SELECT * FROM users WHERE id = %s " + order
# finds below
query += " AND name = '" + name + "'"
query += " AND shown"
label += " and name = '" + name + "'"
