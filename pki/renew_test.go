package pki_test

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"countersign/pki"
	"countersign/pki/pkitest"
)

// later is when renewals happen in tests: a year after now.
var later = now.AddDate(1, 0, 0)

func mustRenewRoot(t *testing.T, old *x509.Certificate, key crypto.Signer) pki.Issuer {
	t.Helper()
	c, err := pki.RenewRoot(old, key, time.Time{}, later, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return pki.Issuer{Certificate: c, Key: key}
}

// verifies asks crypto/x509 and openssl for a chain at later.
func verifies(t *testing.T, leaf *x509.Certificate, root *x509.Certificate, between ...*x509.Certificate) {
	t.Helper()
	_, err := leaf.Verify(x509.VerifyOptions{
		Roots: pkitest.Pool(root), Intermediates: pkitest.Pool(between...), CurrentTime: later,
		KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
	})
	if err != nil {
		t.Errorf("Go does not verify %q: %v", leaf.Subject, err)
	}
	args := []string{"verify", "-x509_strict", "-attime", strconv.FormatInt(later.Unix()+60, 10),
		"-CAfile", pkitest.File(t, "root.pem", pki.EncodeCertificates(root))}
	if len(between) > 0 {
		args = append(args, "-untrusted", pkitest.File(t, "between.pem", pki.EncodeCertificates(between...)))
	}
	args = append(args, pkitest.File(t, "leaf.pem", pki.EncodeCertificates(leaf)))
	if out, err := pkitest.Try(t, "openssl", args...); err != nil {
		t.Errorf("openssl does not verify %q: %v\n%s", leaf.Subject, err, out)
	}
}

func TestRenewedRootKeepsWhatItSigned(t *testing.T) {
	pkitest.Need(t, "openssl")
	old := newRoot(t, pki.P256, "Test Root")
	middle := request(t, pki.Authority, "Test Intermediate", "")
	sub, key := mustIssue(t, old, middle)
	direct := request(t, pki.Server, "", "a.example")
	direct.NotAfter = later.AddDate(1, 0, 0)
	before, _ := mustIssue(t, old, direct)
	deep, _ := mustIssue(t, pki.Issuer{Certificate: sub, Key: key}, direct)

	renewed := mustRenewRoot(t, old.Certificate, old.Key)
	if !pki.SameAuthority(old.Certificate, renewed.Certificate) {
		t.Error("not the same authority")
	}
	if !bytes.Equal(old.Certificate.SubjectKeyId, renewed.Certificate.SubjectKeyId) {
		t.Error("another subject key identifier")
	}
	if old.Certificate.SerialNumber.Cmp(renewed.Certificate.SerialNumber) == 0 {
		t.Error("the same serial number") // NSS refuses two certificates of one issuer and serial
	}
	if got, want := renewed.Certificate.NotAfter, later.Add(old.Certificate.NotAfter.Sub(now)).UTC().Truncate(time.Second); got.Sub(want).Abs() > time.Second {
		t.Errorf("ends %v, want %v: as long as before", got, want)
	}
	if diff := cmp.Diff(byOID(old.Certificate.Extensions), byOID(renewed.Certificate.Extensions)); diff != "" {
		t.Errorf("extensions (-old +new):\n%s", diff)
	}
	for _, root := range []*x509.Certificate{old.Certificate, renewed.Certificate} {
		verifies(t, before, root)
		verifies(t, deep, root, sub)
	}
}

func TestCrossCertificates(t *testing.T) {
	pkitest.Need(t, "openssl")
	old := newRoot(t, pki.P256, "Test Root")
	wanted := request(t, pki.Server, "", "a.example")
	wanted.NotAfter = later.AddDate(1, 0, 0)
	before, _ := mustIssue(t, old, wanted)

	fresh := mustRenewRoot(t, old.Certificate, pkitest.Key(t, pki.P384))
	cross, err := pki.CrossSign(old, fresh, later, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []*x509.Certificate{cross.OldWithNew, cross.NewWithOld} {
		if !pki.IsCross(c) {
			t.Error("self-signed, or of two names")
		}
		if !c.NotAfter.Equal(old.Certificate.NotAfter) {
			t.Errorf("ends %v, want %v with the old root", c.NotAfter, old.Certificate.NotAfter)
		}
	}
	if !cross.OldWithNew.NotBefore.Equal(old.Certificate.NotBefore) || !cross.NewWithOld.NotBefore.Equal(fresh.Certificate.NotBefore) {
		t.Error("they do not begin with the key they hold (RFC 4210 section 4.4.1)")
	}
	key := pkitest.Key(t, pki.P256)
	after, err := pki.Issue(fresh, wanted, key.Public(), later, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	verifies(t, before, fresh.Certificate, cross.OldWithNew)
	verifies(t, after, old.Certificate, cross.NewWithOld)
	verifies(t, after, fresh.Certificate)
	verifies(t, before, old.Certificate)
	if _, err := after.Verify(x509.VerifyOptions{Roots: pkitest.Pool(old.Certificate), CurrentTime: later}); err == nil {
		t.Error("the old root verifies what the new key signed without a cross-certificate")
	}
}

func TestRenewLeaf(t *testing.T) {
	root := newRoot(t, pki.P256, "Test Root")
	foreign := pkix.Extension{Id: asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 55555, 1}, Value: []byte{4, 1, 7}}
	stamps := pkix.Extension{Id: asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 11129, 2, 4, 2}, Value: []byte{4, 1, 7}}
	key := pkitest.Key(t, pki.P256)
	old := pkitest.Sign(t, root, key, func(c *x509.Certificate) {
		c.NotBefore, c.NotAfter = now, now.AddDate(0, 1, 0)
		c.ExtraExtensions = []pkix.Extension{foreign, stamps}
	})
	fresh := pkitest.Key(t, pki.P256)
	for _, test := range []struct {
		name    string
		key     crypto.Signer
		sameKey bool
	}{{"its key kept", key, true}, {"a new key", fresh, false}} {
		t.Run(test.name, func(t *testing.T) {
			c, err := pki.Renew(root, old, test.key.Public(), time.Time{}, later, rand.Reader)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(pki.NamesOf(old), pki.NamesOf(c)); diff != "" {
				t.Errorf("names:\n%s", diff)
			}
			if !bytes.Equal(old.RawSubject, c.RawSubject) || !bytes.Equal(c.AuthorityKeyId, root.Certificate.SubjectKeyId) {
				t.Error("another subject, or not its issuer's key identifier")
			}
			id, err := pki.KeyID(test.key.Public())
			if err != nil || !bytes.Equal(c.SubjectKeyId, id) {
				t.Errorf("key identifier %x, want %x (%v)", c.SubjectKeyId, id, err)
			}
			if pki.SamePublicKey(c.PublicKey, old.PublicKey) != test.sameKey {
				t.Error("not the key that was asked for")
			}
			var oids []string
			for _, e := range c.Extensions {
				oids = append(oids, e.Id.String())
			}
			want := []string{"2.5.29.15", "2.5.29.37", "2.5.29.19", "2.5.29.17", foreign.Id.String(), "2.5.29.14", "2.5.29.35"}
			slices.Sort(oids)
			slices.Sort(want)
			if diff := cmp.Diff(want, oids); diff != "" {
				t.Errorf("extensions:\n%s", diff)
			}
			if got := c.NotAfter.Sub(c.NotBefore); got != old.NotAfter.Sub(old.NotBefore) {
				t.Errorf("valid for %v, want %v", got, old.NotAfter.Sub(old.NotBefore))
			}
		})
	}
}

func TestRenewRefuses(t *testing.T) {
	root := newRoot(t, pki.P256, "Test Root")
	leaf, key := mustIssue(t, root, request(t, pki.Server, "", "a.example"))
	end := root.Certificate.NotAfter
	tests := []struct {
		name  string
		renew func() error
		want  pki.Faults
	}{
		{"an expired issuer", func() error {
			_, err := pki.Renew(root, leaf, key.Public(), end.AddDate(2, 0, 0), end.AddDate(0, 0, 1), rand.Reader)
			return err
		}, pki.Faults{{Field: pki.FieldIssuer, Code: pki.CodeIssuerExpired, Value: end.Format(time.RFC3339)}}},
		{"an end that is past", func() error {
			_, err := pki.Renew(root, leaf, key.Public(), now.AddDate(0, 0, -1), later, rand.Reader)
			return err
		}, pki.Faults{{Field: pki.FieldValidity, Code: pki.CodeValidityPast, Value: "2026-02-28T12:00:00Z"}}},
		{"the issuer's own key", func() error {
			_, err := pki.Renew(root, leaf, root.Key.Public(), time.Time{}, later, rand.Reader)
			return err
		}, pki.Faults{{Field: pki.FieldKey, Code: pki.CodeKeyIsIssuers}}},
		{"a leaf as root", func() error {
			_, err := pki.RenewRoot(leaf, key, time.Time{}, later, rand.Reader)
			return err
		}, pki.Faults{{Field: pki.FieldIssuer, Code: pki.CodeIssuerMissing}}},
		{"a key that is not the issuer's", func() error {
			_, err := pki.Renew(pki.Issuer{Certificate: root.Certificate, Key: key}, leaf, key.Public(), time.Time{}, later, rand.Reader)
			return err
		}, pki.Faults{{Field: pki.FieldIssuer, Code: pki.CodeIssuerKeyMismatch, Value: "Test Root"}}},
		{"cross-signing with an expired root", func() error {
			at := end.AddDate(0, 0, 1)
			fresh, err := pki.RenewRoot(root.Certificate, key, time.Time{}, at, rand.Reader)
			if err != nil {
				t.Fatal(err)
			}
			_, err = pki.CrossSign(root, pki.Issuer{Certificate: fresh, Key: key}, at, rand.Reader)
			return err
		}, pki.Faults{{Field: pki.FieldIssuer, Code: pki.CodeIssuerExpired, Value: end.Format(time.RFC3339)}}},
		{"cross-signing one key with itself", func() error {
			_, err := pki.CrossSign(root, mustRenewRoot(t, root.Certificate, root.Key), later, rand.Reader)
			return err
		}, pki.Faults{{Field: pki.FieldKey, Code: pki.CodeKeyIsIssuers}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, faultsOf(t, test.renew())); diff != "" {
				t.Error(diff)
			}
		})
	}
	if _, err := pki.CrossSign(root, newRoot(t, pki.P256, "Other Root"), later, rand.Reader); err == nil {
		t.Error("cross-signed roots of two names")
	}
}

