// finds below
let apiKey = "9f8e7d6c5b"
let name = "9f8e7d6c5b"
