class A {
  // finds below
  string host = "192.168.1.20";
  string version = "10.2.1";
}
class Emulated {
  string host = "http://10.0.2.2:11632/";
}
