package desk

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"testing"
	"time"

	"golang.org/x/crypto/ocsp"

	"countersign/pki"
	"countersign/testclient"
)

// A server that outlives the vault goes on with what the vault said last; one
// that does not follows each revocation.
func TestServerThatOutlivesTheVault(t *testing.T) {
	for _, kind := range []ResponderKind{RespondAuthority, RespondDelegate} {
		d := newDesk(t)
		root := d.mustIssue(t, "", named(pki.Authority, "Root"))
		r := named(pki.Server, "localhost")
		r.Names, _ = pki.ParseNames("localhost")
		server := d.mustIssue(t, root.ID, r)
		alice := d.mustIssue(t, root.ID, named(pki.Client, "alice"))
		bob := d.mustIssue(t, root.ID, named(pki.Client, "bob"))
		if _, err := d.Revoke(context.Background(), []ID{bob.ID}, pki.Superseded, time.Time{}); err != nil {
			t.Fatal(err)
		}
		config := Serve{CertificateID: server.ID, Mode: testclient.ModeMTLS, Publish: true, CheckRevocation: true, Responder: kind}
		follows, err := d.Serve(config)
		if err != nil {
			t.Fatal(err)
		}
		config.Outlives = true
		stays, err := d.Serve(config)
		if err != nil {
			t.Fatal(err)
		}
		d.Release(stays)
		defer stays.Close(context.Background())
		certs, err := d.certificates([]Certificate{root, alice, bob})
		if err != nil {
			t.Fatal(err)
		}
		check := func(s *testclient.Server, n, want int) {
			t.Helper()
			request, err := ocsp.CreateRequest(certs[n], certs[0], nil)
			if err != nil {
				t.Fatal(err)
			}
			got, err := ocsp.ParseResponseForCert(post(t, s.OCSPURL(), request), certs[n], certs[0])
			if err != nil || got.Status != want || (got.Certificate != nil) != (kind == RespondDelegate) {
				t.Errorf("%s: %+v, %v", kind, got, err)
			}
		}
		check(follows, 1, ocsp.Good)
		check(follows, 2, ocsp.Revoked)
		if _, err := d.Hold(context.Background(), []ID{alice.ID}); err != nil {
			t.Fatal(err)
		}
		check(follows, 1, ocsp.Revoked)
		check(stays, 1, ocsp.Good)
		d.Lock()
		check(stays, 1, ocsp.Good)
		check(stays, 2, ocsp.Revoked)
		if body := fetch(t, stays.CRLURL("Root")); len(body) == 0 {
			t.Error("no list")
		}
		if _, err := http.Get(follows.OCSPURL()); err == nil {
			t.Error("the other goes on when the vault is locked")
		}
	}
}

func post(t *testing.T, url string, body []byte) []byte {
	t.Helper()
	response, err := http.Post(url, "application/ocsp-request", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return read(t, response)
}

func fetch(t *testing.T, url string) []byte {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	return read(t, response)
}

func read(t *testing.T, response *http.Response) []byte {
	t.Helper()
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%s: %v", response.Status, err)
	}
	return body
}

// The client that is refused by our own server knows why.
func TestConnectNamesARevokedCertificate(t *testing.T) {
	d := newDesk(t)
	root := d.mustIssue(t, "", named(pki.Authority, "Root"))
	r := named(pki.Server, "localhost")
	r.Names, _ = pki.ParseNames("localhost")
	server := d.mustIssue(t, root.ID, r)
	bob := d.mustIssue(t, root.ID, named(pki.Client, "bob"))
	s, err := d.Serve(Serve{CertificateID: server.ID, Mode: testclient.ModeMTLS, CheckRevocation: true})
	if err != nil {
		t.Fatal(err)
	}
	try := func() string {
		result, err := d.Connect(context.Background(), Try{URL: s.URL() + "/hello", CertificateID: bob.ID, TrustIDs: []ID{root.ID}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if result.Diagnosis == nil {
			return ""
		}
		return result.Diagnosis.Code
	}
	if got := try(); got != "" {
		t.Errorf("before: %s", got)
	}
	if _, err := d.Revoke(context.Background(), []ID{bob.ID}, pki.KeyCompromise, time.Time{}); err != nil {
		t.Fatal(err)
	}
	if got := try(); got != testclient.ClientCertificateRevoked {
		t.Errorf("after: %q", got)
	}
	if got, address, err := d.LastUse(bob.ID); err != nil || !got.Equal(fixed) || address != s.URL()+"/hello" {
		t.Errorf("last used %v at %q, %v", got, address, err)
	}
}
