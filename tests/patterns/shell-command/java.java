class A { void f() {
  // finds below
  Runtime.getRuntime().exec("ls " + folder);
  // finds below
  new ProcessBuilder("sh", "-c", command);
  Runtime.getRuntime().exec("ls -l");
  new ProcessBuilder("ls", folder);
} }
