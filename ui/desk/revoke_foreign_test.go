package desk

import (
	"context"
	"encoding/base64"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"countersign/pki"
	"countersign/pki/pkitest"
	"countersign/testclient"
)

// These tests hold the state of the vault against what nginx, OpenSSL, GnuTLS
// and curl make of the lists and answers that it gives.

// court is a vault with two clients below an intermediate, and what others
// need to judge them.
type court struct {
	t             *testing.T
	d             *Desk
	dir           string
	root, issuing Certificate
	server        Certificate
	clients       map[string]Certificate
	asked         []*testclient.Server // one signs as the authority, one as its delegate
}

func newCourt(t *testing.T) *court {
	t.Helper()
	o := testOptions()
	o.Now = time.Now // as the programs of others have it
	d, err := Create(filepath.Join(t.TempDir(), VaultFile), passphrase, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	c := &court{t: t, d: d, dir: t.TempDir(), clients: map[string]Certificate{}}
	c.root = d.mustIssue(t, "", named(pki.Authority, "Root"))
	c.issuing = d.mustIssue(t, c.root.ID, named(pki.Authority, "Issuing"))
	server := named(pki.Server, "localhost")
	server.Names, _ = pki.ParseNames("localhost 127.0.0.1")
	c.server = d.mustIssue(t, c.root.ID, server)
	c.export(c.server.ID, Chain, "server.pem")
	c.export(c.server.ID, Key, "server.key")
	c.export(c.root.ID, PEM, "root.pem")
	c.export(c.issuing.ID, PEM, "issuing.pem")
	for _, name := range []string{"alice", "bob"} {
		c.clients[name] = d.mustIssue(t, c.issuing.ID, named(pki.Client, name))
		c.export(c.clients[name].ID, PEM, name+".pem")
		c.export(c.clients[name].ID, Chain, name+"-chain.pem")
		c.export(c.clients[name].ID, Key, name+".key")
	}
	return c
}

func (c *court) path(name string) string { return filepath.Join(c.dir, name) }

func (c *court) export(id ID, f Format, name string) {
	c.t.Helper()
	file, err := c.d.Export(id, f, "")
	if err != nil {
		c.t.Fatal(err)
	}
	c.write(name, file.Data)
}

func (c *court) write(name string, data []byte) {
	c.t.Helper()
	if err := os.WriteFile(c.path(name), data, 0o600); err != nil {
		c.t.Fatal(err)
	}
}

// serve starts the two responders, which also refuse the revoked.
func (c *court) serve() {
	c.t.Helper()
	for _, kind := range []ResponderKind{RespondAuthority, RespondDelegate} {
		s, err := c.d.Serve(Serve{CertificateID: c.server.ID, Mode: testclient.ModeMTLS, Publish: true, Responder: kind, CheckRevocation: true})
		if err != nil {
			c.t.Fatal(err)
		}
		c.asked = append(c.asked, s)
	}
}

// nginx starts one that reads the lists, and stops it when f returns.
func (c *court) nginx(f func(url string)) {
	t := c.t
	t.Helper()
	path := pkitest.Need(t, "nginx")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	c.write("nginx.conf", fmt.Appendf(nil, `
daemon off; master_process off; pid %[1]s/nginx.pid; error_log stderr crit;
events {}
http {
	access_log off;
	client_body_temp_path %[1]s/a; proxy_temp_path %[1]s/b; fastcgi_temp_path %[1]s/c; uwsgi_temp_path %[1]s/d; scgi_temp_path %[1]s/e;
	server {
		listen %[2]s ssl;
		ssl_certificate %[1]s/server.pem; ssl_certificate_key %[1]s/server.key;
		ssl_client_certificate %[1]s/root.pem; ssl_verify_client on; ssl_verify_depth 2;
		ssl_crl %[1]s/lists.pem;
		location / { return 200 "let in"; }
	}
}`, c.dir, address))
	cmd := exec.Command(path, "-p", c.dir, "-c", c.path("nginx.conf"))
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		cmd.Process.Kill()
		cmd.Wait()
	}()
	for range 500 {
		if conn, err := net.Dial("tcp", address); err == nil {
			conn.Close()
			f("https://" + address)
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("nginx does not listen")
}

// fetchLists saves the lists as others get them.
func (c *court) fetchLists() {
	t := c.t
	t.Helper()
	var both []byte
	for name, id := range map[string]ID{"Root": c.root.ID, "Issuing": c.issuing.ID} {
		pkitest.Run(t, "curl", "--silent", "--show-error", "--fail", "--output", c.path(name+".crl"), c.asked[0].CRLURL(name))
		file, err := c.d.CRLFile(id, CRLPEM)
		if err != nil {
			t.Fatal(err)
		}
		der, err := c.d.CRLFile(id, CRLDER)
		if err != nil {
			t.Fatal(err)
		}
		if fetched, err := os.ReadFile(c.path(name + ".crl")); err != nil || string(fetched) != string(der.Data) {
			t.Errorf("the list of %s that was fetched is not the newest: %v", name, err)
		}
		both = append(both, file.Data...)
		c.write(name+"-list.pem", file.Data)
	}
	c.write("lists.pem", both)
}

// agree asks everybody about everybody; reasons says who is revoked and why.
func (c *court) agree(reasons map[string]pki.Reason) {
	c.t.Helper()
	c.fetchLists()
	c.nginx(func(url string) {
		for _, name := range []string{"alice", "bob"} {
			_, revoked := reasons[name]
			c.curl(name, url, revoked, "let in")
		}
	})
	for _, name := range []string{"alice", "bob"} {
		reason, revoked := reasons[name]
		c.openssl(name, revoked)
		for _, s := range c.asked {
			c.ocsp(s, name, reason, revoked)
			c.curl(name, s.URL()+"/hello", revoked, "Hello, world!")
		}
	}
}

func (c *court) curl(name, url string, revoked bool, want string) {
	c.t.Helper()
	out, err := pkitest.Try(c.t, "curl", "--silent", "--show-error", "--fail", "--cacert", c.path("root.pem"),
		"--cert", c.path(name+"-chain.pem"), "--key", c.path(name+".key"), url)
	if (err != nil) != revoked || !revoked && !strings.Contains(out, want) {
		c.t.Errorf("%s at %s, revoked %v: %v\n%s", name, url, revoked, err, out)
	}
}

func (c *court) openssl(name string, revoked bool) {
	c.t.Helper()
	for _, args := range [][]string{{"-crl_check", "-CRLfile", c.path("Issuing-list.pem")}, {"-crl_check_all", "-CRLfile", c.path("lists.pem")}} {
		out, err := pkitest.Try(c.t, "openssl", append(append([]string{"verify", "-x509_strict", "-CAfile", c.path("root.pem"),
			"-untrusted", c.path("issuing.pem")}, args...), c.path(name+".pem"))...)
		if (err != nil) != revoked || revoked && !strings.Contains(out, "certificate revoked") {
			c.t.Errorf("openssl verify %s %s, revoked %v: %v\n%s", args[0], name, revoked, err, out)
		}
	}
	out := pkitest.Run(c.t, "certtool", "--verify-crl", "--load-ca-certificate", c.path("issuing.pem"), "--infile", c.path("Issuing-list.pem"))
	if !strings.Contains(out, "Verified") {
		c.t.Errorf("certtool --verify-crl:\n%s", out)
	}
}

func (c *court) ocsp(s *testclient.Server, name string, reason pki.Reason, revoked bool) {
	t := c.t
	t.Helper()
	want, told := name+".pem: good", ""
	if revoked {
		want, told = name+".pem: revoked", "Reason: "+string(reason)
	}
	ask := []string{"ocsp", "-issuer", c.path("issuing.pem"), "-cert", c.path(name + ".pem"), "-CAfile", c.path("root.pem"), "-verify_other", c.path("issuing.pem")}
	out := pkitest.Run(t, "openssl", append(ask, "-url", s.OCSPURL())...)
	if !strings.Contains(out, "Response verify OK") || !strings.Contains(out, want) || !strings.Contains(out, told) || strings.Contains(out, "WARNING") {
		t.Errorf("openssl ocsp by POST, want %q %q:\n%s", want, told, out)
	}
	pkitest.Run(t, "openssl", "ocsp", "-issuer", c.path("issuing.pem"), "-cert", c.path(name+".pem"), "-reqout", c.path("request"), "-no_nonce")
	request, err := os.ReadFile(c.path("request"))
	if err != nil {
		t.Fatal(err)
	}
	address := s.OCSPURL() + "/" + url.PathEscape(base64.StdEncoding.EncodeToString(request))
	pkitest.Run(t, "curl", "--silent", "--show-error", "--fail", "--output", c.path("response"), address)
	out = pkitest.Run(t, "openssl", append(ask, "-no_nonce", "-respin", c.path("response"))...)
	if !strings.Contains(out, "Response verify OK") || !strings.Contains(out, want) || !strings.Contains(out, told) {
		t.Errorf("openssl ocsp by GET, want %q %q:\n%s", want, told, out)
	}
	out = pkitest.Run(t, "ocsptool", "--ask="+s.OCSPURL(), "--load-issuer", c.path("issuing.pem"), "--load-cert", c.path(name+".pem"), "--load-trust", c.path("issuing.pem"), "--nonce")
	if !strings.Contains(out, "Verifying OCSP Response: Success") || !strings.Contains(out, "Certificate Status: "+strings.TrimPrefix(want, name+".pem: ")) {
		t.Errorf("ocsptool --ask, want %q:\n%s", want, out)
	}
}

func TestEverybodyAgreesWhoIsRevoked(t *testing.T) {
	c := newCourt(t)
	ctx := context.Background()
	for _, id := range []ID{c.root.ID, c.issuing.ID} {
		if _, err := c.d.MakeCRL(ctx, id, 1); err != nil {
			t.Fatal(err)
		}
	}
	c.serve()
	c.agree(nil)
	if _, err := c.d.Revoke(ctx, []ID{c.clients["bob"].ID}, pki.KeyCompromise, time.Time{}); err != nil {
		t.Fatal(err)
	}
	c.agree(map[string]pki.Reason{"bob": pki.KeyCompromise})
	if _, err := c.d.Hold(ctx, []ID{c.clients["alice"].ID}); err != nil {
		t.Fatal(err)
	}
	c.agree(map[string]pki.Reason{"alice": pki.CertificateHold, "bob": pki.KeyCompromise})
	if _, err := c.d.ReleaseHold(ctx, []ID{c.clients["alice"].ID}); err != nil {
		t.Fatal(err)
	}
	c.agree(map[string]pki.Reason{"bob": pki.KeyCompromise})
}

// A certificate that the authority never issued is unknown, and one of another
// authority is refused.
func TestOCSPOfStrangers(t *testing.T) {
	c := newCourt(t)
	c.serve()
	key, err := c.d.key(c.issuing)
	if err != nil {
		t.Fatal(err)
	}
	certs, err := c.d.certificates([]Certificate{c.issuing})
	if err != nil {
		t.Fatal(err)
	}
	stray, _ := pkitest.Client(t, pki.Issuer{Certificate: certs[0], Key: key}, "stray")
	c.write("stray.pem", pki.EncodeCertificates(stray))
	other := pkitest.Root(t, "Other")
	foreign, _ := pkitest.Client(t, other, "foreign")
	c.write("other.pem", pki.EncodeCertificates(other.Certificate))
	c.write("foreign.pem", pki.EncodeCertificates(foreign))
	for _, s := range c.asked {
		out := pkitest.Run(t, "openssl", "ocsp", "-issuer", c.path("issuing.pem"), "-cert", c.path("stray.pem"), "-url", s.OCSPURL(),
			"-CAfile", c.path("root.pem"), "-verify_other", c.path("issuing.pem"))
		if !strings.Contains(out, "stray.pem: unknown") || !strings.Contains(out, "Response verify OK") {
			t.Errorf("stray:\n%s", out)
		}
		out, _ = pkitest.Try(t, "openssl", "ocsp", "-issuer", c.path("other.pem"), "-cert", c.path("foreign.pem"), "-url", s.OCSPURL(), "-CAfile", c.path("other.pem"))
		if !strings.Contains(out, "unauthorized (6)") {
			t.Errorf("another authority's:\n%s", out)
		}
	}
}
