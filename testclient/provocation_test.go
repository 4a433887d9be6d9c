package testclient

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/tls"
	"crypto/x509"
	"net"
	"testing"
	"time"

	"countersign/pki"
	"countersign/pki/pkitest"
)

// clientProvocations are rows 1, 2, 8 and 10.
func clientProvocations() []provocation {
	const side, step = ClientSide, StepVerifyClient
	return []provocation{{
		name: "row 1 no certificate",
		try:  func(_ *testing.T, _ pair, x *Try) { x.Certificate = nil },
		code: ClientCertificateMissing, row: 1, side: side, step: step, serverCode: ClientCertificateMissing,
		alert: map[uint16]string{tls.VersionTLS12: "40", tls.VersionTLS13: "116"},
		facts: map[string]string{"accepted": "Acme Root", "accepted-count": "1"},
	}, {
		name: "row 2 another authority's, not accepted by name",
		try: func(t *testing.T, _ pair, x *Try) {
			x.Certificate = clientCert(t, root(t, "Other Root"))
		},
		code: ClientAuthorityUnknown, row: 2, side: side, step: step, serverCode: ClientAuthorityUnknown, alert: bothAlerts("48"),
		facts: map[string]string{"acceptable": "no", "accepted": "Acme Root", "subject": "alice", "issuer": "Other Root", "chain-length": "1", "alone": "yes"},
	}, {
		name: "row 2 a server that accepts nobody's",
		server: func(_ *testing.T, p pair) ServerConfig {
			c := p.mtls()
			c.ClientCAs = nil
			return c
		},
		try:  func(_ *testing.T, p pair, x *Try) { x.Known = []*x509.Certificate{p.root.Certificate} },
		code: ClientAuthorityUnknown, row: 2, side: ServerSide, step: step, serverCode: ClientAuthorityUnknown, alert: bothAlerts("48"),
		facts: map[string]string{"acceptable": "any", "accepted-count": "0", "issuer": "Acme Root", "alone": ""},
	}, {
		name: "row 2 optional, wrong authority",
		server: func(_ *testing.T, p pair) ServerConfig {
			c := p.mtls()
			c.Mode = ModeOptional
			return c
		},
		try:  func(t *testing.T, _ pair, x *Try) { x.Certificate = clientCert(t, root(t, "Other Root")) },
		code: ClientAuthorityUnknown, row: 2, side: side, step: step, serverCode: ClientAuthorityUnknown, alert: bothAlerts("48"),
	}, {
		name: "row 8 a server certificate",
		try: useClient(func(c *x509.Certificate) {
			c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
		}),
		code: ClientCertificatePurpose, row: 8, side: side, step: step, serverCode: ClientCertificatePurpose, alert: bothAlerts("42"),
		facts: map[string]string{"purposes": "serverAuth", "subject": "alice"},
	}, {
		name: "row 10 another key",
		try: func(t *testing.T, p pair, x *Try) {
			x.Certificate = &tls.Certificate{Certificate: p.client.Certificate, PrivateKey: pkitest.Key(t, pki.P256)}
		},
		code: ClientKeyMismatch, row: 10, side: side, step: step, serverCode: ClientKeyMismatch, alert: bothAlerts("51"),
	}}
}

