package testclient

import (
	"context"
	"crypto/x509"
	"maps"
	"net"
	"strconv"
	"time"
)

// attempt is a try under way: the one noun that its stages share. Only its own
// goroutine touches it, callbacks of the handshake included.
type attempt struct {
	try     Try
	target  target
	gateway *gateway // nil: no proxy
	whole   context.Context
	result  Result
	observe func(Step)

	started  time.Time // by the monotonic clock
	mark     time.Time // when the step under way began
	step     int       // the step under way
	reported int       // steps given to observe

	conn        *countedConn
	line        *line      // nil until the handshake is done
	serverFault *Diagnosis // why the server's certificate does not verify
	ticket      *ticketWatch
}

func newAttempt(t Try, observe func(Step)) *attempt {
	if t.Now == nil {
		t.Now = time.Now
	}
	if observe == nil {
		observe = func(Step) {}
	}
	now := time.Now()
	a := &attempt{try: t, observe: observe, started: now, mark: now, step: StepConnect, ticket: newTicketWatch()}
	a.result.Try = t
	a.result.StartedAt = t.Now()
	for i, name := range stepNames {
		a.result.Steps[i] = Step{Number: i + 1, Name: name, State: NotReached, Facts: map[string]string{}}
	}
	return a
}

func (a *attempt) timeout() time.Duration {
	if a.try.Timeout > 0 {
		return a.try.Timeout
	}
	return DefaultTimeout
}

// run goes through the stages until one fails.
func (a *attempt) run(ctx context.Context) *Diagnosis {
	if d := a.prepare(); d != nil {
		return d
	}
	a.whole = ctx
	if d := a.staged(ctx, a.connect); d != nil {
		return d
	}
	defer a.conn.Close()

	if !a.target.secure {
		for n := StepServerCertificate; n <= StepVerifyClient; n++ {
			a.end(n, NotAsked)
		}
		return a.staged(ctx, func(ctx context.Context) *Diagnosis { return a.exchange(ctx, a.conn) })
	}
	var l *line
	d := a.staged(ctx, func(ctx context.Context) (d *Diagnosis) {
		l, d = a.handshake(ctx)
		a.line = l
		return d
	})
	if d != nil {
		return d
	}
	return a.staged(ctx, func(ctx context.Context) *Diagnosis {
		if a.target.raw {
			return a.converse(ctx, l)
		}
		return a.exchange(ctx, l)
	})
}

// staged runs a stage within the time for one. Whoever waits on the connection
// is woken when the context ends.
func (a *attempt) staged(ctx context.Context, stage func(context.Context) *Diagnosis) *Diagnosis {
	if a.try.Stage > 0 {
		limited, cancel := context.WithTimeout(ctx, a.try.Stage)
		defer cancel()
		ctx = limited
	}
	if a.conn != nil {
		stop := context.AfterFunc(ctx, func() { a.conn.Close() })
		defer stop()
	}
	return stage(ctx)
}

// after is the time that ran out: the stage's, or that of all.
func (a *attempt) after() string {
	if a.try.Stage > 0 && (a.whole == nil || a.whole.Err() == nil) {
		return a.try.Stage.String()
	}
	return a.timeout().String()
}

// facts are those of step n, to add to.
func (a *attempt) facts(n int) map[string]string { return a.result.Steps[n-1].Facts }

// end closes the step n; the next one begins.
func (a *attempt) end(n int, state State) {
	now := time.Now()
	s := &a.result.Steps[n-1]
	s.State = state
	if state != NotAsked {
		s.Took = now.Sub(a.mark)
	}
	a.mark = now
	a.step = min(n+1, StepExchange)
	a.report(n)
}

// report gives the steps up to n to the observer, each once. Step 5 waits for
// the next, because an answer of HTTP may still say that it failed.
func (a *attempt) report(n int) {
	if n == StepVerifyClient {
		n--
	}
	for ; a.reported < n; a.reported++ {
		s := a.result.Steps[a.reported]
		s.Facts = maps.Clone(s.Facts)
		a.observe(s)
	}
}

// fail records d: its step failed, the later ones were not reached.
func (a *attempt) fail(d *Diagnosis) {
	if d.Facts == nil {
		d.Facts = map[string]string{}
	}
	if a.target.host != "" {
		d.Facts["host"] = printable(a.target.shown)
	}
	if a.result.Address != "" {
		d.Facts["address"] = a.result.Address
	}
	a.result.Diagnosis = d
	s := &a.result.Steps[d.Step-1]
	if s.State != Done { // else a later answer told; its own time stands
		s.Took = time.Since(a.mark)
	}
	s.State = Failed
	a.reported = min(a.reported, d.Step-1)
	for i := d.Step; i < len(a.result.Steps); i++ {
		a.result.Steps[i].State = NotReached
		a.result.Steps[i].Took = 0
	}
	if alert := d.Facts["alert"]; alert != "" {
		s.Facts["alert"] = alert
	}
}

// finish closes the books and reports the steps that are left.
func (a *attempt) finish() Result {
	if a.conn != nil {
		a.result.BytesIn, a.result.BytesOut = a.conn.in.Load(), a.conn.out.Load()
		f := a.facts(StepExchange)
		f["bytes-in"] = strconv.FormatInt(a.result.BytesIn, 10)
		f["bytes-out"] = strconv.FormatInt(a.result.BytesOut, 10)
	}
	a.result.Total = time.Since(a.started)
	a.report(StepExchange)
	return a.result
}

// clientChain parses the chain that the person chose; a certificate that does
// not parse is left out.
func (a *attempt) clientChain() []*x509.Certificate {
	if a.try.Certificate == nil {
		return nil
	}
	var chain []*x509.Certificate
	for _, der := range a.try.Certificate.Certificate {
		if c, err := x509.ParseCertificate(der); err == nil {
			chain = append(chain, c)
		}
	}
	return chain
}

// ipOf is the address without its port.
func ipOf(address string) string {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return address
	}
	return host
}
