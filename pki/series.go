package pki

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/url"
	"reflect"
	"time"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// A Series issues many certificates from one issuer, as Issue does, in less
// time. crypto/x509 makes the first of each shape and checks its signature;
// the others are cast from it: serial number, validity, subject, key, subject
// key identifier and alternative names are their own, the rest is the same to
// the octet. Each is parsed before it is returned, and its signature checked, as
// crypto/x509 does: those of a P-256 issuer with a table of its key, which takes
// 0.4 of the time.
//
// A Series is for one goroutine.
type Series struct {
	issuer Issuer
	now    time.Time
	random io.Reader
	moulds []mould
	// verifier checks the signatures of a P-256 issuer; nil for others.
	verifier *fixedVerifier
}

// maxMoulds is how many shapes a Series remembers: two a kind of certificate
// and key is what a table of all kinds needs.
const maxMoulds = 16

// NewSeries begins a series. A nil random means the system's.
func NewSeries(issuer Issuer, now time.Time, random io.Reader) *Series {
	s := &Series{issuer: issuer, now: now, random: orSystem(random)}
	if issuer.Certificate != nil {
		s.verifier = newFixedVerifier(issuer.Certificate.PublicKey)
	}
	return s
}

// Issue makes the next certificate. Its errors are those of the function Issue.
func (s *Series) Issue(r Request, subject crypto.PublicKey) (*x509.Certificate, error) {
	r = r.normal(s.issuer.authorities()...)
	r.Key = KindOf(subject)
	c, err := s.issue(r, subject)
	if err != nil {
		return nil, fmt.Errorf("issue certificate %q: %w", Escape(r.Subject.CommonName), err)
	}
	return c, nil
}

func (s *Series) issue(r Request, subject crypto.PublicKey) (*x509.Certificate, error) {
	template, err := checkedTemplate(s.issuer, r, subject, s.now, s.random)
	if err != nil {
		return nil, err
	}
	shape := shapeOfTemplate(template)
	for i := range s.moulds {
		if s.moulds[i].fits(r.Key, &shape) {
			return s.cast(&s.moulds[i], template)
		}
	}
	c, err := sign(template, s.issuer.Certificate, subject, s.issuer.Key, s.random)
	if err != nil {
		return nil, err
	}
	if m, ok := newMould(c.Raw, r.Key, shape); ok && len(s.moulds) < maxMoulds {
		s.moulds = append(s.moulds, m)
	}
	return c, nil
}

// cast fills a mould and signs what comes out.
func (s *Series) cast(m *mould, template *x509.Certificate) (*x509.Certificate, error) {
	tbs, err := m.fill(template)
	if err != nil {
		return nil, err
	}
	signature, err := crypto.SignMessage(s.issuer.Key, s.random, tbs, m.hash)
	if err != nil {
		return nil, err
	}
	if err := s.checkSignature(template.SignatureAlgorithm, tbs, signature); err != nil {
		return nil, fmt.Errorf("the signature that was made is wrong: %w", err)
	}
	bits := append([]byte{0}, signature...) // no unused bits
	content := make([]byte, 0, len(tbs)+len(m.algorithm)+len(bits)+8)
	content = append(append(content, tbs...), m.algorithm...)
	content = appendDER(content, cbasn1.BIT_STRING, bits)
	c, err := x509.ParseCertificate(appendDER(nil, cbasn1.SEQUENCE, content))
	if err != nil {
		return nil, err
	}
	if !SamePublicKey(c.PublicKey, template.PublicKey) || c.SerialNumber.Cmp(template.SerialNumber) != 0 {
		return nil, errors.New("the certificate that was made is not the one that was asked for")
	}
	return c, nil
}

// mould is a certificate taken apart, for others of its shape.
type mould struct {
	shape     templateShape
	key       KeyKind
	hash      crypto.Hash
	version   []byte // elements of the TBSCertificate (RFC 5280 section 4.1)
	algorithm []byte
	issuer    []byte
	spki      []byte
	exts      []mouldExtension
}

// mouldExtension is one extension; of those that differ, what stands before
// the value.
type mouldExtension struct {
	element []byte // whole
	id      string // "" for one that is the same in all
	before  []byte // OID and criticality, where id is set
}

