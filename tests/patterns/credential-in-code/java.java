class A {
  // finds below
  private static final String PASSWORD = "9f8e7d6c5b";
  private static final String PASSWORD_KEY = "user.password.2";
  String password = settings.get("password");
}
