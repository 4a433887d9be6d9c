package testclient

import (
	"crypto/ecdsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"net"
	"strings"
	"testing"
	"time"

	"countersign/pki"
	"countersign/pki/pkitest"
)

func (g *grid) failings(t *testing.T) []failing {
	t.Helper()
	var all []failing
	for _, rows := range []func(*testing.T) []failing{g.clientRows, g.clientDates, g.clientChains, g.revokedRows, g.trustRows,
		g.serverRows, g.nameRows, g.pathRows, g.helloRows} {
		all = append(all, rows(t)...)
	}
	return all
}

// present makes a try present a certificate.
func present(c tls.Certificate) func(*Try) { return func(x *Try) { x.Certificate = &c } }

// clientRows are rows 1, 2, 6, 8, 9 and 10.
func (g *grid) clientRows(t *testing.T) []failing {
	refused := func(code string, row int) answered { return answered{code, row, ClientSide, StepVerifyClient} }
	old := resign(t, g.client.Leaf, g.root.Key.(*ecdsa.PrivateKey))
	return []failing{
		{name: "1 no certificate", try: func(x *Try) { x.Certificate = nil }, want: refused(ClientCertificateMissing, 1)},
		{name: "2 another authority's", try: present(pkitest.TLS(pkitest.Client(t, pkitest.Root(t, "Other Root"), "alice"))),
			want: refused(ClientAuthorityUnknown, 2)},
		{name: "6 SHA-1", try: present(tls.Certificate{Certificate: [][]byte{old}, PrivateKey: g.client.PrivateKey}),
			want: refused(ClientSignatureWeak, 6)},
		{name: "8 not for clients", try: present(*g.certOf(t, func(c *x509.Certificate) {
			c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
		})), want: refused(ClientCertificatePurpose, 8)},
		{name: "9 unknown critical extension", try: present(*g.certOf(t, critical)), want: refused(ClientExtensionUnknown, 9)},
		{name: "10 another key", try: present(tls.Certificate{Certificate: g.client.Certificate, PrivateKey: pkitest.Key(t, pki.P256)}),
			want: refused(ClientKeyMismatch, 10)},
	}
}

// critical gives a certificate an extension that nobody knows.
func critical(c *x509.Certificate) {
	c.ExtraExtensions = []pkix.Extension{{Id: []int{1, 3, 6, 1, 4, 1, 99999, 1}, Critical: true, Value: []byte{5, 0}}}
}

// clientDates are row 7.
func (g *grid) clientDates(t *testing.T) []failing {
	expired := *g.certOf(t, func(c *x509.Certificate) {
		c.NotBefore, c.NotAfter = time.Now().AddDate(0, 0, -9), time.Now().AddDate(0, 0, -2)
	})
	early := *g.certOf(t, func(c *x509.Certificate) {
		c.NotBefore, c.NotAfter = time.Now().AddDate(0, 0, 2), time.Now().AddDate(0, 0, 9)
	})
	return []failing{
		{name: "7 expired", try: present(expired), want: answered{ClientCertificateExpired, 7, ClientSide, StepVerifyClient}},
		{name: "7 not yet valid", try: present(early), want: answered{ClientCertificateNotYetValid, 7, ClientSide, StepVerifyClient}},
	}
}

// clientChains are rows 3, 4, 5 and 9.
func (g *grid) clientChains(t *testing.T) []failing {
	refused := func(code string, row int) answered { return answered{code, row, ClientSide, StepVerifyClient} }
	anew := pkitest.Root(t, "Acme Root")
	issuing := pkitest.Intermediate(t, g.root, "Acme Issuing")
	leaf, key := pkitest.Leaf(t, g.root, func(c *x509.Certificate) { c.Subject.CommonName = "no authority" })
	under, underKey := pkitest.Leaf(t, pki.Issuer{Certificate: leaf, Key: key}, nil)
	deep, one, two := g.tooLong(t)
	knowing := func(cert tls.Certificate, known *x509.Certificate) func(*Try) {
		return func(x *Try) { x.Certificate, x.Known = &cert, append(x.Known, known) }
	}
	return []failing{
		{name: "3 authority made anew", try: knowing(pkitest.TLS(pkitest.Client(t, anew, "alice")), anew.Certificate),
			want: refused(ClientAuthorityRemade, 3)},
		{name: "4 intermediate not sent", try: knowing(pkitest.TLS(pkitest.Client(t, issuing, "alice")), issuing.Certificate),
			want: refused(ClientIntermediateMissing, 4)},
		{name: "5 issuer is no authority", try: present(pkitest.TLS(under, underKey, leaf)), want: refused(ClientIssuerNotAuthority, 5)},
		{name: "9 path length", try: present(pkitest.TLS(deep.Leaf, deep.PrivateKey.(*ecdsa.PrivateKey), two, one)), want: refused(ClientPathLength, 9)},
	}
}

