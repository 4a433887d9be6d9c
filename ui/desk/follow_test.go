package desk

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net/http"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/ocsp"

	"countersign/pki"
	"countersign/pki/pkitest"
	"countersign/testclient"
)

// A server that outlives the vault follows its file: who is revoked by another
// program is refused with the next request, on a connection that is open too,
// and the list and the responder say so. While another has the vault open, what
// was known holds, and it is said.
func TestServerFollowsTheVaultsFile(t *testing.T) {
	d := newDesk(t)
	root := d.mustIssue(t, "", named(pki.Authority, "Root"))
	r := named(pki.Server, "localhost")
	r.Names, _ = pki.ParseNames("localhost")
	server := d.mustIssue(t, root.ID, r)
	alice := d.mustIssue(t, root.ID, named(pki.Client, "alice"))
	pair, err := d.pair(alice.ID)
	if err != nil {
		t.Fatal(err)
	}
	certs, err := d.certificates([]Certificate{root, alice})
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var told []error
	s, err := d.Serve(Serve{CertificateID: server.ID, Mode: testclient.ModeMTLS, Publish: true, CheckRevocation: true, Outlives: true,
		Followed: func(err error) {
			mu.Lock()
			defer mu.Unlock()
			told = append(told, err)
		}})
	if err != nil {
		t.Fatal(err)
	}
	d.Release(s)
	defer s.Close(context.Background())
	path := d.Path()
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pkitest.Pool(certs[0]), Certificates: []tls.Certificate{*pair}, Time: d.opt.Now}}}
	defer client.CloseIdleConnections()
	get := func(want int) {
		t.Helper()
		response, err := client.Get(s.URL() + "/hello")
		if err != nil {
			t.Fatal(err)
		}
		io.Copy(io.Discard, response.Body)
		response.Body.Close()
		if response.StatusCode != want {
			t.Errorf("%s, want %d", response.Status, want)
		}
	}
	get(200)
	list := fetch(t, s.CRLURL("Root"))

	other, err := Open(path, testOptions())
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Unlock(context.Background(), passphrase); err != nil {
		t.Fatal(err)
	}
	if _, err := other.Revoke(context.Background(), []ID{alice.ID}, pki.KeyCompromise, time.Time{}); err != nil {
		t.Fatal(err)
	}
	get(200) // the vault is still open elsewhere
	mu.Lock()
	if len(told) != 1 || !errors.Is(told[0], ErrInUse) {
		t.Errorf("told %v", told)
	}
	mu.Unlock()
	if err := other.Close(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(followAgain)
	get(403)
	mu.Lock()
	if len(told) != 2 || told[1] != nil {
		t.Errorf("told %v", told)
	}
	mu.Unlock()
	if _, err := client.Get(s.URL() + "/hello"); err == nil {
		t.Error("a new connection is let in")
	}
	if bytes.Equal(list, fetch(t, s.CRLURL("Root"))) {
		t.Error("the list is the old one")
	}
	mustAnswer(t, s, certs[1], certs[0], ocsp.Revoked)
}

// A vault with new keys is followed no more, and it is said why.
func TestServerCannotFollowNewKeys(t *testing.T) {
	d := newDesk(t)
	d.mustIssue(t, "", named(pki.Authority, "Root"))
	told := make(chan error, 4)
	s, err := d.Serve(Serve{Mode: testclient.ModePlain, Publish: true, Outlives: true, Followed: func(err error) { told <- err }})
	if err != nil {
		t.Fatal(err)
	}
	d.Release(s)
	defer s.Close(context.Background())
	if _, err := d.NewDataKey(context.Background(), passphrase); err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if len(fetch(t, s.CRLURL("Root"))) == 0 {
		t.Error("the list of before is gone")
	}
	if err := <-told; !errors.Is(err, ErrFollowed) || Explain(err).Code != "followed" {
		t.Errorf("%v", err)
	}
}

func mustAnswer(t *testing.T, s *testclient.Server, c, issuer *x509.Certificate, want int) {
	t.Helper()
	request, err := ocsp.CreateRequest(c, issuer, nil)
	if err != nil {
		t.Fatal(err)
	}
	got, err := ocsp.ParseResponseForCert(post(t, s.OCSPURL(), request), c, issuer)
	if err != nil || got.Status != want {
		t.Errorf("%+v, %v", got, err)
	}
}
