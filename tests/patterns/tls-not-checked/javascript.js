// finds below
const agent = new https.Agent({ rejectUnauthorized: false });
// finds below
process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";
const good = new https.Agent({ rejectUnauthorized: true });
