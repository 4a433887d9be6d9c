package testclient

import (
	"net"
	"net/netip"
	"strings"
)

// Beyond is the host:port that a try connects to when that is not this
// computer; empty when it is, and when the try leads nowhere at all. Only
// loopback addresses and the name localhost (RFC 6761 section 6.3) are this
// computer: no name is looked up.
func (t Try) Beyond() string {
	place, err := parseTarget(t.URL)
	if err != nil {
		return ""
	}
	a := attempt{try: t, target: place}
	address, err := a.dialAddress()
	if err != nil {
		return ""
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return ""
	}
	ip, err := netip.ParseAddr(host)
	if err == nil && ip.Unmap().IsLoopback() || err != nil && strings.TrimSuffix(strings.ToLower(host), ".") == "localhost" {
		return ""
	}
	return printable(net.JoinHostPort(host, port))
}
