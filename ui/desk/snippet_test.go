package desk

import (
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"countersign/pki"
	"countersign/pki/pkitest"
	"countersign/storage"
	"countersign/testclient"
)

// snippetStand is a desk with the machine's clock, the example, the local server and
// a folder with the files that snippets read.
type snippetStand struct {
	*Desk
	example Example
	server  *testclient.Server
	dir     string
}

const bundlePassword = "p a$s'w\"ord"

func newSnippetStand(t *testing.T) snippetStand {
	t.Helper()
	d, err := Create(filepath.Join(t.TempDir(), "v", VaultFile), passphrase, Options{KDF: storage.LightKDF()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	s := snippetStand{Desk: d, dir: t.TempDir()}
	if s.example, err = d.MakeExample(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.server, err = d.Serve(Serve{CertificateID: s.example.Server.ID, Mode: testclient.ModeMTLS})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// run is try for a program that must succeed: when it fails, the log shows it.
func (s snippetStand) run(t *testing.T, made Snippet, ids ...ID) (string, error) {
	t.Helper()
	out, said, err := s.try(t, made, ids...)
	if err != nil {
		t.Logf("%s\n%s", made.Code, said)
	}
	return out, err
}

// try exports what a snippet needs and runs it as a person would, in a folder.
// It gives what the program printed and what it said on its standard error.
func (s snippetStand) try(t *testing.T, made Snippet, ids ...ID) (out, said string, err error) {
	t.Helper()
	for _, id := range ids {
		formats := made.Formats
		if c, err := s.Get(id); err != nil {
			t.Fatal(err)
		} else if c.IsAuthority() {
			formats = []Format{PEM}
		}
		for _, f := range formats {
			file, err := s.Export(id, f, bundlePassword)
			if err != nil {
				t.Fatal(err)
			}
			if err := WriteFile(filepath.Join(s.dir, file.Name), file, true); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, name := range made.Files {
		if _, err := os.Stat(filepath.Join(s.dir, name)); err != nil {
			t.Errorf("an export does not write %s", name)
		}
	}
	runner := map[SnippetKind][]string{
		SnippetGo: {"go", "run"}, SnippetPython: {"python3"}, SnippetJava: {"java"}, SnippetNode: {"node"},
	}[made.Kind]
	name := map[SnippetKind]string{SnippetGo: "main.go", SnippetPython: "request.py", SnippetJava: "Request.java", SnippetNode: "request.js"}[made.Kind]
	if runner == nil {
		runner, name = []string{"sh", "-e"}, "request.sh"
	}
	if err := os.WriteFile(filepath.Join(s.dir, name), []byte(made.Code), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(pkitest.Need(t, runner[0]), append(runner[1:], name)...)
	cmd.Dir = s.dir
	cmd.Env = append(os.Environ(), "PASSWORD="+bundlePassword, "GO111MODULE=off", "NO_PROXY=", "no_proxy=", "LC_ALL=C", "JAVA_TOOL_OPTIONS=")
	var complaint strings.Builder
	cmd.Stderr = &complaint
	printed, err := cmd.Output()
	return string(printed), complaint.String(), err
}

// needs leaves a test out where the program of a kind is not there. Java runs a
// file only where its compiler is.
func needs(t *testing.T, kind SnippetKind) {
	t.Helper()
	switch kind {
	case SnippetNode:
		pkitest.Need(t, "node")
	case SnippetJava:
		pkitest.Need(t, "javac")
	}
}

// TestSnippetsRun: each program gets the answer that the try got.
func TestSnippetsRun(t *testing.T) {
	s := newSnippetStand(t)
	try := Try{
		URL: s.server.URL() + "/?q=a%20b&x='$HOME'", CertificateID: s.example.Client.ID, TrustIDs: []ID{s.example.Authority.ID},
		Method: "PUT", Header: http.Header{"X-Odd": {`it's "$HOME" \n %s ` + "`id`"}, "Content-Type": {"application/json"}, "X-Two": {"1", "2"}},
		Body: []byte("@{\"name\": \"it's $HOME \\\\ \u65e5\u672c \U0001f600 %s\"}\n"), Timeout: 20 * time.Second,
	}
	r, err := s.Connect(t.Context(), try, nil)
	if err != nil || !r.OK() {
		t.Fatalf("%v %+v", err, r.Diagnosis)
	}
	var want testclient.Seen
	if err := json.Unmarshal(r.Body, &want); err != nil {
		t.Fatal(err)
	}
	for _, kind := range SnippetKinds() {
		t.Run(string(kind), func(t *testing.T) {
			needs(t, kind)
			made, err := s.Snippet(try, kind)
			if err != nil {
				t.Fatal(err)
			}
			out, err := s.run(t, made, s.example.Client.ID, s.example.Authority.ID)
			if err != nil {
				t.Fatal(err)
			}
			checkSeen(t, out, want)
		})
	}
}

// TestSnippetsOfFiles: a certificate, a root and a body that are files already.
func TestSnippetsOfFiles(t *testing.T) {
	s := newSnippetStand(t)
	at := func(id ID, f Format) string {
		file, err := s.Export(id, f, bundlePassword)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(s.dir, "my "+file.Name)
		if err := WriteFile(path, file, true); err != nil {
			t.Fatal(err)
		}
		return path
	}
	client := s.example.Client.ID
	body := pkitest.File(t, "a body.json", []byte(`{"it's": [1, 2, 3]}`))
	pem := Try{URL: s.server.URL() + "/", Method: "PUT", Header: http.Header{"Content-Type": {"application/json"}}, BodyFile: body,
		CertFiles: []string{at(client, Key), at(client, Chain)}, TrustFiles: []string{at(s.example.Authority.ID, PEM)}}
	bundle := pem
	bundle.CertFiles, bundle.Password = []string{at(client, P12)}, bundlePassword
	for _, kind := range SnippetKinds() {
		for name, try := range map[string]Try{"PEM": pem, "bundle": bundle} {
			t.Run(string(kind)+"/"+name, func(t *testing.T) { s.ofFiles(t, kind, try) })
		}
	}
}

// ofFiles runs the snippet of a try of files; a bundle that it lacks is made
// first, as it says.
func (s *snippetStand) ofFiles(t *testing.T, kind SnippetKind, try Try) {
	needs(t, kind)
	made, err := s.Snippet(try, kind)
	if len(try.CertFiles) == 1 && !kind.readsBundle() {
		var lacks *SnippetError
		if !errors.As(err, &lacks) || lacks.Field != "pem" {
			t.Errorf("error %v", err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	r, err := s.Connect(t.Context(), try, nil)
	if err != nil || !r.OK() {
		t.Fatalf("%v %+v", err, r.Diagnosis)
	}
	var want testclient.Seen
	if err := json.Unmarshal(r.Body, &want); err != nil {
		t.Fatal(err)
	}
	if at := strings.Index(made.Code, "openssl pkcs12"); at >= 0 {
		line, _, _ := strings.Cut(made.Code[at:], "\n")
		c := exec.Command("sh", "-c", line)
		c.Env = append(os.Environ(), "PASSWORD="+bundlePassword)
		if out, err := c.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v %s", line, err, out)
		}
	}
	for n := range made.Files {
		made.Files[n] = filepath.Base(made.Files[n])
	}
	out, err := s.run(t, made)
	if err != nil {
		t.Fatal(err)
	}
	checkSeen(t, out, want)
}

// checkSeen compares what the server saw of a program with what it saw of us.
func checkSeen(t *testing.T, out string, want testclient.Seen) {
	t.Helper()
	at := strings.Index(out, "{") // after the head, which s_client shows
	var got testclient.Seen
	if at < 0 || json.NewDecoder(strings.NewReader(out[at:])).Decode(&got) != nil {
		t.Fatalf("answer %q", out)
	}
	if got.Client == nil || got.Client.Fingerprint != want.Client.Fingerprint {
		t.Errorf("the server saw the client %+v", got.Client)
	}
	if got.TLS.ServerName != want.TLS.ServerName || got.Request.Host != want.Request.Host ||
		got.Request.Method != want.Request.Method || got.Request.Path != want.Request.Path {
		t.Errorf("the server saw %+v, %+v", got.TLS, got.Request)
	}
	for _, name := range []string{"X-Odd", "X-Two", "Content-Type", "Content-Length"} {
		if g, w := strings.Join(got.Request.Headers[name], ", "), strings.Join(want.Request.Headers[name], ", "); g != w {
			t.Errorf("%s: %q, want %q", name, g, w)
		}
	}
}

// TestSnippetsElsewhere: another server name, another address, two authorities,
// a version.
func TestSnippetsElsewhere(t *testing.T) {
	s := newSnippetStand(t)
	other := s.mustIssue(t, "", named(pki.Authority, "Other Root"))
	_, port, _ := strings.Cut(strings.TrimPrefix(s.server.URL(), "https://"), ":")
	try := Try{
		URL: "https://api.acme.test:" + port + "/", Address: "127.0.0.1", ServerName: "localhost",
		CertificateID: s.example.Client.ID, TrustIDs: []ID{s.example.Authority.ID, other.ID}, MinVersion: 0x0303, MaxVersion: 0x0303,
	}
	r, err := s.Connect(t.Context(), try, nil)
	if err != nil || !r.OK() {
		t.Fatalf("%v %+v", err, r.Diagnosis)
	}
	var want testclient.Seen
	if err := json.Unmarshal(r.Body, &want); err != nil {
		t.Fatal(err)
	}
	for _, kind := range SnippetKinds() {
		t.Run(string(kind), func(t *testing.T) {
			made, err := s.Snippet(try, kind)
			if kind == SnippetWget || kind == SnippetJava {
				var lacks *SnippetError
				if !errors.As(err, &lacks) || lacks.Field != "address" {
					t.Fatalf("error %v", err)
				}
				return
			}
			needs(t, kind)
			if err != nil {
				t.Fatal(err)
			}
			out, err := s.run(t, made, s.example.Client.ID, s.example.Authority.ID, other.ID)
			if err != nil {
				t.Fatal(err)
			}
			checkSeen(t, out, want)
			if !strings.Contains(out, `"TLS 1.2"`) {
				t.Errorf("not TLS 1.2: %s", out)
			}
		})
	}
}

// TestSnippetsVerify: each program refuses a server that the try would refuse,
// and goes on where it is told to.
func TestSnippetsVerify(t *testing.T) {
	s := newSnippetStand(t)
	other := s.mustIssue(t, "", named(pki.Authority, "Other Root"))
	for _, kind := range SnippetKinds() {
		t.Run(string(kind), func(t *testing.T) {
			needs(t, kind)
			for _, insecure := range []bool{false, true} {
				try := Try{URL: s.server.URL() + "/hello", CertificateID: s.example.Client.ID, TrustIDs: []ID{other.ID}, Insecure: insecure}
				made, err := s.Snippet(try, kind)
				if err != nil {
					t.Fatal(err)
				}
				out, said, _ := s.try(t, made, s.example.Client.ID, other.ID)
				if strings.Contains(out, "Hello, world!") != insecure {
					t.Errorf("%s, insecure %v: %q\n%s\n%s", kind, insecure, out, made.Code, said)
				}
			}
		})
	}
}

func TestSnippetErrors(t *testing.T) {
	s := newSnippetStand(t)
	for _, c := range []struct {
		name  string
		kind  SnippetKind
		try   Try
		field string
	}{
		{"s_client has no plain HTTP", SnippetOpenSSL, Try{URL: "http://localhost/"}, "plain"},
		{"a bundle of nobody", SnippetCurlP12, Try{URL: "https://localhost/"}, "bundle"},
		{"a body that is no text", SnippetGo, Try{URL: "https://localhost/", Body: []byte{0xff}}, "body"},
		{"a long body", SnippetCurl, Try{URL: "https://localhost/", Body: make([]byte, maxSnippetBody+1)}, "body"},
		{"Java sends no other Host", SnippetJava, Try{URL: "https://localhost/", Header: http.Header{"Host": {"x.test"}}}, "host"},
		{"wget and a name", SnippetWget, Try{URL: "https://localhost/", ServerName: "x.test"}, "server-name"},
		{"wget and a version", SnippetWget, Try{URL: "https://localhost/", MaxVersion: 0x0303}, "versions"},
	} {
		_, err := s.Snippet(c.try, c.kind)
		var lacks *SnippetError
		if !errors.As(err, &lacks) || lacks.Field != c.field || lacks.Kind != c.kind {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	if _, err := s.Snippet(Try{URL: "https://localhost/"}, "perl"); !errors.Is(err, ErrSnippetKind) {
		t.Errorf("error %v", err)
	}
	var bad *testclient.TryError
	if _, err := s.Snippet(Try{URL: "ftp://localhost/"}, SnippetCurl); !errors.As(err, &bad) || bad.Diagnosis.Code != testclient.BadURL {
		t.Errorf("error %v", err)
	}
}
