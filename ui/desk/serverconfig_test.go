package desk

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"countersign/pki"
	"countersign/pki/pkitest"
	"countersign/storage"
	"countersign/testclient"
)

// configStand is a vault with a server, its client and a stranger's, and a
// folder with a name that has to be quoted.
type configStand struct {
	*Desk
	dir                      string
	root, other              Certificate
	server, client, stranger Certificate
	revoked                  Certificate // below an authority of its own, as is below
	below, office            Certificate
	backend                  *httptest.Server
}

func newConfigStand(t *testing.T) configStand {
	t.Helper()
	d, err := Create(filepath.Join(t.TempDir(), "v", VaultFile), passphrase, Options{KDF: storage.LightKDF()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	s := configStand{Desk: d, dir: filepath.Join(t.TempDir(), "o'f files")}
	if err := os.Mkdir(s.dir, 0o755); err != nil {
		t.Fatal(err)
	}
	s.root = d.mustIssue(t, "", named(pki.Authority, "Servers"))
	s.other = d.mustIssue(t, "", named(pki.Authority, "Clients"))
	server := named(pki.Server, "localhost")
	server.Names, _ = pki.ParseNames("localhost, 127.0.0.1")
	s.server = d.mustIssue(t, s.root.ID, server)
	s.client = d.mustIssue(t, s.other.ID, named(pki.Client, "alice"))
	s.stranger = d.mustIssue(t, s.root.ID, named(pki.Client, "mallory"))
	s.office = d.mustIssue(t, s.other.ID, named(pki.Authority, "Office"))
	s.below = d.mustIssue(t, s.office.ID, named(pki.Client, "alice below"))
	s.revoked = d.mustIssue(t, s.office.ID, named(pki.Client, "eve"))
	if _, err := d.Revoke(t.Context(), []ID{s.revoked.ID}, "keyCompromise", d.Now()); err != nil {
		t.Fatal(err)
	}
	if _, err := d.MakeCRL(t.Context(), s.other.ID, 0); err != nil {
		t.Fatal(err)
	}
	s.backend = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "Hello, %s!\n", r.Header.Get("X-Client-Subject"))
	}))
	t.Cleanup(s.backend.Close)
	return s
}

