package testclient

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"slices"
	"strings"
	"time"
)

// Probe is a server to look at: which certificates it sends, what it agrees
// on, whom it asks for. No request is made of it.
type Probe struct {
	Address     string              // host, host:port or a URL of https; the port is that of StartTLS, else 443
	StartTLS    Protocol            // what it speaks before TLS; empty: TLS from the first octet
	Certificate *tls.Certificate    // ours, as in Try
	Known       []*x509.Certificate // authorities at hand, as in Try
	Roots       *x509.CertPool      // nil: the system's
	ServerName  string              // instead of the address's host: SNI and the name to verify
	Timeout     time.Duration       // zero: DefaultTimeout
	Now         func() time.Time    // nil: time.Now
}

// Sight is what a server showed. The chain is there as soon as the server sent
// it, whatever became of the handshake.
type Sight struct {
	Host, Address string // the name that was verified; host:port that the connection was made to
	StartTLS      Protocol
	Chain         []*x509.Certificate // as the server sent it, its own certificate first

	Version, CipherSuite, Curve, ALPN string // as in Result

	ClientAsked     bool
	AcceptableNames []string // the authorities that the server says it accepts
	ClientSent      bool

	// What is wrong with the server's certificate, each looked at by itself:
	// nil is right. All are nil while Chain is empty.
	Name, Dates, Trust *Diagnosis
	Path               []*x509.Certificate // leaf to trusted root; nil with Trust

	// Diagnosis is why the handshake did not end well; the refusal of our
	// certificate, or of having none, too. Its fact starttls names the protocol
	// that the server seems to speak before TLS.
	Diagnosis *Diagnosis
}

// Look connects to a server once, twice when it refuses the protocols of HTTP
// (RFC 7301), and tells what it showed. Like Run it never fails itself.
func Look(ctx context.Context, p Probe) Sight {
	seen := look(ctx, p, nil)
	if seen.Diagnosis != nil && seen.Diagnosis.Code == NoCommonProtocol {
		return look(ctx, p, []string{})
	}
	return seen
}

func look(ctx context.Context, p Probe, alpn []string) Sight {
	if p.StartTLS != "" {
		alpn = []string{}
	}
	a := newAttempt(Try{
		URL: probeURL(p.Address, p.StartTLS), Certificate: p.Certificate, Known: p.Known, Roots: p.Roots, Insecure: true,
		ServerName: p.ServerName, ALPN: alpn, Timeout: p.Timeout, Now: p.Now,
	}, nil)
	ctx, cancel := context.WithTimeout(ctx, a.timeout())
	defer cancel()
	if d := a.look(ctx, p.StartTLS); d != nil {
		a.fail(d)
		a.guess(d, p.StartTLS)
	}
	return a.seen(p.StartTLS)
}

// probeURL is the address as a URL, with the port of the protocol when it has
// none.
func probeURL(address string, p Protocol) string {
	address = strings.TrimSpace(address)
	t, err := parseTarget(address)
	if err != nil || p == "" || t.url.Port() != "" {
		return address
	}
	t.port = p.port()
	return "https://" + t.address()
}

// look is steps 1 to 5.
func (a *attempt) look(ctx context.Context, p Protocol) *Diagnosis {
	if d := a.prepare(); d != nil {
		return d
	}
	if !a.target.secure {
		return &Diagnosis{Code: BadURL, Side: ClientSide, Step: StepConnect, Raw: "no TLS over http",
			Facts: map[string]string{"why": "scheme", "scheme": "http"}}
	}
	if d := a.connect(ctx); d != nil {
		return d
	}
	stop := context.AfterFunc(ctx, func() { a.conn.Close() })
	defer stop()
	defer a.conn.Close()
	if p != "" {
		if err := startTLS(a.conn, p, a.try.ServerName); err != nil {
			return a.startFailure(ctx, p, err)
		}
	}
	l, d := a.handshake(ctx)
	if d != nil {
		return d
	}
	l.Conn.Close()
	<-l.first
	return nil
}

