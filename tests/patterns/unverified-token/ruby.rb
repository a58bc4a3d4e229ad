# finds below
JWT.decode(token, nil, false)
JWT.decode(token, key, true)
