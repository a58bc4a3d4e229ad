// finds below
const password = "9f8e7d6c5b";
// finds below
const settings = { apiKey: "9f8e7d6c5b" };
const label = { password: "Password" };
const secret = process.env.SECRET;
