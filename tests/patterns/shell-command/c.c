void f(void) {
  // finds below
  system(command);
  // finds below
  popen(command, "r");
  system("clear");
  system(CLEAR_SCREEN);
}
