class A {
  // finds below
  def checkServerTrusted(chain: Array[X509Certificate], kind: String): Unit = {}
}
class B {
  def checkServerTrusted(chain: Array[X509Certificate], kind: String): Unit = { delegate.check(chain) }
}
