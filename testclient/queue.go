package testclient

import (
	"context"
	"net"
	"net/http"
	"sync"
)

// queueListener hands the connections that passed to http.Server.
type queueListener struct {
	addr   net.Addr
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func newQueueListener(addr net.Addr) *queueListener {
	return &queueListener{addr: addr, conns: make(chan net.Conn), closed: make(chan struct{})}
}

// put tells whether the connection was taken.
func (q *queueListener) put(ctx context.Context, c net.Conn) bool {
	select {
	case q.conns <- c:
		return true
	case <-q.closed:
	case <-ctx.Done():
	}
	return false
}

// Accept waits for the next connection.
func (q *queueListener) Accept() (net.Conn, error) {
	select {
	case c := <-q.conns:
		return c, nil
	case <-q.closed:
		return nil, http.ErrServerClosed
	}
}

// Close ends Accept.
func (q *queueListener) Close() error {
	q.once.Do(func() { close(q.closed) })
	return nil
}

// Addr is the real listener's.
func (q *queueListener) Addr() net.Addr { return q.addr }
