fn f() {
    // finds below
    sqlx::query(&format!("SELECT * FROM users WHERE id = {}", id));
    sqlx::query("SELECT * FROM users WHERE id = $1");
}
