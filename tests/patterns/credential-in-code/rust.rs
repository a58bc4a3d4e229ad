// finds below
const API_KEY: &str = "9f8e7d6c5b";
const API_KEY_NAME: &str = "api-key-2";
