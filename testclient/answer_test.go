package testclient

import (
	"crypto/ecdsa"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"testing"

	"countersign/pki"
	"countersign/pki/pkitest"
)

// custom is a TLS server whose configuration is changed, and that does f after
// a good handshake.
func custom(t *testing.T, p pair, change func(*tls.Config), f func(*tls.Conn)) string {
	t.Helper()
	config := &tls.Config{Certificates: []tls.Certificate{*p.server}, NextProtos: []string{"h2", "http/1.1"}, Time: clock,
		ClientAuth: tls.RequireAnyClientCert}
	if change != nil {
		change(config)
	}
	return raw(t, func(c net.Conn) {
		conn := tls.Server(&garbled{Conn: c}, config)
		if conn.Handshake() == nil && f != nil {
			f(conn)
			conn.Close()
		}
		io.Copy(io.Discard, c)
	})
}

// says reads something, then writes the text.
func says(text string) func(*tls.Conn) {
	return func(c *tls.Conn) {
		c.Read(make([]byte, 4096))
		io.WriteString(c, text)
	}
}

// TestOddAnswers are those of servers that break off, or speak no HTTP.
func TestOddAnswers(t *testing.T) {
	p := newPair(t)
	noClient := func(c *tls.Config) { c.ClientAuth = tls.NoClientCert }
	drop := func(c *tls.Conn) { g := c.NetConn().(*garbled); g.Conn.(*net.TCPConn).SetLinger(0); g.Close() }
	for _, c := range []struct {
		name    string
		address string
		alpn    string
		code    string
		step    int
		alert   string
	}{
		{"no HTTP/1", custom(t, p, nil, says("220 mail\r\n")), "http/1.1", NotHTTP, 6, ""},
		{"no HTTP/2", custom(t, p, nil, says("220 mail, and ten more bytes\r\n")), "h2", Unknown, 6, ""},
		{"closed after the handshake", custom(t, p, nil, func(*tls.Conn) {}), "http/1.1", Reset, 6, ""},
		{"closed after the handshake", custom(t, p, nil, func(*tls.Conn) {}), "h2", Reset, 6, ""},
		{"dropped", custom(t, p, nil, drop), "http/1.1", Reset, 6, ""},
		{"dropped after the request", custom(t, p, nil, func(c *tls.Conn) { c.Read(make([]byte, 1)); drop(c) }), "h2", Reset, 6, ""},
		{"an alert and no certificate asked for", custom(t, p, noClient, lateAlert20), "http/1.1", Unknown, 6, "20"},
		{"an alert after the handshake", custom(t, p, nil, lateAlert20), "http/1.1", ClientCertificateRefused, 5, "20"},
		{"an alert after the handshake", custom(t, p, nil, lateAlert20), "h2", ClientCertificateRefused, 5, "20"},
		{"unrecognised name", custom(t, p, func(c *tls.Config) {
			c.Certificates, c.GetCertificate = nil, func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return nil, nil }
		}, nil), "h2", ServerNameUnknown, 2, "112"},
	} {
		t.Run(c.name+" "+c.alpn, func(t *testing.T) {
			x := p.try("https://"+c.address, 0)
			x.ALPN = []string{c.alpn}
			r := Run(t.Context(), x, nil)
			d := r.Diagnosis
			if d == nil || d.Step != c.step || d.Facts["alert"] != c.alert || d.Code != c.code {
				t.Errorf("%+v", d)
			}
			checkStates(t, r)
		})
	}
}

// garbled is a connection whose next read, once on, is a record that does not
// decrypt.
type garbled struct {
	net.Conn
	on bool
}

func (g *garbled) Read(p []byte) (int, error) {
	if g.on {
		return copy(p, append([]byte{0x17, 3, 3, 0, 32}, make([]byte, 32)...)), nil
	}
	return g.Conn.Read(p)
}

// lateAlert20 makes a server send the alert bad_record_mac after a good handshake.
func lateAlert20(c *tls.Conn) {
	c.NetConn().(*garbled).on = true
	io.Copy(io.Discard, c) // the request may have come already
}

// TestOldVersions: the versions below Go's own lowest can be asked for.
func TestOldVersions(t *testing.T) {
	p := newPair(t)
	for _, v := range []uint16{tls.VersionTLS10, tls.VersionTLS11} {
		config := p.mtls()
		config.MinVersion = v
		s := start(t, config)
		x := p.try(s.URL()+"/hello", 0)
		x.MaxVersion = v
		r := Run(t.Context(), x, nil)
		if !r.OK() || r.Version != versionName(v) {
			t.Errorf("%s: %q %+v", versionName(v), r.Version, r.Diagnosis)
		}
		r = Run(t.Context(), Try{URL: start(t, p.mtls()).URL(), MaxVersion: v, Now: clock}, nil)
		if r.OK() || r.Diagnosis.Code != NoCommonVersion || r.Diagnosis.Facts["offered"] != versionName(v) {
			t.Errorf("%s refused: %+v", versionName(v), r.Diagnosis)
		}
	}
}

