// Package testclient runs one HTTP request over mutual TLS with every stage of
// it observed, holds a local server to try it against, and names the cause of
// a failure from what its own client saw.
//
// It promises the true reason: under TLS 1.3 a server refuses a client
// certificate only after the client's handshake has returned (RFC 8446 section
// 4.4.2.4 and appendix E.1), so a try reads while it writes and prefers the
// alert that it read to the error of a write.
//
// Its limits: it keeps no connection or session, checks no revocation, and supports neither renegotiation nor
// post-handshake authentication. It gives codes and facts; words for people
// are made elsewhere.
package testclient

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net/http"
	"strconv"
	"time"
)

// DefaultTimeout bounds a try that sets no timeout of its own.
const DefaultTimeout = 10 * time.Second

// MaxBody is how many bytes of a response's body a Result keeps.
const MaxBody = 1 << 20

// Try is one request to make, and how.
type Try struct {
	URL    string      // https:// is assumed when no scheme is given; tls://host:port sends the body's lines without HTTP
	Method string      // empty: GET
	Header http.Header // "Host" sets the Host header; User-Agent has a default
	Body   []byte

	OpenBody func() (io.ReadCloser, error) // instead of Body: a body that is streamed, opened anew for a redirect; nil: none
	BodySize int64                         // of that, in bytes

	Certificate *tls.Certificate    // nil: none. Chain leaf first. Always sent when the server asks
	Revoked     bool                // Certificate is revoked, as far as the caller knows: it names a refusal that tells no reason
	Known       []*x509.Certificate // authorities at hand, to tell a chain that was sent without its intermediates
	Roots       *x509.CertPool      // nil: the system's
	TrustNames  []string            // names of the authorities in Roots, for the words
	Insecure    bool                // go on when the server's certificate does not verify; why is still recorded

	ServerName string // instead of the URL's host: SNI and the name to verify
	Address    string // host, host:port or :port to connect to instead of the URL's

	MinVersion, MaxVersion uint16   // tls.VersionTLS12 …; zero: Go's defaults
	ALPN                   []string // nil: h2 and http/1.1
	suites                 []uint16 // cipher suites to TLS 1.2; nil: Go's defaults

	Proxy     string // "http://host:port", "https://host:port" or "socks5://host:port", with user:password@ where it asks; "": none
	Redirects int    // how many are followed, at most MaxRedirects; 0: none

	Timeout time.Duration    // zero: DefaultTimeout. Over the whole try
	Stage   time.Duration    // zero: none. For each of: connecting, the handshake, the exchange
	KeyLog  io.Writer        // nil: none. Gets the secrets of the connection in NSS key log format: whoever has them reads it all
	Now     func() time.Time // nil: time.Now. The clock that certificates are judged by
}

// Run makes the request once and tells how far it came. observe, which may be
// nil, is called with each step as it ends, in order, from Run's goroutine, and
// again with one that a later step showed to have failed; a redirect that is
// followed begins with the first step again. The last report of a step holds,
// and at the end all seven were reported. Run never fails itself: what
// went wrong, a malformed URL included, is the Result's Diagnosis. It leaves no
// goroutine and no connection behind, and returns soon after ctx ends.
func Run(ctx context.Context, t Try, observe func(Step)) Result {
	a := newAttempt(t, observe)
	ctx, cancel := context.WithTimeout(ctx, a.timeout())
	defer cancel()
	var before []Result
	for {
		if d := a.run(ctx); d != nil {
			a.fail(d)
		}
		r := a.finish()
		var follow *Try
		if r.OK() && t.Redirects > 0 {
			follow = r.next(a.target.url)
		}
		if follow != nil && len(before) >= min(t.Redirects, MaxRedirects) {
			a.fail(&Diagnosis{Code: TooManyRedirects, Side: ServerSide, Step: StepAccess, Raw: "HTTP " + r.StatusText,
				Facts: map[string]string{"location": printable(r.Header.Get("Location")), "count": strconv.Itoa(len(before))}})
			r, follow = a.finish(), nil
		}
		if follow == nil {
			r.Before = before
			return r
		}
		before = append(before, r)
		a = newAttempt(*follow, observe)
	}
}
