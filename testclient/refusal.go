package testclient

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"strconv"
	"strings"

	"countersign/pki"
)

// helloRefusal names an alert that came before the server asked for a
// certificate: it did not like our hello, or something later that has no
// certificate of ours in it.
func (a *attempt) helloRefusal(alert int, err error) *Diagnosis {
	d := &Diagnosis{Code: Unknown, Side: ServerSide, Step: a.step, Raw: printable(err.Error()),
		Facts: map[string]string{"alert": strconv.Itoa(alert)}}
	if len(a.result.ServerChain) > 0 {
		d.Step = StepAccess // past the certificate, and no client's to verify
		return d
	}
	d.Step = StepServerCertificate
	switch alert {
	case alertProtocolVersion:
		a.noVersion(d)
	case alertNoProtocol:
		d.Code, d.Row, d.Side = NoCommonProtocol, 21, ClientSide
		d.Facts["offered"] = list(a.try.ALPN)
	case alertHandshakeFailure, alertInsufficientSecurity:
		d.Code, d.Side = NoCommonCipher, ClientSide
	case alertUnrecognizedName:
		d.Code, d.Side = ServerNameUnknown, ClientSide
		d.Facts["name"] = printable(a.try.ServerName)
	}
	return d
}

// noVersion is row 20. A server that takes neither TLS 1.2 nor 1.3 is too old.
func (a *attempt) noVersion(d *Diagnosis) {
	d.Code, d.Row, d.Side = NoCommonVersion, 20, ClientSide
	d.Facts["offered"] = a.offeredVersions()
	lo, hi := a.try.MinVersion, a.try.MaxVersion
	if lo > tls.VersionTLS12 || hi != 0 && hi < tls.VersionTLS13 {
		return
	}
	d.Side = ServerSide
	if lo == 0 || lo == tls.VersionTLS12 {
		d.Facts["why"] = "old"
	}
}

// offeredVersions are the TLS versions that the try offered, oldest first.
func (a *attempt) offeredVersions() string {
	lo, hi := a.try.MinVersion, a.try.MaxVersion
	if lo == 0 {
		lo = tls.VersionTLS12
	}
	if hi == 0 {
		hi = tls.VersionTLS13
	}
	var names []string
	for v := lo; v <= hi; v++ {
		names = append(names, versionName(v))
	}
	return list(names)
}

// refusal names the alert by which a server refused our certificate, or that
// there was none: rows 1 to 10. The number alone is not enough, for each library
// sends its own: so what is plainly wrong with the certificate decides where
// several fit.
func (a *attempt) refusal(alert int, err error) *Diagnosis {
	d := &Diagnosis{Code: ClientCertificateRefused, Side: ClientSide, Step: StepVerifyClient,
		Raw: printable(err.Error()), Facts: map[string]string{"alert": strconv.Itoa(alert)}}
	a.authorityFacts(d)
	chain := a.result.ClientChain
	switch {
	case alert == alertProtocolVersion || alert == alertNoProtocol || alert == alertInsufficientSecurity:
		hello := a.helloRefusal(alert, err)
		hello.Step = StepVerifyClient
		return hello
	case !a.result.ClientSent || alert == alertCertificateRequired:
		d.Code, d.Row = ClientCertificateMissing, 1
		return d
	case len(chain) == 0: // what was sent does not parse here either
		return d
	}
	switch alert {
	case alertUnknownCA:
		a.unknownClient(d)
	case alertExpired:
		a.clientDates(d)
	case alertRevoked:
		d.Code, d.Row = ClientCertificateRevoked, 25
		d.Facts["serial"] = pki.Serial(chain[0])
	case alertDecryptError:
		a.undecrypted(d)
	default:
		a.ownFault(d)
	}
	return d
}

