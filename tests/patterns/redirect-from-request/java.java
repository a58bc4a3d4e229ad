class A {
  void a() {
    // finds below
    response.sendRedirect(request.getParameter("u"));
    response.sendRedirect("/a?" + request.getParameter("u"));
  }
}
