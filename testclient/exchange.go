package testclient

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// maxHeader bounds the head of a response, in bytes.
const maxHeader = 1 << 20

// errTLSAnswer is an answer to plain HTTP that begins as a TLS record does.
var errTLSAnswer = errors.New("server answered HTTP with a TLS record")

// errHeaders is a head of an answer beyond maxHeader.
var errHeaders = errors.New("the head of the HTTP answer is too large")

// exchange is steps 6 and 7: the request sent, its answer read.
func (a *attempt) exchange(ctx context.Context, conn net.Conn) *Diagnosis {
	l, _ := conn.(*line)
	if l != nil {
		defer func() { // after the close: the first read may be waiting still
			l.Conn.Close()
			<-l.first
		}()
	}
	req, err := a.request(ctx)
	if err != nil {
		return a.unknown(StepAccess, err)
	}
	resp, done, err := a.send(req, conn)
	defer done()
	if err != nil {
		if l == nil {
			return a.plainFailure(ctx, err)
		}
		return a.answerFailure(ctx, l, err)
	}
	r := &a.result
	r.Status, r.StatusText, r.Header = resp.StatusCode, printable(resp.Status), resp.Header
	f := a.facts(StepAccess)
	f["status"], f["status-text"] = strconv.Itoa(r.Status), r.StatusText
	if location := resp.Header.Get("Location"); location != "" {
		f["location"] = printable(location)
	}
	a.facts(StepExchange)["protocol"] = printable(resp.Proto)
	if r.Status >= 400 {
		bodyErr := a.readBody(resp)
		return a.statusDiagnosis(bodyErr)
	}
	if d := a.portalAnswer(); d != nil {
		a.readBody(resp) // to be shown; that it broke off is no matter
		return d
	}
	a.end(StepAccess, Done)
	if err := a.readBody(resp); err != nil {
		if l != nil {
			err = l.truth(err)
		}
		if d := a.ended(ctx, StepExchange, err); d != nil {
			return d
		}
		return a.reset(StepExchange, err)
	}
	a.end(StepExchange, Done)
	return nil
}

// request is the try as net/http takes it.
func (a *attempt) request(ctx context.Context) (*http.Request, error) {
	u := *a.target.url
	u.Host = a.target.host
	if port := a.target.url.Port(); port != "" {
		u.Host = net.JoinHostPort(a.target.host, port)
	} else if strings.Contains(a.target.host, ":") {
		u.Host = "[" + a.target.host + "]"
	}
	user := u.User
	u.User, u.Fragment = nil, ""
	var body io.Reader
	if len(a.try.Body) > 0 && a.try.OpenBody == nil {
		body = bytes.NewReader(a.try.Body)
	}
	req, err := http.NewRequestWithContext(ctx, a.try.Method, u.String(), body)
	if err != nil {
		return nil, err
	}
	if a.try.OpenBody != nil {
		if req.Body, err = a.try.OpenBody(); err != nil {
			return nil, err
		}
		req.ContentLength = a.try.BodySize
		if req.ContentLength == 0 {
			req.Body.Close()
			req.Body = nil
		}
	}
	for name, values := range a.try.Header {
		if http.CanonicalHeaderKey(name) == "Host" {
			if len(values) > 0 {
				req.Host = values[0]
			}
			continue
		}
		for _, v := range values {
			req.Header.Add(name, v)
		}
	}
	if _, ok := req.Header["User-Agent"]; !ok {
		req.Header.Set("User-Agent", "countersign")
	}
	setUser(req, user)
	return req, nil
}

// setUser sends a URL's user and password as HTTP does, when nothing else is set.
func setUser(req *http.Request, user *url.Userinfo) {
	if user == nil || req.Header.Get("Authorization") != "" {
		return
	}
	password, _ := user.Password()
	req.SetBasicAuth(user.Username(), password)
}

// send writes the request and reads the head of its answer at the same time.
// done closes what it left open and waits for it.
func (a *attempt) send(req *http.Request, conn net.Conn) (*http.Response, func(), error) {
	if a.result.ALPN == "h2" {
		return a.sendHTTP2(req, conn)
	}
	written := make(chan error, 1)
	go func() { written <- req.Write(conn) }()
	done := func() {
		a.conn.Close()
		<-written
	}
	resp, err := readResponse(conn, req)
	return resp, done, err
}

// sendHTTP2 speaks HTTP/2 over the connection that is there. net/http takes a
// dialler's connection that is no *tls.Conn for HTTP/2 with prior knowledge,
// which ALPN has given.
func (a *attempt) sendHTTP2(req *http.Request, conn net.Conn) (*http.Response, func(), error) {
	transport := &http.Transport{
		DialTLSContext:         func(context.Context, string, string) (net.Conn, error) { return conn, nil },
		DisableCompression:     true,
		MaxResponseHeaderBytes: maxHeader,
		Protocols:              new(http.Protocols),
	}
	transport.Protocols.SetUnencryptedHTTP2(true)
	cc, err := transport.NewClientConn(req.Context(), "https", a.target.address())
	if err != nil {
		return nil, func() {}, err
	}
	resp, err := cc.RoundTrip(req)
	return resp, func() {
		if resp != nil {
			resp.Body.Close()
		}
		cc.Close()
		a.conn.Close()
	}, err
}

