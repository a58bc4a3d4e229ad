package a
func f() {
	// finds below
	md5.New()
	// finds below
	des.NewCipher(key)
	sha256.New()
}
