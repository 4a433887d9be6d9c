package testclient

import (
	"bufio"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/tls"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// other is a failure that no server of the grid provokes: of the network, of a
// proxy, of HTTP, or of the try itself.
type other struct {
	name string
	want answered
	try  Try
	over bool                                        // of the whole try, over TLS: under 1.2 and 1.3 each
	look func(ctx context.Context, t Try) *Diagnosis // instead of Run
}

// atOnce is how many of the same are provoked at a time: the silent ones take
// their time.
const atOnce = 10

// TestGridMore provokes every other failure as often as COUNTERSIGN_RUNS says,
// and counts how often it is told for what it is.
func TestGridMore(t *testing.T) {
	runs := runsEach(t)
	var table strings.Builder
	for _, o := range others(t) {
		vs := []uint16{0}
		if o.over {
			vs = versions
		}
		counts := []string{}
		for _, v := range vs {
			counts = append(counts, fmt.Sprintf("%d/%d", o.repeat(t, v, runs), runs))
		}
		fmt.Fprintf(&table, "%-36s %-28s %s\n", o.name, o.want.code, strings.Join(counts, " "))
	}
	t.Logf("runs with the right answer; where there are two, under TLS 1.2 and TLS 1.3\n%s", table.String())
}

// repeat counts how often the answer is right.
func (o other) repeat(t *testing.T, v uint16, runs int) (good int) {
	t.Helper()
	var mu sync.Mutex
	var wait sync.WaitGroup
	free := make(chan struct{}, atOnce)
	for range runs {
		free <- struct{}{}
		wait.Go(func() {
			defer func() { <-free }()
			d := o.run(t.Context(), v)
			mu.Lock()
			defer mu.Unlock()
			if d == nil || (answered{d.Code, d.Row, d.Side, d.Step}) != o.want {
				t.Errorf("%s, %s: %+v", o.name, versionName(v), d)
				return
			}
			good++
		})
	}
	wait.Wait()
	return good
}

func (o other) run(ctx context.Context, v uint16) *Diagnosis {
	x := o.try
	if v != 0 {
		x.MinVersion, x.MaxVersion = v, v
	}
	if o.look != nil {
		return o.look(ctx, x)
	}
	return Run(ctx, x, nil).Diagnosis
}

// others are all of them.
func others(t *testing.T) []other {
	p := newPair(t)
	all := append(networkOthers(t), proxyOthers(t, p)...)
	return append(append(all, httpOthers(t, p)...), tlsOthers(t, p)...)
}

// shortly is long enough for this computer, and bounds what is silent.
const shortly = 400 * time.Millisecond

// networkOthers are those of the address, the network and what listens there.
func networkOthers(t *testing.T) []other {
	at := func(code string, side Side, step int) answered { return answered{code, 0, side, step} }
	hang, mail := raw(t, silent), raw(t, answer("220 mail.acme.test ESMTP\r\n"))
	reset := raw(t, func(c net.Conn) {
		c.Read(make([]byte, 1))
		c.(*net.TCPConn).SetLinger(0)
	})
	smtp := func(greeting string) func(context.Context, Try) *Diagnosis {
		address := speak(t, nil, func(r *bufio.Reader, w io.Writer) error { return script(r, w, greeting) })
		return func(ctx context.Context, _ Try) *Diagnosis {
			return Look(ctx, Probe{Address: address, StartTLS: SMTP, Now: clock}).Diagnosis
		}
	}
	stopped := func(ctx context.Context, x Try) *Diagnosis {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		time.AfterFunc(shortly/8, cancel)
		return Run(ctx, x, nil).Diagnosis
	}
	return []other{
		{name: "no URL", want: at(BadURL, ClientSide, 1), try: Try{URL: "ftp://acme.test"}},
		{name: "no method", want: at(BadRequest, ClientSide, 1), try: Try{URL: "https://acme.test", Method: "GET /"}},
		{name: "no such name", want: at(NameNotFound, NetworkSide, 1), try: Try{URL: "https://nowhere.invalid/"}},
		{name: "nothing listens", want: at(Refused, NetworkSide, 1), try: Try{URL: "https://" + closedPort(t)}},
		{name: "silent at the hello", want: at(Timeout, NetworkSide, 2), try: Try{URL: "https://" + hang, Timeout: shortly}},
		{name: "silent over HTTP", want: at(Timeout, NetworkSide, 6), try: Try{URL: "http://" + hang, Timeout: shortly}},
		{name: "reset at the hello", want: at(Reset, NetworkSide, 2), try: Try{URL: "https://" + reset}},
		{name: "stopped", want: at(Cancelled, ClientSide, 2), try: Try{URL: "https://" + hang}, look: stopped},
		{name: "mail where TLS is", want: at(NotTLS, ServerSide, 2), try: Try{URL: "https://" + mail}},
		{name: "mail where HTTP is", want: at(NotHTTP, ServerSide, 6), try: Try{URL: "http://" + mail}},
		{name: "STARTTLS refused", want: at(StartTLSRefused, ServerSide, 2), look: smtp("554 go away\r\n")},
		{name: "STARTTLS of another protocol", want: at(StartTLSStrange, ClientSide, 2), look: smtp("* OK ready\r\n")},
	}
}

// proxyOthers are those of what a proxy does.
func proxyOthers(t *testing.T, p pair) []other {
	there := start(t, p.mtls()).Addr()
	waits := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(waits.Close)
	web := strings.TrimPrefix(waits.URL, "http://")
	hang, closed := raw(t, silent), closedPort(t)
	hangsUp := raw(t, func(c net.Conn) { io.ReadFull(c, make([]byte, 3)) })
	page := raw(t, answer(portalRedirect))
	wrong := overTLS(t, serverCert(t, root(t, "Other Root")), tunnel(t, there, ""))
	var list []other
	add := func(name, code string, side Side, proxy, url string) {
		x := p.try(url, 0)
		x.Proxy = proxy
		if code == ProxySilent {
			x.Stage = shortly
		}
		list = append(list, other{name: name, want: answered{code, 0, side, StepConnect}, try: x})
	}
	const ours, theirs = "https://localhost/hello", NetworkSide
	add("no proxy there", ProxyUnreachable, theirs, "http://"+closed, ours)
	add("no SOCKS5 there", ProxyUnreachable, theirs, "socks5://"+closed, ours)
	add("proxy silent", ProxySilent, theirs, "http://"+hang, ours)
	add("proxy over TLS silent", ProxySilent, theirs, "https://"+hang, ours)
	add("SOCKS5 silent", ProxySilent, theirs, "socks5://"+hang, ours)
	add("SOCKS5 to an HTTP proxy that waits", ProxySilent, theirs, "socks5://"+web, ours)
	add("SOCKS5 to one that hangs up", ProxyStrange, theirs, "socks5://"+hangsUp, ours)
	add("SOCKS5 to an HTTP proxy", ProxySpeaksHTTP, ClientSide, "socks5://"+raw(t, answer("HTTP/1.1 400 Bad Request\r\n\r\n")), ours)
	add("TLS to a proxy without", ProxySpeaksHTTP, ClientSide, "https://"+raw(t, answer("HTTP/1.1 400 Bad Request\r\n\r\n")), ours)
	add("HTTP to a proxy over TLS", ProxySpeaksTLS, ClientSide, "http://"+there, ours)
	add("mail where the proxy is", ProxyStrange, theirs, "http://"+raw(t, answer("220 mail ESMTP\r\n")), ours)
	add("CONNECT in vain", ProxyNoServer, theirs, "http://"+raw(t, answer("HTTP/1.1 502 Bad Gateway\r\n\r\n")), ours)
	add("SOCKS5 in vain", ProxyNoServer, theirs, "socks5://"+socks(t, there, ""), "https://closed.acme.test/")
	add("CONNECT without a password", ProxyAuthentication, theirs, "http://"+tunnel(t, there, "u:p"), ours)
	add("SOCKS5 without a password", ProxyAuthentication, theirs, "socks5://"+socks(t, there, "u:p"), ours)
	add("CONNECT refused", ProxyRefused, theirs, "http://"+tunnel(t, there, ""), "https://forbidden.acme.test/")
	add("SOCKS5 refused", ProxyRefused, theirs, "socks5://"+socks(t, there, ""), "https://forbidden.acme.test/")
	add("the proxy's page", ProxyPage, theirs, "http://"+page, ours)
	add("the proxy's certificate", ProxyCertificate, theirs, "https://"+wrong, ours)
	portal := p.try("https://acme.test", 0)
	portal.Proxy = tunnel(t, page, "")
	return append(list, other{name: "a page in the server's place", want: answered{CaptivePortal, 0, NetworkSide, StepServerCertificate}, try: portal})
}

// httpOthers are those of an answer of HTTP, over TLS.
func httpOthers(t *testing.T, p pair) []other {
	url := serve(t, p, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/loop":
			http.Redirect(w, r, "/loop", http.StatusFound)
		case "/page":
			w.Header().Set("Content-Type", "text/html")
			io.WriteString(w, "<html>Please log in</html>")
		case "/cut":
			w.Header().Set("Content-Length", "100")
			io.WriteString(w, "short")
		default:
			http.Error(w, "go away", http.StatusForbidden)
		}
	}, true)
	at := func(path string, edit func(*Try)) Try {
		x := p.try(url+path, 0)
		if edit != nil {
			edit(&x)
		}
		return x
	}
	asked := func(c *tls.Config) { c.ClientAuth = tls.RequestClientCert }
	absent := p.try("https://"+custom(t, p, asked, says("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")), 0)
	absent.Certificate, absent.ALPN = nil, []string{"http/1.1"}
	mail := p.try("https://"+custom(t, p, nil, says("220 mail\r\n")), 0)
	mail.ALPN = []string{"http/1.1"}
	long := p.try("https://"+custom(t, p, nil, says("HTTP/1.1 200 OK\r\n"+strings.Repeat("X-Again: and again\r\n", maxHeader/16))), 0)
	long.ALPN = []string{"http/1.1"}
	return []other{
		{name: "HTTP 403", over: true, want: answered{HTTPStatus, 0, ServerSide, 6}, try: at("/forbidden", nil)},
		{name: "HTTP 403 to nobody", over: true, want: answered{ClientCertificateAbsent, 0, ClientSide, 6}, try: absent},
		{name: "round and round", over: true, want: answered{TooManyRedirects, 0, ServerSide, 6}, try: at("/loop", func(x *Try) { x.Redirects = 3 })},
		{name: "a page for JSON", over: true, want: answered{HTMLAnswer, 0, ServerSide, 6}, try: at("/page", func(x *Try) { x.Header = http.Header{"Accept": {"application/json"}} })},
		{name: "cut off", over: true, want: answered{Reset, 0, NetworkSide, 7}, try: at("/cut", nil)},
		{name: "mail over TLS", over: true, want: answered{NotHTTP, 0, ServerSide, 6}, try: mail},
		{name: "an endless head", over: true, want: answered{HeadersTooLarge, 0, ServerSide, 6}, try: long},
	}
}

