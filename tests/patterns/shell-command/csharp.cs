class A { void F() {
  // finds below
  Process.Start("cmd.exe", "/c dir " + folder);
  // finds below
  var a = new ProcessStartInfo("/bin/sh", $"-c \"ls {folder}\"");
  Process.Start("explorer.exe", folder);
} }