// clientDateProvocations are row 7.
func clientDateProvocations() []provocation {
	const side, step = ClientSide, StepVerifyClient
	return []provocation{{
		name: "row 7 expired",
		try: useClient(func(c *x509.Certificate) {
			c.NotBefore, c.NotAfter = now.AddDate(0, 0, -100), now.AddDate(0, 0, -10)
		}),
		code: ClientCertificateExpired, row: 7, side: side, step: step, serverCode: ClientCertificateExpired, alert: bothAlerts("45"),
		facts: map[string]string{"days": "10", "not-after": "2026-02-19T12:00:00Z", "now": "2026-03-01T12:00:00Z", "subject": "alice"},
	}, {
		name: "row 7 not yet valid",
		try:  useClient(func(c *x509.Certificate) { c.NotBefore = now.AddDate(0, 0, 5) }),
		code: ClientCertificateNotYetValid, row: 7, side: side, step: step, serverCode: ClientCertificateNotYetValid, alert: bothAlerts("45"),
		facts: map[string]string{"days": "5", "not-before": "2026-03-06T12:00:00Z"},
	}, {
		name: "row 7 the server's clock is wrong",
		server: func(_ *testing.T, p pair) ServerConfig {
			c := p.mtls()
			c.Now = func() time.Time { return now.AddDate(1, 0, 0) }
			return c
		},
		code: ClientCertificateExpired, row: 7, side: ServerSide, step: step, serverCode: ClientCertificateExpired, alert: bothAlerts("45"),
		facts: map[string]string{"clock": "differs", "days": ""},
	}}
}

// clientChainProvocations are rows 3, 4, 5, 6 and 9.
func clientChainProvocations() []provocation {
	const side, step = ClientSide, StepVerifyClient
	return []provocation{{
		name: "row 3 authority made anew",
		try:  func(t *testing.T, _ pair, x *Try) { x.Certificate = clientCert(t, root(t, "Acme Root")) },
		code: ClientAuthorityRemade, row: 3, side: side, step: step, serverCode: ClientAuthorityRemade, alert: bothAlerts("48"),
		facts: map[string]string{"acceptable": "yes", "issuer": "Acme Root"},
	}, {
		name: "row 4 intermediate not sent",
		try: func(t *testing.T, p pair, x *Try) {
			issuing := authority(t, "Acme Issuing", p.root, nil)
			x.Certificate = clientCert(t, issuing)
			x.Known = []*x509.Certificate{p.root.Certificate, issuing.Certificate}
		},
		code: ClientIntermediateMissing, row: 4, side: side, step: step, serverCode: ClientAuthorityUnknown, alert: bothAlerts("48"),
		facts: map[string]string{"missing": "Acme Issuing", "acceptable": "no"},
	}, {
		name: "row 5 issuer is no authority",
		try: func(t *testing.T, p pair, x *Try) {
			x.Certificate = clientCert(t, pki.Issuer{Certificate: p.client.Leaf, Key: p.client.PrivateKey.(crypto.Signer)})
			x.Certificate.Certificate = append(x.Certificate.Certificate, p.client.Certificate[0])
		},
		code: ClientIssuerNotAuthority, row: 5, side: side, step: step, serverCode: ClientIssuerNotAuthority, alert: bothAlerts("48"),
	}, {
		name: "row 6 SHA-1",
		try: func(t *testing.T, p pair, x *Try) {
			x.Certificate = &tls.Certificate{Certificate: [][]byte{sha1Certificate(t, p)}, PrivateKey: p.client.PrivateKey}
		},
		code: ClientSignatureWeak, row: 6, side: side, step: step, serverCode: ClientSignatureWeak, alert: bothAlerts("48"),
		facts: map[string]string{"algorithm": "ECDSA-SHA1"},
	}, {
		name: "row 9 path length",
		try: func(t *testing.T, p pair, x *Try) {
			one := authority(t, "Acme One", p.root, func(c *x509.Certificate) { c.MaxPathLen, c.MaxPathLenZero = 0, true })
			two := authority(t, "Acme Two", one, nil)
			x.Certificate = clientCert(t, two)
			x.Certificate.Certificate = append(x.Certificate.Certificate, two.Certificate.Raw, one.Certificate.Raw)
		},
		code: ClientPathLength, row: 9, side: side, step: step, serverCode: ClientPathLength, alert: bothAlerts("42"),
	}}
}

// sha1Certificate is the pair's client certificate as SHA-1 would sign it. Go
// signs nothing so any more.
func sha1Certificate(t *testing.T, p pair) []byte {
	t.Helper()
	return resign(t, p.client.Leaf, p.root.Key.(*ecdsa.PrivateKey))
}

