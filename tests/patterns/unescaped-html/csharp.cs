class A { void F() {
  // finds below
  Html.Raw(text);
  Html.Raw("<br>");
} }
