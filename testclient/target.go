package testclient

import (
	"crypto/tls"
	"errors"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/net/http/httpguts"
	"golang.org/x/net/idna"
)

// target is where a try goes, read from its URL.
type target struct {
	url    *url.URL
	secure bool   // https, or tls
	raw    bool   // tls: no HTTP
	shown  string // the host as typed
	host   string // the host in ASCII, no brackets, no port
	port   string
}

// address is what to dial: host:port.
func (t target) address() string { return net.JoinHostPort(t.host, t.port) }

// urlError tells what is wrong with a URL.
type urlError struct {
	why, value string
	err        error
}

func (e *urlError) Error() string {
	if e.err != nil {
		return "bad URL: " + e.why + ": " + e.err.Error()
	}
	return "bad URL: " + e.why
}

func (e *urlError) Unwrap() error { return e.err }

// parseTarget reads a URL as a person types it: without a scheme it is https.
// Its errors are *urlError and quote no part that could hold a password.
func parseTarget(typed string) (target, error) {
	typed = strings.TrimSpace(typed)
	if typed == "" {
		return target{}, &urlError{why: "empty"}
	}
	if !strings.Contains(typed, "://") {
		typed = "https://" + typed
	}
	u, err := url.Parse(typed)
	if err != nil {
		var inner *url.Error
		if errors.As(err, &inner) {
			err = inner.Err // the outer one quotes the whole URL
		}
		return target{}, &urlError{why: "malformed", err: err}
	}
	t := target{url: u, shown: u.Hostname(), port: u.Port()}
	switch u.Scheme {
	case "https":
		t.secure = true
	case "tls":
		t.secure, t.raw = true, true
	case "http":
	default:
		return target{}, &urlError{why: "scheme", value: u.Scheme}
	}
	if t.host, err = asciiHost(t.shown); err != nil {
		return target{}, &urlError{why: "host", value: t.shown, err: err}
	}
	switch {
	case t.port == "" && !t.raw && t.secure:
		t.port = "443"
	case t.port == "" && !t.raw:
		t.port = "80"
	}
	if n, err := strconv.ParseUint(t.port, 10, 16); err != nil || n == 0 {
		return target{}, &urlError{why: "port", value: t.port}
	}
	return t, nil
}

var errHost = errors.New("no host name")

// asciiHost is the host as DNS and SNI take it (RFC 5891), or the IP address.
func asciiHost(host string) (string, error) {
	if host == "" {
		return "", errHost
	}
	if _, err := netip.ParseAddr(host); err == nil {
		return host, nil
	}
	ascii, err := idna.Lookup.ToASCII(host)
	if err != nil && plainName(host) {
		ascii, err = strings.ToLower(host), nil
	}
	if err == nil && !plainName(ascii) {
		err = errHost
	}
	if err != nil {
		return "", err
	}
	return ascii, nil
}

// plainName tells whether a host is of letters, digits, dots, hyphens and
// underscores. The last are no part of a host name (RFC 952), but are in use.
func plainName(host string) bool {
	for _, r := range host {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '.', r == '-', r == '_':
		default:
			return false
		}
	}
	return strings.Trim(host, ".") != ""
}

// prepare checks the whole try before anything is sent.
func (a *attempt) prepare() *Diagnosis {
	t, err := parseTarget(a.try.URL)
	var bad *urlError
	if errors.As(err, &bad) {
		facts := map[string]string{"why": bad.why}
		if bad.value != "" {
			facts[map[string]string{"scheme": "scheme", "host": "host", "port": "port"}[bad.why]] = printable(bad.value)
		}
		return &Diagnosis{Code: BadURL, Side: ClientSide, Step: StepConnect, Facts: facts, Raw: printable(err.Error())}
	}
	a.target = t
	if a.try.ServerName == "" {
		a.try.ServerName = strings.TrimSuffix(t.host, ".")
	} else if name, err := asciiHost(a.try.ServerName); err == nil {
		a.try.ServerName = name
	}
	if a.try.Method == "" {
		a.try.Method = "GET"
	}
	if a.try.MinVersion == 0 && a.try.MaxVersion != 0 && a.try.MaxVersion < tls.VersionTLS12 {
		a.try.MinVersion = a.try.MaxVersion // below Go's own lowest
	}
	if a.try.ALPN == nil && !t.raw {
		a.try.ALPN = protocols(a.try.MaxVersion)
	}
	if strings.TrimSpace(a.try.Proxy) != "" {
		g, err := parseProxy(strings.TrimSpace(a.try.Proxy))
		if err != nil {
			return &Diagnosis{Code: BadRequest, Side: ClientSide, Step: StepConnect, Raw: printable(err.Error()),
				Facts: map[string]string{"field": "proxy", "value": ""}}
		}
		g.verify = a.verifyProxy
		a.gateway = &g
	}
	f := a.facts(StepConnect)
	f["host"], f["port"] = printable(t.shown), t.port
	return a.checkRequest()
}

// protocols are those to speak when the highest version of TLS is v, or any:
// HTTP/2 needs TLS 1.2 (RFC 9113 section 9.2).
func protocols(v uint16) []string {
	if v != 0 && v < tls.VersionTLS12 {
		return []string{"http/1.1"}
	}
	return []string{"h2", "http/1.1"}
}

// checkRequest finds what net/http would refuse, or worse mend, on the way.
func (a *attempt) checkRequest() *Diagnosis {
	bad := func(field, value string) *Diagnosis {
		return &Diagnosis{Code: BadRequest, Side: ClientSide, Step: StepConnect,
			Facts: map[string]string{"field": field, "value": printable(value)}, Raw: "bad " + field}
	}
	if !httpguts.ValidHeaderFieldName(a.try.Method) { // both are tokens of RFC 9110
		return bad("method", a.try.Method)
	}
	for name, values := range a.try.Header {
		if !httpguts.ValidHeaderFieldName(name) {
			return bad("header", name)
		}
		for _, v := range values {
			if !httpguts.ValidHeaderFieldValue(v) {
				return bad("header", name) // the value may be a secret
			}
		}
	}
	if lo, hi := a.try.MinVersion, a.try.MaxVersion; lo != 0 && hi != 0 && lo > hi {
		return bad("version", versionName(lo)+" > "+versionName(hi))
	}
	if a.try.Address != "" {
		if _, err := a.dialAddress(); err != nil {
			return bad("address", a.try.Address)
		}
	}
	return nil
}

// dialAddress is the address to dial, the override considered.
func (a *attempt) dialAddress() (string, error) {
	override := strings.TrimSpace(a.try.Address)
	if override == "" {
		return a.target.address(), nil
	}
	host, port := override, a.target.port
	if h, p, err := net.SplitHostPort(override); err == nil {
		host, port = h, p
	} else {
		host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	}
	if host == "" {
		host = a.target.host
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		return "", &urlError{why: "port", value: port}
	}
	host, err := asciiHost(host)
	if err != nil {
		return "", &urlError{why: "host", err: err}
	}
	return net.JoinHostPort(host, port), nil
}
