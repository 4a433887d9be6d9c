package testclient

import (
	"bufio"
	"bytes"
	"context"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/proxy"
)

// maxProxyHead bounds the head of a proxy's answer, in bytes.
const maxProxyHead = 16 << 10

// gateway is the proxy that a try goes through.
type gateway struct {
	socks   bool
	secure  bool   // TLS to the proxy itself
	address string // host:port
	user    *url.Userinfo
	verify  func(host string, chain []*x509.Certificate) error // the proxy's certificate, when secure
}

// parseProxy reads the address of a proxy: http://host:port (RFC 9110 section
// 9.3.6, CONNECT), https:// for the same over TLS, or socks5://host:port (RFC 1928), either with user:password@.
// Without a scheme it is http. The names of servers are resolved by the proxy.
// Its errors are *urlError and quote no password.
func parseProxy(typed string) (gateway, error) {
	if !strings.Contains(typed, "://") {
		typed = "http://" + typed
	}
	u, err := url.Parse(typed)
	if err != nil {
		return gateway{}, &urlError{why: "malformed"}
	}
	g := gateway{user: u.User}
	port := u.Port()
	switch u.Scheme {
	case "http":
		if port == "" {
			port = "8080"
		}
	case "https":
		g.secure = true
		if port == "" {
			port = "443"
		}
	case "socks5", "socks5h":
		g.socks = true
		if port == "" {
			port = "1080"
		}
	default:
		return gateway{}, &urlError{why: "scheme", value: u.Scheme}
	}
	host, err := asciiHost(u.Hostname())
	if err != nil {
		return gateway{}, &urlError{why: "host", value: u.Hostname()}
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		return gateway{}, &urlError{why: "port", value: port}
	}
	g.address = net.JoinHostPort(host, port)
	return g, nil
}

// scheme is that of the proxy's address.
func (g gateway) scheme() string {
	switch {
	case g.socks:
		return "socks5"
	case g.secure:
		return "https"
	}
	return "http"
}

// proxyError is what a proxy did instead of connecting.
type proxyError struct {
	code   string // of a diagnosis
	status string // what it said

	location string // of its own page, when it sends there
	mute     bool   // the greeting of SOCKS got no answer
	err      error
}

func (e *proxyError) Error() string {
	if e.err != nil {
		return "proxy: " + e.err.Error()
	}
	return "proxy: " + e.status
}

func (e *proxyError) Unwrap() error { return e.err }

// dial connects to the address through the proxy.
func (g gateway) dial(ctx context.Context, dialer *net.Dialer, address string) (net.Conn, error) {
	if g.socks {
		return g.dialSOCKS(ctx, dialer, address)
	}
	conn, err := dialer.DialContext(ctx, "tcp", g.address)
	if err != nil {
		return nil, &proxyError{code: ProxyUnreachable, err: err}
	}
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	if g.secure {
		conn, err = g.overTLS(ctx, conn)
	}
	if err == nil {
		err = g.connect(conn, address)
	}
	if !stop() && err == nil {
		err = ctx.Err()
	}
	if err != nil {
		conn.Close()
		return nil, err
	}
	return conn, nil
}

// connect asks for a tunnel (RFC 9110 section 9.3.6).
func (g gateway) connect(conn net.Conn, address string) error {
	var ask strings.Builder
	fmt.Fprintf(&ask, "CONNECT %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: countersign\r\n", address, address)
	if g.user != nil {
		password, _ := g.user.Password()
		fmt.Fprintf(&ask, "Proxy-Authorization: Basic %s\r\n", base64.StdEncoding.EncodeToString([]byte(g.user.Username()+":"+password)))
	}
	ask.WriteString("\r\n")
	if _, err := io.WriteString(conn, ask.String()); err != nil {
		return &proxyError{code: ProxyStrange, err: err}
	}
	head, err := readHead(conn)
	if len(head) > 1 && (head[0] == recordAlert || head[0] == 0x16) && head[1] == 3 {
		return &proxyError{code: ProxySpeaksTLS, err: errTLSAnswer}
	}
	if err != nil {
		return &proxyError{code: ProxyStrange, err: err}
	}
	resp, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(head)), &http.Request{Method: "CONNECT"})
	if err != nil {
		return &proxyError{code: ProxyStrange, err: err}
	}
	resp.Body.Close()
	switch {
	case resp.StatusCode == http.StatusNetworkAuthenticationRequired, resp.StatusCode/100 == 3:
		return &proxyError{code: ProxyPage, status: printable(resp.Status), location: printable(resp.Header.Get("Location"))}
	case resp.StatusCode == http.StatusProxyAuthRequired:
		return &proxyError{code: ProxyAuthentication, status: printable(resp.Status)}
	case resp.StatusCode == http.StatusBadRequest && !g.secure && tells(firstOf(conn), plainTexts):
		return &proxyError{code: ProxySpeaksTLS, status: printable(resp.Status)}
	case resp.StatusCode >= 502 && resp.StatusCode <= 504: // RFC 9110 section 15.6
		return &proxyError{code: ProxyNoServer, status: printable(resp.Status)}
	case resp.StatusCode/100 != 2:
		return &proxyError{code: ProxyRefused, status: printable(resp.Status)}
	}
	return nil
}

