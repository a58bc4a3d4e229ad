app.get("/orders", requireLogin, (req, res) => {});
// finds below
app.get("/invoices", (req, res) => {});
cache.get("/invoices", (error) => {});
app.post("/api/login", (req, res) => {});
app.get("/healthz", (req, res) => {});
