package desk

import (
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"countersign/pki"
	"countersign/pki/pkitest"
	"countersign/testclient"
)

// TestConnectFromFiles: what a partner sent is tried with as it is.
func TestConnectFromFiles(t *testing.T) {
	s := newSnippetStand(t)
	client, root := s.example.Client.ID, s.example.Authority.ID
	write := func(id ID, f Format) string {
		file, err := s.Export(id, f, "secret")
		if err != nil {
			t.Fatal(err)
		}
		return pkitest.File(t, string(f), file.Data)
	}
	cert, key, bundle, ca := write(client, Chain), write(client, Key), write(client, P12), write(root, PEM)
	locked := filepath.Join(t.TempDir(), "locked.key")
	pkitest.Run(t, "openssl", "pkcs8", "-topk8", "-in", key, "-out", locked, "-passout", "pass:secret")
	both := pkitest.File(t, "both", append(mustRead(t, key), mustRead(t, cert)...))
	other := write(s.mustIssue(t, root, named(pki.Client, "bob")).ID, Key)
	for _, c := range []struct {
		name     string
		files    []string
		password string
		trust    []string
		want     error
	}{
		{"PEM pair", []string{cert, key}, "", []string{ca}, nil},
		{"the key first", []string{key, cert}, "", []string{ca}, nil},
		{"one file", []string{both}, "", []string{ca}, nil},
		{"encrypted key", []string{cert, locked}, "secret", []string{ca}, nil},
		{"no password", []string{cert, locked}, "", []string{ca}, pki.ErrPasswordNeeded},
		{"wrong password", []string{cert, locked}, "wrong", []string{ca}, pki.ErrWrongPassword},
		{"bundle", []string{bundle}, "secret", []string{ca}, nil},
		{"bundle, wrong password", []string{bundle}, "wrong", []string{ca}, pki.ErrWrongPassword},
		{"another's key", []string{cert, other}, "", []string{ca}, pki.ErrKeyMismatch},
		{"no key", []string{cert}, "", []string{ca}, &LacksError{}},
		{"no certificate", []string{key}, "", []string{ca}, &LacksError{}},
		{"no authority", []string{cert, key}, "", []string{key}, &LacksError{}},
		{"no file", []string{cert, cert + ".none"}, "", []string{ca}, os.ErrNotExist},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := s.Connect(t.Context(), Try{URL: s.server.URL() + "/hello", CertFiles: c.files, Password: c.password, TrustFiles: c.trust}, nil)
			var lacks *LacksError
			switch {
			case c.want == nil:
				if err != nil || !r.OK() || len(r.ClientChain) != 1 {
					t.Errorf("%v %+v", err, r.Diagnosis)
				}
			case errors.As(c.want, &lacks):
				if !errors.As(err, &lacks) {
					t.Errorf("error %v", err)
				}
			case !errors.Is(err, c.want):
				t.Errorf("error %v, want %v", err, c.want)
			}
			if err != nil && strings.Contains(err.Error(), "secret") {
				t.Errorf("a password in %v", err)
			}
		})
	}
}

