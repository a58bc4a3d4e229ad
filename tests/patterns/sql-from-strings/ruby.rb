# finds below
User.where("name = '#{params[:name]}'")
# finds below
connection.execute("DELETE FROM users WHERE id = #{id}")
User.where("name = ?", name)
User.where("#{table_name}.id = 1")
# finds below
q = "SELECT * FROM users WHERE name = '#{name}'"
# finds below
q = "SELECT * FROM users WHERE id = #{number}"
# finds below
sql += " AND name = '#{name}'"
label += " and name = '#{name}'"
