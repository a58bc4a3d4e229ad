package a
func f() {
	// finds below
	a := &tls.Config{InsecureSkipVerify: true}
	// finds below
	config.InsecureSkipVerify = true
	b := &tls.Config{InsecureSkipVerify: false}
	c := &tls.Config{InsecureSkipVerify: insecure}
}
