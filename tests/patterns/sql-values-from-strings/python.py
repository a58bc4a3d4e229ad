# finds below
cursor.execute("SELECT * FROM users WHERE name = '%s'" % name)
# finds below
cursor.execute(f"DELETE FROM users WHERE id = '{number}'")
connection.execute("SELECT {} FROM users".format(column))
cursor.execute("SELECT * FROM users WHERE name = %s", (name,))
cursor.execute("SELECT * FROM users")
task.execute("select a file: %s" % name and "")
