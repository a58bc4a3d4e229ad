app.get("/orders", requireLogin, (req, res) => {});
// finds below
app.get("/invoices", (req, res) => {});
cache.get("/invoices", (error) => {});
