fun f() {
  // finds below
  Runtime.getRuntime().exec("ls $folder")
  Runtime.getRuntime().exec("ls -l")
  Runtime.getRuntime().exec(arrayOf("ls", folder))
}
