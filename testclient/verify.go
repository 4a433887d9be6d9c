package testclient

import (
	"bytes"
	"crypto/x509"
	"errors"
	"net"
	"strconv"
	"strings"

	"countersign/pki"
)

// verifyServer is what crypto/tls would do, and gives the path that it found,
// leaf to root.
func (a *attempt) verifyServer(chain []*x509.Certificate) ([]*x509.Certificate, error) {
	name, _, _ := strings.Cut(a.try.ServerName, "%") // a zone is no part of a certificate
	return a.verifyName(chain, name)
}

// verifyName is verifyServer for a name; "" for whatever names it has.
func (a *attempt) verifyName(chain []*x509.Certificate, name string) ([]*x509.Certificate, error) {
	intermediates := x509.NewCertPool()
	for _, c := range chain[1:] {
		intermediates.AddCert(c)
	}
	paths, err := chain[0].Verify(x509.VerifyOptions{
		Roots: a.try.Roots, Intermediates: intermediates,
		DNSName: name, CurrentTime: a.try.Now(),
		KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	})
	if err != nil {
		return nil, err
	}
	return paths[0], nil
}

// serverDiagnosis names why the server's chain does not verify: rows 11 to 17.
func (a *attempt) serverDiagnosis(chain []*x509.Certificate, err error) *Diagnosis {
	leaf := chain[0]
	d := &Diagnosis{Code: ServerCertificateInvalid, Side: ServerSide, Step: StepVerifyServer,
		Raw:   printable("tls: failed to verify certificate: " + err.Error()),
		Facts: map[string]string{"subject": subjectOf(leaf)}}
	var unknown x509.UnknownAuthorityError
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	var critical x509.UnhandledCriticalExtension
	switch {
	case errors.As(err, &host):
		a.nameFault(d, leaf)
	case errors.As(err, &invalid):
		a.invalidServer(d, invalid)
	case errors.As(err, &unknown):
		a.unknownServer(d, chain, err)
	case errors.As(err, &critical):
		d.Code, d.Row = ServerExtensionUnknown, 9
		d.Facts["extensions"] = list(unhandled(chain))
	}
	return d
}

// nameFault tells rows 13, 14 and 15 apart.
func (a *attempt) nameFault(d *Diagnosis, leaf *x509.Certificate) {
	d.Facts["name"] = printable(a.try.ServerName)
	d.Facts["names"] = list(namesOf(leaf))
	switch {
	case net.ParseIP(a.try.ServerName) != nil && len(leaf.IPAddresses) == 0:
		d.Code, d.Row = ServerNoIPSAN, 15
	case len(namesOf(leaf)) == 0:
		d.Code, d.Row = ServerNoSAN, 13
	default:
		d.Code, d.Row = ServerNameMismatch, 14
		if _, err := a.verifyName(a.result.ServerChain, ""); errors.As(err, new(x509.UnknownAuthorityError)) && !localName(a.try.ServerName) {
			d.Facts["stranger"] = "yes"
		}
	}
}

// invalidServer tells rows 9, 12, 16 and 17 apart.
func (a *attempt) invalidServer(d *Diagnosis, err x509.CertificateInvalidError) {
	d.Facts["subject"] = subjectOf(err.Cert)
	switch err.Reason {
	case x509.Expired:
		d.Code, d.Row = ServerCertificateExpired, 12
		if !a.dateFacts(d.Facts, err.Cert) {
			d.Code = ServerCertificateNotYetValid
		}
	case x509.IncompatibleUsage:
		d.Code, d.Row = ServerCertificatePurpose, 16
		d.Facts["purposes"] = list(purposes(err.Cert))
	case x509.CANotAuthorizedForThisName, x509.NameConstraintsWithoutSANs, x509.UnconstrainedName:
		d.Code, d.Row = ServerNameConstraints, 17
		d.Facts["names"] = list(namesOf(a.result.ServerChain[0]))
	case x509.TooManyIntermediates:
		d.Code, d.Row = ServerPathLength, 9
	case x509.NotAuthorizedToSign:
		d.Code, d.Row = ServerIssuerNotAuthority, 5
		d.Facts["issuer"] = issuerOf(a.result.ServerChain[0])
	}
}

