class A {
  // finds below
  String host = "http://192.168.1.20/";
  String version = "10.2.1";
}
