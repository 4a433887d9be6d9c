package desk

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"time"

	"countersign/pki"
	"countersign/storage"
)

// LacksError says that a file holds nothing of the kind that was meant.
type LacksError struct {
	Path string
	What string // "certificate" or "crl"
}

func (e *LacksError) Error() string { return fmt.Sprintf("no %s in %s", e.What, e.Path) }

// VerifyRequest asks why a certificate is not trusted.
type VerifyRequest struct {
	ID       ID     // a certificate of the vault, or
	Path     string // a file: its first certificate that is no authority, the others stand above it
	Password string // of the file

	// Certificates, when there are any, were read already: the first is asked
	// about, the others may stand above it. Path then only says where they lay.
	Certificates []*x509.Certificate

	Purpose *pki.Kind // nil: what the certificate is for; "" for anything
	Name    string    // the host or address that it must have; "" for none
	At      time.Time // zero: now
	Trust   Trust
	CRLs    []string // files, beside the vault's lists
	// Intermediates are files of certificates that may stand between it and
	// what is trusted, and are not trusted themselves (openssl's -untrusted).
	Intermediates []string
	NeedCRL       bool // a list that is missing is a fault
}

// Trust says which authorities a verification trusts. The zero value trusts
// the roots of the vault.
type Trust struct {
	System bool     // those of this computer
	IDs    []ID     // of the vault, of whatever rank
	Files  []string // every certificate in them
}

func (t Trust) vault() bool { return !t.System && len(t.IDs)+len(t.Files) == 0 }

// Verified is the answer.
type Verified struct {
	pki.Verdict
	Links    []VerifiedLink // as Chain, the leaf first
	Purpose  pki.Kind
	Name     string
	At       time.Time
	Trusting []string      // the names of what is trusted, in the order given; of the system only what the chain leads to
	Doubts   []pki.Warning // what others of the vault tell of the leaf, which nobody who checks it can know
	Blind    bool          // nothing told who is revoked: no list was given, and no vault asked
}

// VerifiedLink is one certificate of the chain.
type VerifiedLink struct {
	ID        ID // "" when it is not in the vault
	Described pki.Description
}

// Title is what a person calls the certificate.
func (l VerifiedLink) Title() string {
	if l.Described.CommonName != "" {
		return l.Described.CommonName
	}
	if len(l.Described.Names) > 0 {
		return l.Described.Names[0].Shown
	}
	return l.Described.Subject
}

// Verify answers a question about a certificate of the vault or of a file. Of
// the vault it knows every authority, every list of the revoked and every
// revocation. Errors: *NotFoundError, ErrLocked, *PathError, those of
// pki.Decode, *LacksError.
func (d *Desk) Verify(ctx context.Context, r VerifyRequest) (Verified, error) {
	k, err := d.knowledge()
	if err != nil {
		return Verified{}, err
	}
	v, err := verify(ctx, r, k, d.Now())
	if err != nil || k.all[pki.Fingerprint(v.Chain[0])].Revoked {
		return v, err
	}
	other, known, err := d.compromised(v.Chain[0].PublicKey)
	if known {
		v.Doubts = []pki.Warning{inOtherHands(other.Name, other.Serial)}
	}
	return v, err
}

// VerifyFile is Verify for a file and without a vault: it trusts what the
// request names, or nothing.
func VerifyFile(ctx context.Context, r VerifyRequest, now time.Time) (Verified, error) {
	return verify(ctx, r, knowledge{}, now)
}

// knowledge is what the vault has for a verification.
type knowledge struct {
	authorities []*x509.Certificate
	crls        []*x509.RevocationList
	all         map[string]Certificate // by fingerprint
	read        func(ID) (*x509.Certificate, error)
}

