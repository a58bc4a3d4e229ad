fn f() {
    // finds below
    sqlx::query(&format!("SELECT * FROM users WHERE id = {}", id));
    sqlx::query("SELECT * FROM users WHERE id = $1");
}
fn g() {
    // finds below
    let q = format!("SELECT * FROM users WHERE name = '{}'", name);
}
fn h() {
    // finds below
    let q = format!("SELECT * FROM users WHERE id = {number}");
}