// tooLong is a certificate two authorities below one that allows none below it.
func (g *grid) tooLong(t *testing.T) (leaf tls.Certificate, one, two *x509.Certificate) {
	ca := func(c *x509.Certificate) {
		c.IsCA, c.KeyUsage, c.ExtKeyUsage, c.DNSNames = true, x509.KeyUsageCertSign, nil, nil
		c.NotAfter = time.Now().AddDate(1, 0, 0)
	}
	one, oneKey := pkitest.Leaf(t, g.root, func(c *x509.Certificate) { ca(c); c.Subject.CommonName, c.MaxPathLenZero = "One", true })
	two, twoKey := pkitest.Leaf(t, pki.Issuer{Certificate: one, Key: oneKey}, func(c *x509.Certificate) {
		ca(c)
		c.Subject.CommonName, c.MaxPathLen = "Two", -1
	})
	return pkitest.TLS(pkitest.Leaf(t, pki.Issuer{Certificate: two, Key: twoKey}, nil)), one, two
}

// revokedRows are row 25.
func (g *grid) revokedRows(t *testing.T) []failing {
	mallory := pkitest.TLS(pkitest.Client(t, g.root, "mallory"))
	revoked := station{revoked: &mallory}
	return []failing{{
		name: "25 revoked", station: "crl", like: revoked, try: func(x *Try) { x.Certificate, x.Revoked = &mallory, true },
		want: answered{ClientCertificateRevoked, 25, ClientSide, StepVerifyClient},
	}, {
		name: "25 not revoked", station: "crl", like: revoked, want: answered{},
	}, {
		name: "25 the server has no list", station: "no crl", like: station{noCRL: true},
		want: answered{ClientCertificateRefused, 0, ClientSide, StepVerifyClient},
		// unknown_ca, as of one whose authority it does not have: the words say both.
		other: map[string]answered{openssl: {ClientAuthorityRemade, 3, ClientSide, StepVerifyClient}},
	}}
}

// trustRows are row 11.
func (g *grid) trustRows(t *testing.T) []failing {
	self := pkitest.Root(t, "localhost")
	selfSigned := pkitest.TLS(pkitest.Leaf(t, self, nil))
	issuing := pkitest.Intermediate(t, g.root, "Acme Issuing")
	orphan := pkitest.TLS(pkitest.Server(t, issuing))
	untrusted := answered{ServerAuthorityUnknown, 11, ClientSide, StepVerifyServer}
	return []failing{
		{name: "11 not trusted", try: func(x *Try) { x.Roots = pkitest.Pool(self.Certificate) }, want: untrusted},
		{name: "11 of an authority of its own", station: "own", like: station{cert: &selfSigned}, want: untrusted},
		{name: "11 no intermediate, unknown here", station: "orphan", like: station{cert: &orphan}, want: untrusted},
		{name: "11 no intermediate, known here", station: "orphan", like: station{cert: &orphan},
			try:  func(x *Try) { x.Known = append(x.Known, issuing.Certificate) },
			want: answered{ServerIntermediateMissing, 11, ServerSide, StepVerifyServer}},
	}
}

// wrongServer is a row at a server with a wrong certificate.
func (g *grid) wrongServer(t *testing.T, name, code string, row int, edit func(*x509.Certificate)) failing {
	return failing{name: name, station: name, like: station{cert: g.certOf(t, edit)}, want: answered{code, row, ServerSide, StepVerifyServer}}
}

