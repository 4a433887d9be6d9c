package testclient

import (
	"crypto/x509"
	"errors"
	"net"
	"slices"
	"strings"
	"testing"
)

// reachedAt starts a server that listens on an address, with a certificate for
// localhost and the addresses given.
func reachedAt(t *testing.T, address string, named ...string) (*Server, *x509.CertPool) {
	t.Helper()
	top := root(t, "Acme Root")
	cert := leaf(t, top, func(c *x509.Certificate) {
		c.Subject.CommonName, c.DNSNames = "api", []string{"localhost", "api.acme.test"}
		for _, n := range named {
			c.IPAddresses = append(c.IPAddresses, net.ParseIP(n))
		}
	})
	roots := x509.NewCertPool()
	roots.AddCert(top.Certificate)
	return start(t, ServerConfig{Mode: ModeTLS, Certificate: cert, Address: address, Now: clock}), roots
}

// TestAllAddresses: a server on every address is reached on each that others
// reach, and says which of them its certificate has.
func TestAllAddresses(t *testing.T) {
	own := OwnAddresses()
	s, roots := reachedAt(t, AllAddresses, own[:min(1, len(own))]...)
	if !strings.HasPrefix(s.URL(), "https://localhost:") {
		t.Errorf("from here it is called by %s", s.URL())
	}
	reaches := s.Reaches("api.acme.test")
	if len(reaches) != len(own)+1 || reaches[0].Host != "api.acme.test" || !reaches[0].Named {
		t.Fatalf("of %v: %+v", own, reaches)
	}
	for n, r := range reaches[1:] {
		if r.Host != own[n] || r.Named != (n == 0) {
			t.Errorf("%d: %+v", n, r)
		}
		got := Run(t.Context(), Try{URL: r.URL + "/hello", Roots: roots, Now: clock}, nil)
		if mismatch := got.Diagnosis != nil && got.Diagnosis.Code == ServerNameMismatch; got.OK() != r.Named || mismatch == r.Named {
			t.Errorf("%s: %+v", r.URL, got.Diagnosis)
		}
	}
}

// TestOneAddress: a server on one address is reached there and nowhere else.
func TestOneAddress(t *testing.T) {
	own, _ := reachedAt(t, "")
	if list := own.Reaches(""); len(list) != 0 {
		t.Errorf("one that is for this computer only: %+v", list)
	}
	for _, own := range OwnAddresses() {
		s, _ := reachedAt(t, own)
		list := s.Reaches("")
		if len(list) != 1 || list[0].Host != own || list[0].Named {
			t.Errorf("%s: %+v", own, list)
		}
		_, port, _ := net.SplitHostPort(s.Addr())
		if conn, err := net.Dial("tcp", net.JoinHostPort("127.0.0.1", port)); err == nil {
			conn.Close()
			t.Errorf("%s is reached by loopback too", own)
		}
	}
	_, err := Start(ServerConfig{Mode: ModePlain, Address: "203.0.113.99"}) // RFC 5737: nobody's
	var port *PortError
	if !errors.As(err, &port) || !port.NotHere() || port.InUse() || port.Free != 0 {
		t.Errorf("an address of another: %v", err)
	}
}

// TestOwnAddresses: none is of this computer alone.
func TestOwnAddresses(t *testing.T) {
	own := OwnAddresses()
	for _, text := range own {
		if ip := net.ParseIP(text); ip == nil || ip.IsLoopback() || ip.IsLinkLocalUnicast() || ip.IsMulticast() {
			t.Errorf("%s", text)
		}
	}
	if len(slices.Compact(slices.Clone(own))) != len(own) {
		t.Errorf("twice: %v", own)
	}
}
