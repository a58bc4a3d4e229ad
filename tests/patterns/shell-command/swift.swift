// finds below
task.arguments = ["-c", "ls \(folder)"]
task.arguments = ["-c", "ls"]
task.arguments = [folder]
