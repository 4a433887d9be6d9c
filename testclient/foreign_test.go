package testclient

import (
	"bufio"
	"crypto"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"countersign/pki"
	"countersign/pki/pkitest"
)

// foreign is what the servers of others are tried with. They judge by the
// machine's clock, so all of it is valid now.
type foreign struct {
	root     pki.Issuer
	dir      string // server.pem, server.key, root.pem, crl.pem
	client   tls.Certificate
	revoked  tls.Certificate
	expired  tls.Certificate
	early    tls.Certificate // not yet valid
	purpose  tls.Certificate // a server's
	stranger tls.Certificate // of another authority
	orphan   tls.Certificate // of issuing, which is not sent
	issuing  pki.Issuer      // below root
}

func newForeign(t *testing.T) foreign {
	t.Helper()
	f := foreign{root: pkitest.Root(t, "Acme Root"), dir: t.TempDir()}
	cert, key := pkitest.Server(t, f.root)
	f.write(t, "server.pem", pki.EncodeCertificates(cert))
	f.write(t, "root.pem", pki.EncodeCertificates(f.root.Certificate))
	f.write(t, "server.key", encodeKey(t, key))
	made := func(edit func(*x509.Certificate)) tls.Certificate {
		return pkitest.TLS(pkitest.Leaf(t, f.root, edit))
	}
	f.client = pkitest.TLS(pkitest.Client(t, f.root, "alice"))
	f.revoked = pkitest.TLS(pkitest.Client(t, f.root, "mallory"))
	f.stranger = pkitest.TLS(pkitest.Client(t, pkitest.Root(t, "Other Root"), "alice"))
	f.issuing = pkitest.Intermediate(t, f.root, "Acme Issuing")
	f.orphan = pkitest.TLS(pkitest.Client(t, f.issuing, "alice"))
	f.purpose = made(func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth} })
	f.expired = made(func(c *x509.Certificate) {
		c.NotBefore, c.NotAfter = time.Now().AddDate(0, 0, -9), time.Now().AddDate(0, 0, -2)
	})
	f.early = made(func(c *x509.Certificate) {
		c.NotBefore, c.NotAfter = time.Now().AddDate(0, 0, 2), time.Now().AddDate(0, 0, 9)
	})
	crl, err := x509.CreateRevocationList(rand.Reader, &x509.RevocationList{
		Number: big.NewInt(1), ThisUpdate: time.Now().Add(-time.Hour), NextUpdate: time.Now().Add(time.Hour),
		RevokedCertificateEntries: []x509.RevocationListEntry{{SerialNumber: f.revoked.Leaf.SerialNumber, RevocationTime: time.Now().Add(-time.Hour)}},
	}, f.root.Certificate, f.root.Key)
	if err != nil {
		t.Fatal(err)
	}
	f.write(t, "crl.pem", pem.EncodeToMemory(&pem.Block{Type: "X509 CRL", Bytes: crl}))
	return f
}

