// finds below
#define PASSWORD "9f8e7d6c5b"
void f(void) {
  // finds below
  char token[] = "9f8e7d6c5b";
  const char name[] = "9f8e7d6c5b";
}
