fn f() {
    // finds below
    validation.insecure_disable_signature_validation();
    validation.set_audience(&["me"]);
}