func (d *Desk) knowledge() (knowledge, error) {
	all, err := d.all()
	if err != nil {
		return knowledge{}, err
	}
	k := knowledge{all: make(map[string]Certificate, len(all)), read: d.parsed}
	err = d.vault.View(func(tx *storage.Tx) error {
		for _, c := range all {
			k.all[c.Fingerprint] = *c
			if !c.IsAuthority() {
				continue
			}
			cert, err := readCertificate(tx, c.ID)
			if err != nil {
				return err
			}
			k.authorities = append(k.authorities, cert)
		}
		lists, err := tx.Authorities()
		for _, a := range lists {
			if len(a.CRL) == 0 {
				continue
			}
			crl, err := x509.ParseRevocationList(a.CRL)
			if err != nil {
				return fmt.Errorf("read revocation list: %w", err)
			}
			k.crls = append(k.crls, crl)
		}
		return err
	})
	return k, err
}

func (d *Desk) parsed(id ID) (*x509.Certificate, error) {
	var cert *x509.Certificate
	err := d.vault.View(func(tx *storage.Tx) (err error) {
		cert, err = readCertificate(tx, id)
		return err
	})
	return cert, err
}

func readCertificate(tx *storage.Tx, id ID) (*x509.Certificate, error) {
	c, err := tx.Certificate(storage.ID(id))
	if errors.Is(err, storage.ErrNoRecord) {
		return nil, &NotFoundError{What: "certificate", Name: string(id)}
	}
	if err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(c.DER)
	if err != nil {
		return nil, fmt.Errorf("read certificate %q: %w", c.Name, err)
	}
	return cert, nil
}

func verify(ctx context.Context, r VerifyRequest, k knowledge, now time.Time) (Verified, error) {
	q := pki.VerifyQuestion{Name: r.Name, At: r.At, NeedCRL: r.NeedCRL, CRLs: k.crls, Revoked: k.revoked}
	if q.At.IsZero() {
		q.At = now
	}
	var err error
	if q.Leaf, q.Intermediates, err = r.subject(k); err != nil {
		return Verified{}, err
	}
	for _, path := range r.Intermediates {
		certs, err := readCertificates(path, "")
		if err != nil {
			return Verified{}, err
		}
		q.Intermediates = append(q.Intermediates, certs...)
	}
	q.Intermediates = append(q.Intermediates, k.authorities...)
	for _, path := range r.CRLs {
		lists, err := readLists(path)
		if err != nil {
			return Verified{}, err
		}
		q.CRLs = append(q.CRLs, lists...)
	}
	if err := ctx.Err(); err != nil {
		return Verified{}, err
	}
	if q.Roots, err = r.Trust.roots(k, q); err != nil {
		return Verified{}, err
	}
	if q.Purpose = purposeOf(q.Leaf); r.Purpose != nil {
		q.Purpose = *r.Purpose
	}
	v := Verified{Verdict: pki.Verify(q), Purpose: q.Purpose, Name: q.Name, At: q.At,
		Blind: len(q.CRLs) == 0 && k.all == nil}
	for _, c := range q.Roots {
		if name := (VerifiedLink{Described: pki.Describe(c)}).Title(); !slices.Contains(v.Trusting, name) {
			v.Trusting = append(v.Trusting, name)
		}
	}
	for _, c := range v.Chain {
		link := VerifiedLink{Described: pki.Describe(c)}
		link.ID = k.all[link.Described.SHA256].ID
		v.Links = append(v.Links, link)
	}
	return v, nil
}

// revoked tells what the vault knows of a certificate, whether or not a list
// says so.
func (k knowledge) revoked(c *x509.Certificate) (pki.Revocation, bool) {
	mine := k.all[pki.Fingerprint(c)]
	return pki.Revocation{Serial: c.SerialNumber, At: mine.RevokedAt, Reason: pki.Reason(mine.Reason)}, mine.Revoked
}