// serverTrustProvocations are row 11.
func serverTrustProvocations() []provocation {
	const side, step, seen = ClientSide, StepVerifyServer, ServerCertificateRefused
	return []provocation{{
		name: "row 11 not trusted",
		try: func(t *testing.T, _ pair, x *Try) {
			x.Roots, x.TrustNames = pkitest.Pool(root(t, "Other Root").Certificate), []string{"Other Root"}
		},
		code: ServerAuthorityUnknown, row: 11, side: side, step: step, serverCode: seen,
		facts: map[string]string{"issuer": "Acme Root", "self-signed": "no", "trusted": "Other Root", "same-name": "no", "chain-length": "1"},
	}, {
		name: "row 11 authority of the same name",
		try:  func(t *testing.T, _ pair, x *Try) { x.Roots = pkitest.Pool(root(t, "Acme Root").Certificate) },
		code: ServerAuthorityUnknown, row: 11, side: side, step: step, serverCode: seen,
		facts: map[string]string{"same-name": "yes"},
	}, {
		name: "row 11 self-signed",
		server: func(t *testing.T, p pair) ServerConfig {
			c := p.mtls()
			c.Certificate = serverCert(t, pki.Issuer{})
			return c
		},
		code: ServerAuthorityUnknown, row: 11, side: side, step: step, serverCode: seen,
		facts: map[string]string{"self-signed": "yes", "issuer": "localhost"},
	}, {
		name: "row 11 intermediate not sent",
		server: func(t *testing.T, p pair) ServerConfig {
			c := p.mtls()
			c.Certificate = serverCert(t, authority(t, "Acme Issuing", p.root, nil))
			return c
		},
		code: ServerAuthorityUnknown, row: 11, side: side, step: step, serverCode: seen,
		facts: map[string]string{"self-signed": "no", "issuer": "Acme Issuing"},
	}}
}

// serverProvocations are rows 12, 16 and 17.
func serverProvocations() []provocation {
	const side, step, seen = ServerSide, StepVerifyServer, ServerCertificateRefused
	return []provocation{{
		name: "row 12 expired",
		server: useServer(func(c *x509.Certificate) {
			c.NotBefore, c.NotAfter = now.AddDate(0, 0, -100), now.AddDate(0, 0, -10)
		}),
		code: ServerCertificateExpired, row: 12, side: side, step: step, serverCode: seen,
		facts: map[string]string{"days": "10", "subject": "localhost"},
	}, {
		name:   "row 12 not yet valid",
		server: useServer(func(c *x509.Certificate) { c.NotBefore = now.AddDate(0, 0, 5) }),
		code:   ServerCertificateNotYetValid, row: 12, side: side, step: step, serverCode: seen,
		facts: map[string]string{"days": "5"},
	}, {
		name: "row 16 a client certificate",
		server: useServer(func(c *x509.Certificate) {
			c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
		}),
		code: ServerCertificatePurpose, row: 16, side: side, step: step, serverCode: seen,
		facts: map[string]string{"purposes": "clientAuth"},
	}, {
		name: "row 17 name constraints",
		server: func(t *testing.T, p pair) ServerConfig {
			issuing := authority(t, "Acme Issuing", p.root, func(c *x509.Certificate) {
				c.PermittedDNSDomains, c.PermittedDNSDomainsCritical = []string{"acme.test"}, true
			})
			c := p.mtls()
			c.Certificate = serverCert(t, issuing)
			c.Certificate.Certificate = append(c.Certificate.Certificate, issuing.Certificate.Raw)
			return c
		},
		code: ServerNameConstraints, row: 17, side: side, step: step, serverCode: seen,
	}}
}