// unknownServer is row 11: an authority that is not trusted, or a chain that
// was sent without its intermediates.
func (a *attempt) unknownServer(d *Diagnosis, chain []*x509.Certificate, err error) {
	leaf := chain[0]
	top := chain[len(chain)-1]
	switch {
	case errorHas(err, "cannot sign this kind of certificate") && !selfSigned(leaf):
		d.Code, d.Row = ServerIssuerNotAuthority, 5
		d.Facts["issuer"] = issuerOf(leaf)
		return
	case errorHas(err, "insecure algorithm"):
		d.Code, d.Row = ServerSignatureWeak, 6
		d.Facts["algorithm"] = leaf.SignatureAlgorithm.String()
		return
	}
	d.Code, d.Row, d.Side = ServerAuthorityUnknown, 11, ClientSide
	f := d.Facts
	f["issuer"] = issuerOf(top)
	f["self-signed"] = yesNo(selfSigned(leaf))
	f["chain-length"] = strconv.Itoa(len(chain))
	f["trusted"] = "system"
	if a.try.Roots != nil {
		f["trusted"] = list(a.try.TrustNames)
	}
	f["same-name"] = yesNo(errorHas(err, "while trying to verify candidate authority"))
	if missing := a.missing(chain); len(missing) > 0 {
		full := append(append([]*x509.Certificate{}, chain...), missing...)
		if _, err := a.verifyServer(full); err == nil {
			d.Code, d.Side = ServerIntermediateMissing, ServerSide
			f["missing"] = list(subjectsOf(missing))
		}
	}
}

// missing are the intermediates that lead on from a chain's last certificate
// and are at hand, but were not sent.
func (a *attempt) missing(chain []*x509.Certificate) []*x509.Certificate {
	if len(chain) == 0 {
		return nil
	}
	var found []*x509.Certificate
	top := chain[len(chain)-1]
	for range 8 { // no path in use is longer
		if selfSigned(top) {
			return found
		}
		var next *x509.Certificate
		for _, c := range a.try.Known {
			if bytes.Equal(c.RawSubject, top.RawIssuer) && top.CheckSignatureFrom(c) == nil {
				next = c
				break
			}
		}
		if next == nil || selfSigned(next) {
			return found
		}
		found = append(found, next)
		top = next
	}
	return found
}

func selfSigned(c *x509.Certificate) bool {
	return bytes.Equal(c.RawSubject, c.RawIssuer) &&
		c.CheckSignature(c.SignatureAlgorithm, c.RawTBSCertificate, c.Signature) == nil
}

// dateFacts writes a certificate's dates; it tells whether it has ended, rather
// than not begun.
func (a *attempt) dateFacts(f map[string]string, c *x509.Certificate) (ended bool) {
	now := a.try.Now()
	f["not-before"], f["not-after"], f["now"] = date(c.NotBefore), date(c.NotAfter), date(now)
	if now.Before(c.NotBefore) {
		f["days"] = strconv.Itoa(pki.CalendarDays(now, c.NotBefore))
		return false
	}
	f["days"] = strconv.Itoa(-pki.CalendarDays(now, c.NotAfter))
	return true
}

// matchedName is the entry of the certificate that covers the name.
func matchedName(c *x509.Certificate, name string) string {
	if ip := net.ParseIP(name); ip != nil {
		return ip.String()
	}
	for _, d := range c.DNSNames {
		if (&x509.Certificate{DNSNames: []string{d}}).VerifyHostname(name) == nil || strings.EqualFold(d, name) {
			return printable(d)
		}
	}
	return ""
}
