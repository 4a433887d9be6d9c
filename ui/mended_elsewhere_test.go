package ui

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"countersign/pki"
	"countersign/pki/pkitest"
	"countersign/ui/desk"
)

// elsewhere is nginx, with files that were handed to it.
type elsewhere struct {
	t      *testing.T
	nginx  string
	folder string
	port   int
	cmd    *exec.Cmd
}

func newElsewhere(t *testing.T) *elsewhere {
	t.Helper()
	e := &elsewhere{t: t, nginx: pkitest.Need(t, "nginx"), folder: t.TempDir()}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	e.port = l.Addr().(*net.TCPAddr).Port
	l.Close()
	text := fmt.Sprintf(`
daemon off; master_process off; pid %[1]s/nginx.pid; error_log stderr crit;
events {}
http {
	access_log off;
	client_body_temp_path %[1]s/a; proxy_temp_path %[1]s/b; fastcgi_temp_path %[1]s/c; uwsgi_temp_path %[1]s/d; scgi_temp_path %[1]s/e;
	server {
		listen 127.0.0.1:%[2]d ssl;
		ssl_certificate %[1]s/chain; ssl_certificate_key %[1]s/key;
		ssl_client_certificate %[1]s/root; ssl_verify_client on;
		location / { return 200 "let in"; }
	}
}`, e.folder, e.port)
	if err := os.WriteFile(filepath.Join(e.folder, "nginx.conf"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.stop)
	return e
}

// give hands it a certificate with its key, and an authority.
func (e *elsewhere) give(d *desk.Desk, id, root desk.ID) {
	e.t.Helper()
	for name, of := range map[string]struct {
		id     desk.ID
		format desk.Format
	}{"chain": {id, desk.Chain}, "key": {id, desk.Key}, "root": {root, desk.PEM}} {
		f, err := d.Export(of.id, of.format, "")
		if err == nil {
			err = desk.WriteFile(filepath.Join(e.folder, name), f, true)
		}
		if err != nil {
			e.t.Fatal(err)
		}
	}
}

// start starts it, anew when it runs.
func (e *elsewhere) start() {
	e.t.Helper()
	e.stop()
	e.cmd = exec.Command(e.nginx, "-p", e.folder, "-c", filepath.Join(e.folder, "nginx.conf"))
	e.cmd.Stderr = os.Stderr
	if err := e.cmd.Start(); err != nil {
		e.t.Fatal(err)
	}
	for range 1000 {
		if conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", e.port)); err == nil {
			conn.Close()
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	e.t.Fatal("nginx does not listen")
}

func (e *elsewhere) stop() {
	if e.cmd != nil {
		_ = e.cmd.Process.Kill()
		_ = e.cmd.Wait()
	}
}

// TestMendedElsewhere: nginx presents a certificate that has expired. It is
// reissued here; until nginx has the new files the try fails as before, then
// it passes, and both are shown.
func TestMendedElsewhere(t *testing.T) {
	clock := time.Now().AddDate(0, -2, 0)
	now := func() time.Time { return clock }
	l, made := example(t, func(o *Options) { o.Now, o.Desk.Now = now, now })
	r := pki.NewRequest(pki.Server)
	r.Subject.CommonName, r.NotAfter = "api.acme.test", clock.AddDate(0, 1, 0)
	r.Names = []pki.Name{{Kind: pki.NameDNS, Value: "localhost", Shown: "localhost"}}
	old := l.issue(desk.IssueRequest{IssuerID: made.Authority.ID, Request: r})
	clock = time.Now()
	server := newElsewhere(t)
	server.give(l.desk, old.ID, made.Authority.ID)
	server.start()

	l.c.form.url.SetText(fmt.Sprintf("https://localhost:%d/", server.port))
	l.c.form.chooseCert(made.Client.ID)
	l.c.form.chooseTrust(trusted{ids: []desk.ID{made.Authority.ID}})
	l.try()
	const expired = "The server's certificate has expired"
	l.wantTitle(expired)
	l.tap("Reissue the certificate")
	list, err := l.desk.Certificates(desk.Filter{Search: "api.acme.test"})
	if err != nil || len(list) != 2 {
		t.Fatalf("%d of the name: %v", len(list), err)
	}
	renewed := list[0]
	if renewed.ID == old.ID {
		renewed = list[1]
	}
	l.navigate("connections", "")
	l.queue.drain()
	l.try()
	l.wantTitle(expired)
	if got := l.c.strip.now.words.Text(); !l.c.strip.root.Visible() || got != "Failed at step 3: "+expired {
		t.Errorf("before nginx has it: %q", got)
	}
	server.give(l.desk, renewed.ID, made.Authority.ID)
	server.start()
	l.try()
	l.wantTitle("The server let alice in")
	l.wantMended(3, "Failed at step 3: "+expired)
	l.picture("mended-elsewhere")
	l.try()
	if l.c.strip.root.Visible() {
		t.Error("both tries stay when the next one is made")
	}
}
