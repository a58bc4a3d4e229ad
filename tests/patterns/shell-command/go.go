package a
func f() {
	// finds below
	exec.Command("sh", "-c", "ls " + folder)
	// finds below
	exec.CommandContext(ctx, "bash", "-c", fmt.Sprintf("ls %s", folder))
	exec.Command("sh", "-c", "ls")
	exec.Command("ls", folder)
}
