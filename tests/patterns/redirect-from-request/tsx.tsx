// finds below
res.redirect(req.query.url);
res.redirect("/users/" + req.params.id);
// finds below
res.redirect(302, req.query.url);
res.redirect("/");
