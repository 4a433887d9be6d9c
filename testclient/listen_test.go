package testclient

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"testing"

	"countersign/pki/pkitest"
)

// TestPlainBeside: HTTP and HTTPS together, each at its port; what is published
// is at that of plain HTTP.
func TestPlainBeside(t *testing.T) {
	p := newPair(t)
	config := p.mtls()
	config.Plain, config.Publish, config.Register = true, true, &register{authority: p.root}
	s := start(t, config)
	if s.PlainPort() == 0 || s.PlainPort() == s.Port() || s.PublishURL() != s.PlainURL() {
		t.Fatalf("%s, %s, published at %s", s.URL(), s.PlainURL(), s.PublishURL())
	}
	for _, url := range []string{s.URL(), s.PlainURL()} {
		if r := Run(t.Context(), p.try(url+"/hello", 0), nil); r.Status != 200 {
			t.Errorf("%s: %+v", url, r.Diagnosis)
		}
	}
	if status, _, body := fetch(t, "GET", s.CRLURL("Acme Root"), nil); status != 200 || string(body) != "a list" {
		t.Errorf("list: %d %q", status, body)
	}
	x := p.try(s.URL()+"/crl/Acme%20Root.crl", 0)
	if r := Run(t.Context(), x, nil); r.Status != 404 {
		t.Errorf("the list over TLS: %d", r.Status)
	}
	if r := Run(t.Context(), Try{URL: "https" + s.PlainURL()[4:], Now: clock}, nil); r.Diagnosis == nil || r.Diagnosis.Code != ServerSpeaksHTTP {
		t.Errorf("TLS at the plain port: %+v", r.Diagnosis)
	}
	// Both ports or none.
	second := p.mtls()
	second.Plain, second.PlainPort = true, s.PlainPort()
	_, err := Start(second)
	var port *PortError
	if !errors.As(err, &port) || port.Port != s.PlainPort() || !port.InUse() {
		t.Fatalf("the plain port in use: %v", err)
	}
	second.Port, second.PlainPort = s.Port(), 0
	if _, err := Start(second); !errors.As(err, &port) || port.Port != s.Port() {
		t.Errorf("the port in use: %v", err)
	}
}

// TestPortOffered: the port that is offered in place of one in use can be had.
func TestPortOffered(t *testing.T) {
	p := newPair(t)
	s := start(t, p.mtls())
	config := p.mtls()
	config.Port = s.Port()
	_, err := Start(config)
	var port *PortError
	if !errors.As(err, &port) || port.Free <= s.Port() {
		t.Fatalf("%+v", port)
	}
	config.Port = port.Free
	start(t, config)
	for _, c := range []struct {
		port int
		err  error
		from int
	}{
		{443, fs.ErrPermission, 8443}, {80, fs.ErrPermission, 8080}, {443, net.ErrClosed, 0}, {65535, errnoInUse, 0},
	} {
		if got := freePort("127.0.0.1", c.port, c.err); (got == 0) != (c.from == 0) || got < c.from || got > c.from+portsTried {
			t.Errorf("%d, %v: %d, want %d or one of the next", c.port, c.err, got, c.from)
		}
	}
}

// TestOpenConnectionOfTheRevoked: a client that is revoked while its connection
// is open is refused with the next request, and the connection ends.
func TestOpenConnectionOfTheRevoked(t *testing.T) {
	for _, protocol := range []string{"h2", "http/1.1"} {
		p := newPair(t)
		r := &register{authority: p.root}
		config := p.mtls()
		config.Register, config.CheckRevocation = r, true
		s := start(t, config)
		client := p.transport(protocol)
		get := func() int {
			response, err := client.Get(s.URL() + "/hello")
			if err != nil {
				t.Fatal(err)
			}
			io.Copy(io.Discard, response.Body)
			response.Body.Close()
			return response.StatusCode
		}
		if status := get(); status != 200 {
			t.Fatal(status)
		}
		r.revoke(p.client, "keyCompromise")
		if status := get(); status != 403 {
			t.Errorf("%s: %d", protocol, status)
		}
		log := s.Connections()
		first, last := log[0], log[len(log)-1]
		if first.Remote != last.Remote || last.RefusalCode != ClientCertificateRevoked || last.Status != 403 || codes(last.View()) != "accepted presented taken shown verified refused not-reached" {
			t.Errorf("%s: %+v, %+v", protocol, first, last)
		}
		if _, err := client.Get(s.URL() + "/hello"); err == nil {
			t.Errorf("%s: it still has a connection", protocol)
		}
		client.CloseIdleConnections()
	}
}

// transport is a client that keeps its connections, of one protocol.
func (p pair) transport(protocol string) *http.Client {
	return &http.Client{Transport: &http.Transport{ForceAttemptHTTP2: protocol == "h2", TLSClientConfig: &tls.Config{
		RootCAs: pkitest.Pool(p.root.Certificate), Certificates: []tls.Certificate{*p.client}, Time: clock, NextProtos: []string{protocol}}}}
}

// TestTryLeadsHere: whatever names the certificate holds, a client that verifies
// it gets in at the address that the server gives for a try.
func TestTryLeadsHere(t *testing.T) {
	p := newPair(t)
	for _, c := range []struct {
		dns  []string
		ips  []net.IP
		want string
		away bool
	}{
		{[]string{"localhost"}, nil, "https://localhost:", false},
		{nil, []net.IP{net.IPv4(127, 0, 0, 1)}, "https://127.0.0.1:", false},
		{[]string{"api.acme.test", "b.test"}, nil, "https://api.acme.test:", true},
		{[]string{"*.acme.test"}, nil, "https://www.acme.test:", true},
		{nil, []net.IP{net.IPv4(10, 0, 0, 7)}, "https://10.0.0.7:", true},
	} {
		config := p.mtls()
		config.Certificate = serverCert(t, p.root, func(x *x509.Certificate) { x.DNSNames, x.IPAddresses = c.dns, c.ips })
		s := start(t, config)
		url, address := s.Try()
		x := p.try(url+"/hello", 0)
		x.Address = address
		r := Run(t.Context(), x, nil)
		if url != fmt.Sprint(c.want, s.Port()) || (address != "") != c.away || !r.OK() {
			t.Errorf("%v %v: %s at %q: %+v", c.dns, c.ips, url, address, r.Diagnosis)
		}
	}
	s := start(t, ServerConfig{Mode: ModePlain})
	if url, address := s.Try(); url != s.URL() || address != "" {
		t.Errorf("plain: %s at %q", url, address)
	}
}
