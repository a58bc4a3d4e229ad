void f(void) {
  // finds below
  strcpy(target, source);
  // finds below
  sprintf(target, "%s.txt", name);
  strcpy(target, "fixed");
  sprintf(target, "%d", number);
  snprintf(target, size, "%s", name);
}