// readResponse reads the head of an HTTP/1 answer, those of status 1xx skipped.
func readResponse(r io.Reader, req *http.Request) (*http.Response, error) {
	limited := &io.LimitedReader{R: r, N: maxHeader}
	br := bufio.NewReader(limited)
	// Record types alert and handshake, then the major version: RFC 8446 5.1.
	if start, err := br.Peek(2); err == nil && (start[0] == 0x15 || start[0] == 0x16) && start[1] == 3 {
		return nil, errTLSAnswer
	}
	for range 8 {
		resp, err := http.ReadResponse(br, req)
		if err != nil && limited.N <= 0 {
			err = errHeaders
		}
		if err != nil {
			return nil, err
		}
		if resp.StatusCode >= 200 || resp.StatusCode == http.StatusSwitchingProtocols {
			limited.N = 1 << 62 // readBody has its own limit
			return resp, nil
		}
	}
	return nil, errors.New("malformed HTTP response: too many 1xx answers")
}

// readBody keeps the first MaxBody bytes of the body. It does not close it: that
// would read an HTTP/1 body to its end, which may never come.
func (a *attempt) readBody(resp *http.Response) error {
	body, err := io.ReadAll(io.LimitReader(resp.Body, MaxBody+1))
	if len(body) > MaxBody {
		body, err = body[:MaxBody], nil
		a.result.Truncated = true
	}
	a.result.Body = body
	f := a.facts(StepExchange)
	f["body-bytes"], f["truncated"] = strconv.Itoa(len(body)), yesNo(a.result.Truncated)
	return err
}

// answerFailure names why no answer came over TLS: under TLS 1.3 it may be the
// refusal of step 5.
func (a *attempt) answerFailure(ctx context.Context, l *line, err error) *Diagnosis {
	if headTooLarge(err) {
		return &Diagnosis{Code: HeadersTooLarge, Side: ServerSide, Step: StepAccess, Raw: printable(err.Error())}
	}
	ended := l.ending() // before truth reads on
	err = l.truth(err)
	alert, refused := remoteAlert(err)
	switch {
	case refused && a.result.ClientAsked:
		return a.refusal(alert, err)
	case refused:
		return a.helloRefusal(alert, err)
	}
	step := max(a.step, StepVerifyClient)
	if d := a.ended(ctx, step, err); d != nil {
		return d
	}
	if isReset(err) {
		return a.reset(step, err)
	}
	if ended != nil && !isReset(ended) { // what came is no TLS, or none that is right
		return &Diagnosis{Code: Unknown, Side: ServerSide, Step: step, Raw: printable(ended.Error())}
	}
	if a.result.ALPN == "h2" && ended != nil && isReset(ended) { // in HTTP/2's words, err
		return a.reset(step, ended)
	}
	d := &Diagnosis{Code: NotHTTP, Side: ServerSide, Step: StepAccess, Raw: printable(err.Error()), Facts: map[string]string{"version": a.result.Version}}
	select {
	case <-l.first:
		greeted(d, l.start)
	default:
	}
	if a.result.ALPN == "h2" {
		d.Code = Unknown // it may well speak HTTP/2, and have declined
	}
	return d
}

// plainFailure names why no answer came over plain HTTP.
func (a *attempt) plainFailure(ctx context.Context, err error) *Diagnosis {
	if d := a.ended(ctx, StepAccess, err); d != nil {
		return d
	}
	if errors.Is(err, errTLSAnswer) {
		return a.spokeHTTP(err.Error())
	}
	if headTooLarge(err) {
		return &Diagnosis{Code: HeadersTooLarge, Side: ServerSide, Step: StepAccess, Raw: printable(err.Error())}
	}
	if isReset(err) {
		return a.reset(StepAccess, err)
	}
	d := &Diagnosis{Code: NotHTTP, Side: ServerSide, Step: StepAccess, Raw: printable(err.Error()), Facts: map[string]string{}}
	greeted(d, a.conn.began())
	return d
}

// headTooLarge tells whether an answer's head is, in our words or HTTP/2's.
func headTooLarge(err error) bool {
	return errors.Is(err, errHeaders) || errorHas(err, "response header list larger")
}

// otherURL is the try's URL with the other scheme, no user, at the same port.
func (a *attempt) otherURL(scheme string) string {
	u := *a.target.url
	u.Scheme, u.User = scheme, nil
	if u.Port() == "" {
		u.Host = net.JoinHostPort(u.Hostname(), a.target.port)
	}
	return printable(u.String())
}
