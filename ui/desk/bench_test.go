package desk

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"countersign/pki"
)

// BenchmarkIssueClient issues one P-256 client certificate through the desk
// into the vault, beside the bare library's key and signature that are kept
// nowhere. The difference is the request's check, the sealed key, the record,
// the event, and above all the disk's sync.
func BenchmarkIssueClient(b *testing.B) {
	b.Run("ours", func(b *testing.B) {
		d := newDesk(b)
		root := d.mustIssue(b, "", named(pki.Authority, "Root"))
		for b.Loop() {
			d.mustIssue(b, root.ID, named(pki.Client, "client"))
		}
	})
	b.Run("bare", func(b *testing.B) {
		root, key := bareRoot(b)
		for b.Loop() {
			bareClient(b, root, key, "client")
		}
	})
}

// BenchmarkIssueHundred issues 100 in one act, where the sync is shared.
func BenchmarkIssueHundred(b *testing.B) {
	b.Run("ours", func(b *testing.B) {
		d := newDesk(b)
		root := d.mustIssue(b, "", named(pki.Authority, "Root"))
		requests := make([]IssueRequest, 100)
		for n := range requests {
			requests[n] = IssueRequest{IssuerID: root.ID, Request: named(pki.Client, fmt.Sprint("client ", n))}
		}
		for b.Loop() {
			if _, err := d.IssueAll(context.Background(), requests); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("bare", func(b *testing.B) {
		root, key := bareRoot(b)
		for b.Loop() {
			for n := range 100 {
				bareClient(b, root, key, fmt.Sprint("client ", n))
			}
		}
	})
}

func bareRoot(b testing.TB) (*x509.Certificate, *ecdsa.PrivateKey) {
	b.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		b.Fatal(err)
	}
	t := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Root"},
		NotBefore: fixed, NotAfter: fixed.AddDate(10, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, t, t, key.Public(), key)
	if err != nil {
		b.Fatal(err)
	}
	root, err := x509.ParseCertificate(der)
	if err != nil {
		b.Fatal(err)
	}
	return root, key
}

func bareClient(b testing.TB, root *x509.Certificate, key *ecdsa.PrivateKey, name string) {
	b.Helper()
	own, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		b.Fatal(err)
	}
	t := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name},
		NotBefore: fixed, NotAfter: fixed.AddDate(1, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	if _, err := x509.CreateCertificate(rand.Reader, t, root, own.Public(), key); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkBulk makes 10,000 P-256 client certificates into the vault, beside
// the bare library's keys and signatures on all cores that are kept nowhere.
// Both run by turns; %-of-bare is how much of the bare rate is left.
func BenchmarkBulk(b *testing.B) {
	const many = 10_000
	root, key := bareRoot(b)
	bare := func() {
		if err := inParallel(context.Background(), many, func(i int) error {
			bareClient(b, root, key, fmt.Sprint("client ", i))
			return nil
		}); err != nil {
			b.Fatal(err)
		}
	}
	b.Run("ours", func(b *testing.B) {
		var lines strings.Builder
		for n := range many {
			fmt.Fprintf(&lines, "client %d\n", n)
		}
		table, err := ReadBulk([]byte(lines.String()), BulkHint{})
		if err != nil {
			b.Fatal(err)
		}
		var oursTook, bareTook time.Duration
		for b.Loop() {
			b.StopTimer()
			d := newDesk(b)
			defaults := BulkDefaults{IssuerID: d.mustIssue(b, "", named(pki.Authority, "Root")).ID, Base: pki.NewRequest(pki.Client)}
			before := time.Now()
			bare()
			bareTook += time.Since(before)
			b.StartTimer()
			before = time.Now()
			check, err := d.CheckBulk(context.Background(), table, defaults)
			if err != nil {
				b.Fatal(err)
			}
			if _, err := d.MakeBulk(context.Background(), defaults, check.GoodItems(), nil); err != nil {
				b.Fatal(err)
			}
			oursTook += time.Since(before)
		}
		b.ReportMetric(100*float64(bareTook)/float64(oursTook), "%-of-bare")
		b.ReportMetric(many*float64(b.N)/oursTook.Seconds(), "certificates/s")
	})
	b.Run("bare", func(b *testing.B) {
		for b.Loop() {
			bare()
		}
	})
}