// seen gathers what the attempt found out, and judges the chain.
func (a *attempt) seen(p Protocol) Sight {
	r := a.finish()
	s := Sight{Host: printable(a.try.ServerName), Address: r.Address, StartTLS: p, Chain: r.ServerChain,
		Version: r.Version, CipherSuite: r.CipherSuite, Curve: r.Curve, ALPN: r.ALPN,
		ClientAsked: r.ClientAsked, AcceptableNames: r.AcceptableNames, ClientSent: r.ClientSent, Diagnosis: r.Diagnosis}
	if len(s.Chain) == 0 {
		return s
	}
	s.Name, s.Dates = a.judgeName(s.Chain), a.judgeDates(s.Chain)
	s.Path, s.Trust = a.judgeTrust(s.Chain)
	return s
}

func (a *attempt) judgeName(chain []*x509.Certificate) *Diagnosis {
	name, _, _ := strings.Cut(a.try.ServerName, "%")
	err := chain[0].VerifyHostname(name)
	if err == nil {
		return nil
	}
	d := &Diagnosis{Code: ServerCertificateInvalid, Side: ServerSide, Step: StepVerifyServer, Raw: printable(err.Error()),
		Facts: map[string]string{"host": printable(a.target.shown), "subject": subjectOf(chain[0])}}
	a.nameFault(d, chain[0])
	return d
}

func (a *attempt) judgeDates(chain []*x509.Certificate) *Diagnosis {
	now := a.try.Now()
	for _, c := range chain {
		if now.Before(c.NotBefore) || now.After(c.NotAfter) {
			err := x509.CertificateInvalidError{Cert: c, Reason: x509.Expired}
			d := &Diagnosis{Side: ServerSide, Step: StepVerifyServer, Raw: printable(err.Error()),
				Facts: map[string]string{"host": printable(a.target.shown)}}
			a.invalidServer(d, err)
			return d
		}
	}
	return nil
}

// judgeTrust verifies the chain without its name, and at an instant within its
// dates when there is one, so that an expired certificate of a trusted
// authority is not called untrusted as well.
func (a *attempt) judgeTrust(chain []*x509.Certificate) ([]*x509.Certificate, *Diagnosis) {
	at := a.try.Now()
	if last := slices.MinFunc(chain, func(a, b *x509.Certificate) int { return a.NotAfter.Compare(b.NotAfter) }); at.After(last.NotAfter) {
		at = last.NotAfter
	}
	if first := slices.MaxFunc(chain, func(a, b *x509.Certificate) int { return a.NotBefore.Compare(b.NotBefore) }); at.Before(first.NotBefore) {
		at = first.NotBefore
	}
	b := *a
	b.try.ServerName = ""
	b.try.Now = func() time.Time { return at }
	path, err := b.verifyServer(chain)
	if err == nil {
		return path, nil
	}
	d := b.serverDiagnosis(chain, err)
	d.Facts["host"] = printable(a.target.shown)
	return nil, d
}

// guess adds which protocol a server that did not answer in TLS seems to speak
// before it: by its first octets, else by its port.
func (a *attempt) guess(d *Diagnosis, p Protocol) {
	if p != "" || d.Step != StepServerCertificate {
		return
	}
	guessed := protocolOfPort(a.target.port)
	if d.Code == NotTLS {
		first, _ := hex.DecodeString(d.Facts["bytes"])
		switch text := string(first); {
		case strings.HasPrefix(text, "220") && guessed != FTP:
			guessed = SMTP
		case strings.HasPrefix(text, "* OK"):
			guessed = IMAP
		case strings.HasPrefix(text, "+OK"):
			guessed = POP3
		case len(first) == 5 && first[3] == 0 && first[4] == 10:
			guessed = MySQL
		case strings.HasPrefix(text, "<"):
			guessed = XMPP
		}
	} else if d.Code != Reset && d.Code != Timeout {
		return
	}
	if guessed != "" {
		d.Facts["starttls"] = string(guessed)
	}
}
