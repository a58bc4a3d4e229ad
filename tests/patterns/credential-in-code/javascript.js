// finds below
const password = "9f8e7d6c5b";
// finds below
const settings = { apiKey: "9f8e7d6c5b" };
const label = { password: "Password" };
const secret = process.env.SECRET;
module.exports = {
  // finds below
  cookieSecret: "session_cookie_secret_key_here",
  // finds below
  cryptoKey: "a_secure_key_for_crypto_here",
  sessionKey: "sessionKey",
  jwtSecret: "your_own_long_secret_key",
  // finds below
  password: "adminXk29fGqLm77zPqq",
  token: "https://api.acme.io/v1/Token",
};
