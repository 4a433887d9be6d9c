package testclient

import (
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"strconv"
	"strings"
)

// PortError tells that the server cannot listen at its port.
type PortError struct {
	Address string
	Port    int
	Free    int // another port, free at the moment; 0 when none was found
	Err     error
}

func (e *PortError) Error() string {
	return fmt.Sprintf("listen on %s port %d: %v", e.Address, e.Port, e.Err)
}

func (e *PortError) Unwrap() error { return e.Err }

// InUse tells whether another program, or another server, has the port.
func (e *PortError) InUse() bool { return errors.Is(e.Err, errnoInUse) }

// NotHere tells whether the address is none of this computer's.
func (e *PortError) NotHere() bool { return errors.Is(e.Err, errnoNotHere) }

// listen takes all ports of the server, or none.
func (s *Server) listen() error {
	var err error
	if s.listeners, err = s.listenAt(s.config.Port); err != nil {
		return err
	}
	if s.config.Plain && s.config.Mode != ModePlain {
		s.plain, err = s.listenAt(s.config.PlainPort)
	}
	if err == nil {
		err = s.listenPublish()
	}
	if err != nil {
		s.unlisten()
	}
	return err
}

// listenAt takes one port: on both loopback addresses when none was chosen, for
// "localhost" is either.
func (s *Server) listenAt(port int) ([]net.Listener, error) {
	host := s.config.Address
	switch host {
	case "":
		host = "127.0.0.1"
	case AllAddresses:
		host = ""
	}
	l, err := net.Listen("tcp", net.JoinHostPort(host, strconv.Itoa(port)))
	if err != nil {
		return nil, &PortError{Address: host, Port: port, Free: freePort(host, port, err), Err: err}
	}
	listeners := []net.Listener{l}
	if s.config.Address == "" {
		if l6, err := net.Listen("tcp", net.JoinHostPort("::1", strconv.Itoa(portOf(listeners)))); err == nil {
			listeners = append(listeners, l6)
		}
	}
	return listeners, nil
}

// portsTried is how many ports are tried for a free one.
const portsTried = 50

// freePort finds a port in place of one that cannot be had: the next free one;
// for one that only the system's own programs may have, above 8000: 8443 for
// 443. 0 when the address is at fault.
func freePort(host string, port int, err error) int {
	switch {
	case errors.Is(err, fs.ErrPermission) && port < 1024:
		port += 8000
	case errors.Is(err, errnoInUse):
		port++
	default:
		return 0
	}
	for p := port; p < port+portsTried && p <= 65535; p++ {
		if l, err := net.Listen("tcp", net.JoinHostPort(host, strconv.Itoa(p))); err == nil {
			l.Close()
			return p
		}
	}
	return 0
}

func portOf(listeners []net.Listener) int {
	if len(listeners) > 0 {
		if a, ok := listeners[0].Addr().(*net.TCPAddr); ok {
			return a.Port
		}
	}
	return 0
}

// Addr is the address that it listens on, host:port.
func (s *Server) Addr() string { return s.listeners[0].Addr().String() }

// Port is the port that it listens on.
func (s *Server) Port() int { return portOf(s.listeners) }

// PlainPort is the port of plain HTTP beside TLS; 0 when there is none.
func (s *Server) PlainPort() int { return portOf(s.plain) }

// place is the host and the port to call it at from this computer.
func (s *Server) place() (host, port string) {
	host, port, _ = net.SplitHostPort(s.Addr())
	if s.config.Address == AllAddresses {
		host = "127.0.0.1"
	}
	return host, port
}

// URL is the server's, with a name that its certificate holds where it leads
// here: localhost, else the address.
func (s *Server) URL() string {
	host, port := s.place()
	if s.tls == nil {
		return plainURL(s.listeners)
	}
	loopback := net.ParseIP(host).IsLoopback()
	leaf, err := x509.ParseCertificate(s.config.Certificate.Certificate[0])
	if loopback && (err != nil || leaf.VerifyHostname("localhost") == nil || leaf.VerifyHostname(host) != nil) {
		host = "localhost"
	}
	return "https://" + net.JoinHostPort(host, port)
}

// Try is where a client connects that verifies the server's name: URL, or for a
// certificate that holds neither localhost nor the address, a URL with a name
// that it holds and the address that it has to be connected to instead.
func (s *Server) Try() (url, address string) {
	host, port := s.place()
	if s.tls == nil {
		return s.URL(), ""
	}
	leaf, err := x509.ParseCertificate(s.config.Certificate.Certificate[0])
	if err != nil || leaf.VerifyHostname("localhost") == nil || leaf.VerifyHostname(host) == nil {
		return s.URL(), ""
	}
	for _, name := range leaf.DNSNames {
		if rest, found := strings.CutPrefix(name, "*."); found {
			name = "www." + rest
		}
		if leaf.VerifyHostname(name) == nil {
			return "https://" + net.JoinHostPort(name, port), net.JoinHostPort(host, port)
		}
	}
	for _, ip := range leaf.IPAddresses {
		return "https://" + net.JoinHostPort(ip.String(), port), net.JoinHostPort(host, port)
	}
	return s.URL(), ""
}

// PlainURL is that of plain HTTP: beside TLS, or in ModePlain; "" when there is
// none.
func (s *Server) PlainURL() string {
	if s.tls == nil {
		return s.URL()
	}
	return plainURL(s.plain)
}

func plainURL(listeners []net.Listener) string {
	if len(listeners) == 0 {
		return ""
	}
	host, port, _ := net.SplitHostPort(listeners[0].Addr().String())
	if ip := net.ParseIP(host); ip.IsLoopback() || ip.IsUnspecified() {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, port)
}
