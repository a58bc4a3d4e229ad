class A { void F() {
  // finds below
  var a = new BinaryFormatter().Deserialize(stream);
  // finds below
  settings.TypeNameHandling = TypeNameHandling.All;
  settings.TypeNameHandling = TypeNameHandling.None;
} }
