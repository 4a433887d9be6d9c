package pki_test

import (
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"slices"
	"testing"

	"countersign/pki"
	"countersign/pki/pkitest"
)

func TestLint(t *testing.T) {
	for _, tc := range []struct {
		name    string
		lineage lineage
		of      int // 0 leaf, 1 middle, 2 root
		want    []string
		field   pki.Field // of the first
		client  string
	}{
		{name: "a good server"},
		{name: "a good authority", of: 1},
		{name: "a good root", of: 2},
		{name: "no names", lineage: lineage{leaf: func(c *x509.Certificate) { c.DNSNames = nil }},
			want: []string{pki.WarningNamesNone}, field: pki.FieldNames, client: "Go, browsers"},
		{name: "an e-mail address only", lineage: lineage{leaf: func(c *x509.Certificate) { c.DNSNames, c.EmailAddresses = nil, []string{"a@b.example"} }},
			want: []string{pki.WarningNamesNoHost}, field: pki.FieldNames, client: "browsers"},
		{name: "ten years", lineage: lineage{leaf: func(c *x509.Certificate) { c.NotAfter = now.AddDate(10, 0, 0) }},
			want: []string{pki.WarningValidityApple}, field: pki.FieldValidity, client: "Apple"},
		{name: "ended", lineage: lineage{leaf: func(c *x509.Certificate) { c.NotAfter = now.AddDate(0, 0, -1) }},
			want: []string{pki.WarningEnded}, field: pki.FieldValidity},
		{name: "an address as a DNS name", lineage: lineage{leaf: func(c *x509.Certificate) { c.DNSNames = []string{"192.0.2.1", "a.example."} }},
			want: []string{pki.WarningNamesBad, pki.WarningNamesBad}, field: pki.FieldNames, client: "browsers"},
		{name: "an underscore", lineage: lineage{leaf: func(c *x509.Certificate) { c.DNSNames = []string{"a_b.example"} }},
			want: []string{pki.WarningNamesUnderscore}, field: pki.FieldNames},
		{name: "key exchange only", lineage: lineage{leaf: func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageKeyEncipherment }},
			want: []string{pki.WarningKeyUsageNoSignature}, field: pki.FieldKeyUsage, client: "browsers"},
		{name: "any purpose", lineage: lineage{leaf: func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageAny} }},
			want: []string{pki.WarningExtKeyUsageAny}, field: pki.FieldExtKeyUsage, client: "browsers"},
		{name: "RSA 1024", lineage: lineage{leafKey: weakKey(t)},
			want: []string{pki.WarningKeyWeak}, field: pki.FieldKey, client: "OpenSSL, browsers"},
		{name: "Ed25519", lineage: lineage{leafKey: pkitest.Key(t, pki.Ed25519)},
			want: []string{pki.WarningKeyBrowsers, pki.WarningKeyNSS}, field: pki.FieldKey, client: "browsers"},
		{name: "P-521", lineage: lineage{leafKey: pkitest.Key(t, pki.P521)},
			want: []string{pki.WarningKeyBrowsers}, field: pki.FieldKey, client: "browsers"},
		{name: "SHA-1", lineage: lineage{middleKey: pkitest.Key(t, pki.RSA2048), leaf: func(c *x509.Certificate) { c.SignatureAlgorithm = x509.SHA1WithRSA }},
			want: []string{pki.WarningSignatureWeak}, field: pki.FieldIssuer},
		{name: "a hidden character", lineage: lineage{leaf: func(c *x509.Certificate) { c.Subject.CommonName = "a\u202eb" }},
			want: []string{pki.WarningNameInvisible}, field: pki.FieldName},
		{name: "a long name", lineage: lineage{leaf: func(c *x509.Certificate) { c.Subject.CommonName = string(slices.Repeat([]byte("x"), 65)) }},
			want: []string{pki.WarningNameTooLong}, field: pki.FieldName},
		{name: "an authority that is a server", of: 1, lineage: lineage{middle: func(c *x509.Certificate) {
			c.DNSNames, c.ExtKeyUsage = []string{"a.example"}, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
		}}, want: []string{pki.WarningLeafAuthority}, field: pki.FieldKind, client: "OpenSSL -x509_strict, Python 3.13"},
		{name: "an authority without key usage", of: 2, lineage: lineage{root: func(c *x509.Certificate) { c.KeyUsage = 0 }},
			want: []string{pki.WarningUsageMissing}, field: pki.FieldKeyUsage, client: "OpenSSL -x509_strict, Python 3.13"},
		{name: "an unknown critical extension", lineage: lineage{leaf: func(c *x509.Certificate) {
			c.ExtraExtensions = []pkix.Extension{extra(asn1.ObjectIdentifier{1, 2, 3, 4}, true, []byte{5, 0})}
		}}, want: []string{pki.WarningCritical}, field: pki.FieldKind},
		{name: "without authority key identifier", lineage: lineage{noMiddleID: true},
			want: []string{pki.WarningKeyIDNoIssuer}, field: pki.FieldIssuer, client: "OpenSSL -x509_strict, Python 3.13"},
		{name: "name constraints that are not critical", of: 1, lineage: lineage{middle: func(c *x509.Certificate) { c.PermittedDNSDomains = []string{"example"} }},
			want: []string{pki.WarningNameConstraintsNotCritical}, field: pki.FieldPermitted},
	} {
		t.Run(tc.name, func(t *testing.T) {
			m := tc.lineage.make(t)
			got := pki.Lint([]*x509.Certificate{m.leaf, m.middle.Certificate, m.root.Certificate}[tc.of], now)
			var codes []string
			for _, w := range got {
				codes = append(codes, w.Code)
			}
			if !slices.Equal(codes, tc.want) {
				t.Fatalf("got %+v, want %v", got, tc.want)
			}
			if len(got) > 0 && (got[0].Field != tc.field || got[0].Client != tc.client) {
				t.Errorf("got %+v, want field %q, client %q", got[0], tc.field, tc.client)
			}
		})
	}
}