// The extensions that differ from certificate to certificate, as the octets
// of their OIDs (RFC 5280 sections 4.2.1.2 and 4.2.1.6).
const (
	oidOctetsKeyID = "\x55\x1d\x0e"
	oidOctetsNames = "\x55\x1d\x11"
)

// templateShape is a template without what differs in a series.
type templateShape struct {
	rest         x509.Certificate
	names        bool // has alternative names
	emptySubject bool // they are critical then
}

func shapeOfTemplate(template *x509.Certificate) templateShape {
	s := templateShape{rest: *template, emptySubject: bytes.Equal(template.RawSubject, []byte{0x30, 0})}
	r := &s.rest
	s.names = len(r.DNSNames)+len(r.EmailAddresses)+len(r.IPAddresses)+len(r.URIs) > 0
	r.DNSNames, r.EmailAddresses, r.IPAddresses, r.URIs = nil, nil, nil, nil
	r.SerialNumber, r.RawSubject, r.SubjectKeyId, r.PublicKey = nil, nil, nil, nil
	r.NotBefore, r.NotAfter = time.Time{}, time.Time{}
	return s
}

func (m *mould) fits(key KeyKind, shape *templateShape) bool {
	return m.key == key && m.shape.names == shape.names && m.shape.emptySubject == shape.emptySubject &&
		reflect.DeepEqual(&m.shape.rest, &shape.rest)
}

// newMould takes a certificate apart; false for one that is not cast from:
// an authority, an algorithm of signature that is not this package's own.
func newMould(der []byte, key KeyKind, shape templateShape) (mould, bool) {
	m := mould{shape: shape, key: key}
	switch shape.rest.SignatureAlgorithm {
	case x509.SHA256WithRSA, x509.ECDSAWithSHA256:
		m.hash = crypto.SHA256
	case x509.ECDSAWithSHA384:
		m.hash = crypto.SHA384
	case x509.ECDSAWithSHA512:
		m.hash = crypto.SHA512
	case x509.PureEd25519:
	default:
		return m, false
	}
	if key == "" || shape.rest.IsCA {
		return m, false
	}
	input := cryptobyte.String(der)
	var outer, tbs cryptobyte.String
	if !input.ReadASN1(&outer, cbasn1.SEQUENCE) || !outer.ReadASN1(&tbs, cbasn1.SEQUENCE) {
		return m, false
	}
	var passed, exts, list cryptobyte.String
	version, extensions := cbasn1.Tag(0).Constructed().ContextSpecific(), cbasn1.Tag(3).Constructed().ContextSpecific()
	ok := readInto(&tbs, &m.version, version) &&
		tbs.ReadASN1(&passed, cbasn1.INTEGER) && // serialNumber
		readInto(&tbs, &m.algorithm, cbasn1.SEQUENCE) &&
		readInto(&tbs, &m.issuer, cbasn1.SEQUENCE) &&
		tbs.ReadASN1(&passed, cbasn1.SEQUENCE) && // validity
		tbs.ReadASN1(&passed, cbasn1.SEQUENCE) && // subject
		readInto(&tbs, &m.spki, cbasn1.SEQUENCE) &&
		tbs.ReadASN1(&exts, extensions) && tbs.Empty() &&
		exts.ReadASN1(&list, cbasn1.SEQUENCE) && exts.Empty()
	return m, ok && m.readExtensions(list)
}

func (m *mould) readExtensions(list cryptobyte.String) bool {
	for !list.Empty() {
		var e mouldExtension
		if !readInto(&list, &e.element, cbasn1.SEQUENCE) {
			return false
		}
		element := cryptobyte.String(e.element)
		var content, oid cryptobyte.String
		if !element.ReadASN1(&content, cbasn1.SEQUENCE) {
			return false
		}
		whole := []byte(content)
		if !content.ReadASN1(&oid, cbasn1.OBJECT_IDENTIFIER) || !content.SkipOptionalASN1(cbasn1.BOOLEAN) {
			return false
		}
		if id := string(oid); id == oidOctetsKeyID || id == oidOctetsNames {
			e.id, e.before = id, whole[:len(whole)-len(content)]
		}
		m.exts = append(m.exts, e)
	}
	return true
}

