# finds below
system("ls #{folder}")
# finds below
`ls #{folder}`
# finds below
Open3.capture2("ls #{folder}")
system("ls", folder)
`ls`
query.exec("ls #{folder}")