// serverRows are rows 12, 16 and 17, and the server's side of 6, 9 and 10.
func (g *grid) serverRows(t *testing.T) []failing {
	limited, limitedKey := pkitest.Leaf(t, g.root, func(c *x509.Certificate) {
		c.Subject.CommonName, c.IsCA, c.KeyUsage, c.ExtKeyUsage, c.DNSNames = "Limited", true, x509.KeyUsageCertSign, nil, nil
		c.PermittedDNSDomains, c.PermittedDNSDomainsCritical = []string{"acme.test"}, true
	})
	leaf, key := pkitest.Leaf(t, pki.Issuer{Certificate: limited, Key: limitedKey}, nil)
	constrained := pkitest.TLS(leaf, key, limited)
	old := tls.Certificate{Certificate: [][]byte{resign(t, g.server.Leaf, g.root.Key.(*ecdsa.PrivateKey))}, PrivateKey: g.server.PrivateKey}
	mixed := tls.Certificate{Certificate: g.server.Certificate, PrivateKey: pkitest.Key(t, pki.P256)}
	return []failing{
		g.wrongServer(t, "12 expired", ServerCertificateExpired, 12, func(c *x509.Certificate) {
			c.NotBefore, c.NotAfter = time.Now().AddDate(0, 0, -9), time.Now().AddDate(0, 0, -2)
		}),
		g.wrongServer(t, "12 not yet valid", ServerCertificateNotYetValid, 12, func(c *x509.Certificate) {
			c.NotBefore, c.NotAfter = time.Now().AddDate(0, 0, 2), time.Now().AddDate(0, 0, 9)
		}),
		g.wrongServer(t, "16 not for servers", ServerCertificatePurpose, 16, func(c *x509.Certificate) {
			c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
		}),
		{name: "17 name constraints", station: "17", like: station{cert: &constrained},
			want: answered{ServerNameConstraints, 17, ServerSide, StepVerifyServer}},
		g.wrongServer(t, "9 unknown critical extension, server's", ServerExtensionUnknown, 9, critical),
		{name: "6 SHA-1, server's", station: "6", like: station{cert: &old}, want: answered{ServerSignatureWeak, 6, ServerSide, StepVerifyServer},
			not: map[string]string{nginx: "does not start with it", openssl: "does not start with it"}},
		{name: "10 another key, server's", station: "10", like: station{cert: &mixed}, want: answered{ServerKeyMismatch, 10, ServerSide, StepServerCertificate},
			not: map[string]string{nginx: "does not start with it", openssl: "does not start with it"}},
	}
}

// nameRows are rows 13 to 15.
func (g *grid) nameRows(t *testing.T) []failing {
	byAddress := func(x *Try) { x.URL = strings.Replace(x.URL, "localhost", "127.0.0.1", 1) }
	noIP := g.wrongServer(t, "15 no IP SAN", ServerNoIPSAN, 15, func(c *x509.Certificate) { c.IPAddresses = nil })
	noIP.try = byAddress
	otherIP := g.wrongServer(t, "14 another address", ServerNameMismatch, 14, func(c *x509.Certificate) { c.IPAddresses = []net.IP{net.IPv4(10, 1, 2, 3)} })
	otherIP.try = byAddress
	return []failing{
		g.wrongServer(t, "13 no SAN", ServerNoSAN, 13, func(c *x509.Certificate) { c.DNSNames, c.IPAddresses = nil, nil }),
		g.wrongServer(t, "14 another name", ServerNameMismatch, 14, func(c *x509.Certificate) { c.DNSNames = []string{"api.acme.test"} }),
		otherIP, noIP,
	}
}

// pathRows are the server's side of rows 5 and 9.
func (g *grid) pathRows(t *testing.T) []failing {
	leaf, key := pkitest.Leaf(t, g.root, func(c *x509.Certificate) { c.Subject.CommonName = "no authority" })
	made, madeKey := pkitest.Leaf(t, pki.Issuer{Certificate: leaf, Key: key}, nil)
	under := pkitest.TLS(made, madeKey, leaf)
	deep, one, two := g.tooLong(t)
	deep.Certificate = append(deep.Certificate, two.Raw, one.Raw)
	return []failing{
		{name: "5 issuer is no authority, server's", station: "5", like: station{cert: &under},
			want: answered{ServerIssuerNotAuthority, 5, ServerSide, StepVerifyServer}},
		{name: "9 path length, server's", station: "9", like: station{cert: &deep},
			want: answered{ServerPathLength, 9, ServerSide, StepVerifyServer}},
	}
}

// helloRows are rows 18 to 21.
func (g *grid) helloRows(*testing.T) []failing {
	const step = StepServerCertificate
	noVersion := answered{NoCommonVersion, 20, ClientSide, step}
	return []failing{
		{name: "18 plain HTTP there", station: "18", like: station{plain: true}, want: answered{ServerSpeaksHTTP, 18, ClientSide, step},
			not: map[string]string{openssl: "s_server speaks no plain HTTP"}},
		{name: "19 plain HTTP here", try: func(x *Try) { x.URL = strings.Replace(x.URL, "https", "http", 1) },
			want:  answered{ClientSpokeHTTP, 19, ClientSide, StepAccess},
			other: map[string]answered{openssl: {Reset, 0, NetworkSide, StepAccess}}}, // it hangs up with no word
		{name: "20 only TLS 1.3 there", station: "1.3", like: station{only: tls.VersionTLS13}, only: tls.VersionTLS12, want: noVersion},
		{name: "20 only TLS 1.2 there", station: "1.2", like: station{only: tls.VersionTLS12}, only: tls.VersionTLS13, want: noVersion},
		{name: "21 another protocol", station: "alpn", like: station{alpn: "http/1.1"}, try: func(x *Try) { x.ALPN = []string{"spdy/3"} },
			want: answered{NoCommonProtocol, 21, ClientSide, step}},
	}
}