// readInto reads an element whole, tag and length with it.
func readInto(s *cryptobyte.String, to *[]byte, tag cbasn1.Tag) bool {
	var element cryptobyte.String
	ok := s.ReadASN1Element(&element, tag)
	*to = element
	return ok
}

// fill is the TBSCertificate of a template.
func (m *mould) fill(t *x509.Certificate) ([]byte, error) {
	spki, err := m.subjectKey(t.PublicKey)
	if err != nil {
		return nil, err
	}
	validity, err := validityOf(t.NotBefore, t.NotAfter)
	if err != nil {
		return nil, err
	}
	var exts []byte
	for _, e := range m.exts {
		switch e.id {
		case oidOctetsKeyID:
			exts = appendExtension(exts, e.before, appendDER(nil, cbasn1.OCTET_STRING, t.SubjectKeyId))
		case oidOctetsNames:
			exts = appendExtension(exts, e.before, namesOf(t))
		default:
			exts = append(exts, e.element...)
		}
	}
	exts = appendDER(nil, cbasn1.SEQUENCE, exts)
	b := make([]byte, 0, 512+len(exts))
	b = append(b, m.version...)
	b = appendDER(b, cbasn1.INTEGER, positiveInteger(t.SerialNumber.Bytes()))
	b = append(append(b, m.algorithm...), m.issuer...)
	b = append(append(b, validity...), t.RawSubject...)
	b = append(b, spki...)
	b = appendDER(b, cbasn1.Tag(3).Constructed().ContextSpecific(), exts)
	return appendDER(nil, cbasn1.SEQUENCE, b), nil
}

// subjectKey is a SubjectPublicKeyInfo. On one curve they differ in the point
// alone, which stands at the end.
func (m *mould) subjectKey(pub crypto.PublicKey) ([]byte, error) {
	ec, ok := pub.(*ecdsa.PublicKey)
	if !ok {
		return x509.MarshalPKIXPublicKey(pub)
	}
	point, err := ec.Bytes()
	if err != nil {
		return nil, err
	}
	spki := bytes.Clone(m.spki)
	copy(spki[len(spki)-len(point):], point)
	return spki, nil
}

// validityOf is a Validity: UTCTime until 2049 (RFC 5280 section 4.1.2.5).
func validityOf(from, to time.Time) ([]byte, error) {
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		for _, at := range []time.Time{from.UTC(), to.UTC()} {
			if at.Year() >= 1950 && at.Year() < 2050 {
				b.AddASN1UTCTime(at)
			} else {
				b.AddASN1GeneralizedTime(at)
			}
		}
	})
	return b.Bytes()
}

// namesOf is the GeneralNames of a template, in the order of crypto/x509.
func namesOf(t *x509.Certificate) []byte {
	var b []byte
	add := func(number cbasn1.Tag, value []byte) { b = appendDER(b, number.ContextSpecific(), value) }
	for _, name := range t.DNSNames {
		add(2, []byte(name))
	}
	for _, mail := range t.EmailAddresses {
		add(1, []byte(mail))
	}
	for _, ip := range t.IPAddresses {
		if four := ip.To4(); four != nil {
			ip = four
		}
		add(7, ip)
	}
	for _, u := range t.URIs {
		add(6, []byte((*url.URL)(u).String()))
	}
	return appendDER(nil, cbasn1.SEQUENCE, b)
}

func appendExtension(b, before, value []byte) []byte {
	content := appendDER(bytes.Clone(before), cbasn1.OCTET_STRING, value)
	return appendDER(b, cbasn1.SEQUENCE, content)
}

// positiveInteger is the content of an INTEGER over zero.
func positiveInteger(octets []byte) []byte {
	if len(octets) == 0 || octets[0]&0x80 != 0 {
		return append([]byte{0}, octets...)
	}
	return octets
}

// appendDER appends a tag, the length in DER, and the content.
func appendDER(b []byte, tag cbasn1.Tag, content []byte) []byte {
	b = append(b, byte(tag))
	switch n := len(content); {
	case n < 0x80:
		b = append(b, byte(n))
	case n < 0x100:
		b = append(b, 0x81, byte(n))
	case n < 0x10000:
		b = append(b, 0x82, byte(n>>8), byte(n))
	default:
		b = append(b, 0x83, byte(n>>16), byte(n>>8), byte(n))
	}
	return append(b, content...)
}
