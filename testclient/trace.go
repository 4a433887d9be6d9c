package testclient

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"strconv"
	"strings"
	"time"

	"countersign/pki"
)

// handshake is steps 2 to 5: TLS, its callbacks noting each stage.
func (a *attempt) handshake(ctx context.Context) (*line, *Diagnosis) {
	began := time.Now()
	conn := tls.Client(a.conn, &tls.Config{
		ServerName:           a.try.ServerName,
		MinVersion:           a.try.MinVersion,
		MaxVersion:           a.try.MaxVersion,
		CipherSuites:         a.try.suites,
		NextProtos:           a.try.ALPN,
		Time:                 a.try.Now,
		InsecureSkipVerify:   true, // VerifyConnection verifies, and keeps the facts
		VerifyConnection:     a.serverPresented,
		GetClientCertificate: a.serverAsked,
		ClientSessionCache:   a.ticket,
		KeyLogWriter:         a.try.KeyLog,
	})
	err := conn.HandshakeContext(ctx)
	a.agreed(conn.ConnectionState())
	if err != nil {
		return nil, a.handshakeFailure(ctx, err)
	}
	if !a.result.ClientAsked {
		a.facts(StepClientCertificate)["asked"] = "no"
		a.end(StepClientCertificate, NotAsked)
		a.end(StepVerifyClient, NotAsked)
		return newLine(conn), nil
	}
	l := newLine(conn)
	if conn.ConnectionState().Version >= tls.VersionTLS13 {
		// Two more round trips than it took are ample for a refusal to come.
		wait := min(quietFor, max(quietFor/5, 2*time.Since(began)))
		if err := l.settle(ctx, a.ticket.came, wait); err != nil {
			d := a.answerFailure(ctx, l, err)
			a.conn.Close()
			<-l.first
			return nil, d
		}
	}
	a.accepted()
	return l, nil
}

// accepted ends step 5, as far as TLS tells.
func (a *attempt) accepted() {
	f := a.facts(StepVerifyClient)
	f["answer"] = "accepted"
	if !a.result.ClientSent {
		f["answer"] = "accepted-without"
	}
	a.end(StepVerifyClient, Done)
}

// serverPresented is crypto/tls's VerifyConnection: steps 2 and 3. The error it
// returns makes crypto/tls send the alert bad_certificate.
func (a *attempt) serverPresented(s tls.ConnectionState) error {
	chain := s.PeerCertificates
	a.result.ServerChain = chain
	leaf := chain[0]
	f := a.facts(StepServerCertificate)
	f["chain"] = list(subjectsOf(chain))
	f["chain-length"] = strconv.Itoa(len(chain))
	f["subject"], f["issuer"] = subjectOf(leaf), issuerOf(leaf)
	f["names"] = list(namesOf(leaf))
	f["not-after"] = date(leaf.NotAfter)
	f["fingerprint"] = pki.Fingerprint(leaf)
	a.end(StepServerCertificate, Done)

	path, err := a.verifyServer(chain)
	f = a.facts(StepVerifyServer)
	f["name"] = printable(a.try.ServerName)
	f["trusted"] = "system"
	if a.try.Roots != nil {
		f["trusted"] = list(a.try.TrustNames)
	}
	if err != nil {
		d := a.serverDiagnosis(chain, err)
		f["verified"], f["code"] = "no", d.Code
		for k, v := range d.Facts {
			f[k] = v
		}
		if !a.try.Insecure {
			a.serverFault = d
			return err
		}
		a.end(StepVerifyServer, Done)
		return nil
	}
	f["verified"] = "yes"
	f["matched"] = matchedName(leaf, a.try.ServerName)
	f["path"] = list(subjectsOf(path))
	f["authority"] = subjectOf(path[len(path)-1])
	f["days-left"] = strconv.Itoa(pki.CalendarDays(a.try.Now(), leaf.NotAfter))
	a.end(StepVerifyServer, Done)
	return nil
}