// authorityFacts are what a person needs to choose another certificate.
func (a *attempt) authorityFacts(d *Diagnosis) {
	d.Facts["accepted"] = list(a.result.AcceptableNames)
	d.Facts["accepted-count"] = strconv.Itoa(len(a.result.AcceptableNames))
	if chain := a.result.ClientChain; len(chain) > 0 {
		d.Facts["subject"], d.Facts["issuer"] = subjectOf(chain[0]), issuerOf(chain[0])
		d.Facts["chain-length"] = strconv.Itoa(len(chain))
		d.Facts["acceptable"] = a.acceptable()
	}
}

// unknownClient tells rows 2 to 6 apart, which share the alert unknown_ca.
func (a *attempt) unknownClient(d *Diagnosis) {
	chain := a.result.ClientChain
	missing := a.missing(chain)
	switch {
	case weak(chain[0]):
		a.weakSignature(d)
	case len(chain) > 1 && !chain[1].IsCA:
		d.Code, d.Row = ClientIssuerNotAuthority, 5
	case len(missing) > 0 && a.leadsToAccepted(missing):
		d.Code, d.Row = ClientIntermediateMissing, 4
		d.Facts["missing"] = list(subjectsOf(missing))
	case tooDeep(a.path(chain)):
		d.Code, d.Row = ClientPathLength, 9
	case a.acceptable() == "yes":
		d.Code, d.Row = ClientAuthorityRemade, 3
	case a.acceptable() == "no":
		d.Code, d.Row = ClientAuthorityUnknown, 2
		a.alone(d)
	default:
		d.Code, d.Row, d.Side = ClientAuthorityUnknown, 2, ServerSide
		a.alone(d)
	}
}

// alone notes that the certificate went out without its issuer, of which
// nothing is known here: it may stand below an authority that is trusted.
func (a *attempt) alone(d *Diagnosis) {
	if chain := a.result.ClientChain; len(chain) == 1 && !selfSigned(chain[0]) && len(a.path(chain)) == 1 {
		d.Facts["alone"] = "yes"
	}
}

// leadsToAccepted tells whether the missing intermediates end at an authority
// that the server accepts, or may: one that names none does not say.
func (a *attempt) leadsToAccepted(missing []*x509.Certificate) bool {
	if len(a.result.AcceptableCAs) == 0 {
		return true
	}
	for _, c := range missing {
		for _, name := range a.result.AcceptableCAs {
			if string(c.RawIssuer) == string(name) {
				return true
			}
		}
	}
	return false
}

// clientDates is row 7.
func (a *attempt) clientDates(d *Diagnosis) {
	d.Row, d.Code = 7, ClientCertificateExpired
	now := a.try.Now()
	for _, c := range a.result.ClientChain { // an authority's end ends its certificates
		if now.Before(c.NotBefore) || now.After(c.NotAfter) {
			d.Facts["subject"] = subjectOf(c)
			if !a.dateFacts(d.Facts, c) {
				d.Code = ClientCertificateNotYetValid
			}
			return
		}
	}
	a.dateFacts(d.Facts, a.result.ClientChain[0])
	delete(d.Facts, "days")
	d.Facts["clock"] = "differs"
	d.Side = ServerSide
}

// reset is a connection that ended with no word of why.
func (a *attempt) reset(step int, err error) *Diagnosis {
	d := &Diagnosis{Code: Reset, Side: NetworkSide, Step: step, Raw: printable(err.Error()), Facts: map[string]string{
		"asked": yesNo(a.result.ClientAsked), "sent": yesNo(a.result.ClientSent)}}
	a.begun(d)
	return d
}

// isReset tells whether the other side closed the connection, or it broke.
func isReset(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) ||
		errors.Is(err, errnoReset) || errors.Is(err, errnoBrokenPipe)
}

// errorHas looks for a text of crypto/tls, which has no types for its errors.
func errorHas(err error, texts ...string) bool {
	for _, t := range texts {
		if strings.Contains(err.Error(), t) {
			return true
		}
	}
	return false
}