// mute is a key that cannot sign, as one on a token that was taken out.
type mute struct{ crypto.Signer }

func (mute) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) {
	return nil, errors.New("no token")
}

// tlsOthers are those of the handshake that no row of the table has.
func tlsOthers(t *testing.T, p pair) []other {
	alert := func(n byte) string {
		return raw(t, func(c net.Conn) {
			c.Read(make([]byte, 4096))
			c.Write([]byte{21, 3, 3, 0, 2, 2, n})
			c.(*net.TCPConn).CloseWrite()
			io.Copy(io.Discard, c)
		})
	}
	silentKey := *p.client
	silentKey.PrivateKey = mute{p.client.PrivateKey.(*ecdsa.PrivateKey)}
	unusable := p.try(start(t, p.mtls()).URL(), 0)
	unusable.Certificate = &silentKey
	late := p.try("https://"+custom(t, p, nil, lateAlert20), 0)
	return []other{
		{name: "a key that does not sign", over: true, want: answered{ClientKeyUnusable, 0, ClientSide, 4}, try: unusable},
		{name: "no common cipher", over: true, want: answered{NoCommonCipher, 0, ClientSide, 2}, try: p.try("https://"+alert(alertHandshakeFailure), 0)},
		{name: "no such name at the server", over: true, want: answered{ServerNameUnknown, 0, ClientSide, 2}, try: p.try("https://"+alert(alertUnrecognizedName), 0)},
		{name: "an alert that says nothing", over: true, want: answered{ClientCertificateRefused, 0, ClientSide, 5}, try: late},
	}
}

