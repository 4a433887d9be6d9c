package desk

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"countersign/pki"
	"countersign/testclient"
)

// partners are our desk with a server that lets in a partner's clients, and the
// partner's own vault.
type partners struct {
	ours, theirs *Desk
	server       Certificate
	root, client Certificate // theirs
	theirRoot    ID          // in our vault
	list         string
}

func newPartners(t *testing.T) partners {
	p := partners{ours: newDesk(t), theirs: newDesk(t), list: filepath.Join(t.TempDir(), "partner.crl")}
	p.root = p.theirs.mustIssue(t, "", named(pki.Authority, "Partner Root"))
	p.client = p.theirs.mustIssue(t, p.root.ID, named(pki.Client, "theirs"))
	root := p.ours.mustIssue(t, "", named(pki.Authority, "Root"))
	r := named(pki.Server, "localhost")
	r.Names, _ = pki.ParseNames("localhost")
	p.server = p.ours.mustIssue(t, root.ID, r)
	certs, err := p.theirs.certificates([]Certificate{p.root})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.ours.Import(t.Context(), Found{Certificates: []FoundCertificate{{Certificate: certs[0]}}}); err != nil {
		t.Fatal(err)
	}
	authority, err := p.ours.FindAuthority("Partner Root")
	if err != nil {
		t.Fatal(err)
	}
	p.theirRoot = authority.ID
	return p
}

func (p partners) write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// publish writes the partner's list as it is now.
func (p partners) publish(t *testing.T) {
	t.Helper()
	if _, err := p.theirs.MakeCRL(context.Background(), p.root.ID, 0); err != nil {
		t.Fatal(err)
	}
	f, err := p.theirs.CRLFile(p.root.ID, CRLPEM)
	if err != nil {
		t.Fatal(err)
	}
	p.write(t, p.list, f.Data)
}

// visit is the partner's client at our server: why it was refused, "" when it
// was not.
func (p partners) visit(t *testing.T, s *testclient.Server) string {
	t.Helper()
	pair, err := p.theirs.pair(p.client.ID)
	if err != nil {
		t.Fatal(err)
	}
	r := testclient.Run(t.Context(), testclient.Try{URL: s.URL() + "/hello", Certificate: pair, Insecure: true, Now: p.ours.opt.Now}, nil)
	c, found := s.Met(t.Context(), r.Local, r.StartedAt)
	if !found || (c.Refusal == "") != r.OK() {
		t.Fatalf("client %+v, server %+v", r.Diagnosis, c)
	}
	return c.Refusal
}

