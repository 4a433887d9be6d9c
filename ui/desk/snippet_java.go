package desk

// javaTemplate is a single-file program: java Request.java (JEP 330). Java's
// own protections against one that trusts everybody make the manager extended.
var javaTemplate = snippetTemplate("java", `import java.io.FileInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
{{- if .Secure}}
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
{{- end}}
import java.time.Duration;
{{- if .Secure}}
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
{{- end}}

class Request {
    public static void main(String[] args) throws Exception {
{{- if .Secure}}
        KeyManager[] keys = null;
{{- if .P12}}
        char[] password = System.getenv("PASSWORD").toCharArray();
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(new FileInputStream({{q .P12}}), password);
        KeyManagerFactory keyFactory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keyFactory.init(store, password);
        keys = keyFactory.getKeyManagers();
{{- end}}
        TrustManager[] trusted = null;
{{- if .Insecure}}
        trusted = new TrustManager[] {new Anyone()};
{{- else if .Roots}}
        KeyStore roots = KeyStore.getInstance("PKCS12");
        roots.load(null, null);
        CertificateFactory certificates = CertificateFactory.getInstance("X.509");
        for (String file : new String[] { {{- range $n, $r := .Roots}}{{if $n}}, {{end}}{{q $r}}{{end -}} }) {
            roots.setCertificateEntry(file, certificates.generateCertificate(new FileInputStream(file)));
        }
        TrustManagerFactory trustFactory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trustFactory.init(roots);
        trusted = trustFactory.getTrustManagers();
{{- end}}
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys, trusted, null);
{{- with .JavaVersions}}
        SSLParameters parameters = new SSLParameters();
        parameters.setProtocols(new String[] { {{- . -}} });
{{- end}}
{{- end}}
        HttpClient client = HttpClient.newBuilder()
{{- if .Secure}}
            .sslContext(context)
{{- if .JavaVersions}}
            .sslParameters(parameters)
{{- end}}
{{- end}}
{{- if or .OneProtocol (not .Secure)}}
            .version(HttpClient.Version.HTTP_1_1)
{{- end}}
{{- if .Redirects}}
            .followRedirects(HttpClient.Redirect.ALWAYS)
{{- end}}
            .build();
        HttpRequest request = HttpRequest.newBuilder(URI.create({{q .URL}}))
            .method({{q .Method}}, HttpRequest.BodyPublishers.{{if .BodyFile}}ofFile(java.nio.file.Path.of({{q .BodyFile}})){{else if .Body}}ofString({{q .Body}}){{else}}noBody(){{end}})
{{- range .Headers}}
            .header({{q (index . 0)}}, {{q (index . 1)}})
{{- end}}
{{- if .User}}
            .header("Authorization", "Basic " + java.util.Base64.getEncoder().encodeToString(({{q .User}} + System.getenv("SERVER_PASSWORD")).getBytes("UTF-8")))
{{- end}}
{{- with .Seconds}}
            .timeout(Duration.ofSeconds({{.}}))
{{- end}}
            .build();
        HttpResponse<byte[]> response = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
        System.err.println(response.statusCode());
        System.out.write(response.body());
        System.out.flush();
    }
{{- if and .Secure .Insecure}}

    // Anyone may answer in the server's place.
    static class Anyone extends X509ExtendedTrustManager {
        public void checkClientTrusted(X509Certificate[] chain, String type) {}
        public void checkServerTrusted(X509Certificate[] chain, String type) {}
        public void checkClientTrusted(X509Certificate[] chain, String type, java.net.Socket socket) {}
        public void checkServerTrusted(X509Certificate[] chain, String type, java.net.Socket socket) {}
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}
        public X509Certificate[] getAcceptedIssuers() { return new X509Certificate[0]; }
    }
{{- end}}
}
`, inUTF16)