// readHead reads the head of an answer and not one byte more: what follows is
// the server's.
func readHead(r io.Reader) ([]byte, error) {
	var head []byte
	one := make([]byte, 1)
	for len(head) < maxProxyHead {
		if _, err := io.ReadFull(r, one); err != nil {
			return head, err
		}
		head = append(head, one[0])
		if one[0] == '\n' && (bytes.HasSuffix(head, []byte("\r\n\r\n")) || bytes.HasSuffix(head, []byte("\n\n"))) {
			return head, nil
		}
		if len(head) == 5 && string(head) != "HTTP/" {
			return head, errors.New("malformed HTTP response")
		}
	}
	return head, errors.New("HTTP response head too long")
}

// firstOf is what comes soon of an answer's body.
func firstOf(conn net.Conn) []byte {
	conn.SetReadDeadline(time.Now().Add(portalWait))
	body, _ := io.ReadAll(io.LimitReader(conn, maxTold))
	return body
}

// reached is a dialer that remembers whether the proxy itself was, and whether
// it said anything.
type reached struct {
	*net.Dialer
	err  error
	conn *countedConn // nil: it was not
}

// DialContext is for the proxy's package.
func (r *reached) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := r.Dialer.DialContext(ctx, network, address)
	if r.err = err; err != nil {
		return nil, err
	}
	r.conn = &countedConn{Conn: conn}
	return r.conn, nil
}

func (g gateway) dialSOCKS(ctx context.Context, dialer *net.Dialer, address string) (net.Conn, error) {
	var auth *proxy.Auth
	if g.user != nil {
		password, _ := g.user.Password()
		auth = &proxy.Auth{User: g.user.Username(), Password: password}
	}
	first := &reached{Dialer: dialer}
	socks, err := proxy.SOCKS5("tcp", g.address, auth, first)
	if err != nil {
		return nil, &proxyError{code: ProxyStrange, err: err}
	}
	conn, err := socks.(proxy.ContextDialer).DialContext(ctx, "tcp", address)
	if err == nil {
		return conn, nil
	}
	if first.conn == nil {
		return nil, &proxyError{code: ProxyUnreachable, err: first.err}
	}
	code, said := ProxyStrange, ""
	var op *net.OpError
	if errors.As(err, &op) && op.Err != nil {
		said = op.Err.Error()
	}
	switch { // the package has no typed errors
	case strings.Contains(said, "authentication"), strings.Contains(said, "username/password"):
		code = ProxyAuthentication
	case strings.HasPrefix(said, "unknown error "): // a reply of RFC 1928 section 6
		code, said = ProxyNoServer, strings.TrimPrefix(said, "unknown error ")
		if strings.Contains(said, "ruleset") || strings.Contains(said, "not supported") {
			code = ProxyRefused
		}
	case strings.HasPrefix(said, "unexpected protocol version 72"), // the H of HTTP/1.1
		strings.HasPrefix(said, "unexpected protocol version 60"): // a page without a head
		code, said = ProxySpeaksHTTP, ""
	case strings.HasPrefix(said, "unexpected protocol version 21"): // an alert of TLS
		code, said = ProxySpeaksTLS, ""
	}
	mute := first.conn.in.Load() == 0
	if mute {
		said = "" // of the system, about a connection that ended
	}
	return nil, &proxyError{code: code, status: printable(said), mute: mute, err: err}
}

// proxyFailure tells what the proxy did.
func (a *attempt) proxyFailure(e *proxyError) *Diagnosis {
	d := &Diagnosis{Code: e.code, Side: NetworkSide, Step: StepConnect, Raw: printable(e.Error()),
		Facts: map[string]string{"proxy": printable(a.gateway.address), "port": a.target.port}}
	switch e.code {
	case ProxySpeaksHTTP, ProxySpeaksTLS:
		d.Side = ClientSide
		d.Facts["scheme"] = a.gateway.scheme()
	case ProxyAuthentication:
		d.Facts["scheme"], d.Facts["sent"] = a.gateway.scheme(), yesNo(a.gateway.user != nil)
	}
	if e.status != "" {
		d.Facts["said"] = e.status
	}
	if e.mute {
		d.Facts["mute"] = "yes"
	}
	if e.location != "" {
		d.Facts["location"] = e.location
	}
	return d
}
