package a
func f() {
	// finds below
	parser.ParseUnverified(token, claims)
	parser.ParseWithClaims(token, claims, key)
}