// TestVagueAlert: a server that says only "bad certificate" is helped out by
// what is plainly wrong with the certificate.
func TestVagueAlert(t *testing.T) {
	p := newPair(t)
	issuing := authority(t, "Acme Issuing", p.root, nil)
	refuse := func(c *tls.Config) { c.VerifyConnection = func(tls.ConnectionState) error { return io.ErrNoProgress } }
	listed := func(c *tls.Config) { refuse(c); c.ClientCAs = pkitest.Pool(p.root.Certificate) }
	under := clientCert(t, p.root)
	under.Certificate = append(under.Certificate, p.client.Certificate[0])
	for _, c := range []struct {
		name   string
		change func(*tls.Config)
		cert   *tls.Certificate
		code   string
		row    int
	}{
		{"nothing wrong", listed, p.client, ClientCertificateRefused, 0},
		{"not begun", refuse, clientCert(t, p.root, func(c *x509.Certificate) { c.NotBefore = now.AddDate(0, 0, 2) }), ClientCertificateNotYetValid, 7},
		{"purpose", refuse, clientCert(t, p.root, func(c *x509.Certificate) {
			c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageEmailProtection, x509.ExtKeyUsageIPSECUser}
		}), ClientCertificatePurpose, 8},
		{"any purpose", refuse, clientCert(t, p.root, func(c *x509.Certificate) { c.ExtKeyUsage = nil }), ClientCertificateRefused, 0},
		{"weak", refuse, &tls.Certificate{Certificate: [][]byte{sha1Certificate(t, p)}, PrivateKey: p.client.PrivateKey}, ClientSignatureWeak, 6},
		{"issuer no authority", refuse, under, ClientIssuerNotAuthority, 5},
		{"not on the list", listed, clientCert(t, root(t, "Other Root")), ClientAuthorityUnknown, 2},
		{"intermediate", refuse, clientCert(t, issuing), ClientIntermediateMissing, 4},
	} {
		for _, v := range versions {
			t.Run(c.name+"/"+versionName(v), func(t *testing.T) {
				x := p.try("https://"+custom(t, p, c.change, nil), v)
				x.Certificate, x.Known = c.cert, []*x509.Certificate{issuing.Certificate}
				r := Run(t.Context(), x, nil)
				if d := r.Diagnosis; d == nil || d.Code != c.code || d.Row != c.row || d.Facts["alert"] != "42" || d.Step != StepVerifyClient {
					t.Errorf("%+v", d)
				}
			})
		}
	}
}

// TestServerIntermediate: with the intermediate at hand, row 11 names it.
func TestServerIntermediate(t *testing.T) {
	p := newPair(t)
	issuing := authority(t, "Acme Issuing", p.root, nil)
	config := p.mtls()
	config.Certificate = serverCert(t, issuing)
	x := p.try(start(t, config).URL(), 0)
	x.Known = []*x509.Certificate{p.root.Certificate, issuing.Certificate}
	r := Run(t.Context(), x, nil)
	if d := r.Diagnosis; d == nil || d.Code != ServerIntermediateMissing || d.Side != ServerSide || d.Facts["missing"] != "Acme Issuing" {
		t.Errorf("%+v", d)
	}
}

// TestServerPath are rows 5, 6 and 9 at the server's side.
func TestServerPath(t *testing.T) {
	p := newPair(t)
	one := authority(t, "One", p.root, func(c *x509.Certificate) { c.MaxPathLen, c.MaxPathLenZero = 0, true })
	two := authority(t, "Two", one, nil)
	long := serverCert(t, two)
	long.Certificate = append(long.Certificate, two.Certificate.Raw, one.Certificate.Raw)
	other, key := sign(t, p.root, func(c *x509.Certificate) { c.Subject.CommonName = "no authority" })
	under := serverCert(t, pki.Issuer{Certificate: other, Key: key})
	under.Certificate = append(under.Certificate, other.Raw)
	for _, c := range []struct {
		name, code string
		row        int
		cert       *tls.Certificate
	}{
		{"path length", ServerPathLength, 9, long},
		{"issuer no authority", ServerIssuerNotAuthority, 5, under},
		{"weak", ServerSignatureWeak, 6, &tls.Certificate{PrivateKey: p.server.PrivateKey,
			Certificate: [][]byte{resign(t, p.server.Leaf, p.root.Key.(*ecdsa.PrivateKey))}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			config := p.mtls()
			config.Certificate = c.cert
			r := Run(t.Context(), p.try(start(t, config).URL(), 0), nil)
			if d := r.Diagnosis; d == nil || d.Code != c.code || d.Row != c.row || d.Step != StepVerifyServer {
				t.Errorf("%+v", d)
			}
		})
	}
}

func TestZone(t *testing.T) {
	if got := ipOf("[fe80::1%lo]:443"); got != "fe80::1%lo" {
		t.Errorf("ip %q", got)
	}
	if got := matchedName(&x509.Certificate{DNSNames: []string{"*.acme.test"}}, "api.acme.test"); got != "*.acme.test" {
		t.Errorf("matched %q", got)
	}
}
