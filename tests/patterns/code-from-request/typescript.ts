// finds below
eval(req.body.preTax);
// finds below
new Function("x", req.query.body);
eval(text);
// finds below
vm.runInNewContext(`f(${req.body.x})`);
