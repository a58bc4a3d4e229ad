package a
func f() {
	// finds below
	os.Open("files/" + r.FormValue("name"))
	os.Open(filepath.Base(r.FormValue("name")))
	os.Open(name)
}
