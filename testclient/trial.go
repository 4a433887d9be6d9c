package testclient

import (
	"crypto/tls"
	"net/url"
	"slices"
)

// The codes of the trials, in the order that they are made. A trial changes
// one thing of the certificate that is right, and nothing else.
const (
	TrialRight       = "right"
	TrialNone        = "none"          // no certificate
	TrialStranger    = "stranger"      // of an authority that was made on the spot
	TrialSelfSigned  = "self-signed"   // with the same names
	TrialNamesake    = "namesake"      // its issuer has the right name, and another key
	TrialOtherKey    = "other-key"     // the right certificate, without its key
	TrialExpired     = "expired"       // of the right authority, as are all below
	TrialNotYetValid = "not-yet-valid" //
	TrialRevoked     = "revoked"       //
	TrialServer      = "server"        // for servers only (RFC 5280 section 4.2.1.12)
	TrialSHA1        = "sha1"          // signed with SHA-1 (RFC 9155, for certificates RFC 8446 section 4.2.3)
	TrialPlainHTTP   = "plain-http"    // no TLS at the same port
	TrialTLS10       = "tls10"         // the right certificate over TLS 1.0 (RFC 8996)
	TrialTLS11       = "tls11"         //
	TrialWeakKey     = "rsa1024"       // of the right authority, too short a key
	TrialAuthority   = "authority"     // a certificate of an authority below the right one
)

// TrialCodes are the codes of all trials, in the order that they are made.
func TrialCodes() []string {
	return []string{TrialRight, TrialNone, TrialStranger, TrialSelfSigned, TrialNamesake, TrialOtherKey, TrialExpired,
		TrialNotYetValid, TrialRevoked, TrialServer, TrialSHA1, TrialPlainHTTP, TrialTLS10, TrialTLS11, TrialWeakKey, TrialAuthority}
}

// gravest are the trials in the order of what it means that a server lets them
// in: who may get in comes first.
var gravest = []string{TrialPlainHTTP, TrialStranger, TrialSelfSigned, TrialNone, TrialNamesake, TrialOtherKey, TrialElsewhere, TrialRevoked,
	TrialExpired, TrialServer, TrialSHA1, TrialNotYetValid, TrialTLS10, TrialTLS11, TrialRight, TrialWeakKey, TrialAuthority}

// Demand is what a server must do with a trial.
type Demand string

// The demands. DemandAdvice is for what the right authority has signed, so that
// nobody strange gets in: servers of Go accept both, OpenSSL neither; and for
// what an authority has signed that the server may well be meant to trust.
const (
	DemandLetIn  Demand = "let-in"
	DemandRefuse Demand = "refuse"
	DemandAdvice Demand = "better-refuse"
)

// Trial is one connection that a server must let in, or must not.
type Trial struct {
	Code        string
	Certificate *tls.Certificate // nil: none
	Authority   string           // of TrialElsewhere: whose certificate it is
	Only        bool             // of TrialElsewhere: a fault when it is let in
	Without     string           // why it cannot be made, one of the Without constants; "" when it can
}

// Why a trial cannot be made.
const (
	WithoutIssuer  = "no-issuer"  // the key of the authority is not at hand
	WithoutKeyKind = "key-kind"   // a key of this kind makes no such signature
	WithoutRevoked = "no-revoked" // there is no revoked certificate to present
)

// Demand is what the server must do with it.
func (t Trial) Demand() Demand {
	switch t.Code {
	case TrialElsewhere:
		if !t.Only {
			return DemandAdvice
		}
	case TrialRight:
		return DemandLetIn
	case TrialWeakKey, TrialAuthority:
		return DemandAdvice
	}
	return DemandRefuse
}

// version is the one that the trial is made with; 0 for any.
func (t Trial) version() uint16 {
	return map[string]uint16{TrialTLS10: tls.VersionTLS10, TrialTLS11: tls.VersionTLS11}[t.Code]
}

// on is the trial as a try at the same place as base. Nothing that a person
// typed into base to be let in by goes with it: no headers, no body, no user.
func (t Trial) on(base Try, place target) Try {
	try := base
	try.Method, try.Header, try.Body, try.MinVersion, try.MaxVersion = "", nil, nil, 0, 0
	try.OpenBody, try.BodySize, try.KeyLog = nil, 0, nil
	try.Proxy, try.Redirects = "", 0 // the address that was agreed to, and no other
	try.Certificate, try.Revoked = t.Certificate, t.Code == TrialRevoked
	try.URL = place.at("https")
	switch v := t.version(); {
	case v != 0:
		try.MinVersion, try.MaxVersion, try.ALPN, try.suites = v, v, nil, everySuite()
	case t.Code == TrialPlainHTTP:
		try.URL = place.at("http")
	}
	return try
}

// at is the place with a scheme, at the same port, without user and fragment.
// Over plain HTTP the query is left out too.
func (t target) at(scheme string) string {
	u := *t.url
	if u.Port() == "" && u.Scheme != scheme {
		u.Host = t.address()
	}
	u.Scheme, u.User, u.Fragment = scheme, nil, ""
	if scheme == "http" {
		u.RawQuery = ""
	}
	return u.String()
}

// bare is the URL without what may be secret.
func (t target) bare() string {
	return (&url.URL{Scheme: t.url.Scheme, Host: t.url.Host, Path: t.url.Path}).String()
}

// everySuite are the cipher suites of Go, those that it no longer offers too:
// old servers know no others.
func everySuite() []uint16 {
	var ids []uint16
	for _, s := range slices.Concat(tls.CipherSuites(), tls.InsecureCipherSuites()) {
		ids = append(ids, s.ID)
	}
	return ids
}
