package pki_test

import (
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"countersign/pki"
	"countersign/pki/pkitest"
)

var oidIDP = asn1.ObjectIdentifier{2, 5, 29, 28}

// TestVerifyCRL: what a CRL says about a certificate, and when it is not
// believed. The answers of `openssl verify -crl_check` stand beside.
func TestVerifyCRL(t *testing.T) {
	q, m := lineage{}.ask(t)
	entry := func(c *x509.Certificate, reason int) x509.RevocationListEntry {
		return x509.RevocationListEntry{SerialNumber: c.SerialNumber, RevocationTime: now.AddDate(0, 0, -2), ReasonCode: reason}
	}
	crl := func(edit func(*x509.RevocationList)) *x509.RevocationList { return makeCRL(t, m.middle, edit) }
	stranger := pki.Issuer{Certificate: m.middle.Certificate, Key: pkitest.Key(t, pki.P256)}
	otherID := *m.middle.Certificate
	otherID.SubjectKeyId = []byte{1, 2, 3}

	for _, tc := range []struct {
		name    string
		crls    []*x509.RevocationList
		need    bool
		want    string
		field   string
		value   string
		openssl bool // what -crl_check says
	}{
		{"none, and none asked for", nil, false, "", "", "", false},
		{"none, but asked for", nil, true, pki.FindingCRLMissing, "cRLDistributionPoints", "CN=Middle", false},
		{"good", []*x509.RevocationList{crl(nil)}, false, "", "", "", true},
		{"revoked", []*x509.RevocationList{crl(func(l *x509.RevocationList) {
			l.RevokedCertificateEntries = append(l.RevokedCertificateEntries, entry(q.Leaf, 1))
		})}, false, pki.FindingRevoked, "reasonCode", "keyCompromise", false},
		{"on hold", []*x509.RevocationList{crl(func(l *x509.RevocationList) {
			l.RevokedCertificateEntries = append(l.RevokedCertificateEntries, entry(q.Leaf, 6))
		})}, false, pki.FindingHold, "reasonCode", "certificateHold", false},
		{"another revoked", []*x509.RevocationList{crl(func(l *x509.RevocationList) {
			l.RevokedCertificateEntries = append(l.RevokedCertificateEntries, entry(m.middle.Certificate, 1))
		})}, false, "", "", "", true},
		{"expired", []*x509.RevocationList{crl(func(l *x509.RevocationList) { l.NextUpdate = now.AddDate(0, 0, -1) })}, true,
			pki.FindingCRLExpired, "nextUpdate", "2026-02-28T12:00:00Z", false},
		{"of tomorrow", []*x509.RevocationList{crl(func(l *x509.RevocationList) { l.ThisUpdate = now.AddDate(0, 0, 1) })}, true,
			pki.FindingCRLNotYet, "thisUpdate", "2026-03-02T12:00:00Z", false},
		{"expired and renewed", []*x509.RevocationList{crl(func(l *x509.RevocationList) { l.NextUpdate = now.AddDate(0, 0, -1) }), crl(nil)}, true,
			"", "", "", true},
		{"signed by somebody else", []*x509.RevocationList{makeCRL(t, stranger, nil)}, false, pki.FindingCRLSignature, "signatureValue", "ECDSA-SHA256", false},
		{"of another key", []*x509.RevocationList{makeCRL(t, pki.Issuer{Certificate: &otherID, Key: stranger.Key}, nil)}, false,
			pki.FindingCRLOtherKey, "authorityKeyIdentifier.keyIdentifier", "01:02:03", false},
		{"an unknown critical extension", []*x509.RevocationList{crl(func(l *x509.RevocationList) {
			l.ExtraExtensions = []pkix.Extension{extra(asn1.ObjectIdentifier{1, 2, 3, 4}, true, []byte{5, 0})}
		})}, false, pki.FindingCRLCritical, "crlExtensions", "1.2.3.4", false},
		{"a delta", []*x509.RevocationList{crl(func(l *x509.RevocationList) {
			l.ExtraExtensions = []pkix.Extension{extra(asn1.ObjectIdentifier{2, 5, 29, 27}, true, []byte{2, 1, 1})}
		})}, false, pki.FindingCRLCritical, "crlExtensions", "2.5.29.27", false},
		{"an unknown critical extension of an entry", []*x509.RevocationList{crl(func(l *x509.RevocationList) {
			e := entry(m.middle.Certificate, 0)
			e.ExtraExtensions = []pkix.Extension{extra(asn1.ObjectIdentifier{1, 2, 3, 4}, true, []byte{5, 0})}
			l.RevokedCertificateEntries = append(l.RevokedCertificateEntries, e)
		})}, false, pki.FindingCRLCritical, "crlEntryExtensions", "1.2.3.4", false},
		{"of users' certificates", []*x509.RevocationList{scoped(t, m, 1)}, false, "", "", "", true},
		{"of authorities' certificates", []*x509.RevocationList{scoped(t, m, 2)}, false, pki.FindingCRLScope, "issuingDistributionPoint", "", false},
		{"of some reasons", []*x509.RevocationList{scoped(t, m, 3)}, false, pki.FindingCRLScope, "issuingDistributionPoint", "", false},
		{"indirect", []*x509.RevocationList{scoped(t, m, 4)}, false, pki.FindingCRLScope, "issuingDistributionPoint", "", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			ask := q
			ask.CRLs, ask.NeedCRL = tc.crls, tc.need
			if tc.need { // the root's is not what this is about
				ask.CRLs = append(ask.CRLs, makeCRL(t, m.root, nil))
			}
			v := pki.Verify(ask)
			f := v.Worst()
			switch {
			case tc.want == "" && !v.Trusted:
				t.Errorf("got %+v", v.Findings)
			case tc.want != "" && (v.Trusted || f == nil || f.Code != tc.want || f.Field != tc.field || f.Value != tc.value || f.Index != 0):
				t.Errorf("got %+v, want %s in %s", v.Findings, tc.want, tc.field)
			}
			if got := opensslCRL(t, ask, tc.crls); got != tc.openssl {
				t.Errorf("openssl verify -crl_check: %v, want %v", got, tc.openssl)
			}
		})
	}
}

