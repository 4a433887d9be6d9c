package pki

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestIndexIsReadAsItWasWritten(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	entries := []IndexEntry{
		{NotAfter: now.AddDate(1, 0, 0), Serial: big.NewInt(0xabc), Subject: "/CN=alice"},
		{NotAfter: now.AddDate(-1, 0, 0), Serial: big.NewInt(1), Subject: "/CN=old"},
		{NotAfter: now.AddDate(30, 0, 0), Serial: big.NewInt(2), Subject: "/CN=long"},
		{NotAfter: now, Serial: big.NewInt(3), Subject: "/CN=a", Revoked: true, At: now.AddDate(0, -1, 0), Reason: "keyCompromise"},
		{NotAfter: now, Serial: big.NewInt(4), Subject: "/CN=b", Revoked: true, At: now, Reason: "cACompromise"},
		{NotAfter: now, Serial: big.NewInt(5), Subject: "/CN=c", Revoked: true, At: now, Reason: "certificateHold"},
		{NotAfter: now, Serial: big.NewInt(6), Subject: "/CN=d", Revoked: true, At: now, Reason: "unspecified"},
	}
	text := AppendIndex(nil, now, entries...)
	const first = "V\t271122120000Z\t\t0ABC\tunknown\t/CN=alice\nE\t251122120000Z\t\t01\tunknown\t/CN=old\nV\t20561122120000Z\t"
	if got := string(text[:len(first)]); got != first {
		t.Errorf("it begins\n%swant\n%s", got, first)
	}
	back, err := ParseIndex(text)
	if diff := cmp.Diff(entries, back, cmp.Comparer(func(a, b *big.Int) bool { return a.Cmp(b) == 0 })); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
	withdrawn := IndexEntry{NotAfter: now, Serial: big.NewInt(7), Revoked: true, At: now, Reason: "privilegeWithdrawn"}
	if got, want := string(AppendIndex(nil, now, withdrawn)), "R\t261122120000Z\t261122120000Z\t07\tunknown\t\n"; got != want {
		t.Errorf("it says %q, want %q", got, want)
	}
}

func TestIndexSubject(t *testing.T) {
	for _, c := range []struct {
		name pkix.Name
		want string
	}{
		{pkix.Name{CommonName: "alice", Organization: []string{"Acme"}, Country: []string{"TW"}}, "/C=TW/O=Acme/CN=alice"},
		{pkix.Name{CommonName: "a\tb\nc"}, `/CN=a\x09b\x0Ac`},
		{pkix.Name{CommonName: "名"}, `/CN=\xE5\x90\x8D`},
		{pkix.Name{ExtraNames: []pkix.AttributeTypeAndValue{{Type: asn1.ObjectIdentifier{1, 2, 3}, Value: "x"}}}, "/1.2.3=x"},
		{pkix.Name{}, ""},
	} {
		raw, err := asn1.Marshal(c.name.ToRDNSequence())
		if err != nil {
			t.Fatal(err)
		}
		if got := IndexSubject(&x509.Certificate{RawSubject: raw}); got != c.want {
			t.Errorf("%v: %q, want %q", c.name, got, c.want)
		}
	}
}
