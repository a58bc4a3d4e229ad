import org.apache.hc.client5.http.ssl.NoopHostnameVerifier;
import static org.apache.hc.client5.http.ssl.NoopHostnameVerifier.INSTANCE;
class A {
  // finds below
  public void checkServerTrusted(X509Certificate[] chain, String kind) { }
  void f() {
    // finds below
    builder.hostnameVerifier((host, session) -> true);
    // finds below
    builder.setSSLHostnameVerifier(NoopHostnameVerifier.INSTANCE);
    builder.hostnameVerifier((host, session) -> known.contains(host));
  }
}
class B {
  public void checkServerTrusted(X509Certificate[] chain, String kind) { delegate.check(chain, kind); }
}
