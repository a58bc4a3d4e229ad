package a

func a() {
	// finds below
	des.NewCipher(key)
	aes.NewCipher(key)
	md5.New()
}
