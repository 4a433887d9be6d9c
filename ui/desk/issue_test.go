package desk

import (
	"context"
	"crypto/x509"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"countersign/pki"
)

func TestIssueKeepsCertificateKeyAndEvent(t *testing.T) {
	d := newDesk(t)
	root := d.mustIssue(t, "", named(pki.Authority, "Root"))
	r := named(pki.Server, "api.acme.test")
	r.Names, _ = pki.ParseNames("api.acme.test, 10.0.0.7")
	leaf := d.mustIssue(t, root.ID, r)

	want := Certificate{
		ID: leaf.ID, Name: "api.acme.test", Kind: pki.Server, IssuerID: root.ID, Issuer: "Root",
		Names: []string{"api.acme.test", "10.0.0.7"}, Serial: leaf.Serial, Fingerprint: leaf.Fingerprint,
		NotBefore: leaf.NotBefore, NotAfter: leaf.NotAfter, Made: fixed, HasKey: true, KeyID: leaf.ID, Key: pki.P256, Origin: "made",
	}
	if diff := cmp.Diff(want, leaf); diff != "" {
		t.Errorf("issued (-want +got):\n%s", diff)
	}
	d.forget() // as read from the vault again
	list, err := d.Certificates(Filter{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]Certificate{want}, list); diff != "" {
		t.Errorf("listed (-want +got):\n%s", diff)
	}
	if file, err := d.Export(leaf.ID, Key, ""); err != nil || !strings.Contains(string(file.Data), "PRIVATE KEY") {
		t.Errorf("its key: %v", err)
	}
	events, err := d.Activities(10)
	if err != nil || len(events) < 3 || events[1].Verb != "issue" || events[1].Subject != leaf.ID {
		t.Errorf("activities %+v, %v", events, err)
	}
}

func TestIntermediateChain(t *testing.T) {
	d := newDesk(t)
	root := d.mustIssue(t, "", named(pki.Authority, "Root"))
	issuing := d.mustIssue(t, root.ID, named(pki.Authority, "Issuing"))
	leaf := d.mustIssue(t, issuing.ID, named(pki.Client, "alice"))

	detail, err := d.Detail(leaf.ID)
	if err != nil {
		t.Fatal(err)
	}
	want := []Link{{root.ID, "Root"}, {issuing.ID, "Issuing"}, {leaf.ID, "alice"}}
	if diff := cmp.Diff(want, detail.Chain); diff != "" {
		t.Errorf("chain (-want +got):\n%s", diff)
	}
	authorities, err := d.Authorities()
	if err != nil || len(authorities) != 2 || authorities[0].ID != root.ID || authorities[1].ID != issuing.ID {
		t.Errorf("authorities %v, %v", authorities, err)
	}
	chain, err := d.Export(leaf.ID, Chain, "")
	if err != nil || strings.Count(string(chain.Data), "BEGIN CERTIFICATE") != 2 {
		t.Errorf("the chain holds not two certificates: %v\n%s", err, chain.Data)
	}
	bundle, err := d.Export(leaf.ID, P12, "secret")
	if err != nil {
		t.Fatal(err)
	}
	back, err := pki.DecodePKCS12(bundle.Data, "secret")
	if err != nil || len(back.Chain) != 2 || back.Certificate.Subject.CommonName != "alice" {
		t.Errorf("the bundle gives back %d of the chain, %v", len(back.Chain), err)
	}
}

func TestFaultsComeTogether(t *testing.T) {
	d := newDesk(t)
	d.mustIssue(t, "", named(pki.Authority, "Root"))
	r := named(pki.Authority, "root") // the same to a person
	r.Subject.Country = "Nowhere"
	r.Key = "rsa512"
	_, err := d.Issue(context.Background(), IssueRequest{Request: r})
	var faults pki.Faults
	if !errors.As(err, &faults) {
		t.Fatalf("got %v, want faults", err)
	}
	var codes []string
	for _, f := range faults {
		codes = append(codes, f.Code)
	}
	slices.Sort(codes)
	if diff := cmp.Diff([]string{"country-two-letters", "key-unknown", "name-taken"}, codes); diff != "" {
		t.Errorf("codes (-want +got):\n%s", diff)
	}
	p, err := d.Preview(IssueRequest{Request: r})
	if err != nil || len(p.Faults) != 3 {
		t.Errorf("the preview has faults %v, %v", p.Faults, err)
	}
}

