package desk

import (
	"context"
	"errors"
	"fmt"
	"net"
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

// company is one of two, with a vault, an authority and the other as a partner.
type company struct {
	*Desk
	name    string
	root    Certificate
	partner Partner
	kits    string // where it leaves what it sends
}

func newCompany(t *testing.T, name, other string) *company {
	t.Helper()
	d, err := Create(filepath.Join(t.TempDir(), "v", VaultFile), passphrase, Options{KDF: storage.LightKDF(), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	c := &company{Desk: d, name: name, kits: t.TempDir()}
	c.root = d.mustIssue(t, "", named(pki.Authority, name+" Root"))
	c.partner = d.mustPartner(t, other, c.root.ID, Directions()...)
	return c
}

// sends writes a kit and notes it as sent.
func (c *company) sends(t *testing.T, file string) string {
	t.Helper()
	path := filepath.Join(c.kits, file)
	kit := c.writeKit(t, c.partner.ID, path, KitOptions{})
	if _, err := c.MarkSent(c.partner.ID, kit.Prints); err != nil {
		t.Fatal(err)
	}
	return path
}

// makes makes its own certificate for a direction.
func (c *company) makes(t *testing.T, dir Direction, names ...pki.Name) Certificate {
	t.Helper()
	r, err := c.SuggestOurs(c.partner.ID, dir)
	if err != nil {
		t.Fatal(err)
	}
	r.Names = append(r.Names, names...)
	made, err := c.MakeOurs(context.Background(), c.partner.ID, dir, r)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func (c *company) calls(t *testing.T, url string) PartnerTried {
	t.Helper()
	c.mustChange(t, c.partner.ID, func(p *Partner) { p.WeCall.URL = url })
	tried, err := c.TryPartner(context.Background(), c.partner.ID, WeCall, false, nil)
	if err != nil {
		t.Fatal(err)
	}
	if tried.StandIn {
		t.Error("it went to a stand-in")
	}
	return tried
}

var here = pki.Name{Kind: pki.NameIP, Value: "127.0.0.1", Shown: "127.0.0.1"}

// TestTwoCompanies: A and B exchange kits and nothing else, then each calls the
// other: A's client B's nginx, B's client A's local server. Before A has sent
// its authority, B's server refuses it.
func TestTwoCompanies(t *testing.T) {
	nginx := pkitest.Need(t, "nginx")
	a, b := newCompany(t, "Acme", "Globex"), newCompany(t, "Globex", "Acme")
	a.makes(t, WeCall)
	ofA := a.makes(t, TheyCall, here)
	b.makes(t, WeCall)
	ofB := b.makes(t, TheyCall, here)
	b.trustKit(t, b.partner.ID, a.sends(t, "to-globex.zip"))
	a.trustKit(t, a.partner.ID, b.sends(t, "to-acme"))
	for _, c := range []*company{a, b} {
		for _, other := range []*company{a, b} {
			holdsNoKey(t, c.secrets(t), other.kits)
		}
		for _, code := range []string{LineAuthoritySent, LineTheirAuthority, LineOurCertificate} {
			c.mustBe(t, c.partner.ID, WeCall, code, LineDone)
			c.mustBe(t, c.partner.ID, TheyCall, code, LineDone)
		}
	}
	url := startNginx(t, nginx, serverFolder(t, a, b, ofB), "Acme-Root-ca.pem")
	if tried := a.calls(t, url); !tried.Passed() || tried.Status != 200 || !strings.Contains(string(tried.Result.Body), "let in CN=client-for-globex") {
		t.Errorf("A calls B: %+v, %s", tried.PartnerTry, tried.Result.Body)
	}
	a.mustBe(t, a.partner.ID, WeCall, LineTry, LineDone)
	aServes(t, a, b, ofA)
}

// serverFolder is what B's server runs with: its own certificate and key, and
// the authority from A's kit.
func serverFolder(t *testing.T, a, b *company, ofB Certificate) string {
	t.Helper()
	folder := t.TempDir()
	var kit kitReader
	if err := kit.read(context.Background(), []string{filepath.Join(a.kits, "to-globex.zip")}); err != nil {
		t.Fatal(err)
	}
	for _, part := range kit.parts {
		if part.path == "Acme-Root-ca.pem" {
			if err := os.WriteFile(filepath.Join(folder, part.path), part.data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, format := range []Format{Chain, Key} {
		f, err := b.Export(ofB.ID, format, "")
		if err == nil {
			f.Name = string(format)
			err = WriteFile(filepath.Join(folder, f.Name), f, false)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// aServes has A run its local server, which lets in whom B's authority signed,
// and nobody else.
func aServes(t *testing.T, a, b *company, ofA Certificate) {
	t.Helper()
	p, err := a.Partner(a.partner.ID)
	if err != nil {
		t.Fatal(err)
	}
	local, err := a.Serve(Serve{CertificateID: ofA.ID, ClientCAs: p.TheirIDs, Mode: testclient.ModeMTLS})
	if err != nil {
		t.Fatal(err)
	}
	if tried := b.calls(t, local.URL()+"/hello"); !tried.Passed() || string(tried.Result.Body) != "Hello, world!\n" {
		t.Errorf("B calls A: %+v", tried.PartnerTry)
	}
	stranger := a.mustIssue(t, a.root.ID, named(pki.Client, "stranger"))
	refused, err := a.Connect(context.Background(), Try{URL: local.URL() + "/hello", CertificateID: stranger.ID, TrustIDs: []ID{a.root.ID}}, nil)
	if err != nil || refused.OK() || refused.Diagnosis.Code != "client-authority-unknown" {
		t.Errorf("a client of another authority: %+v, %v", refused.Diagnosis, err)
	}
}

// startNginx starts one that requires client certificates of an authority, until
// the test ends, and gives its address.
func startNginx(t *testing.T, nginx, folder, ca string) string {
	t.Helper()
	port := freePort(t)
	conf := filepath.Join(folder, "nginx.conf")
	text := fmt.Sprintf(`
daemon off; master_process off; pid %[1]s/nginx.pid; error_log stderr crit;
events {}
http {
	access_log off;
	client_body_temp_path %[1]s/a; proxy_temp_path %[1]s/b; fastcgi_temp_path %[1]s/c; uwsgi_temp_path %[1]s/d; scgi_temp_path %[1]s/e;
	server {
		listen 127.0.0.1:%[2]d ssl;
		ssl_certificate %[1]s/chain; ssl_certificate_key %[1]s/key;
		ssl_client_certificate %[1]s/%[3]s;
		ssl_verify_client on;
		location / { return 200 "let in $ssl_client_s_dn"; }
	}
}`, folder, port, ca)
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(nginx, "-p", folder, "-c", conf)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	for range 1000 {
		if conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port)); err == nil {
			conn.Close()
			return fmt.Sprintf("https://127.0.0.1:%d/", port)
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("nginx does not listen")
	return ""
}

// TestCompaniesThatSignForEachOther: A's client is signed by B, B's client by A;
// only requests, certificates and authorities change hands.
func TestCompaniesThatSignForEachOther(t *testing.T) {
	a, b := newCompany(t, "Acme", "Globex"), newCompany(t, "Globex", "Acme")
	ctx := context.Background()
	for _, c := range []*company{a, b} {
		c.mustChange(t, c.partner.ID, func(p *Partner) { p.WeCall.SetOurSigner(Them) })
		c.makes(t, TheyCall, here)
		r, err := c.SuggestOurs(c.partner.ID, WeCall)
		if err == nil {
			_, err = c.RequestOurs(ctx, c.partner.ID, WeCall, r)
		}
		if err != nil {
			t.Fatal(err)
		}
		c.mustBe(t, c.partner.ID, WeCall, LineRequestSent, LineOpen)
	}
	b.trustKit(t, b.partner.ID, a.sends(t, "ask.zip"))
	a.trustKit(t, a.partner.ID, b.sends(t, "ask.zip"))
	for _, c := range []*company{a, b} {
		c.mustBe(t, c.partner.ID, WeCall, LineAnswer, LineWaiting)
		c.mustBe(t, c.partner.ID, TheyCall, LineTheirs, LineOpen)
		if _, err := c.SignTheirs(ctx, c.partner.ID, WeCall); !errors.Is(err, ErrNoTheirRequest) {
			t.Errorf("signed where nothing was asked: %v", err)
		}
		if _, err := c.SignTheirs(ctx, c.partner.ID, TheyCall); err != nil {
			t.Fatal(err)
		}
		c.mustBe(t, c.partner.ID, TheyCall, LineTheirsSent, LineOpen)
	}
	b.trustKit(t, b.partner.ID, a.sends(t, "answer.zip"))
	a.trustKit(t, a.partner.ID, b.sends(t, "answer.zip"))
	for _, pair := range [][2]*company{{a, b}, {b, a}} {
		c, other := pair[0], pair[1]
		holdsNoKey(t, c.secrets(t), c.kits)
		holdsNoKey(t, c.secrets(t), other.kits)
		c.mustBe(t, c.partner.ID, WeCall, LineAnswer, LineDone)
		c.mustBe(t, c.partner.ID, TheyCall, LineTheirsSent, LineDone)
		_, theirs, err := other.routeOf(other.partner.ID, TheyCall)
		if err != nil {
			t.Fatal(err)
		}
		local, err := other.Serve(Serve{CertificateID: theirs.Ours.ID, ClientCAs: []ID{other.root.ID}, Mode: testclient.ModeMTLS})
		if err != nil {
			t.Fatal(err)
		}
		tried := c.calls(t, local.URL()+"/hello")
		if !tried.Passed() {
			t.Errorf("%s calls %s: %+v", c.name, other.name, tried.PartnerTry)
		}
		seen := local.Connections()
		if len(seen) != 1 || !strings.Contains(fmt.Sprint(seen[0].Chain), other.name+" Root") {
			t.Errorf("%s saw %+v", other.name, seen)
		}
	}
}

// TestTheirClientIsWaitedFor: A's server refuses a client that B's authority did
// not sign and goes on waiting, then lets B's in; that is the direction's last
// try.
func TestTheirClientIsWaitedFor(t *testing.T) {
	a, b := newCompany(t, "Acme", "Globex"), newCompany(t, "Globex", "Acme")
	ctx := context.Background()
	if _, err := a.WaitForPartner(ctx, a.partner.ID, PartnerWait{}); !errors.Is(err, ErrNoPartnerCertificate) {
		t.Errorf("without a certificate: %v", err)
	}
	a.makes(t, TheyCall, here)
	b.makes(t, WeCall)
	if _, err := a.WaitForPartner(ctx, a.partner.ID, PartnerWait{}); !errors.Is(err, ErrNoTheirAuthority) {
		t.Errorf("without their authority: %v", err)
	}
	b.trustKit(t, b.partner.ID, a.sends(t, "kit.zip"))
	a.trustKit(t, a.partner.ID, b.sends(t, "kit.zip"))
	stranger := a.mustIssue(t, a.root.ID, named(pki.Client, "stranger"))
	address, seen := make(chan string, 1), 0
	var done PartnerTried
	over := make(chan error, 1)
	go func() {
		var err error
		done, err = a.WaitForPartner(ctx, a.partner.ID, PartnerWait{
			Started: func(w PartnerWaiting) { address <- w.URL }, Seen: func(testclient.Connection) { seen++ }})
		over <- err
	}()
	url := <-address
	if _, err := a.Connect(ctx, Try{URL: url + "/hello", CertificateID: stranger.ID, TrustIDs: []ID{a.root.ID}}, nil); err != nil {
		t.Fatal(err)
	}
	if tried := b.calls(t, url+"/hello"); !tried.Passed() {
		t.Errorf("B calls A: %+v", tried.PartnerTry)
	}
	if err := <-over; err != nil {
		t.Fatal(err)
	}
	last := done.Partner.TheyCall.Last
	if !last.Passed() || last.StandIn || last.Status != 200 || last.URL != url || seen != 2 || done.Server[0].ClientName != "client-for-acme" {
		t.Errorf("it is %+v after %d, %+v", last, seen, done.Server)
	}
	if noted, err := a.Activities(1); err != nil || noted[0].Verb != "partner-call" || noted[0].Detail["client"] != "client-for-acme" {
		t.Errorf("the history says %+v, %v", noted, err)
	}
	stop, cancel := context.WithCancel(ctx)
	if _, err := a.WaitForPartner(stop, a.partner.ID, PartnerWait{Started: func(PartnerWaiting) { cancel() }}); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
}

// TestTheirClientComesFromElsewhere: A's server waits on every address of this
// computer, and says which of them its certificate has; B's client, curl, calls
// one of those.
func TestTheirClientComesFromElsewhere(t *testing.T) {
	curl := pkitest.Need(t, "curl")
	a, b := newCompany(t, "Acme", "Globex"), newCompany(t, "Globex", "Acme")
	own := testclient.OwnAddresses()
	if len(own) == 0 {
		t.Skip("this computer has no address that others reach")
	}
	a.makes(t, TheyCall, here, pki.Name{Kind: pki.NameIP, Value: own[0], Shown: own[0]})
	ofB := b.makes(t, WeCall)
	b.trustKit(t, b.partner.ID, a.sends(t, "kit.zip"))
	a.trustKit(t, a.partner.ID, b.sends(t, "kit.zip"))
	folder := t.TempDir()
	ofA, err := b.Partner(b.partner.ID)
	if err != nil || len(ofA.TheirIDs) != 1 {
		t.Fatalf("whom B trusts: %v, %v", ofA.TheirIDs, err)
	}
	for id, formats := range map[ID][]Format{ofB.ID: {Chain, Key}, ofA.TheirIDs[0]: {PEM}} {
		for _, format := range formats {
			f, err := b.Export(id, format, "")
			if err == nil {
				err = WriteFile(filepath.Join(folder, string(format)), f, false)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	waiting, over := make(chan PartnerWaiting, 1), make(chan error, 1)
	go func() {
		_, err := a.WaitForPartner(t.Context(), a.partner.ID, PartnerWait{Address: testclient.AllAddresses,
			Started: func(w PartnerWaiting) { waiting <- w }})
		over <- err
	}()
	w := <-waiting
	var codes []string
	for _, said := range w.Say() {
		codes = append(codes, said.Code)
	}
	if !w.All || len(w.Reaches) != len(own) || w.Reaches[0].Host != own[0] || codes[0] != "all" || codes[1] != "at" || len(own) > 1 && codes[2] != "unnamed" {
		t.Errorf("%+v: %v", w, codes)
	}
	out, err := exec.Command(curl, "-sS", "--noproxy", "*", "--cert", filepath.Join(folder, "chain"), "--key", filepath.Join(folder, "key"),
		"--cacert", filepath.Join(folder, "pem"), w.Reaches[0].URL+"/hello").CombinedOutput()
	if err != nil || string(out) != "Hello, world!\n" {
		t.Errorf("curl: %v: %s", err, out)
	}
	if err := <-over; err != nil {
		t.Error(err)
	}
	if _, err := a.WaitForPartner(t.Context(), a.partner.ID, PartnerWait{Address: "203.0.113.99"}); Explain(err).Code != "port-not-here" {
		t.Errorf("an address of another computer: %v", err)
	}
}
