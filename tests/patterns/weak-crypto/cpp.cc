void f(void) {
  // finds below
  MD5_Init(&context);
  // finds below
  EVP_EncryptInit(c, EVP_des_ecb(), key, iv);
  SHA256_Init(&context);
}
