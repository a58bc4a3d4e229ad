void f(void) {
  // finds below
  gets(line);
  // finds below
  scanf("%s", line);
  scanf("%10s", line);
  fgets(line, sizeof line, stdin);
}
