package a
func f() {
	// finds below
	md5.Sum([]byte(password))
	md5.Sum(content)
	sha256.Sum256([]byte(password))
}
