package testclient

import (
	"context"
	"crypto/tls"
	"sync"
	"sync/atomic"
	"time"
)

// Bounds of the waits for an alert.
const (
	// quietFor is how long, at most, a server that asked for a certificate may
	// stay silent after the handshake before the request is sent.
	quietFor = 100 * time.Millisecond
	// lateAlert is how long an alert is waited for when a write has failed.
	lateAlert = 500 * time.Millisecond
)

// ticketWatch is a session cache that keeps nothing and tells when a ticket
// came. A TLS 1.3 server that asked for a certificate can make one only from
// the client's whole last flight (RFC 8446 section 4.6.1), and the servers in
// use make it after they accepted the certificate: so a ticket says that no
// refusal is to come, with no time lost in waiting for one.
type ticketWatch struct {
	once sync.Once
	came chan struct{}
}

func newTicketWatch() *ticketWatch { return &ticketWatch{came: make(chan struct{})} }

// Get offers no session: each try is a whole handshake.
func (w *ticketWatch) Get(string) (*tls.ClientSessionState, bool) { return nil, false }

// Put notes the ticket.
func (w *ticketWatch) Put(_ string, s *tls.ClientSessionState) {
	if s != nil {
		w.once.Do(func() { close(w.came) })
	}
}

// line is the TLS connection after its handshake. Its first read begins at
// once, beside whatever is written, and the error that ended the reads is kept:
// a write that failed is often only the echo of an alert that waits to be read.
// A tls.Conn stays readable after a failed write, and after a read that timed
// out.
type line struct {
	*tls.Conn
	first chan struct{} // closed when the first read has returned
	head  []byte        // what it read; then only Read's
	start []byte        // the same, kept
	came  atomic.Int64  // bytes of what the server said

	mu  sync.Mutex
	end error // of the first read that failed for good
}

// newLine begins to read. The connection must be closed for it to stop.
func newLine(c *tls.Conn) *line {
	l := &line{Conn: c, first: make(chan struct{})}
	go func() {
		defer close(l.first)
		buf := make([]byte, 4096)
		n, err := c.Read(buf)
		l.head, l.start = buf[:n], buf[:n]
		l.came.Add(int64(n))
		l.note(err)
	}()
	return l
}

func (l *line) note(err error) {
	if err == nil || isTimeout(err) {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.end == nil {
		l.end = err
	}
}

// ending is the error that ended the reads, nil while they go on.
func (l *line) ending() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.end
}

// Read gives the bytes of the first read, then the connection's.
func (l *line) Read(p []byte) (int, error) {
	<-l.first
	if len(l.head) > 0 {
		n := copy(p, l.head)
		l.head = l.head[n:]
		return n, nil
	}
	if err := l.ending(); err != nil {
		return 0, err
	}
	n, err := l.Conn.Read(p)
	l.came.Add(int64(n))
	l.note(err)
	return n, err
}

// Close is a no-op: a protocol that gives up must not close the connection
// before its last alert was read. The try closes it.
func (l *line) Close() error { return nil }

// settle waits until the server has said something, or for the time given. It
// returns the error of a server that refused; of one that accepted and then
// went away, none.
func (l *line) settle(ctx context.Context, ticket <-chan struct{}, wait time.Duration) error {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-l.first:
	case <-ticket:
	case <-timer.C:
	case <-ctx.Done():
		return ctx.Err()
	}
	err := l.ending()
	if _, refused := remoteAlert(err); !refused {
		select {
		case <-ticket: // read before whatever ended the reads
			return nil
		default:
		}
	}
	return err
}

// truth is why the connection ended, given the error that a protocol saw: the
// alert that was or can still be read, before anything else.
func (l *line) truth(err error) error {
	if l.ending() == nil {
		l.SetReadDeadline(time.Now().Add(lateAlert)) // wakes the protocol's reader too
		buf := make([]byte, 4096)
		for range 64 { // at most 256 KiB of what no one wants any more
			if _, readErr := l.Conn.Read(buf); readErr != nil {
				l.note(readErr)
				break
			}
		}
	}
	if _, ok := remoteAlert(l.ending()); ok {
		return l.ending()
	}
	return err
}
