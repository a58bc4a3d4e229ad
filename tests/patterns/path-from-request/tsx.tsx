// finds below
fs.readFile("files/" + req.params.name, done);
// finds below
res.sendFile(req.query.path);
fs.readFile(path.basename(req.params.name), done);
fs.readFile(name, done);
