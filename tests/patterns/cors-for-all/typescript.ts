// finds below
app.use(cors({ origin: true, credentials: true }));
app.use(cors({ origin: "*" }));
app.use(cors({ origin: "https://example.org", credentials: true }));