// serverNameProvocations are rows 13 to 15.
func serverNameProvocations() []provocation {
	const side, step, seen = ServerSide, StepVerifyServer, ServerCertificateRefused
	return []provocation{{
		name:   "row 13 no SAN",
		server: useServer(func(c *x509.Certificate) { c.DNSNames, c.IPAddresses = nil, nil }),
		code:   ServerNoSAN, row: 13, side: side, step: step, serverCode: seen,
		facts: map[string]string{"name": "localhost", "subject": "localhost"},
	}, {
		name:   "row 14 another name",
		server: useServer(func(c *x509.Certificate) { c.DNSNames = []string{"api.acme.test", "*.acme.test"} }),
		code:   ServerNameMismatch, row: 14, side: side, step: step, serverCode: seen,
		facts: map[string]string{"name": "localhost", "names": "api.acme.test\n*.acme.test\n127.0.0.1\n::1"},
	}, {
		name:   "row 14 another address",
		server: useServer(func(c *x509.Certificate) { c.IPAddresses = []net.IP{net.IPv4(10, 1, 2, 3)} }),
		try:    toAddress,
		code:   ServerNameMismatch, row: 14, side: side, step: step, serverCode: seen,
		facts: map[string]string{"name": "127.0.0.1", "names": "localhost\n10.1.2.3"},
	}, {
		name:   "row 15 no IP SAN",
		server: useServer(func(c *x509.Certificate) { c.IPAddresses = nil }),
		try:    toAddress,
		code:   ServerNoIPSAN, row: 15, side: side, step: step, serverCode: seen,
		facts: map[string]string{"name": "127.0.0.1", "names": "localhost"},
	}}
}

// toAddress calls the server by its IP address.
func toAddress(_ *testing.T, _ pair, x *Try) {
	target, err := parseTarget(x.URL)
	if err != nil {
		panic(err) // the test's own URL
	}
	x.URL = "https://127.0.0.1:" + target.port + "/hello"
}

// helloProvocations are rows 18, 20 and 21, and the server's own key.
func helloProvocations() []provocation {
	const step = StepServerCertificate
	return []provocation{{
		name:   "row 18 plain HTTP at the port",
		server: func(*testing.T, pair) ServerConfig { return ServerConfig{Mode: ModePlain} },
		code:   ServerSpeaksHTTP, row: 18, side: ClientSide, step: step, serverCode: ServerSpeaksHTTP,
	}, {
		name: "row 20 only TLS 1.3 there",
		server: func(_ *testing.T, p pair) ServerConfig {
			c := p.mtls()
			c.MinVersion = tls.VersionTLS13
			return c
		},
		only: tls.VersionTLS12,
		code: NoCommonVersion, row: 20, side: ClientSide, step: step, serverCode: NoCommonVersion, alert: bothAlerts("70"),
		facts: map[string]string{"offered": "TLS 1.2"},
	}, {
		name: "row 20 only TLS 1.2 there",
		server: func(_ *testing.T, p pair) ServerConfig {
			c := p.mtls()
			c.MaxVersion = tls.VersionTLS12
			return c
		},
		only: tls.VersionTLS13,
		code: NoCommonVersion, row: 20, side: ClientSide, step: step, serverCode: NoCommonVersion, alert: bothAlerts("70"),
		facts: map[string]string{"offered": "TLS 1.3"},
	}, {
		name: "row 21 another protocol",
		try:  func(_ *testing.T, _ pair, x *Try) { x.ALPN = []string{"spdy/3"} },
		code: NoCommonProtocol, row: 21, side: ClientSide, step: step, serverCode: NoCommonProtocol, alert: bothAlerts("120"),
		facts: map[string]string{"offered": "spdy/3"},
	}, {
		name: "row 10 the server's key",
		server: func(t *testing.T, p pair) ServerConfig {
			c := p.mtls()
			c.Certificate = &tls.Certificate{Certificate: p.server.Certificate, PrivateKey: pkitest.Key(t, pki.P256)}
			return c
		},
		code: ServerKeyMismatch, row: 10, side: ServerSide, step: step, serverCode: ServerCertificateRefused,
	}}
}
