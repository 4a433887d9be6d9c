package testclient

import (
	"bytes"
	"crypto"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"net"
	"os/exec"
	"strings"
	"testing"

	"countersign/pki"
	"countersign/pki/pkitest"
)

// clients are two of different organisations, as a workshop makes them, with a
// server that lets in both and speaks plain HTTP too.
type clients struct {
	foreign
	a, b tls.Certificate
	s    *Server
}

func newClients(t *testing.T, edit func(*ServerConfig)) clients {
	t.Helper()
	c := clients{foreign: newForeign(t)}
	made := func(name, o, ou string) tls.Certificate {
		cert := pkitest.TLS(pkitest.Leaf(t, c.root, func(x *x509.Certificate) {
			x.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
			x.Subject = pkix.Name{Country: []string{"TW"}, Province: []string{"Taiwan"}, Locality: []string{"Taipei"},
				Organization: []string{o}, OrganizationalUnit: []string{ou}, CommonName: name}
		}))
		c.write(t, name+".pem", pki.EncodeCertificates(cert.Leaf))
		c.write(t, name+".key", encodeKey(t, cert.PrivateKey.(crypto.Signer)))
		return cert
	}
	c.a, c.b = made("client-a", "Acme", "Sales"), made("client-b", "Bolt", "Depot")
	pair, err := tls.LoadX509KeyPair(c.path("server.pem"), c.path("server.key"))
	if err != nil {
		t.Fatal(err)
	}
	config := ServerConfig{Mode: ModeMTLS, Certificate: &pair, ClientCAs: []*x509.Certificate{c.root.Certificate}, Plain: true}
	if edit != nil {
		edit(&config)
	}
	if c.s, err = Start(config); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeServer(t, c.s) })
	return c
}

func (c clients) curl(t *testing.T, name string, args ...string) string {
	t.Helper()
	return pkitest.Run(t, "curl", append([]string{"--silent", "--show-error", "--cacert", c.path("root.pem"),
		"--cert", c.path(name + ".pem"), "--key", c.path(name + ".key")}, args...)...)
}

func (c clients) last(t *testing.T) Connection {
	t.Helper()
	log := c.s.Connections()
	if len(log) == 0 {
		t.Fatal("the log is empty")
	}
	return log[len(log)-1]
}

// TestCurlTwoClients: the log tells them apart, whatever they speak.
func TestCurlTwoClients(t *testing.T) {
	pkitest.Need(t, "curl")
	c := newClients(t, nil)
	for name, subject := range map[string]string{
		"client-a": "/C=TW/ST=Taiwan/L=Taipei/O=Acme/OU=Sales/CN=client-a",
		"client-b": "/C=TW/ST=Taiwan/L=Taipei/O=Bolt/OU=Depot/CN=client-b",
	} {
		for _, args := range [][]string{{"--http2"}, {"--http1.1"}, {"--tls-max", "1.2"}} {
			if out := c.curl(t, name, append(args, "-H", "Authorization: Bearer s3cr3t", "-b", "sid=s3cr3t", c.s.URL()+"/hello?token=s3cr3t")...); out != "Hello, world!\n" {
				t.Fatalf("%s %v: %s", name, args, out)
			}
			got := c.last(t)
			if !got.Complete || got.Resumed || got.Status != 200 || len(got.Chain) == 0 ||
				got.Chain[0] != (Link{Subject: subject, Issuer: "/CN=Acme Root"}) || got.Authority != "Acme Root" || got.ServerName != "localhost" {
				t.Errorf("%s %v: %+v", name, args, got)
			}
			if args[0] == "--tls-max" && got.Version != "TLS 1.2" || args[0] == "--http2" && got.ALPN != "h2" {
				t.Errorf("%s %v: %s %s", name, args, got.Version, got.ALPN)
			}
			if got.Header.Get("Authorization") != "Bearer ***" || got.Header.Get("Cookie") != "***" || got.Path != "/hello" {
				t.Errorf("a secret is in the log: %+v", got)
			}
		}
	}
	plain := pkitest.Run(t, "curl", "--silent", c.s.PlainURL()+"/hello")
	if got := c.last(t); plain != "Hello, world!\n" || got.Version != "" || got.Presented != "" || got.Asked || got.Status != 200 {
		t.Errorf("plain HTTP: %s %+v", plain, got)
	}
	// Two requests on one connection are two records of one address.
	before := len(c.s.Connections())
	c.curl(t, "client-a", c.s.URL()+"/hello", c.s.URL()+"/")
	log := c.s.Connections()[before:]
	if len(log) != 2 || log[0].Remote != log[1].Remote || log[0].Path != "/hello" || log[1].Path != "/" {
		t.Errorf("keep-alive: %+v", log)
	}
}

// TestForeignUpload: curl and wget send a file of megabytes.
func TestForeignUpload(t *testing.T) {
	c := newClients(t, nil)
	body := bytes.Repeat([]byte("x"), 5<<20)
	sum := sha256.Sum256(body)
	c.write(t, "body", body)
	want, url := hex.EncodeToString(sum[:]), c.s.URL()+"/upload"
	pkitest.Need(t, "curl")
	for _, args := range [][]string{{"--data-binary", "@" + c.path("body")}, {"-T", c.path("body")}, {"--http1.1", "-T", c.path("body")}} {
		if out := c.curl(t, "client-a", append(args, url)...); !strings.Contains(out, want) {
			t.Errorf("curl %v: %s", args, out)
		}
	}
	pkitest.Need(t, "wget")
	out := pkitest.Run(t, "wget", "-q", "-O", "-", "--ca-certificate", c.path("root.pem"), "--certificate", c.path("client-b.pem"),
		"--private-key", c.path("client-b.key"), "--post-file", c.path("body"), url)
	if got := c.last(t); !strings.Contains(out, want) || got.ClientName != "client-b" || !strings.HasPrefix(got.Header.Get("User-Agent"), "Wget/") {
		t.Errorf("wget: %s %+v", out, got)
	}
}

// TestOpenSSLResumes: a session of s_client is resumed, and the log says so.
func TestOpenSSLResumes(t *testing.T) {
	openssl := pkitest.Need(t, "openssl")
	c := newClients(t, nil)
	_, port, _ := net.SplitHostPort(c.s.Addr())
	for _, version := range []string{"-tls1_2", "-tls1_3"} {
		for _, session := range []string{"-sess_out", "-sess_in"} {
			cmd := exec.Command(openssl, "s_client", "-connect", "127.0.0.1:"+port, "-servername", "localhost", version, "-quiet", "-ign_eof",
				"-CAfile", c.path("root.pem"), "-cert", c.path("client-a.pem"), "-key", c.path("client-a.key"), session, c.path("session"+version))
			cmd.Stdin = strings.NewReader("GET /hello HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
			if out, err := cmd.CombinedOutput(); !strings.Contains(string(out), "Hello, world!") {
				t.Fatalf("%s %s: %v\n%s", version, session, err, out)
			}
			if got := c.last(t); got.Resumed != (session == "-sess_in") || !got.Complete || len(got.Chain) == 0 || got.ClientName != "client-a" {
				t.Errorf("%s %s: %+v", version, session, got)
			}
		}
	}
}
