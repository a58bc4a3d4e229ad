// finds below
serialize.unserialize(data);
JSON.parse(data);