// TestLintIssued: nothing that the profiles issue has a warning, but for those
// that the request had.
func TestLintIssued(t *testing.T) {
	root := newRoot(t, pki.P256, "Test Root")
	for _, kind := range []pki.Kind{pki.Authority, pki.Server, pki.Client, pki.Both} {
		for _, key := range []pki.KeyKind{pki.P256, pki.P384, pki.RSA2048} {
			r := pki.NewRequest(kind)
			r.Subject.CommonName, r.Key = "x", key
			if kind == pki.Server || kind == pki.Both {
				r.Names = names(t, "a.example 192.0.2.1 ::1")
			}
			c, _ := mustIssue(t, root, r)
			if got := pki.Lint(c, now); len(got) > 0 {
				t.Errorf("%s of %s: %+v", kind, key, got)
			}
		}
	}
	if got := pki.Lint(root.Certificate, now); len(got) > 0 {
		t.Errorf("root: %+v", got)
	}
}

// FuzzVerify: no certificate brings Verify or Lint down, and a finding always
// names a field and a certificate of the chain.
func FuzzVerify(f *testing.F) {
	m := lineage{}.make(f)
	constrained := lineage{middle: func(c *x509.Certificate) {
		c.PermittedDNSDomains, c.ExcludedURIDomains = []string{"example"}, []string{".x"}
	}}.make(f)
	crl := makeCRL(f, m.middle, nil)
	f.Add(m.leaf.Raw, m.middle.Certificate.Raw, crl.Raw, "a.example")
	f.Add(m.middle.Certificate.Raw, m.root.Certificate.Raw, crl.Raw, "")
	f.Add(constrained.leaf.Raw, constrained.middle.Certificate.Raw, crl.Raw, "spiffe://a/b")
	f.Fuzz(func(t *testing.T, leaf, other, list []byte, name string) {
		c, err := x509.ParseCertificate(leaf)
		if err != nil {
			return
		}
		q := pki.VerifyQuestion{Leaf: c, Name: name, Roots: []*x509.Certificate{m.root.Certificate}, At: now, Purpose: pki.Server}
		if issuer, err := x509.ParseCertificate(other); err == nil {
			q.Intermediates = append(q.Intermediates, issuer)
			q.Roots = append(q.Roots, issuer)
		}
		if crl, err := x509.ParseRevocationList(list); err == nil {
			q.CRLs = append(q.CRLs, crl)
		}
		v := pki.Verify(q)
		if len(v.Chain) == 0 || v.Trusted && v.OnlyStrict || !v.Trusted && v.Worst() == nil {
			t.Fatalf("%+v", v)
		}
		for _, finding := range v.Findings {
			if finding.Field == "" || finding.Code == "" || finding.Index < 0 || finding.Index >= len(v.Chain) || pki.Escape(finding.Value) != finding.Value {
				t.Fatalf("%+v", finding)
			}
		}
		pki.Lint(c, now)
	})
}

// TestLintRequest: a request is looked at as the certificate that it will be,
// before anything is signed.
func TestLintRequest(t *testing.T) {
	root := newRoot(t, pki.P256, "Test Root").Certificate
	bare := *root
	bare.SubjectKeyId = nil
	long := request(t, pki.Client, "Alice", "")
	long.ExtKeyUsage = []string{"clientAuth", "anyExtendedKeyUsage"}
	ended := request(t, pki.Client, "Alice", "")
	ended.NotAfter = now.AddDate(0, 0, -1)
	authority := pki.NewRequest(pki.Authority)
	authority.Subject.CommonName, authority.ExtKeyUsage = "Acme", []string{"serverAuth"}
	for _, tc := range []struct {
		name   string
		r      pki.Request
		issuer *x509.Certificate
		want   []string
	}{
		{"a server", request(t, pki.Server, "", "a.example"), root, nil},
		{"a root", authority, nil, nil},
		{"an issuer without key identifier", request(t, pki.Client, "Alice", ""), &bare, []string{pki.WarningIssuerNoKeyID}},
		{"any purpose", long, root, []string{pki.WarningExtKeyUsageAny}},
		{"with faults", ended, root, nil},
	} {
		var codes []string
		for _, w := range tc.r.Lint(tc.issuer, now, rand.Reader) {
			codes = append(codes, w.Code)
		}
		if !slices.Equal(codes, tc.want) {
			t.Errorf("%s: %v, want %v", tc.name, codes, tc.want)
		}
	}
}
