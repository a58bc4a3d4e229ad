fn f() {
    // finds below
    Client::builder().danger_accept_invalid_certs(true);
    Client::builder().danger_accept_invalid_certs(false);
    Client::builder().danger_accept_invalid_certs(insecure);
}
