package testclient

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
)

// secured is TLS to a proxy. Close does not wait for a proxy that does not read.
type secured struct{ *tls.Conn }

func (c secured) Close() error { return c.NetConn().Close() }

// overTLS begins TLS with the proxy. Whoever a try trusts, or this computer
// does, may have signed its certificate; it is verified always, for the proxy
// may get a password.
func (g gateway) overTLS(ctx context.Context, conn net.Conn) (net.Conn, error) {
	host, _, err := net.SplitHostPort(g.address)
	if err != nil {
		return conn, err
	}
	line := tls.Client(conn, &tls.Config{ServerName: host, NextProtos: []string{"http/1.1"},
		InsecureSkipVerify: true, // VerifyConnection does
		VerifyConnection:   func(s tls.ConnectionState) error { return g.verify(host, s.PeerCertificates) }})
	if err := line.HandshakeContext(ctx); err != nil {
		var header tls.RecordHeaderError
		if errors.As(err, &header) && (string(header.RecordHeader[:]) == "HTTP/" || beginsHTML(header.RecordHeader[:])) {
			return conn, &proxyError{code: ProxySpeaksHTTP, err: err}
		}
		return conn, &proxyError{code: ProxyCertificate, status: printable(err.Error()), err: err}
	}
	return secured{line}, nil
}

// verifyProxy verifies the chain of a proxy for its name or address.
func (a *attempt) verifyProxy(host string, chain []*x509.Certificate) error {
	options := x509.VerifyOptions{Roots: a.try.Roots, Intermediates: x509.NewCertPool(), DNSName: host, CurrentTime: a.try.Now()}
	for _, c := range chain[1:] {
		options.Intermediates.AddCert(c)
	}
	_, err := chain[0].Verify(options)
	if err != nil && options.Roots != nil {
		options.Roots = nil
		if _, system := chain[0].Verify(options); system == nil {
			return nil
		}
	}
	return err
}
