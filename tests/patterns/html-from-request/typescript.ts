// finds below
res.send("<b>" + req.query.name + "</b>");
// finds below
res.send(`<p>${req.query.name}</p>`);
res.send("<b>" + escape(req.query.name));
res.send("id " + req.query.id);