// TestVerifyRevoked: what is known without a CRL, and when it was.
func TestVerifyRevoked(t *testing.T) {
	for _, tc := range []struct {
		reason  pki.Reason
		want    string
		at      time.Time
		trusted bool
	}{
		{"superseded", pki.FindingRevoked, now.AddDate(0, 0, -1), false},
		{"certificateHold", pki.FindingHold, now.AddDate(0, 0, -1), false},
		{"keyCompromise", pki.FindingRevokedLater, now.AddDate(0, 0, 1), true},
	} {
		q, m := lineage{}.ask(t)
		q.Revoked = func(c *x509.Certificate) (pki.Revocation, bool) {
			return pki.Revocation{At: tc.at, Reason: tc.reason}, c.Equal(m.middle.Certificate)
		}
		v := pki.Verify(q)
		if f := v.Worst(); v.Trusted != tc.trusted || f == nil || f.Code != tc.want || f.Index != 1 {
			t.Errorf("%s: %v %+v", tc.reason, v.Trusted, v.Findings)
		}
	}
}

// TestVerifyCRLUsage: an authority without cRLSign signs no CRL.
func TestVerifyCRLUsage(t *testing.T) {
	q, m := lineage{middle: func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageCertSign }}.ask(t)
	able := *m.middle.Certificate
	able.KeyUsage |= x509.KeyUsageCRLSign
	q.CRLs = []*x509.RevocationList{makeCRL(t, pki.Issuer{Certificate: &able, Key: m.middle.Key}, nil)}
	v := pki.Verify(q)
	if f := v.Worst(); f == nil || f.Code != pki.FindingCRLUsage || f.Field != "keyUsage.cRLSign" {
		t.Errorf("got %+v", v.Findings)
	}
}

func makeCRL(t testing.TB, issuer pki.Issuer, edit func(*x509.RevocationList)) *x509.RevocationList {
	t.Helper()
	list := &x509.RevocationList{Number: big.NewInt(1), ThisUpdate: now.AddDate(0, 0, -3), NextUpdate: now.AddDate(0, 0, 10)}
	if edit != nil {
		edit(list)
	}
	der, err := x509.CreateRevocationList(rand.Reader, list, issuer.Certificate, issuer.Key)
	if err != nil && list.NextUpdate.Before(now) || err != nil && list.ThisUpdate.After(now) {
		t.Fatal(err)
	}
	if err != nil { // signed by a key that is not the certificate's
		bare := *issuer.Certificate
		bare.PublicKey = issuer.Key.Public()
		if der, err = x509.CreateRevocationList(rand.Reader, list, &bare, issuer.Key); err != nil {
			t.Fatal(err)
		}
	}
	crl, err := x509.ParseRevocationList(der)
	if err != nil {
		t.Fatal(err)
	}
	return crl
}

// scoped makes a CRL whose issuingDistributionPoint has one field.
func scoped(t *testing.T, m made, tag byte) *x509.RevocationList {
	value := []byte{0x30, 3, 0x80 | tag, 1, 0xff}
	if tag == 3 {
		value = []byte{0x30, 4, 0x83, 2, 1, 2}
	}
	return makeCRL(t, m.middle, func(l *x509.RevocationList) {
		l.ExtraExtensions = []pkix.Extension{extra(oidIDP, true, value)}
	})
}

func opensslCRL(t *testing.T, q pki.VerifyQuestion, crls []*x509.RevocationList) bool {
	t.Helper()
	args := []string{"verify", "-attime", strconv.FormatInt(q.At.Unix(), 10), "-crl_check",
		"-CAfile", pkitest.File(t, "roots.pem", pki.EncodeCertificates(q.Roots...)), "-no-CApath", "-no-CAstore",
		"-untrusted", pkitest.File(t, "others.pem", pki.EncodeCertificates(q.Intermediates...))}
	for n, crl := range crls {
		args = append(args, "-CRLfile", pkitest.File(t, strconv.Itoa(n)+".crl", pki.EncodeCRL(crl)))
	}
	_, err := pkitest.Try(t, "openssl", append(args, pkitest.File(t, "leaf.pem", pki.EncodeCertificates(q.Leaf)))...)
	if _, refused := err.(*exec.ExitError); err != nil && !refused {
		t.Fatal(err)
	}
	return err == nil
}
