class A { void f() {
  // finds below
  new File(folder, request.getParameter("name"));
  new File(folder, name);
  new Money(request.getParameter("price"));
  // finds below
  new File("/data/" + request.getParameter("name"));
} }
