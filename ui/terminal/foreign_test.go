package terminal

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"countersign/pki/pkitest"
)

// These tests hold what quickstart leaves against the programs that people
// use: OpenSSL, curl, nginx, Java's keytool, NSS, GnuTLS and Chromium.

// work is a folder that quickstart filled.
type work struct {
	t   *testing.T
	dir string
}

func quickstarted(t *testing.T) work {
	t.Helper()
	w := work{t, filepath.Join(t.TempDir(), "q")}
	out, err := exec.Command("countersign", "quickstart", "--dir", w.dir).CombinedOutput()
	if err != nil {
		t.Fatalf("quickstart: %v\n%s", err, out)
	}
	return w
}

func (w work) path(name string) string { return filepath.Join(w.dir, name) }

func (w work) read(name string) string {
	w.t.Helper()
	data, err := os.ReadFile(w.path(name))
	if err != nil {
		w.t.Fatal(err)
	}
	return strings.TrimSpace(string(data))
}

// serve starts countersign serve as a process and gives its address.
func (w work) serve(args ...string) string {
	w.t.Helper()
	args = append([]string{"serve", "--vault", w.path("vault.db"), "--passphrase-file", w.path("vault-passphrase.txt"), "--cert", "localhost"}, args...)
	cmd := exec.Command("countersign", args...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		w.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	w.t.Cleanup(func() {
		cmd.Process.Signal(syscall.SIGTERM)
		for lines.Scan() { // to its end, so that Wait does not cut it
		}
		if err := cmd.Wait(); err != nil {
			w.t.Errorf("serve ended with %v", err)
		}
	})
	if !lines.Scan() {
		w.t.Fatal("serve said nothing")
	}
	url := regexp.MustCompile(`https?://[^ ]+`).FindString(lines.Text())
	if url == "" {
		w.t.Fatalf("serve printed no address: %s", lines.Text())
	}
	return url
}

func TestFilesAreSecret(t *testing.T) {
	w := quickstarted(t)
	entries, err := os.ReadDir(w.dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		if public := strings.HasSuffix(e.Name(), ".pem"); !public && info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v, want 0600", e.Name(), info.Mode().Perm())
		}
	}
}

func TestOpenSSLVerifies(t *testing.T) {
	w := quickstarted(t)
	for purpose, file := range map[string]string{"sslserver": "server.pem", "sslclient": "client.pem"} {
		pkitest.Run(t, "openssl", "verify", "-x509_strict", "-purpose", purpose, "-CAfile", w.path("ca.pem"), w.path(file))
	}
	if out, err := pkitest.Try(t, "openssl", "verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", w.path("ca.pem"), w.path("client.pem")); err == nil {
		t.Errorf("a client certificate passes as a server's:\n%s", out)
	}
}

func TestCurl(t *testing.T) {
	w := quickstarted(t)
	url := w.serve() + "/hello"
	common := []string{"--silent", "--show-error", "--cacert", w.path("ca.pem")}
	for name, credential := range map[string][]string{
		"PEM":            {"--cert", w.path("client-chain.pem"), "--key", w.path("client.key")},
		"p12":            {"--cert-type", "P12", "--cert", w.path("client.p12") + ":" + w.read("p12-password.txt")},
		"p12 compatible": {"--cert-type", "P12", "--cert", w.path("client-compatible.p12") + ":" + w.read("p12-password.txt")},
	} {
		t.Run(name, func(t *testing.T) {
			out := pkitest.Run(t, "curl", append(append(common, credential...), url)...)
			if out != "Hello, world!\n" {
				t.Errorf("curl got %q", out)
			}
		})
	}
	t.Run("without", func(t *testing.T) {
		if out, err := pkitest.Try(t, "curl", append(common, url)...); err == nil || !strings.Contains(out, "alert") {
			t.Errorf("without a certificate curl got %q, %v; want a TLS alert", out, err)
		}
	})
}

func TestBundlesAreRead(t *testing.T) {
	w := quickstarted(t)
	password := w.read("p12-password.txt")
	for _, file := range []string{"client.p12", "client-compatible.p12"} {
		path := w.path(file)
		for _, c := range []struct {
			program string
			args    []string
			want    string
		}{
			{"openssl", []string{"pkcs12", "-in", path, "-passin", "pass:" + password, "-nodes"}, "PRIVATE KEY"},
			{"keytool", []string{"-list", "-v", "-keystore", path, "-storepass", password}, "PrivateKeyEntry"},
			{"pk12util", []string{"-l", path, "-W", password}, "Example Root"},
			{"certtool", []string{"--p12-info", "--inder", "--infile", path, "--password", password}, "BEGIN CERTIFICATE"},
		} {
			t.Run(file+" "+c.program, func(t *testing.T) {
				if out := pkitest.Run(t, c.program, c.args...); !strings.Contains(out, c.want) {
					t.Errorf("%s does not tell of %q:\n%s", c.program, c.want, out)
				}
			})
		}
	}
}

