package testclient

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// How a refused connection is let go: the alert arrives only when the server
// does not close while the client still sends, which makes the kernel answer
// with a reset.
const (
	lingerFor   = 500 * time.Millisecond
	lingerBytes = 256 << 10
)

// visit is one TCP connection to the server.
type visit struct {
	net.Conn
	server   *Server
	plain    bool
	reader   *bufio.Reader // nil until the first byte was looked at, over plain HTTP
	requests atomic.Int32
	recorded atomic.Bool // refused, and in the log
	state    atomic.Pointer[tls.ConnectionState]
	once     sync.Once
	alert    plainAlert
}

func (v *visit) Read(p []byte) (int, error) {
	if v.reader != nil {
		return v.reader.Read(p)
	}
	n, err := v.Conn.Read(p)
	v.alert.look(p[:n])
	return n, err
}

// Close gives back the visit's place, and records one that asked for nothing.
func (v *visit) Close() error {
	err := v.Conn.Close()
	v.once.Do(func() {
		s := v.server
		s.mu.Lock()
		delete(s.open, v)
		s.mu.Unlock()
		<-s.slots
		if state := v.state.Load(); state != nil && v.requests.Load() == 0 && !v.recorded.Load() {
			s.log.add(v.connection(*state))
		}
	})
	return err
}

// connection is what is known of a visit: the TLS part of its record.
func (v *visit) connection(s tls.ConnectionState) Connection {
	c := Connection{At: v.server.config.Now(), Remote: v.RemoteAddr().String(), Local: v.LocalAddr().String(),
		Version: versionName(s.Version), Complete: s.HandshakeComplete, ALPN: printable(s.NegotiatedProtocol),
		Resumed: s.DidResume, ServerName: printable(s.ServerName)}
	if s.CipherSuite != 0 {
		c.CipherSuite = tls.CipherSuiteName(s.CipherSuite)
	}
	if s.CurveID != 0 {
		c.Curve = s.CurveID.String()
	}
	c.setChain(s.PeerCertificates)
	if len(s.VerifiedChains) > 0 {
		chain := s.VerifiedChains[0]
		c.Authority = subjectOf(chain[len(chain)-1])
	}
	if !v.plain {
		v.server.ours(&c)
	}
	return c
}

// ours is what the server showed and asked for.
func (s *Server) ours(c *Connection) {
	c.Presented = s.presented
	if s.config.Mode == ModeOptional || s.config.Mode == ModeMTLS {
		c.Asked = true
		for _, authority := range s.config.ClientCAs {
			c.Accepts = append(c.Accepts, subjectOf(authority))
		}
	}
}

type visitKey struct{}

// withVisit gives the requests of a connection their visit.
func withVisit(ctx context.Context, c net.Conn) context.Context {
	if t, ok := c.(*tls.Conn); ok {
		c = t.NetConn()
	}
	return context.WithValue(ctx, visitKey{}, c)
}

// accept takes connections until the listener is closed.
func (s *Server) accept(l net.Listener, plain bool) {
	for {
		c, err := l.Accept()
		if err != nil {
			if errors.Is(err, net.ErrClosed) || s.ctx.Err() != nil {
				return
			}
			select { // out of descriptors, most likely: they come back
			case <-time.After(50 * time.Millisecond):
				continue
			case <-s.ctx.Done():
				return
			}
		}
		select {
		case s.slots <- struct{}{}:
		default:
			c.Close()
			continue
		}
		v := &visit{Conn: c, server: s, plain: plain}
		s.mu.Lock()
		s.open[v] = struct{}{}
		s.mu.Unlock()
		s.wg.Go(func() { s.greet(v) })
	}
}

// greet does the handshake, and hands the connection on or refuses it.
func (s *Server) greet(v *visit) {
	ctx, cancel := context.WithTimeout(s.ctx, handshakeTimeout)
	defer cancel()
	if v.plain {
		s.greetPlain(ctx, v)
		return
	}
	conn := tls.Server(v, s.tls)
	if err := conn.HandshakeContext(ctx); err != nil {
		s.refuse(v, conn.ConnectionState(), err)
		return
	}
	state := conn.ConnectionState()
	v.state.Store(&state)
	if !s.queue.put(s.ctx, conn) {
		conn.Close()
	}
}

// greetPlain looks at the first byte, for TLS at a plain port: row 18.
func (s *Server) greetPlain(ctx context.Context, v *visit) {
	stop := context.AfterFunc(ctx, func() { v.SetReadDeadline(time.Unix(1, 0)) })
	reader := bufio.NewReader(v.Conn)
	first, err := reader.Peek(1)
	if !stop() || err != nil {
		v.Close()
		return
	}
	v.reader = reader
	if first[0] == 0x16 { // a handshake record, RFC 8446 section 5.1
		c := v.connection(tls.ConnectionState{})
		c.Refusal, c.RefusalCode = "tls: client spoke TLS to a plain HTTP port", ServerSpeaksHTTP
		s.record(v, c)
		io.WriteString(v, "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n400 Bad Request\n")
		s.linger(v)
		return
	}
	v.state.Store(&tls.ConnectionState{})
	if !s.queue.put(s.ctx, v) {
		v.Close()
	}
}

// refuse records why a handshake failed, and lets the client read its alert,
// which crypto/tls has sent.
func (s *Server) refuse(v *visit, state tls.ConnectionState, err error) {
	if s.ctx.Err() != nil {
		v.Close()
		return
	}
	err = v.alert.instead(err)
	c := v.connection(state)
	c.Refusal, c.RefusalCode = printable(err.Error()), refusalCode(err, s.config.Now())
	var verification *tls.CertificateVerificationError
	if errors.As(err, &verification) {
		c.setChain(verification.UnverifiedCertificates)
	}
	s.record(v, c)
	if c.RefusalCode == ClientSpokeHTTP {
		// As net/http answers: row 19.
		io.WriteString(v, "HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n")
	}
	s.linger(v)
}

func (s *Server) record(v *visit, c Connection) {
	v.recorded.Store(true)
	s.log.add(c)
}

// linger ends a connection so that what was sent last is read: it half-closes,
// and drains what the client still sends until the client closes.
func (s *Server) linger(v *visit) {
	defer v.Close()
	tcp, ok := v.Conn.(*net.TCPConn)
	if !ok || tcp.CloseWrite() != nil {
		return
	}
	v.SetReadDeadline(time.Now().Add(lingerFor))
	stop := context.AfterFunc(s.ctx, func() { v.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()
	io.CopyN(io.Discard, v, lingerBytes)
}

// closeIdle closes the connections that never asked for anything: browsers open
// such ahead, and http.Server.Shutdown waits five seconds for them.
func (s *Server) closeIdle() {
	s.mu.Lock()
	var idle []*visit
	for v := range s.open {
		if v.requests.Load() == 0 {
			idle = append(idle, v)
		}
	}
	s.mu.Unlock()
	for _, v := range idle {
		v.Close()
	}
}
