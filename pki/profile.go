package pki

import (
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"strings"
	"time"
)

// A Kind says what a certificate is for.
type Kind string

// The kinds of certificate. Each has a profile of RFC 5280 section 4.2:
//
//	              root           intermediate       server            client
//	basic
//	constraints*  CA             CA, path length    CA:FALSE          CA:FALSE
//	key usage*    certSign,      certSign,          digitalSignature  digitalSignature
//	              cRLSign        cRLSign            (+ keyEncipherment
//	                                                 for RSA)
//	extended key
//	usage         none           none               serverAuth        clientAuth
//	key
//	identifiers   subject        both               both              both
//	names         none           none               required          where given
//	                             * critical
//
// Both is a server that is also a client.
const (
	Authority Kind = "authority"
	Server    Kind = "server"
	Client    Kind = "client"
	Both      Kind = "both"
)

func (k Kind) known() bool {
	return k == Authority || k == Server || k == Client || k == Both
}

// serves reports whether certificates of this kind are shown by servers.
func (k Kind) serves() bool { return k == Server || k == Both }

// How long certificates are valid when nothing else is asked.
const (
	day = 24 * time.Hour

	// leafDays stays under the 398 days that browsers allow to certificates
	// of public authorities, the hour of backdating included.
	leafDays = 397
	// appleDays is the limit of Apple platforms for servers of any authority
	// (support.apple.com/103769).
	appleDays = 825
	// backdate allows for clocks that are behind.
	backdate = time.Hour
)

// DefaultNotAfter returns the end of validity that a profile gives: ten years
// for a root, five for an intermediate, 397 days for others; never after the
// issuer's. A nil issuer means self-signed. Whole seconds, UTC.
func DefaultNotAfter(kind Kind, issuer *x509.Certificate, now time.Time) time.Time {
	now = now.UTC().Truncate(time.Second)
	end := now.Add(leafDays * day)
	if kind == Authority {
		end = now.AddDate(10, 0, 0)
		if issuer != nil {
			end = now.AddDate(5, 0, 0)
		}
	}
	return capNotAfter(end, issuer)
}

// capNotAfter returns the earlier of end and the issuer's NotAfter, in whole
// seconds (RFC 5280 section 4.1.2.5).
func capNotAfter(end time.Time, issuer *x509.Certificate) time.Time {
	if issuer != nil && end.After(issuer.NotAfter) {
		end = issuer.NotAfter
	}
	return end.UTC().Truncate(time.Second)
}

// signatureAlgorithm returns the algorithm that fits an issuer's key: a hash
// as strong as the curve (RFC 5758), SHA-256 for RSA.
func signatureAlgorithm(issuer crypto.PublicKey) x509.SignatureAlgorithm {
	switch KindOf(issuer) {
	case P256:
		return x509.ECDSAWithSHA256
	case P384:
		return x509.ECDSAWithSHA384
	case P521:
		return x509.ECDSAWithSHA512
	case Ed25519:
		return x509.PureEd25519
	}
	if _, ok := issuer.(*rsa.PublicKey); ok {
		return x509.SHA256WithRSA
	}
	return x509.UnknownSignatureAlgorithm // crypto/x509 chooses
}

// Filled returns the request as it will be built under the authorities, the
// issuer first: with the subject, the usages and the path length that the
// profile gives where nothing else is asked. PathLength is PathUnlimited for
// none. No authorities means a self-signed root.
func (r Request) Filled(authorities ...*x509.Certificate) Request {
	r = r.normal(authorities...)
	var issuer *x509.Certificate
	if len(authorities) > 0 {
		issuer = authorities[0]
	}
	if r.PathLength = r.pathLength(issuer); r.PathLength < 0 || r.Kind != Authority {
		r.PathLength = PathUnlimited
	}
	if len(r.KeyUsage) == 0 {
		r.KeyUsage = r.profileKeyUsage()
	} else {
		usage, _ := parseKeyUsage(r.KeyUsage)
		r.KeyUsage = keyUsageNames(usage)
	}
	r.ExtKeyUsage = r.extKeyUsage()
	return r
}

// profileKeyUsage returns the key usage that the profile gives.
func (r Request) profileKeyUsage() []string {
	var subject crypto.PublicKey
	if strings.HasPrefix(string(r.Key), "rsa") {
		subject = &rsa.PublicKey{}
	}
	return keyUsageNames(keyUsage(r.Kind, subject))
}
