# finds below
subprocess.run(command, shell=True)
# finds below
subprocess.call(f"ls {folder}", shell=True)
# finds below
os.system("rm -r %s" % folder)
subprocess.run("ls -l", shell=True)
subprocess.run(["ls", folder])
os.system("clear")