// TestRenewElsewhere renews under another authority, whose list of the revoked
// lies elsewhere.
func TestRenewElsewhere(t *testing.T) {
	one, other := newRoot(t, pki.P256, "Test Root"), newRoot(t, pki.P384, "Other Root")
	wanted := request(t, pki.Server, "", "a.example")
	wanted.CRLAddresses, wanted.OCSPAddresses = []string{"http://a.example/crl"}, []string{"http://a.example/ocsp"}
	old, key := mustIssue(t, one, wanted)
	for _, test := range []struct {
		issuer pki.Issuer
		kept   bool
	}{{one, true}, {mustRenewRoot(t, one.Certificate, pkitest.Key(t, pki.P256)), true}, {other, false}} {
		c, err := pki.Renew(test.issuer, old, key.Public(), time.Time{}, later, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		if kept := len(c.CRLDistributionPoints) == 1 && len(c.OCSPServer) == 1; kept != test.kept {
			t.Errorf("under %q: addresses kept: %v, want %v", c.Issuer, kept, test.kept)
		}
	}
}

// TestNamesSerial has openssl pin a certificate to its issuer's certificate, and
// refuse it under the renewed one.
func TestNamesSerial(t *testing.T) {
	root := newRoot(t, pki.P256, "Test Root")
	leaf, _ := mustIssue(t, root, request(t, pki.Server, "", "a.example"))
	if pki.NamesSerial(leaf) {
		t.Error("ours names its issuer's serial number")
	}
	key, err := pki.EncodeKey(root.Key)
	if err != nil {
		t.Fatal(err)
	}
	old := pkitest.File(t, "root.pem", pki.EncodeCertificates(root.Certificate))
	request, out := pkitest.File(t, "a.csr", nil), pkitest.File(t, "a.pem", nil)
	pkitest.Run(t, "openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
		"-keyout", pkitest.File(t, "a.key", nil), "-subj", "/CN=a", "-out", request)
	pkitest.Run(t, "openssl", "x509", "-req", "-in", request, "-CA", old, "-CAkey", pkitest.File(t, "root.key", key), "-days", "10",
		"-extfile", pkitest.File(t, "a.cnf", []byte("authorityKeyIdentifier=keyid,issuer:always\n")), "-out", out)
	if !pki.NamesSerial(decoded(t, out).Certificate) {
		t.Fatal("it names no serial number")
	}
	renewed, err := pki.RenewRoot(root.Certificate, root.Key, time.Time{}, now.AddDate(0, 0, 1), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	fresh := pki.EncodeCertificates(renewed)
	both := pki.EncodeCertificates(renewed, root.Certificate)
	if _, err := pkitest.Try(t, "openssl", "verify", "-no_check_time", "-CAfile", pkitest.File(t, "new.pem", fresh), out); err == nil {
		t.Error("this openssl takes it under the renewed root")
	}
	pkitest.Run(t, "openssl", "verify", "-no_check_time", "-CAfile", pkitest.File(t, "both.pem", both), out)
}

// TestRenewedIntermediate renews an authority that its root limits.
func TestRenewedIntermediate(t *testing.T) {
	pkitest.Need(t, "openssl")
	root := newRoot(t, pki.P256, "Test Root")
	sub, key := mustIssue(t, root, request(t, pki.Authority, "Test Intermediate", ""))
	wanted := request(t, pki.Client, "Super Client", "")
	wanted.NotAfter = later.AddDate(0, 6, 0)
	leaf, _ := mustIssue(t, pki.Issuer{Certificate: sub, Key: key}, wanted)
	renewed, err := pki.Renew(root, sub, key.Public(), time.Time{}, later, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if renewed.MaxPathLen != 0 || !renewed.MaxPathLenZero {
		t.Errorf("path length %d", renewed.MaxPathLen)
	}
	verifies(t, leaf, root.Certificate, renewed)
}

// TestRenewedVersion1Root gives a root of version 1, which only its being
// trusted made an authority, the extensions of a root.
func TestRenewedVersion1Root(t *testing.T) {
	pkitest.Need(t, "openssl")
	key := pkitest.File(t, "root.key", nil)
	config := pkitest.File(t, "none.cnf", []byte("[req]\ndistinguished_name=dn\n[dn]\n"))
	out := pkitest.File(t, "root.pem", nil)
	pkitest.Run(t, "openssl", "req", "-x509", "-config", config, "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
		"-nodes", "-keyout", key, "-subj", "/CN=Old Root", "-days", "3650", "-out", out)
	old := decoded(t, out).Certificate
	signer := decoded(t, key).Key
	if old.Version != 1 {
		t.Skipf("this openssl made version %d", old.Version)
	}
	c, err := pki.RenewRoot(old, signer, time.Time{}, time.Now(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	d := pki.Describe(c)
	if !d.IsCA || d.Version != 3 || d.SelfSigned != true || len(d.KeyUsage) != 2 {
		t.Errorf("renewed as %+v", d)
	}
}

// byOID tells extensions without their order, which means nothing.
func byOID(list []pkix.Extension) map[string]pkix.Extension {
	m := map[string]pkix.Extension{}
	for _, e := range list {
		m[e.Id.String()] = e
	}
	return m
}

// decoded reads the one thing that a file holds.
func decoded(t *testing.T, path string) pki.Item {
	t.Helper()
	items, err := pki.Decode(readFile(t, path), "")
	if err != nil || len(items) != 1 {
		t.Fatalf("%s holds %d things: %v", path, len(items), err)
	}
	return items[0]
}
