fn f() {
    // finds below
    md5::compute(data);
    // finds below
    Sha1::new();
    Sha256::new();
}