// write exports for a target, with the other authority's clients let in, and
// gives the configuration with its port.
func (s configStand) write(t *testing.T, code string) (Config, int) {
	t.Helper()
	target, ok := TargetOf(code)
	if !ok {
		t.Fatalf("no target %s", code)
	}
	target.Trust = s.other.ID
	files, err := s.ExportFor(s.server.ID, target, bundlePassword)
	if err != nil {
		t.Fatal(err)
	}
	if err := WriteFiles(s.dir, files, true); err != nil {
		t.Fatal(err)
	}
	f, err := s.ConfigFiles(s.server.ID, target, s.dir)
	if err != nil {
		t.Fatal(err)
	}
	f.Port, f.Backend = freePort(t), strings.TrimPrefix(s.backend.URL, "http://")
	c, ok := ConfigFor(code, f)
	if !ok {
		t.Fatalf("no configuration for %s", code)
	}
	return c, f.Port
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// start runs a program in the folder until the test ends, and waits for its
// port.
func (s configStand) start(t *testing.T, port int, name string, args ...string) {
	t.Helper()
	cmd := exec.Command(pkitest.Need(t, name), args...)
	cmd.Dir = s.dir
	cmd.Env = append(os.Environ(), "HOME="+s.dir, "XDG_DATA_HOME="+s.dir, "XDG_CONFIG_HOME="+s.dir)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	over := make(chan error, 1)
	go func() { over <- cmd.Wait() }()
	t.Cleanup(func() { _ = cmd.Process.Signal(syscall.SIGTERM); <-over })
	for patience := time.After(time.Minute); ; {
		if c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port)); err == nil {
			c.Close()
			return
		}
		select {
		case err := <-over:
			over <- err
			t.Fatalf("%s ended: %v\n%s", name, err, said.String())
		case <-patience:
			t.Fatalf("%s does not listen\n%s", name, said.String())
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// TestServerConfigsRun: each server started with what we write lets in our
// client, knows its name, and refuses nobody's and a stranger's.
func TestServerConfigsRun(t *testing.T) {
	s := newConfigStand(t)
	starts := map[string]func(t *testing.T, port int, text string){
		"nginx": func(t *testing.T, port int, text string) {
			s.file(t, "nginx.conf", fmt.Sprintf("daemon off; pid %q; error_log stderr;\nevents {}\nhttp { access_log off;\n%s}\n", s.dir+"/nginx.pid", text))
			s.start(t, port, "nginx", "-p", s.dir, "-c", filepath.Join(s.dir, "nginx.conf"), "-e", "stderr")
		},
		"apache": func(t *testing.T, port int, text string) {
			var load strings.Builder
			for _, module := range []string{"mpm_event", "authz_core", "ssl", "headers", "proxy", "proxy_http", "socache_shmcb"} {
				fmt.Fprintf(&load, "LoadModule %s_module /usr/lib/apache2/modules/mod_%s.so\n", module, module)
			}
			s.file(t, "apache.conf", fmt.Sprintf("ServerRoot %q\nPidFile apache.pid\nErrorLog /dev/stderr\nServerName localhost\nDefaultRuntimeDir .\nUser nobody\nGroup nogroup\n%s%s", s.dir, load.String(), text))
			s.start(t, port, "apache2", "-X", "-f", filepath.Join(s.dir, "apache.conf"))
		},
		"caddy": func(t *testing.T, port int, text string) {
			s.file(t, "Caddyfile", strings.Replace(text, "{\n", "{\n\tadmin off\n", 1))
			s.start(t, port, "caddy", "run", "--config", "Caddyfile", "--adapter", "caddyfile")
		},
		"haproxy": func(t *testing.T, port int, text string) {
			s.file(t, "haproxy.cfg", text)
			s.start(t, port, "haproxy", "-f", "haproxy.cfg")
		},
		"go": func(t *testing.T, port int, text string) {
			s.file(t, "main.go", text)
			build := exec.Command(pkitest.Need(t, "go"), "build", "-o", "server", "main.go")
			build.Dir, build.Env = s.dir, append(os.Environ(), "GO111MODULE=off")
			if out, err := build.CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			s.start(t, port, filepath.Join(s.dir, "server"))
		},
		"node": func(t *testing.T, port int, text string) {
			needs(t, SnippetNode)
			s.file(t, "server.js", text)
			s.start(t, port, "node", "server.js")
		},
	}
	for code, start := range starts {
		t.Run(code, func(t *testing.T) {
			made, port := s.write(t, code)
			start(t, port, made.Text)
			s.checkServer(t, port, code != "caddy")
		})
	}
}

func (s configStand) file(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(s.dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// checkServer tries a server as its client, as nobody, as a stranger and as one
// who is revoked, where the server can tell.
func (s configStand) checkServer(t *testing.T, port int, lists bool) {
	t.Helper()
	try := Try{URL: fmt.Sprintf("https://localhost:%d/", port), TrustIDs: []ID{s.root.ID}, CertificateID: s.client.ID, Timeout: 20 * time.Second}
	r, err := s.Connect(t.Context(), try, nil)
	if err != nil || !r.OK() {
		t.Fatalf("as its client: %v %+v", err, r.Diagnosis)
	}
	if body := string(r.Body); !strings.Contains(body, "alice") {
		t.Errorf("the program behind saw %q", body)
	}
	try.Header = http.Header{"X-Client-Subject": {"CN=root"}}
	if r, err = s.Connect(t.Context(), try, nil); err != nil || strings.Contains(string(r.Body), "root") {
		t.Errorf("a client named itself: %v %q", err, r.Body)
	}
	try.CertificateID = s.below.ID
	if r, err = s.Connect(t.Context(), try, nil); err != nil || !r.OK() {
		t.Errorf("as a client of an authority below: %v %+v", err, r.Diagnosis)
	}
	refused := map[string]ID{"nobody": "", "a stranger": s.stranger.ID}
	if lists {
		refused["who is revoked"] = s.revoked.ID
	}
	for who, id := range refused {
		try.CertificateID = id
		r, err := s.Connect(t.Context(), try, nil)
		if err != nil {
			t.Fatal(err)
		}
		if r.Status == http.StatusOK {
			t.Errorf("%s got in: %s", who, r.Body)
		}
	}
}

// TestGoClientConfigRuns: the Go program for a client gets through to the local
// server.
func TestGoClientConfigRuns(t *testing.T) {
	s := newConfigStand(t)
	server, err := s.Serve(Serve{CertificateID: s.server.ID, Mode: testclient.ModeMTLS, ClientCAs: []ID{s.other.ID}})
	if err != nil {
		t.Fatal(err)
	}
	target, _ := TargetOf("go")
	target.Trust = s.root.ID
	files, err := s.ExportFor(s.client.ID, target, "")
	if err != nil {
		t.Fatal(err)
	}
	if err := WriteFiles(s.dir, files, true); err != nil {
		t.Fatal(err)
	}
	f, err := s.ConfigFiles(s.client.ID, target, s.dir)
	if err != nil {
		t.Fatal(err)
	}
	f.Port = portIn(t, server.URL())
	c, _ := ConfigFor("go", f)
	s.file(t, "main.go", c.Text)
	cmd := exec.Command(pkitest.Need(t, "go"), "run", "main.go")
	cmd.Dir, cmd.Env = s.dir, append(os.Environ(), "GO111MODULE=off")
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "alice") {
		t.Errorf("%v\n%s", err, out)
	}
}

func portIn(t *testing.T, address string) int {
	t.Helper()
	var port int
	if _, err := fmt.Sscan(address[strings.LastIndexByte(address, ':')+1:], &port); err != nil {
		t.Fatal(err)
	}
	return port
}

// TestConfigsAreWhole: nothing is left out of any text, for what a name may
// hold.
func TestConfigsAreWhole(t *testing.T) {
	for code := range configs {
		for _, dir := range []string{"/srv/tls", `/srv/a "b" \c`, "/srv/日本 $HOME"} {
			c, ok := ConfigFor(code, ConfigFiles{
				Name: "api.acme.test", Names: []string{"api.acme.test", "10.0.0.7"}, Chain: dir + "/chain.pem", Key: dir + "/api.key",
				Combined: dir + "/both.pem", CA: dir + "/root.pem", Bundle: dir + "/api.p12",
			})
			if !ok || strings.Contains(c.Text, "<no value>") || strings.Contains(c.Text, `""`) || strings.Contains(c.Text, "%!") || !strings.HasSuffix(c.Text, "\n") {
				t.Errorf("%s: %v %s", code, ok, c.Text)
			}
		}
	}
	if _, ok := ConfigFor("chrome", ConfigFiles{}); ok {
		t.Error("a browser has a configuration")
	}
}

// TestSpringProperties: what Java reads out of the file is the path.
func TestSpringProperties(t *testing.T) {
	const path = `/srv/a "b" \c 日本`
	c, _ := ConfigFor("spring", ConfigFiles{Chain: path, Key: "k", CA: "c"})
	if !strings.Contains(c.Text, `server.ssl.certificate=/srv/a "b" \\c \u65e5\u672c`+"\n") {
		t.Error(c.Text)
	}
}

// TestConfigsWithoutLists: a list that is wanting is named, and none is given:
// with one of two, OpenSSL refuses everybody.
func TestConfigsWithoutLists(t *testing.T) {
	d := newDesk(t)
	root := d.mustIssue(t, "", named(pki.Authority, "Root"))
	office := d.mustIssue(t, root.ID, named(pki.Authority, "Office"))
	request := named(pki.Server, "localhost")
	request.Names, _ = pki.ParseNames("localhost")
	server := d.mustIssue(t, root.ID, request)
	d.mustIssue(t, office.ID, named(pki.Client, "alice"))
	config := func(code string) (string, []File) {
		target, _ := TargetOf(code)
		files, err := d.ExportFor(server.ID, target, "")
		if err != nil {
			t.Fatal(err)
		}
		f, err := d.ConfigFiles(server.ID, target, "/srv")
		if err != nil {
			t.Fatal(err)
		}
		c, _ := ConfigFor(code, f)
		return c.Text, files
	}
	is := func(code, want string, count int) {
		t.Helper()
		if text, files := config(code); !strings.Contains(text, want) || len(files) != count {
			t.Errorf("%s: %d files\n%s", code, len(files), text)
		}
	}
	is("nginx", "# Revoked clients get in until there is a list of Root, Office here: make it, and add: ssl_crl FILE;\n", 3)
	if _, err := d.MakeCRL(t.Context(), root.ID, 0); err != nil {
		t.Fatal(err)
	}
	is("nginx", "until there is a list of Office here", 3)
	if _, err := d.MakeCRL(t.Context(), office.ID, 0); err != nil {
		t.Fatal(err)
	}
	is("nginx", "ssl_crl                /srv/Root-crl.pem;\n", 4)
	is("apache", "SSLCARevocationCheck  chain\n", 4)
	is("haproxy", " crl-file /srv/Root-crl.pem verify required", 3)
	is("envoy", "crl: { filename: \"/srv/Root-crl.pem\" }\n", 4)
	is("kubernetes", " --from-file=ca.crl=/srv/Root-crl.pem\n", 4)
	is("caddy", "Caddy reads no lists", 3)
	is("spring", "No setting here reads lists", 3)
}
