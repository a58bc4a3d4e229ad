class A {
  // finds below
  override fun checkServerTrusted(chain: Array<X509Certificate>, kind: String) { }

  fun f() {
    // finds below
    builder.hostnameVerifier { _, _ -> true }
    builder.hostnameVerifier { host, _ -> host in known }
  }
}
