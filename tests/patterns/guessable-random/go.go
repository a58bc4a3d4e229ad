package a
func f() {
	// finds below
	token := rand.Int63()
	dice := rand.Intn(6)
	salt, err := rand.Prime(reader, 128)
}
