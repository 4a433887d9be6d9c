package testclient

import (
	"crypto/x509"
	"net"
	"net/netip"
	"slices"
)

// AllAddresses, as ServerConfig.Address, has a server listen on every address of
// this computer, so that others reach it.
const AllAddresses = "*"

// Reach is a way that a client calls a server.
type Reach struct {
	URL   string // without a path
	Host  string // the name or address in it
	Named bool   // the server's certificate has that name, or there is no TLS
}

// Reaches are the ways that clients on other computers call the server: by host,
// which may be "", and by each address that it listens on and that others reach.
func (s *Server) Reaches(host string) []Reach {
	name, port, _ := net.SplitHostPort(s.Addr())
	hosts := []string{name}
	if s.config.Address == AllAddresses {
		hosts = OwnAddresses()
	}
	if host != "" && !slices.Contains(hosts, host) {
		hosts = append([]string{host}, hosts...)
	}
	var leaf *x509.Certificate
	scheme := "http://"
	if s.tls != nil {
		scheme = "https://"
		leaf, _ = x509.ParseCertificate(s.config.Certificate.Certificate[0]) // Start has read it
	}
	var list []Reach
	for _, h := range hosts {
		if a, err := netip.ParseAddr(h); h == "localhost" || err == nil && a.IsLoopback() {
			continue
		}
		list = append(list, Reach{URL: scheme + net.JoinHostPort(h, port), Host: h, Named: leaf == nil || leaf.VerifyHostname(h) == nil})
	}
	return list
}

// OwnAddresses are this computer's addresses that others may reach, IPv4 first:
// none of loopback, and none that needs its interface to be named.
func OwnAddresses() []string {
	all, err := net.InterfaceAddrs()
	if err != nil {
		return nil
	}
	var list []netip.Addr
	for _, a := range all {
		p, err := netip.ParsePrefix(a.String())
		if err == nil && p.Addr().IsGlobalUnicast() {
			list = append(list, p.Addr().Unmap())
		}
	}
	slices.SortFunc(list, netip.Addr.Compare) // shorter ones first: IPv4
	var texts []string
	for _, a := range list {
		texts = append(texts, a.String())
	}
	return texts
}