// serverAsked is crypto/tls's GetClientCertificate: it sends what the person
// chose, whatever the server says that it accepts, and notes both. (Go's own
// choice withholds a certificate whose issuer is not among those accepted.)
func (a *attempt) serverAsked(info *tls.CertificateRequestInfo) (*tls.Certificate, error) {
	r := &a.result
	r.ClientAsked = true
	r.AcceptableCAs = info.AcceptableCAs
	r.AcceptableNames = rawNames(info.AcceptableCAs)
	f := a.facts(StepClientCertificate)
	f["asked"] = "yes"
	f["accepted"] = list(r.AcceptableNames)
	f["accepted-count"] = strconv.Itoa(len(r.AcceptableNames))
	if a.try.Certificate == nil || len(a.try.Certificate.Certificate) == 0 {
		f["why"] = "none-chosen"
		a.end(StepClientCertificate, Done)
		return &tls.Certificate{}, nil
	}
	r.ClientSent = true
	r.ClientChain = a.clientChain()
	f["acceptable"] = a.acceptable()
	f["why"] = map[string]string{"yes": "issuer-accepted", "no": "issuer-not-accepted", "any": "chosen"}[f["acceptable"]]
	f["chain-length"] = strconv.Itoa(len(a.try.Certificate.Certificate))
	if len(r.ClientChain) > 0 {
		f["chosen"], f["issuer"] = subjectOf(r.ClientChain[0]), issuerOf(r.ClientChain[0])
	}
	a.end(StepClientCertificate, Done)
	return a.try.Certificate, nil
}

// acceptable tells whether the server names an issuer of the chain that is sent
// among the authorities that it accepts: "yes", "no", or "any" when it names
// none (RFC 8446 section 4.2.4: it then accepts any, or does not say).
func (a *attempt) acceptable() string {
	if len(a.result.AcceptableCAs) == 0 {
		return "any"
	}
	for _, c := range a.result.ClientChain {
		for _, name := range a.result.AcceptableCAs {
			if string(c.RawIssuer) == string(name) {
				return "yes"
			}
		}
	}
	return "no"
}

// agreed notes what the handshake agreed on, as far as it came.
func (a *attempt) agreed(s tls.ConnectionState) {
	r := &a.result
	if s.Version == 0 || len(s.PeerCertificates) == 0 {
		return
	}
	r.Version = versionName(s.Version)
	r.ALPN = s.NegotiatedProtocol
	r.Resumed = s.DidResume
	f := a.facts(StepExchange)
	if s.CipherSuite != 0 {
		r.CipherSuite = tls.CipherSuiteName(s.CipherSuite)
		f["cipher"] = r.CipherSuite
	}
	if s.CurveID != 0 {
		r.Curve = s.CurveID.String()
		f["curve"] = r.Curve
	}
	f["version"], f["alpn"], f["resumed"] = r.Version, printable(r.ALPN), yesNo(r.Resumed)
}

// handshakeFailure names why the handshake returned an error.
func (a *attempt) handshakeFailure(ctx context.Context, err error) *Diagnosis {
	if a.serverFault != nil {
		return a.serverFault
	}
	if d := a.ended(ctx, a.step, err); d != nil {
		return d
	}
	var header tls.RecordHeaderError
	if errors.As(err, &header) {
		return a.notTLS(header)
	}
	if alert, ok := remoteAlert(err); ok {
		if a.result.ClientAsked {
			return a.refusal(alert, err)
		}
		return a.helloRefusal(alert, err)
	}
	return a.localFailure(err)
}

// localFailure names an error that our own side of the handshake found.
func (a *attempt) localFailure(err error) *Diagnosis {
	d := &Diagnosis{Code: Unknown, Side: ServerSide, Step: a.step, Raw: printable(err.Error()), Facts: map[string]string{}}
	switch {
	case isReset(err):
		d = a.reset(a.step, err)
	case errorHas(err, "invalid signature by the server certificate"):
		d.Code, d.Row, d.Step = ServerKeyMismatch, 10, StepServerCertificate
		if len(a.result.ServerChain) > 0 {
			d.Facts["subject"] = subjectOf(a.result.ServerChain[0])
		}
	case errorHas(err, "unsupported protocol version", "unsupported versions"):
		d.Step = StepServerCertificate
		a.noVersion(d)
	case errorHas(err, "unadvertised ALPN", "unrequested ALPN"):
		d.Code, d.Row, d.Step = NoCommonProtocol, 21, StepServerCertificate
		d.Facts["offered"] = list(a.try.ALPN)
	case a.result.ClientSent && a.step <= StepVerifyClient && unsigned(err):
		d.Code, d.Side, d.Step = ClientKeyUnusable, ClientSide, StepClientCertificate
		d.Facts["subject"] = a.facts(StepClientCertificate)["chosen"]
	}
	return d
}

// unsigned tells whether our own key could not sign: the error is the key's, or
// one of crypto/tls about it.
func unsigned(err error) bool {
	if !strings.HasPrefix(err.Error(), "tls: ") {
		var network net.Error
		return !errors.As(err, &network)
	}
	return errorHas(err, "does not implement crypto.Signer", "failed to sign", "unsupported certificate", "RSA key size too small",
		"peer doesn't support", "unsupported key", "unsupported public key", "Ed25519 public keys are not supported")
}
