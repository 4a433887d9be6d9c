package testclient

import (
	"context"
	"errors"
	"net"
	"net/http/httptrace"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
)

// countedConn counts what goes over TCP, and may be closed by anyone, often.
type countedConn struct {
	net.Conn
	in, out atomic.Int64
	once    sync.Once
	err     error

	mu   sync.Mutex
	head []byte // what came first, at most maxTold bytes
}

func (c *countedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if c.in.Add(int64(n)) <= maxTold {
		c.mu.Lock()
		c.head = append(c.head, p[:n]...)
		c.mu.Unlock()
	}
	return n, err
}

// began is what came first.
func (c *countedConn) began() []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.head)
}

func (c *countedConn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	c.out.Add(int64(n))
	return n, err
}

func (c *countedConn) Close() error {
	c.once.Do(func() { c.err = c.Conn.Close() })
	return c.err
}

// connect is step 1: the name resolved, the TCP connection made.
func (a *attempt) connect(ctx context.Context) *Diagnosis {
	address, err := a.dialAddress()
	if err != nil { // checked before
		return a.unknown(StepConnect, err)
	}
	f := a.facts(StepConnect)
	var mu sync.Mutex // dialling two families at once calls from two goroutines
	var resolved []string
	traced := httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		DNSDone: func(info httptrace.DNSDoneInfo) {
			mu.Lock()
			defer mu.Unlock()
			for _, ip := range info.Addrs {
				resolved = append(resolved, ip.String())
			}
		},
	})
	var dialer net.Dialer
	var conn net.Conn
	if a.gateway != nil {
		f["proxy"] = printable(a.gateway.address)
		conn, err = a.gateway.dial(traced, &dialer, address)
	} else {
		conn, err = dialer.DialContext(traced, "tcp", address)
	}
	mu.Lock()
	if len(resolved) > 0 && a.gateway == nil {
		f["name"], f["addresses"] = ipOf(address), strings.Join(resolved, "\n")
	}
	mu.Unlock()
	if err != nil {
		return a.dialFailure(ctx, address, err)
	}
	a.conn = &countedConn{Conn: conn}
	a.result.Address = conn.RemoteAddr().String()
	if a.gateway != nil {
		a.result.Address = address // conn's is the proxy's, or a bare SOCKS one
	}
	a.result.Local = conn.LocalAddr().String()
	f["address"], f["ip"] = a.result.Address, ipOf(a.result.Address)
	a.end(StepConnect, Done)
	return nil
}

// dialFailure tells why no connection came about.
func (a *attempt) dialFailure(ctx context.Context, address string, err error) *Diagnosis {
	if a.gateway != nil && (errors.Is(ctx.Err(), context.DeadlineExceeded) || ctx.Err() == nil && isTimeout(err)) {
		silent := &proxyError{code: ProxySilent, err: err}
		if gate := (*proxyError)(nil); errors.As(err, &gate) && gate.err != nil {
			silent.mute, silent.err = gate.mute, gate.err
		}
		d := a.proxyFailure(silent)
		d.Facts["after"] = a.after()
		return d
	}
	if d := a.ended(ctx, StepConnect, err); d != nil {
		return d
	}
	var gate *proxyError
	if errors.As(err, &gate) {
		return a.proxyFailure(gate)
	}
	d := &Diagnosis{Code: Unknown, Side: NetworkSide, Step: StepConnect, Raw: printable(err.Error()),
		Facts: map[string]string{"port": a.target.port}}
	var dns *net.DNSError
	switch {
	case errors.As(err, &dns) && dns.IsTimeout:
		d.Code = Timeout
		d.Facts["after"] = a.after()
	case errors.As(err, &dns):
		d.Code = NameNotFound
	case errors.Is(err, errnoRefused):
		d.Code = Refused
		d.Facts["address"] = address
	case errors.Is(err, errnoHostUnreachable), errors.Is(err, errnoNetUnreachable):
		d.Code = Unreachable
	case isTimeout(err):
		d.Code = Timeout
		d.Facts["after"] = a.after()
	}
	return d
}

// ended is the diagnosis of a context that ended, nil while it lives.
func (a *attempt) ended(ctx context.Context, step int, err error) *Diagnosis {
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		d := &Diagnosis{Code: Timeout, Side: NetworkSide, Step: step, Raw: printable(err.Error()),
			Facts: map[string]string{"after": a.after()}}
		a.begun(d)
		return d
	case ctx.Err() != nil:
		return &Diagnosis{Code: Cancelled, Side: ClientSide, Step: step, Raw: printable(err.Error())}
	}
	return nil
}

// begun adds how many bytes came of an answer that is not whole: of the body,
// of the head of an answer of HTTP/1, or of the handshake.
func (a *attempt) begun(d *Diagnosis) {
	n := int64(len(a.result.Body))
	switch {
	case a.conn == nil:
		return
	case d.Step <= StepVerifyClient || d.Step == StepAccess && !a.target.secure:
		n = a.conn.in.Load()
	case d.Step == StepAccess && a.result.ALPN != "h2" && a.line != nil:
		n = a.line.came.Load()
	}
	if n > 0 {
		d.Facts["bytes-in"] = strconv.FormatInt(n, 10)
	}
}

func (a *attempt) unknown(step int, err error) *Diagnosis {
	return &Diagnosis{Code: Unknown, Side: NetworkSide, Step: step, Raw: printable(err.Error()), Facts: map[string]string{}}
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}
