fn f() {
    // finds below
    Command::new("sh").arg("-c").arg(format!("ls {}", folder));
    Command::new("sh").arg("-c").arg("ls");
    Command::new("ls").arg(folder);
}
