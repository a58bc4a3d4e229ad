package a
func f() {
	// finds below
	a := template.HTML(text)
	b := template.HTML("<br>")
	c := template.HTML(policy.Sanitize(text))
}
