// finds below
serialize.unserialize(req.cookies.profile);
JSON.parse(req.body.a);
