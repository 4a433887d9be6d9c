package testclient

import (
	"crypto/x509"
	"net/http"
	"sync"
	"time"
)

// maxConnections is how many records a server's log keeps.
const maxConnections = 200

// Connection is a request to the local server, or a connection that came to
// none: refused, or closed with nothing asked. Text from outside is escaped,
// but for Header.
type Connection struct {
	At          time.Time
	Remote      string // host:port
	Version     string // "TLS 1.3", empty for plain HTTP
	CipherSuite string
	ALPN        string
	Resumed     bool
	Chain       []string // "s:SUBJECT i:ISSUER" of each certificate that the client sent, leaf first
	ClientName  string   // of the leaf; empty when it sent none

	Method, Path string // empty when nothing was asked
	Status       int
	Header       http.Header

	Refusal     string // why, in the words of the error; empty when it was let in
	RefusalCode string // as of diagnoses
}

func (c *Connection) setChain(chain []*x509.Certificate) {
	c.Chain, c.ClientName = nil, ""
	if len(chain) == 0 {
		return
	}
	c.ClientName = subjectOf(chain[0])
	for _, cert := range chain {
		c.Chain = append(c.Chain, "s:"+printable(cert.Subject.String())+" i:"+printable(cert.Issuer.String()))
	}
}

// connectionLog keeps the last connections and tells of each.
type connectionLog struct {
	tell   func(Connection) // nil: no one
	telled sync.Mutex       // one call of tell at a time

	mu   sync.Mutex
	kept []Connection
}

func newConnectionLog(tell func(Connection)) *connectionLog { return &connectionLog{tell: tell} }

func (l *connectionLog) add(c Connection) {
	l.mu.Lock()
	if len(l.kept) == maxConnections {
		l.kept = append(l.kept[:0], l.kept[1:]...)
	}
	l.kept = append(l.kept, c)
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
