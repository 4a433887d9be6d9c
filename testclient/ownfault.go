package testclient

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"slices"

	"countersign/pki"
)

// ownFault looks for what is plainly wrong with the certificate that was
// refused for no reason that the alert tells.
func (a *attempt) ownFault(d *Diagnosis) {
	chain := a.result.ClientChain
	leaf := chain[0]
	now := a.try.Now()
	switch {
	case now.Before(leaf.NotBefore) || now.After(leaf.NotAfter):
		a.clientDates(d)
	case a.try.Revoked:
		d.Code, d.Row = ClientCertificateRevoked, 25
		d.Facts["serial"] = pki.Serial(leaf)
	case !hasPurpose(leaf, x509.ExtKeyUsageClientAuth):
		d.Code, d.Row = ClientCertificatePurpose, 8
		d.Facts["purposes"] = list(purposes(leaf))
	case !a.keyMatches():
		d.Code, d.Row = ClientKeyMismatch, 10
	case weak(leaf):
		a.weakSignature(d)
	case len(chain) > 1 && !chain[1].IsCA:
		d.Code, d.Row = ClientIssuerNotAuthority, 5
	case tooDeep(a.path(chain)):
		d.Code, d.Row = ClientPathLength, 9
	case len(unhandled(chain)) > 0:
		d.Code, d.Row = ClientExtensionUnknown, 9
		d.Facts["extensions"] = list(unhandled(chain))
	case d.Facts["acceptable"] == "no" || len(a.missing(chain)) > 0:
		a.unknownClient(d)
	case a.namesake(chain):
		d.Code, d.Row = ClientAuthorityRemade, 3
	}
}

// undecrypted names the alert decrypt_error: a signature did not verify, that
// of the handshake or, to OpenSSL, that of the certificate.
func (a *attempt) undecrypted(d *Diagnosis) {
	if !a.keyMatches() {
		d.Code, d.Row = ClientKeyMismatch, 10
		return
	}
	a.ownFault(d)
	if d.Code == ClientCertificateRefused && d.Facts["acceptable"] == "yes" {
		d.Code, d.Row = ClientAuthorityRemade, 3
	}
}

// path is the chain as its signatures link it, led on by what is at hand.
func (a *attempt) path(chain []*x509.Certificate) []*x509.Certificate {
	path := chain[:1:1]
	known := slices.Concat(chain[1:], a.try.Known)
	for range 8 { // no path in use is longer
		top := path[len(path)-1]
		next := slices.IndexFunc(known, func(c *x509.Certificate) bool {
			return bytes.Equal(c.RawSubject, top.RawIssuer) && top.CheckSignatureFrom(c) == nil
		})
		if next < 0 || selfSigned(top) {
			break
		}
		path = append(path, known[next])
	}
	return path
}

// tooDeep tells whether an authority of the path allows fewer authorities below
// itself than stand there (RFC 5280 section 4.2.1.9, which leaves out those
// that issued themselves).
func tooDeep(path []*x509.Certificate) bool {
	below := 0
	for _, c := range path[1:] {
		if c.MaxPathLen >= 0 && (c.MaxPathLen > 0 || c.MaxPathLenZero) && below > c.MaxPathLen {
			return true
		}
		if !bytes.Equal(c.RawSubject, c.RawIssuer) {
			below++
		}
	}
	return false
}

// unhandled are the critical extensions of a chain that crypto/x509 does not
// know, as dotted numbers.
func unhandled(chain []*x509.Certificate) []string {
	var list []string
	for _, c := range chain {
		for _, id := range c.UnhandledCriticalExtensions {
			list = append(list, id.String())
		}
	}
	return list
}

// namesake tells whether an authority at hand has the name of the chain's last
// issuer and did not sign it: the server's may be that one.
func (a *attempt) namesake(chain []*x509.Certificate) bool {
	top := chain[len(chain)-1]
	return slices.ContainsFunc(a.try.Known, func(c *x509.Certificate) bool {
		return bytes.Equal(c.RawSubject, top.RawIssuer) && top.CheckSignatureFrom(c) != nil
	})
}

func (a *attempt) weakSignature(d *Diagnosis) {
	leaf := a.result.ClientChain[0]
	d.Code, d.Row = ClientSignatureWeak, 6
	d.Facts["algorithm"] = leaf.SignatureAlgorithm.String()
}

// weak tells whether crypto/x509 and OpenSSL at security level 1 and up refuse
// the signature for its hash.
func weak(c *x509.Certificate) bool {
	switch c.SignatureAlgorithm {
	case x509.MD2WithRSA, x509.MD5WithRSA, x509.SHA1WithRSA, x509.DSAWithSHA1, x509.ECDSAWithSHA1:
		return !selfSigned(c)
	}
	return false
}

// keyMatches tells whether the key of the try is its certificate's.
func (a *attempt) keyMatches() bool {
	signer, ok := a.try.Certificate.PrivateKey.(crypto.Signer)
	if !ok {
		return false
	}
	return pki.SamePublicKey(signer.Public(), a.result.ClientChain[0].PublicKey)
}
