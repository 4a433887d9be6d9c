package testclient

import (
	"crypto/x509"
	"net/http"
	"time"
)

// State is how a step ended.
type State string

// The states of a step.
const (
	Done       State = "done"
	Failed     State = "failed"
	NotReached State = "not-reached"
	NotAsked   State = "not-asked" // the server asked for no certificate, or the URL for no TLS
)

// The numbers of the seven steps, as the textbooks teach mutual TLS.
const (
	StepConnect           = 1 // client connects to server
	StepServerCertificate = 2 // server presents its certificate
	StepVerifyServer      = 3 // client verifies it
	StepClientCertificate = 4 // client presents its certificate
	StepVerifyClient      = 5 // server verifies it
	StepAccess            = 6 // server grants access
	StepExchange          = 7 // both exchange data
)

// stepNames are the names of the steps, in order.
var stepNames = [7]string{
	"connect", "server-certificate", "verify-server", "client-certificate",
	"verify-client", "access", "exchange",
}

// Step is one of the seven steps of a try. Its facts are strings, lists joined
// by "\n"; text that came from outside is escaped. A fact that is not known is
// absent.
//
//	1 connect             host, port, name (as resolved), addresses, address, ip, proxy (host:port, when one is used)
//	2 server-certificate  chain (names, leaf first), subject, issuer, chain-length, names, not-after, fingerprint
//	3 verify-server       name (that was verified), matched (the entry of the certificate that matched), authority,
//	                      path (names, leaf to root), days-left, trusted ("system" or the trusted names);
//	                      with Insecure and a failure: verified "no", code, and the facts of that code
//	4 client-certificate  asked ("yes" or "no"), accepted (names), accepted-count, chosen (name, absent when none),
//	                      issuer, chain-length, acceptable ("yes", "no", "any" when the server named none),
//	                      why ("chosen", "none-chosen", "issuer-accepted", "issuer-not-accepted")
//	5 verify-client       answer ("accepted", "accepted-without"), or alert (number) when refused
//	6 access              status, status-text, location (of a redirect); without HTTP: answer ("bytes" or "silent")
//	7 exchange            version, cipher, curve, alpn, resumed ("yes" or "no"), protocol, bytes-in, bytes-out (of TCP),
//	                      body-bytes, truncated
type Step struct {
	Number int               `json:"number"`
	Name   string            `json:"name"`
	State  State             `json:"state"`
	Took   time.Duration     `json:"took"`
	Facts  map[string]string `json:"facts,omitempty"`
}

// What a connection is instead of mutual TLS.
const (
	InsteadTLS  = "plain-tls"  // the server never asked for a certificate: no steps 4 and 5
	InsteadHTTP = "plain-http" // no TLS: no steps 2 to 5
)

// Instead says, of the first step that did not take place, what the connection
// is instead of mutual TLS; "" of any other. shown is false of all that did not
// take place: that one stands for them.
func (s Step) Instead() (code string, shown bool) {
	switch {
	case s.State != NotAsked:
		return "", true
	case s.Number == StepServerCertificate:
		return InsteadHTTP, false
	case s.Number == StepClientCertificate && s.Facts["asked"] != "":
		return InsteadTLS, false
	}
	return "", false
}

// Result is what became of a Try.
type Result struct {
	Try       Try
	Before    []Result // the answers that led here by redirects, in order
	Steps     [7]Step
	Diagnosis *Diagnosis // nil when it succeeded

	Address     string // host:port that the connection was made to
	Local       string // host:port of our side: a local server's Connection.Remote
	ServerChain []*x509.Certificate
	Seen        *Connection // what the server recorded of it, when that was ours; else nil

	ClientAsked     bool
	AcceptableCAs   [][]byte // raw DER names that the server accepts, as it sent them
	AcceptableNames []string // the same, to show
	ClientSent      bool
	ClientChain     []*x509.Certificate

	Version, CipherSuite, Curve, ALPN string // empty when not agreed; "TLS 1.3", "TLS_AES_128_GCM_SHA256", "X25519", "h2"
	Resumed                           bool

	Status     int    // 0: no answer
	StatusText string // "200 OK"
	Header     http.Header
	Body       []byte // at most MaxBody bytes
	Truncated  bool   // the body was longer

	BytesIn, BytesOut int64 // over TCP
	Total             time.Duration
	StartedAt         time.Time
}

// OK tells whether the whole try succeeded: all steps done or not asked for.
func (r Result) OK() bool { return r.Diagnosis == nil }

// Side is where a fault has to be mended.
type Side string

// The sides of a connection.
const (
	ClientSide  Side = "client"
	ServerSide  Side = "server"
	NetworkSide Side = "network"
)

// Diagnosis names the cause of a failure.
type Diagnosis struct {
	Code  string            `json:"code"`          // one of the Code constants
	Row   int               `json:"row,omitempty"` // of the table of symptoms, 0 when it has none
	Side  Side              `json:"side"`          // at fault
	Step  int               `json:"step"`          // that failed
	Facts map[string]string `json:"facts,omitempty"`
	Raw   string            `json:"raw"` // the error's own text
}