func mustRead(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestChainOfFiles: intermediates are sent, the root is not.
func TestChainOfFiles(t *testing.T) {
	root := pkitest.Root(t, "Root")
	middle := pkitest.Intermediate(t, root, "Middle")
	cert, key := pkitest.Client(t, middle, "alice")
	stranger, _ := pkitest.Client(t, root, "bob")
	pem, err := pki.EncodeKey(key)
	if err != nil {
		t.Fatal(err)
	}
	mixed := pkitest.File(t, "mixed.pem", append(pki.EncodeCertificates(root.Certificate, stranger, middle.Certificate, cert), pem...))
	pair, err := pairOfFiles([]string{mixed}, "")
	if err != nil || len(pair.Certificate) != 2 || string(pair.Certificate[0]) != string(cert.Raw) || string(pair.Certificate[1]) != string(middle.Certificate.Raw) {
		t.Errorf("%v, chain of %d", err, len(pair.Certificate))
	}
}

// TestKeyLogFile: written to its owner alone, and behind what is there.
func TestKeyLogFile(t *testing.T) {
	s := newSnippetStand(t)
	try := Try{URL: s.server.URL() + "/hello", CertificateID: s.example.Client.ID, TrustIDs: []ID{s.example.Authority.ID}}
	try.KeyLog = filepath.Join(t.TempDir(), "keys.log")
	if err := os.WriteFile(try.KeyLog, []byte("# mine\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if r, err := s.Connect(t.Context(), try, nil); err != nil || !r.OK() {
		t.Fatalf("%v %+v", err, r.Diagnosis)
	}
	text := string(mustRead(t, try.KeyLog))
	if !strings.HasPrefix(text, "# mine\nCLIENT_HANDSHAKE_TRAFFIC_SECRET ") || strings.Count(text, "\n") != 5 {
		t.Errorf("the log is %q", text)
	}
	if info, err := os.Stat(try.KeyLog); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, mode %v", err, info.Mode())
	}
	var wrong *PathError
	try.KeyLog = t.TempDir()
	if _, err := s.Connect(t.Context(), try, nil); !errors.As(err, &wrong) {
		t.Errorf("error %v", err)
	}
	try.KeyLog, try.BodyFile = "", t.TempDir()
	if _, err := s.Connect(t.Context(), try, nil); !errors.As(err, &wrong) || !errors.Is(err, ErrNotFile) {
		t.Errorf("error %v", err)
	}
}

// tunnelling is a proxy for one user, over TLS with the certificate when there
// is one. It counts what it let through.
func tunnelling(t *testing.T, cert *tls.Certificate, asked *int) *httptest.Server {
	proxy := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != "CONNECT" || r.Header.Get("Proxy-Authorization") != "Basic dTpw" {
			w.Header().Set("Proxy-Authenticate", "Basic")
			w.WriteHeader(http.StatusProxyAuthRequired)
			return
		}
		*asked++
		there, err := net.Dial("tcp", r.Host)
		if err != nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		defer there.Close()
		here, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		defer here.Close()
		io.WriteString(here, "HTTP/1.1 200 OK\r\n\r\n")
		go func() {
			io.Copy(there, here)
			there.Close()
		}()
		io.Copy(here, there)
	}))
	t.Cleanup(proxy.Close)
	if cert == nil {
		proxy.Start()
		return proxy
	}
	proxy.TLS = &tls.Config{Certificates: []tls.Certificate{*cert}}
	proxy.StartTLS()
	return proxy
}

// TestSnippetsThroughProxy: by the same proxy, with its user, in clear or over
// TLS.
func TestSnippetsThroughProxy(t *testing.T) {
	s := newSnippetStand(t)
	pair, err := s.pair(s.example.Server.ID)
	if err != nil {
		t.Fatal(err)
	}
	t.Run("http", func(t *testing.T) { s.throughProxy(t, nil) })
	t.Run("https", func(t *testing.T) { s.throughProxy(t, pair) })
}

func (s snippetStand) throughProxy(t *testing.T, cert *tls.Certificate) {
	asked := 0
	proxy := tunnelling(t, cert, &asked)
	t.Setenv("PROXY_PASSWORD", "p")
	try := Try{URL: s.server.URL() + "/", CertificateID: s.example.Client.ID, TrustIDs: []ID{s.example.Authority.ID},
		Proxy: strings.Replace(proxy.URL, "://", "://u:p@", 1), Redirects: 2}
	r, err := s.Connect(t.Context(), try, nil)
	if err != nil || !r.OK() || asked != 1 {
		t.Fatalf("%v %+v", err, r.Diagnosis)
	}
	var want testclient.Seen
	if err := json.Unmarshal(r.Body, &want); err != nil {
		t.Fatal(err)
	}
	for _, kind := range []SnippetKind{SnippetCurl, SnippetCurlP12, SnippetGo} {
		made, err := s.Snippet(try, kind)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(made.Code, "u:p") {
			t.Errorf("a password in %s", made.Code)
		}
		before := asked
		out, err := s.run(t, made, s.example.Client.ID, s.example.Authority.ID)
		if err != nil || asked == before {
			t.Fatalf("%s: %v, not by the proxy", kind, err)
		}
		checkSeen(t, out, want)
	}
	var lacks *SnippetError
	if _, err := s.Snippet(try, SnippetWget); !errors.As(err, &lacks) || lacks.Field != "proxy" {
		t.Errorf("error %v", err)
	}
}