func TestIssueAllIsAllOrNothing(t *testing.T) {
	d := newDesk(t)
	root := d.mustIssue(t, "", named(pki.Authority, "Root"))
	good, bad := named(pki.Client, "a"), named(pki.Client, "")
	if _, err := d.IssueAll(context.Background(), []IssueRequest{{IssuerID: root.ID, Request: good}, {IssuerID: root.ID, Request: bad}}); err == nil {
		t.Fatal("a faulty request was issued")
	}
	if list, _ := d.Certificates(Filter{}); len(list) != 0 {
		t.Errorf("%d certificates kept of a refused act", len(list))
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := d.Issue(ctx, IssueRequest{IssuerID: root.ID, Request: good}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled issue: %v", err)
	}
}

func TestIssuerMustBeAnAuthorityThatIsThere(t *testing.T) {
	d := newDesk(t)
	root := d.mustIssue(t, "", named(pki.Authority, "Root"))
	leaf := d.mustIssue(t, root.ID, named(pki.Client, "a"))
	if _, err := d.Issue(context.Background(), IssueRequest{IssuerID: leaf.ID, Request: named(pki.Client, "b")}); !errors.Is(err, ErrNotAuthority) {
		t.Errorf("under a leaf: %v, want ErrNotAuthority", err)
	}
	var missing *NotFoundError
	if _, err := d.Issue(context.Background(), IssueRequest{IssuerID: ID(strings.Repeat("0", 32)), Request: named(pki.Client, "b")}); !errors.As(err, &missing) {
		t.Errorf("under nobody: %v, want *NotFoundError", err)
	}
}

func TestPreviewCapsAtTheIssuer(t *testing.T) {
	d := newDesk(t)
	short := named(pki.Authority, "Short")
	short.NotAfter = fixed.AddDate(0, 1, 0)
	root := d.mustIssue(t, "", short)
	r := named(pki.Client, "a")
	r.NotAfter = fixed.AddDate(1, 0, 0)
	p, err := d.Preview(IssueRequest{IssuerID: root.ID, Request: r})
	if err != nil || !p.NotAfter.Equal(root.NotAfter) {
		t.Errorf("ends %v, %v; want %v", p.NotAfter, err, root.NotAfter)
	}
	if !slices.ContainsFunc(p.Warnings, func(w pki.Warning) bool { return w.Code == pki.WarningValidityAfterIssuer }) {
		t.Errorf("warnings %+v do not tell that it was cut", p.Warnings)
	}
	if leaf := d.mustIssue(t, root.ID, r); !leaf.NotAfter.Equal(p.NotAfter) {
		t.Errorf("issued until %v, previewed until %v", leaf.NotAfter, p.NotAfter)
	}
	if diff := cmp.Diff([]string{"Short", "a"}, p.Chain); diff != "" {
		t.Error(diff)
	}
}

func TestHealth(t *testing.T) {
	c := Certificate{NotBefore: fixed, NotAfter: fixed.AddDate(0, 0, 100)}
	for _, test := range []struct {
		days int
		want Health
		left int
	}{{-1, NotYetValid, 101}, {1, Good, 99}, {70, Good, 30}, {71, Expiring, 29}, {101, Expired, -1}} {
		now := fixed.AddDate(0, 0, test.days)
		if got := c.Health(now); got != test.want || pki.CalendarDays(now, c.NotAfter) != test.left {
			t.Errorf("day %d: %s with %d days left, want %s, %d", test.days, got, pki.CalendarDays(now, c.NotAfter), test.want, test.left)
		}
	}
	for _, test := range []struct {
		name string
		days int // of its life
		left time.Duration
		want Health
	}{
		{"10 days, new", 10, 10 * 24 * time.Hour, Good},
		{"10 days, a third left", 10, 80 * time.Hour, Good},
		{"10 days, less than a third left", 10, 80*time.Hour - time.Second, Expiring},
		{"90 days, 30 left", 90, 30 * 24 * time.Hour, Good},
		{"90 days, less left", 90, 30*24*time.Hour - time.Second, Expiring},
		{"10 years, 31 days left", 3650, 31 * 24 * time.Hour, Good},
		{"10 years, less than 30 days left", 3650, 30*24*time.Hour - time.Second, Expiring},
	} {
		c := Certificate{NotBefore: fixed, NotAfter: fixed.AddDate(0, 0, test.days)}
		if got := c.Health(c.NotAfter.Add(-test.left)); got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
	c.Revoked = true
	if got := c.Health(fixed); got != Revoked {
		t.Errorf("revoked: %s", got)
	}
}

func TestExampleIsMadeOnce(t *testing.T) {
	d := newDesk(t)
	first, err := d.MakeExample(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	again, err := d.MakeExample(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(first, again); diff != "" {
		t.Errorf("made anew (-first +again):\n%s", diff)
	}
}

// What the desk issues is good for Go's own verifier.
func TestIssuedVerifies(t *testing.T) {
	d := newDesk(t)
	root := d.mustIssue(t, "", named(pki.Authority, "Root"))
	for _, kind := range pki.KeyKinds() {
		if strings.HasPrefix(string(kind), "rsa") && kind != pki.RSA2048 {
			continue // the same code; their keys take seconds
		}
		r := named(pki.Server, "localhost")
		r.Names, _ = pki.ParseNames("localhost")
		r.Key = kind
		c := d.mustIssue(t, root.ID, r)
		detail, err := d.Detail(c.ID)
		if err != nil {
			t.Fatal(err)
		}
		roots := x509.NewCertPool()
		top, err := d.Detail(root.ID)
		if err != nil {
			t.Fatal(err)
		}
		roots.AddCert(top.X509)
		_, err = detail.X509.Verify(x509.VerifyOptions{Roots: roots, DNSName: "localhost", CurrentTime: fixed})
		if err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
}
