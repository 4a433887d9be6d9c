package desk

import (
	"context"
	"strings"
	"testing"
	"time"

	"countersign/pki"
	"countersign/testclient"
)

// A try of our own server has what both sides say, however it ends.
func TestBothViews(t *testing.T) {
	d := newDesk(t)
	root := d.mustIssue(t, "", named(pki.Authority, "Root"))
	other := d.mustIssue(t, "", named(pki.Authority, "Other"))
	r := named(pki.Server, "localhost")
	r.Names, _ = pki.ParseNames("localhost")
	server := d.mustIssue(t, root.ID, r)
	alice, bob := d.mustIssue(t, root.ID, named(pki.Client, "alice")), d.mustIssue(t, root.ID, named(pki.Client, "bob"))
	stranger := d.mustIssue(t, other.ID, named(pki.Client, "stranger"))
	if _, err := d.Revoke(context.Background(), []ID{bob.ID}, pki.KeyCompromise, time.Time{}); err != nil {
		t.Fatal(err)
	}
	s, err := d.Serve(Serve{CertificateID: server.ID, Mode: testclient.ModeMTLS, CheckRevocation: true, Plain: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		try    Try
		client string // its error, in part
		server string // its words, in part
		step   string // what the server saw in step 5
	}{
		{"let in", Try{CertificateID: alice.ID}, "", "", testclient.ViewVerified},
		{"no certificate", Try{}, "certificate required", "didn't provide a certificate", testclient.ViewRefused},
		{"wrong authority", Try{CertificateID: stranger.ID}, "unknown certificate authority", "signed by unknown authority", testclient.ViewRefused},
		{"revoked", Try{CertificateID: bob.ID}, "bad certificate", "is revoked since", testclient.ViewRefused},
		{"untrusted", Try{CertificateID: alice.ID, TrustIDs: []ID{other.ID}}, "unknown authority", "bad certificate", testclient.ViewNotReached},
		{"plain", Try{URL: s.PlainURL() + "/hello"}, "", "", testclient.ViewPlain},
	} {
		try := c.try
		if try.URL == "" {
			try.URL = s.URL() + "/hello"
		}
		if try.TrustIDs == nil {
			try.TrustIDs = []ID{root.ID}
		}
		got, err := d.Connect(context.Background(), try, nil)
		if err != nil {
			t.Fatal(err)
		}
		client := ""
		if got.Diagnosis != nil {
			client = got.Diagnosis.Raw
		}
		if got.Seen == nil {
			t.Errorf("%s: the server says nothing", c.name)
			continue
		}
		if !strings.Contains(client, c.client) || !strings.Contains(got.Seen.Refusal, c.server) || (got.Seen.Refusal == "") != (c.server == "") || got.Seen.View()[4].Code != c.step {
			t.Errorf("%s: client %q, server %q, step 5 %s", c.name, client, got.Seen.Refusal, got.Seen.View()[4].Code)
		}
	}
	d.Release(s) // no longer the desk's
	defer s.Close(context.Background())
	got, err := d.Connect(context.Background(), Try{URL: s.URL() + "/hello", CertificateID: alice.ID, TrustIDs: []ID{root.ID}}, nil)
	if err != nil || !got.OK() || got.Seen != nil {
		t.Errorf("another's server: %+v %+v %v", got.Diagnosis, got.Seen, err)
	}
}