// TestEveryCodeIsRepeated: each code of a diagnosis is in one of the two grids,
// or it is said why it cannot be.
func TestEveryCodeIsRepeated(t *testing.T) {
	why := map[string]string{
		Unreachable:              "needs a network that has no route",
		ServerCertificateRefused: "what a server says of a client: in its log",
		ServerCertificateInvalid: "none of the causes that are known",
		Unknown:                  "what has no cause that is known",
	}
	seen := map[string]bool{}
	for _, f := range newGrid(t).failings(t) {
		seen[f.want.code] = true
		for _, at := range f.other {
			seen[at.code] = true
		}
	}
	for _, o := range others(t) {
		seen[o.want.code] = true
	}
	file, err := parser.ParseFile(token.NewFileSet(), "code.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	codes := 0
	ast.Inspect(file, func(n ast.Node) bool {
		if l, ok := n.(*ast.BasicLit); ok && l.Kind == token.STRING {
			code, err := strconv.Unquote(l.Value)
			if err != nil {
				t.Fatal(err)
			}
			codes++
			if seen[code] == (why[code] != "") {
				t.Errorf("%s: in a grid %v, else %q", code, seen[code], why[code])
			}
		}
		return true
	})
	if codes < 60 {
		t.Errorf("only %d codes were read", codes)
	}
}
