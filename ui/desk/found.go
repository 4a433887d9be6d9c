package desk

import (
	"crypto"
	"crypto/x509"
	"math/big"
	"slices"
	"time"

	"countersign/pki"
)

// Found is what Look found in files and folders.
type Found struct {
	Folders      []Folder // those that another tool left
	Certificates []FoundCertificate
	Requests     []FoundRequest
	Lists        []FoundList // of what was revoked
	Keys         []FoundKey  // private keys that belong to none of the certificates and requests
	Locked       []Locked    // files with something in them that needs a password, or another one
	Unread       []Unread    // files named by the person, or of a telling name, that hold nothing usable
	Truncated    bool        // a folder holds more than is looked at
}

// New tells whether importing adds something to the vault.
func (f Found) New() bool {
	return f.Fresh() > 0 || slices.ContainsFunc(f.Lists, func(l FoundList) bool { return l.New })
}

// Fresh counts the certificates and requests that importing adds to the vault,
// or changes in it.
func (f Found) Fresh() int {
	n := 0
	for _, c := range f.Certificates {
		if c.New() {
			n++
		}
	}
	for _, r := range f.Requests {
		if r.New() {
			n++
		}
	}
	return n
}

// FolderKind says which tool a folder is of.
type FolderKind string

// The tools whose folders are recognised.
const (
	FolderCertstrap FolderKind = "certstrap"
	FolderEasyRSA   FolderKind = "easy-rsa"
	FolderMkcert    FolderKind = "mkcert"
	FolderMinica    FolderKind = "minica"
	FolderCFSSL     FolderKind = "cfssl"
	FolderOpenSSL   FolderKind = "openssl ca"
)

// Folder is a folder that a tool left, recognised by what it holds.
type Folder struct {
	Path string
	Kind FolderKind
}

// Locked is a file of which something needs a password.
type Locked struct {
	Path  string
	Wrong bool // those given do not open it
}

// Unread is a file that could not be read, and why.
type Unread struct {
	Path string
	Err  error
}

// FoundKey is a private key that stands alone.
type FoundKey struct {
	Path string
	Key  crypto.Signer
}

// FoundRevocation says that a certificate was revoked, where it came from.
type FoundRevocation struct {
	Serial string // as Certificate.Serial
	At     time.Time
	Reason string // as RFC 5280 section 5.3.1 spells it
}

// FoundCertificate is a certificate that could be imported.
type FoundCertificate struct {
	Path        string // "" when it is in the vault, and its key was found
	Certificate *x509.Certificate
	Key         crypto.Signer    // nil when no key of it was found
	Revoked     *FoundRevocation // nil: nothing found says so
	Mine        ID               // the same certificate in the vault, or ""
	MineHasKey  bool
	MineRevoked bool
	Doubts      []pki.Warning // what other certificates, found or in the vault, tell of it
}

// Warnings are what clients will not like about the certificate, and its Doubts.
func (f FoundCertificate) Warnings(now time.Time) []pki.Warning {
	return append(pki.Lint(f.Certificate, now), f.Doubts...)
}

// InOtherHands counts the certificates that importing adds whose keys others may
// have: another of the same key was revoked for that.
func (f Found) InOtherHands() int {
	n := 0
	for _, c := range f.Certificates {
		if c.New() && slices.ContainsFunc(c.Doubts, func(w pki.Warning) bool { return w.Code == pki.WarningKeyInOtherHands }) {
			n++
		}
	}
	return n
}

// Name is what a person calls the certificate.
func (f FoundCertificate) Name() string { return nameOf(f.Certificate) }

// New tells whether importing it adds something to the vault.
func (f FoundCertificate) New() bool {
	return f.Mine == "" || f.Key != nil && !f.MineHasKey || f.Revoked != nil && !f.MineRevoked
}

// FoundRequest is a certification request that could be kept.
type FoundRequest struct {
	Path     string
	Request  *x509.CertificateRequest
	Key      crypto.Signer // nil when its key was not found
	Mine     ID            // the same request in the vault, or ""
	Answered string        // the name of a certificate of the same key, which makes the request past; or ""
	Doubts   []pki.Warning // what certificates, found or in the vault, tell of it
}

// Name is what a person calls the request.
func (f FoundRequest) Name() string { return requestName(f.Request) }

// New tells whether importing it adds something to the vault.
func (f FoundRequest) New() bool { return f.Mine == "" && f.Answered == "" }

// The kinds of a FoundList.
const (
	ListIndex = "index" // the index.txt of openssl ca and easy-rsa
	ListCRL   = "crl"
)

// FoundList is what a file says of the certificates that an authority
// revoked.
type FoundList struct {
	Path      string
	Kind      string            // ListIndex or ListCRL
	Authority *x509.Certificate // whose it is; nil when that is neither there nor in the vault
	Outdated  bool              // a newer list of the same authority was found
	New       bool              // the vault does not know all of it
	Revoked   []FoundRevocation
	Number    *big.Int // of the last CRL; nil when it is not known

	valid map[string]bool      // serials that an index says are not revoked
	crl   *x509.RevocationList // of a ListCRL
}

// AuthorityName is what a person calls the list's authority, "" when it is not
// known.
func (l FoundList) AuthorityName() string {
	if l.Authority == nil {
		return ""
	}
	return nameOf(l.Authority)
}

// Passwords open what is encrypted.
type Passwords struct {
	Any    []string          // tried on every file that needs one
	ByPath map[string]string // tried on that file first
}

// of are the passwords to try on a file, the empty one last of all so that a
// file that needs none is read whatever was given.
func (p Passwords) of(path string) []string {
	var list []string
	if own := p.ByPath[path]; own != "" {
		list = append(list, own)
	}
	for _, any := range p.Any {
		if any != "" {
			list = append(list, any)
		}
	}
	if len(list) == 0 {
		list = append(list, "")
	}
	return list
}

// given tells whether there is a password to try on a file.
func (p Passwords) given(path string) bool { return p.of(path)[0] != "" }

// publicKey is a public key as bytes, to compare: the SubjectPublicKeyInfo.
func publicKey(key crypto.PublicKey) string {
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return ""
	}
	return string(der)
}

// sameAuthority names what two certificates of an authority share when one
// renews or cross-signs the other: name and key.
func sameAuthority(c *x509.Certificate) string {
	return string(c.RawSubject) + "\x00" + string(c.RawSubjectPublicKeyInfo)
}

func isAuthority(c *x509.Certificate) bool { return pki.KindOfCertificate(c) == pki.Authority }
