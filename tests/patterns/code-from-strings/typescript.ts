// finds below
eval(text);
// finds below
new Function("a", body);
eval("1 + 1");
page.eval(text);