// subject is the certificate that is asked about, and what came with it.
func (r VerifyRequest) subject(k knowledge) (*x509.Certificate, []*x509.Certificate, error) {
	if len(r.Certificates) > 0 {
		return r.Certificates[0], r.Certificates[1:], nil
	}
	if r.Path == "" {
		if k.read == nil {
			return nil, nil, &NotFoundError{What: "certificate", Name: string(r.ID)}
		}
		leaf, err := k.read(r.ID)
		return leaf, nil, err
	}
	certs, err := readCertificates(r.Path, r.Password)
	if err != nil {
		return nil, nil, err
	}
	at := max(0, slices.IndexFunc(certs, func(c *x509.Certificate) bool { return pki.KindOfCertificate(c) != pki.Authority }))
	return certs[at], slices.Delete(slices.Clone(certs), at, at+1), nil
}

// purposeOf is what a certificate says that it is for; "" when it says
// nothing.
func purposeOf(c *x509.Certificate) pki.Kind {
	kind := pki.KindOfCertificate(c)
	if kind == pki.Both && len(c.ExtKeyUsage) == 0 {
		return ""
	}
	return kind
}

// roots are the authorities that are trusted.
func (t Trust) roots(k knowledge, q pki.VerifyQuestion) ([]*x509.Certificate, error) {
	var roots []*x509.Certificate
	if t.vault() {
		for _, c := range k.authorities {
			if pki.IsSelfSigned(c) {
				roots = append(roots, c)
			}
		}
	}
	for _, id := range t.IDs {
		if k.read == nil {
			return nil, &NotFoundError{What: "authority", Name: string(id)}
		}
		c, err := k.read(id)
		if err != nil {
			return nil, err
		}
		roots = append(roots, c)
	}
	for _, path := range t.Files {
		certs, err := readCertificates(path, "")
		if err != nil {
			return nil, err
		}
		roots = append(roots, certs...)
	}
	if t.System {
		roots = append(roots, systemRoots(q)...)
	}
	return roots, nil
}

// systemRoots are the authorities of this computer that the certificate, or
// one that may stand above it, leads to. The operating system is asked about
// each, for it does not always give out its list; names, purposes and, where
// it fails, dates do not count here.
func systemRoots(q pki.VerifyQuestion) []*x509.Certificate {
	pool := x509.NewCertPool()
	for _, c := range q.Intermediates {
		pool.AddCert(c)
	}
	var roots []*x509.Certificate
	for _, c := range append([]*x509.Certificate{q.Leaf}, q.Intermediates...) {
		for _, at := range []time.Time{q.At, c.NotAfter.Add(-time.Second)} {
			chains, err := c.Verify(x509.VerifyOptions{Intermediates: pool, CurrentTime: at, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}})
			for _, chain := range chains {
				roots = append(roots, chain[len(chain)-1])
			}
			if err == nil {
				break
			}
		}
	}
	return roots
}

// readCertificates reads every certificate of a file.
func readCertificates(path, password string) ([]*x509.Certificate, error) {
	items, err := readItems(path, password)
	var certs []*x509.Certificate
	for _, item := range items {
		if item.Certificate != nil {
			certs = append(certs, item.Certificate)
		}
	}
	if err == nil && len(certs) == 0 {
		err = &LacksError{Path: path, What: "certificate"}
	}
	return certs, err
}

// readLists reads every revocation list of a file.
func readLists(path string) ([]*x509.RevocationList, error) {
	items, err := readItems(path, "")
	var lists []*x509.RevocationList
	for _, item := range items {
		if item.CRL != nil {
			lists = append(lists, item.CRL)
		}
	}
	if err == nil && len(lists) == 0 {
		err = &LacksError{Path: path, What: "crl"}
	}
	return lists, err
}

func readItems(path, password string) ([]pki.Item, error) {
	data, err := ReadFile(path)
	if err != nil {
		return nil, err
	}
	items, err := pki.Decode(data, password)
	if err != nil {
		err = fmt.Errorf("read %s: %w", path, err)
	}
	return items, err
}