func (p partners) serve(t *testing.T, edit func(*Serve)) *testclient.Server {
	t.Helper()
	config := Serve{CertificateID: p.server.ID, Mode: testclient.ModeMTLS, ClientCAs: []ID{p.theirRoot}}
	edit(&config)
	s, err := p.ours.Serve(config)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// A partner's list in a file is followed; one that is overdue, forged or gone
// lets nobody in.
func TestServeByLists(t *testing.T) {
	p := newPartners(t)
	p.publish(t)
	s := p.serve(t, func(c *Serve) { c.CRLFiles = []string{p.list} })
	if why := p.visit(t, s); why != "" {
		t.Errorf("refused: %s", why)
	}
	if _, err := p.theirs.Revoke(context.Background(), []ID{p.client.ID}, pki.KeyCompromise, time.Time{}); err != nil {
		t.Fatal(err)
	}
	p.publish(t)
	if why := p.visit(t, s); !strings.Contains(why, "is revoked since") || !strings.Contains(why, "keyCompromise") {
		t.Errorf("revoked: %q", why)
	}
	bundle, err := p.theirs.pair(p.client.ID)
	if err != nil {
		t.Fatal(err)
	}
	try := testclient.Try{URL: s.URL() + "/hello", Certificate: bundle, Insecure: true, Now: p.ours.opt.Now}
	if r := p.ours.run(t.Context(), try, nil); r.Diagnosis == nil || r.Diagnosis.Code != testclient.ClientCertificateRevoked || r.Diagnosis.Facts["serial"] == "" {
		t.Errorf("our client says %+v", r.Diagnosis)
	}
	other := newPartners(t) // an authority of the same name
	other.publish(t)
	p.write(t, p.list, mustRead(t, other.list))
	if why := p.visit(t, s); !strings.Contains(why, errListForged.Error()) {
		t.Errorf("forged: %q", why)
	}
	if err := os.Remove(p.list); err != nil {
		t.Fatal(err)
	}
	if why := p.visit(t, s); why == "" {
		t.Error("the list is gone, and it is let in")
	}
	var path *PathError
	if _, err := p.ours.Serve(Serve{CertificateID: p.server.ID, Mode: testclient.ModeMTLS, CRLFiles: []string{p.list}}); !errors.As(err, &path) {
		t.Errorf("a file that is not there: %v", err)
	}
}

// An overdue list is as none that holds.
func TestServeByOverdueList(t *testing.T) {
	p := newPartners(t)
	p.publish(t)
	later := &Desk{opt: Options{Now: func() time.Time { return fixed.AddDate(1, 0, 0) }}}
	register, err := newElsewhere(&register{desk: later}, Serve{CRLFiles: []string{p.list}})
	if err != nil {
		t.Fatal(err)
	}
	certs, err := p.theirs.certificates([]Certificate{p.root, p.client})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := register.listed(certs[0], certs[1].SerialNumber); !errors.Is(err, errListOverdue) {
		t.Errorf("%v", err)
	}
}

// The partner's responder is asked; without an answer nobody is let in.
func TestServeByOCSP(t *testing.T) {
	for _, kind := range []ResponderKind{RespondAuthority, RespondDelegate} {
		p := newPartners(t)
		responder, err := p.theirs.Serve(Serve{Mode: testclient.ModePlain, Publish: true, Responder: kind})
		if err != nil {
			t.Fatal(err)
		}
		s := p.serve(t, func(c *Serve) { c.AskOCSP = responder.OCSPURL() })
		if why := p.visit(t, s); why != "" {
			t.Errorf("%s: refused: %s", kind, why)
		}
		if _, err := p.theirs.Revoke(context.Background(), []ID{p.client.ID}, pki.KeyCompromise, time.Time{}); err != nil {
			t.Fatal(err)
		}
		s = p.serve(t, func(c *Serve) { c.AskOCSP = responder.OCSPURL() })
		if why := p.visit(t, s); !strings.Contains(why, "is revoked since") {
			t.Errorf("%s: revoked: %q", kind, why)
		}
		if err := p.theirs.StopServer(responder); err != nil {
			t.Fatal(err)
		}
		s = p.serve(t, func(c *Serve) { c.AskOCSP = responder.OCSPURL() + "?key=s3cr3t" })
		if why := p.visit(t, s); !strings.Contains(why, "connection refused") || strings.Contains(why, "s3cr3t") {
			t.Errorf("%s: nobody answers: %q", kind, why)
		}
		web, err := p.theirs.Serve(Serve{Mode: testclient.ModePlain})
		if err != nil {
			t.Fatal(err)
		}
		s = p.serve(t, func(c *Serve) { c.AskOCSP = web.URL() + "/hello" })
		if why := p.visit(t, s); !strings.Contains(why, errNoAnswer.Error()) {
			t.Errorf("%s: no OCSP: %q", kind, why)
		}
	}
	p := newPartners(t)
	for _, address := range []string{"localhost:1", "ftp://x/", "http://"} {
		if _, err := p.ours.Serve(Serve{CertificateID: p.server.ID, Mode: testclient.ModeMTLS, AskOCSP: address}); !errors.Is(err, ErrBadResponder) {
			t.Errorf("%s: %v", address, err)
		}
	}
}