func encodeKey(t *testing.T, key crypto.Signer) []byte {
	t.Helper()
	data, err := pki.EncodeKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func (f foreign) write(t *testing.T, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(f.path(name), data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func (f foreign) path(name string) string { return filepath.Join(f.dir, name) }

// run starts a server of others until the test ends.
func run(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
}

// sServer starts openssl s_server and gives its address.
func (f foreign) sServer(t *testing.T, args ...string) string {
	t.Helper()
	openssl := pkitest.Need(t, "openssl")
	cmd := exec.Command(openssl, append([]string{"s_server", "-accept", "127.0.0.1:0", "-www",
		"-cert", f.path("server.pem"), "-key", f.path("server.key"), "-CAfile", f.path("root.pem")}, args...)...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	run(t, cmd)
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if address, ok := strings.CutPrefix(lines.Text(), "ACCEPT "); ok {
			go func() { // lest it block
				for lines.Scan() {
				}
			}()
			return address
		}
	}
	t.Fatal("openssl s_server did not start")
	return ""
}

// outcome is one certificate given to a server of others, and what is to come of it.
type outcome struct {
	name string
	cert *tls.Certificate
	code string // empty: let in
	row  int
}

func (f foreign) outcomes() []outcome {
	wrong := &tls.Certificate{Certificate: f.client.Certificate, PrivateKey: f.stranger.PrivateKey}
	return []outcome{
		{"good", &f.client, "", 0},
		{"none", nil, ClientCertificateMissing, 1},
		{"another authority's", &f.stranger, ClientAuthorityUnknown, 2},
		{"expired", &f.expired, ClientCertificateExpired, 7},
		{"not yet valid", &f.early, ClientCertificateNotYetValid, 7},
		{"purpose", &f.purpose, ClientCertificatePurpose, 8},
		{"intermediate not sent", &f.orphan, ClientIntermediateMissing, 4},
		{"another key", wrong, ClientKeyMismatch, 10},
	}
}

func (f foreign) try(t *testing.T, url string, cert *tls.Certificate, v uint16) Result {
	t.Helper()
	return Run(t.Context(), Try{URL: url, Certificate: cert, Roots: pkitest.Pool(f.root.Certificate),
		Known: []*x509.Certificate{f.issuing.Certificate, f.root.Certificate}, MinVersion: v, MaxVersion: v}, nil)
}

func (o outcome) check(t *testing.T, r Result) {
	t.Helper()
	if o.code == "" {
		if !r.OK() {
			t.Errorf("%+v", r.Diagnosis)
		}
		return
	}
	if d := r.Diagnosis; d == nil || d.Code != o.code || d.Row != o.row || d.Step != StepVerifyClient {
		t.Errorf("want %s, got %+v", o.code, d)
	}
	checkStates(t, r)
}

func TestOpenSSLServer(t *testing.T) {
	f := newForeign(t)
	address := f.sServer(t, "-Verify", "3", "-verify_return_error")
	for _, v := range versions {
		for _, o := range f.outcomes() {
			t.Run(versionName(v)+"/"+o.name, func(t *testing.T) {
				for range 5 {
					o.check(t, f.try(t, "https://"+address, o.cert, v))
				}
			})
		}
	}
	t.Run("revoked", func(t *testing.T) {
		address := f.sServer(t, "-Verify", "3", "-verify_return_error", "-CRL", f.path("crl.pem"), "-crl_check")
		for _, v := range versions {
			outcome{code: ClientCertificateRevoked, row: 25}.check(t, f.try(t, "https://"+address, &f.revoked, v))
			outcome{}.check(t, f.try(t, "https://"+address, &f.client, v))
		}
	})
	t.Run("row 20", func(t *testing.T) {
		r := f.try(t, "https://"+f.sServer(t, "-tls1_2"), nil, tls.VersionTLS13)
		if r.OK() || r.Diagnosis.Code != NoCommonVersion || r.Diagnosis.Step != StepServerCertificate {
			t.Errorf("%+v", r.Diagnosis)
		}
	})
	t.Run("no common cipher", func(t *testing.T) {
		r := f.try(t, "https://"+f.sServer(t, "-tls1_2", "-cipher", "DHE-RSA-AES128-SHA"), nil, tls.VersionTLS12)
		if r.OK() || r.Diagnosis.Code != NoCommonCipher || r.Diagnosis.Step != StepServerCertificate {
			t.Errorf("%+v", r.Diagnosis)
		}
	})
}

// nginx starts one that requires a certificate, and gives its address.
func (f foreign) nginx(t *testing.T) string {
	t.Helper()
	return f.nginxWith(t, fmt.Sprintf("ssl_client_certificate %s; ssl_verify_client on;", f.path("root.pem")))
}

// nginxWith starts one with these lines about clients.
func (f foreign) nginxWith(t *testing.T, lines string) string {
	t.Helper()
	nginx := pkitest.Need(t, "nginx")
	address := closedPort(t)
	if !strings.Contains(lines, "ssl_protocols") {
		lines += " ssl_protocols TLSv1.2 TLSv1.3;"
	}
	f.write(t, "nginx.conf", fmt.Appendf(nil, `
daemon off; master_process off; pid %[1]s/nginx.pid; error_log stderr crit;
events {}
http {
	access_log off;
	client_body_temp_path %[1]s/a; proxy_temp_path %[1]s/b; fastcgi_temp_path %[1]s/c; uwsgi_temp_path %[1]s/d; scgi_temp_path %[1]s/e;
	server {
		listen %[2]s ssl http2;
		ssl_certificate %[1]s/server.pem; ssl_certificate_key %[1]s/server.key;
		%[3]s
		location / { return 200 "hello from nginx"; }
	}
}`, f.dir, address, lines))
	run(t, exec.Command(nginx, "-p", f.dir, "-c", f.path("nginx.conf")))
	await(t, address)
	return address
}

// await waits until a server listens.
func await(t *testing.T, address string) {
	t.Helper()
	for range 500 {
		if c, err := net.Dial("tcp", address); err == nil {
			c.Close()
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("nothing listens at %s", address)
}

// TestNginx: it refuses with HTTP 400 after a good handshake, and says no more.
func TestNginx(t *testing.T) {
	f := newForeign(t)
	address := f.nginx(t)
	for _, v := range versions {
		for _, o := range f.outcomes() {
			t.Run(versionName(v)+"/"+o.name, func(t *testing.T) {
				r := f.try(t, "https://"+address, o.cert, v)
				o.check(t, r)
				if r.ALPN != "h2" && o.name != "another key" {
					t.Errorf("ALPN %q", r.ALPN)
				}
			})
		}
	}
	t.Run("row 19", func(t *testing.T) {
		if r := f.try(t, "http://"+address, nil, 0); r.OK() || r.Diagnosis.Code != ClientSpokeHTTP || r.Diagnosis.Row != 19 {
			t.Errorf("%+v", r.Diagnosis)
		}
	})
}

// TestGnuTLSServer: it refuses with the alert access_denied, whatever is wrong,
// and looks at no purpose.
func TestGnuTLSServer(t *testing.T) {
	serv := pkitest.Need(t, "gnutls-serv")
	f := newForeign(t)
	address := closedPort(t)
	_, port, _ := net.SplitHostPort(address)
	run(t, exec.Command(serv, "--http", "--port", port, "--x509certfile", f.path("server.pem"), "--x509keyfile", f.path("server.key"),
		"--x509cafile", f.path("root.pem"), "--require-client-cert", "--verify-client-cert"))
	await(t, address)
	for _, v := range versions {
		for _, o := range f.outcomes() {
			if o.code == ClientCertificatePurpose {
				o.code = ""
			}
			t.Run(versionName(v)+"/"+o.name, func(t *testing.T) { o.check(t, f.try(t, "https://"+address, o.cert, v)) })
		}
	}
}

// TestCurlReadsOurAlert: the true reason reaches a client that we did not
// write, each time, because the server lingers.
func TestCurlReadsOurAlert(t *testing.T) {
	pkitest.Need(t, "curl")
	f := newForeign(t)
	cert, err := tls.LoadX509KeyPair(f.path("server.pem"), f.path("server.key"))
	if err != nil {
		t.Fatal(err)
	}
	s := start(t, ServerConfig{Mode: ModeMTLS, Certificate: &cert, ClientCAs: []*x509.Certificate{f.root.Certificate}, Now: time.Now})
	f.write(t, "client.pem", append(pki.EncodeCertificates(f.client.Leaf), encodeKey(t, f.client.PrivateKey.(crypto.Signer))...))
	f.write(t, "stranger.pem", append(pki.EncodeCertificates(f.stranger.Leaf), encodeKey(t, f.stranger.PrivateKey.(crypto.Signer))...))
	args := []string{"--silent", "--show-error", "--cacert", f.path("root.pem"), s.URL() + "/hello"}
	if out := pkitest.Run(t, "curl", append(args, "--cert", f.path("client.pem"))...); out != "Hello, world!\n" {
		t.Errorf("let in: %q", out)
	}
	for range 30 {
		if out, err := pkitest.Try(t, "curl", args...); err == nil || !strings.Contains(out, "alert certificate required") {
			t.Fatalf("no certificate: %v %s", err, out)
		}
		if out, err := pkitest.Try(t, "curl", append(args, "--cert", f.path("stranger.pem"))...); err == nil || !strings.Contains(out, "unknown ca") {
			t.Fatalf("another authority's: %v %s", err, out)
		}
	}
	if out := pkitest.Run(t, "curl", "--silent", strings.Replace(s.URL(), "https", "http", 1)); !strings.Contains(out, "Client sent an HTTP request to an HTTPS server.") {
		t.Errorf("row 19: %q", out)
	}
}
