package a
// finds below
const apiKey = "9f8e7d6c5b"
const apiKeyHeader = "X-Api-Key-2"
func f() {
	// finds below
	password := "9f8e7d6c5b"
	secret := os.Getenv("SECRET")
}
