void f(void) {
  // finds below
  printf(line);
  // finds below
  fprintf(stderr, line);
  printf("%s", line);
  printf(USAGE);
}
