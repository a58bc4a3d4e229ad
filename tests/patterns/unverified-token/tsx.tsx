// finds below
jwt.verify(token, key, { algorithms: ["none"] });
jwt.verify(token, key, { algorithms: ["RS256"] });