func TestNginx(t *testing.T) {
	w := quickstarted(t)
	url := startNginx(t, w)
	for _, c := range []struct {
		name string
		args []string
		code int
		want string
	}{
		{"with", []string{"--cert", "alice"}, exitDone, "CN=alice"},
		{"without", nil, exitFailed, "client-certificate-missing"},
	} {
		t.Run(c.name, func(t *testing.T) {
			args := append([]string{"connect", url, "--json", "--trust", "Example Root", "--vault", w.path("vault.db"),
				"--passphrase-file", w.path("vault-passphrase.txt")}, c.args...)
			cmd := exec.Command("countersign", args...)
			out, _ := cmd.CombinedOutput()
			if cmd.ProcessState.ExitCode() != c.code || !strings.Contains(string(out), c.want) {
				t.Errorf("exit %d, want %d with %q:\n%s", cmd.ProcessState.ExitCode(), c.code, c.want, out)
			}
		})
	}
}

// startNginx runs nginx with quickstart's files, demanding client
// certificates, and gives its address.
func startNginx(t *testing.T, w work) string {
	t.Helper()
	program := pkitest.Need(t, "nginx")
	dir, err := os.MkdirTemp("", "countersign-nginx")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	port := freePort(t)
	config := fmt.Sprintf(`daemon off; master_process off; pid %[1]s/pid; error_log stderr info;
events {}
http {
  access_log off;
  client_body_temp_path %[1]s/a; proxy_temp_path %[1]s/b; fastcgi_temp_path %[1]s/c; uwsgi_temp_path %[1]s/d; scgi_temp_path %[1]s/e;
  server {
    listen 127.0.0.1:%[2]d ssl;
    ssl_certificate %[3]s/server-chain.pem; ssl_certificate_key %[3]s/server.key;
    ssl_client_certificate %[3]s/ca.pem; ssl_verify_client on;
    location / { return 200 "$ssl_client_s_dn\n"; }
  }
}`, dir, port, w.dir)
	file := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "-c", file, "-p", dir)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	waitForPort(t, port)
	return fmt.Sprintf("https://localhost:%d/", port)
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

func waitForPort(t *testing.T, port int) {
	t.Helper()
	for range 200 {
		c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			c.Close()
			return
		}
		time.Sleep(25 * time.Millisecond)
	}
	t.Fatalf("nothing listens on port %d after 5 s", port)
}

// TestChromium loads the local server's page with a fresh profile whose NSS
// store holds the bundle, as a person's would after importing it.
func TestChromium(t *testing.T) {
	program := pkitest.Need(t, "chromium")
	pkitest.Need(t, "certutil")
	w := quickstarted(t)
	url := w.serve()
	home := t.TempDir()
	store := filepath.Join(home, ".pki", "nssdb")
	profile := filepath.Join(home, "profile")
	for _, dir := range []string{store, filepath.Join(profile, "Default")} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	pkitest.Run(t, "certutil", "-N", "-d", "sql:"+store, "--empty-password")
	pkitest.Run(t, "certutil", "-A", "-d", "sql:"+store, "-n", "Example Root", "-t", "C,,", "-i", w.path("ca.pem"))
	pkitest.Run(t, "pk12util", "-i", w.path("client.p12"), "-d", "sql:"+store, "-W", w.read("p12-password.txt"), "-K", "")

	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	choose := fmt.Sprintf(`{"profile":{"content_settings":{"exceptions":{"auto_select_certificate":{"%s,*":{"setting":{"filters":[{}]}}}}}}}`, url)
	if err := os.WriteFile(filepath.Join(profile, "Default", "Preferences"), []byte(choose), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(ctx, program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
		"--user-data-dir="+profile, "--virtual-time-budget=5000", "--dump-dom", url+"/")
	cmd.Env = append(os.Environ(), "HOME="+home)
	out, err := cmd.Output()
	if err != nil || !strings.Contains(string(out), "alice") {
		t.Errorf("Chromium shows no client named alice: %v\n%s", err, out)
	}
}
