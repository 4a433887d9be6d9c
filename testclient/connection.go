package testclient

import (
	"context"
	"crypto/x509"
	"net/http"
	"sync"
	"time"

	"countersign/pki"
)

// maxConnections is how many records a server's log keeps.
const maxConnections = 200

// Connection is a request to the local server, or a connection that came to
// none: refused, or closed with nothing asked. Text from outside is escaped,
// but for Header. It holds no secret: see maskedHeader.
type Connection struct {
	At     time.Time `json:"at"`
	Remote string    `json:"remote"` // host:port
	Local  string    `json:"local"`  // host:port that it came to

	Version     string `json:"version,omitempty"` // "TLS 1.3", empty for plain HTTP
	Complete    bool   `json:"handshakeComplete"`
	Resumed     bool   `json:"resumed"`
	CipherSuite string `json:"cipherSuite,omitempty"`
	Curve       string `json:"curve,omitempty"`
	ALPN        string `json:"alpn,omitempty"`
	ServerName  string `json:"serverName,omitempty"` // that the client asked for

	Presented    string   `json:"presented,omitempty"` // our certificate
	Asked        bool     `json:"asked"`               // the client, for a certificate
	Accepts      []string `json:"accepts,omitempty"`   // the authorities that it was told
	Chain        []Link   `json:"chain,omitempty"`     // that the client sent, leaf first
	ClientName   string   `json:"client,omitempty"`    // of the leaf; empty when it sent none
	ClientIssuer string   `json:"clientIssuer,omitempty"`
	Authority    string   `json:"authority,omitempty"` // of ours, that the chain was verified by

	Method   string      `json:"method,omitempty"` // empty when nothing was asked
	Path     string      `json:"path,omitempty"`   // without the query, which may be secret
	Proto    string      `json:"proto,omitempty"`
	Status   int         `json:"status,omitempty"`
	Header   http.Header `json:"header,omitempty"`
	Received int64       `json:"received,omitempty"` // bytes of the request's body
	Sent     int64       `json:"sent,omitempty"`     // bytes of the answer's body

	Refusal     string `json:"refusal,omitempty"`     // why, in the words of the error; empty when it was let in
	RefusalCode string `json:"refusalCode,omitempty"` // as of diagnoses
}

// Link is a certificate of a client's chain by its names, as pki.SlashName
// writes them.
type Link struct {
	Subject string `json:"s"`
	Issuer  string `json:"i"`
}

func (c *Connection) setChain(chain []*x509.Certificate) {
	c.Chain, c.ClientName, c.ClientIssuer = nil, "", ""
	if len(chain) == 0 {
		return
	}
	c.ClientName, c.ClientIssuer = subjectOf(chain[0]), issuerOf(chain[0])
	for _, cert := range chain {
		c.Chain = append(c.Chain, Link{Subject: pki.SlashName(cert.RawSubject), Issuer: pki.SlashName(cert.RawIssuer)})
	}
}

// connectionLog keeps the last connections and tells of each.
type connectionLog struct {
	tell   func(Connection) // nil: no one
	telled sync.Mutex       // one call of tell at a time

	mu   sync.Mutex
	kept []Connection
	more chan struct{} // closed with the next record
}

func newConnectionLog(tell func(Connection)) *connectionLog {
	return &connectionLog{tell: tell, more: make(chan struct{})}
}

func (l *connectionLog) add(c Connection) {
	l.mu.Lock()
	if len(l.kept) == maxConnections {
		l.kept = append(l.kept[:0], l.kept[1:]...)
	}
	l.kept = append(l.kept, c)
	close(l.more)
	l.more = make(chan struct{})
	l.mu.Unlock()
	if l.tell != nil {
		l.telled.Lock()
		defer l.telled.Unlock()
		l.tell(c)
	}
}

// all is a copy, oldest first.
func (l *connectionLog) all() []Connection {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]Connection(nil), l.kept...)
}

// find waits for the newest record of a client's address, not older than since.
func (l *connectionLog) find(ctx context.Context, remote string, since time.Time) (Connection, bool) {
	for {
		l.mu.Lock()
		more := l.more
		for i := len(l.kept) - 1; i >= 0; i-- {
			if l.kept[i].Remote == remote && !l.kept[i].At.Before(since) {
				defer l.mu.Unlock()
				return l.kept[i], true
			}
		}
		l.mu.Unlock()
		select {
		case <-more:
		case <-ctx.Done():
			return Connection{}, false
		}
	}
}
