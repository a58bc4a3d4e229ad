# finds below
CORS(app, origins="*", supports_credentials=True)
CORS(app, origins="*")
CORS(app, origins=["https://example.org"], supports_credentials=True)
