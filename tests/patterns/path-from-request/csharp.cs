class A { void F() {
  // finds below
  File.ReadAllText("files/" + Request.Query["name"]);
  File.ReadAllText(name);
} }
