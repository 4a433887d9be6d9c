package testclient

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io"
	"math/big"
	"time"

	"countersign/pki"
)

// ErrNoClient: trials are made from a client certificate with its key, and
// there is none.
var ErrNoClient = errors.New("no client certificate to make trials from")

// Forgery is what trials are made from.
type Forgery struct {
	Right   *tls.Certificate // the client certificate that must be let in, chain leaf first
	Issuer  pki.Issuer       // the authority of Right; without its key several trials cannot be made
	Revoked *tls.Certificate // one that is revoked, nil for none
	Others  []Other          // good ones of other authorities
	Only    bool             // the server must let in clients of no other authority
	Now     time.Time
	Random  io.Reader // nil: the system's
}

// forgeFor is how long a forged certificate is good, before and after now. The
// authority signs no more than it must.
const forgeFor = time.Hour

// Trials makes one trial for each of TrialCodes and of Others, with certificates that are
// like the right one but for what each tries. Their keys are new, and nowhere
// else; those that need the authority's signature are good for two hours at most.
func (f Forgery) Trials() ([]Trial, error) {
	if f.Right == nil || len(f.Right.Certificate) == 0 || f.Right.PrivateKey == nil {
		return nil, fmt.Errorf("make trials: %w", ErrNoClient)
	}
	if f.Random == nil {
		f.Random = rand.Reader
	}
	right, err := x509.ParseCertificate(f.Right.Certificate[0])
	if err != nil {
		return nil, fmt.Errorf("make trials: %w", err)
	}
	m := maker{Forgery: f, like: right}
	var trials []Trial
	for _, code := range TrialCodes() {
		trial, err := m.trial(code)
		if err != nil {
			return nil, fmt.Errorf("make trial %s: %w", code, err)
		}
		trials = append(trials, trial)
	}
	return append(trials, f.elsewhere()...), nil
}

// maker makes the trials like one certificate.
type maker struct {
	Forgery
	like *x509.Certificate
}

func (m maker) trial(code string) (Trial, error) {
	t := Trial{Code: code}
	var err error
	switch code {
	case TrialRight, TrialTLS10, TrialTLS11:
		t.Certificate = m.Right
	case TrialNone, TrialPlainHTTP:
	case TrialRevoked:
		if t.Certificate = m.Revoked; m.Revoked == nil {
			t.Without = WithoutRevoked
		}
	case TrialStranger:
		t.Certificate, err = m.underNew(pkix.Name{CommonName: "Countersign trial authority"}, nil, nil)
	case TrialNamesake:
		t.Certificate, err = m.underNew(pkix.Name{}, m.like.RawIssuer, m.like.AuthorityKeyId)
	case TrialSelfSigned:
		t.Certificate, err = m.selfSigned()
	case TrialOtherKey:
		t.Certificate, err = m.otherKey()
	default:
		switch {
		case m.Issuer.Key == nil || m.Issuer.Certificate == nil:
			t.Without = WithoutIssuer
		case code == TrialSHA1 && sha1Algorithm(m.Issuer.Key.Public()).Algorithm == nil:
			t.Without = WithoutKeyKind
		default:
			t.Certificate, err = m.signed(code)
		}
	}
	return t, err
}

// signed is a trial that the right authority signs.
func (m maker) signed(code string) (*tls.Certificate, error) {
	template, err := m.template()
	if err != nil {
		return nil, err
	}
	key, err := m.key()
	switch code {
	case TrialExpired:
		template.NotAfter = m.Now.AddDate(0, 0, -1)
		template.NotBefore = template.NotAfter.Add(-forgeFor)
	case TrialNotYetValid:
		template.NotBefore = m.Now.AddDate(0, 0, 2)
		template.NotAfter = template.NotBefore.Add(forgeFor)
	case TrialServer:
		template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	case TrialWeakKey:
		key, err = rsa.GenerateKey(m.Random, 1024)
	case TrialAuthority:
		template.IsCA, template.MaxPathLenZero = true, true
		template.KeyUsage, template.ExtKeyUsage = x509.KeyUsageCertSign|x509.KeyUsageCRLSign, nil
	}
	if err != nil {
		return nil, err
	}
	der, err := x509.CreateCertificate(m.Random, template, m.Issuer.Certificate, key.Public(), m.Issuer.Key)
	if err == nil && code == TrialSHA1 {
		der, err = signSHA1(der, m.Issuer.Key, m.Random)
	}
	if err != nil {
		return nil, err
	}
	return &tls.Certificate{Certificate: append([][]byte{der}, m.Right.Certificate[1:]...), PrivateKey: key}, nil
}

// underNew is a trial of an authority made on the spot, which goes along: some
// servers trust what is sent.
func (m maker) underNew(name pkix.Name, raw, keyID []byte) (*tls.Certificate, error) {
	key, err := m.key()
	if err != nil {
		return nil, err
	}
	top := &x509.Certificate{Subject: name, RawSubject: raw, SubjectKeyId: keyID, BasicConstraintsValid: true, IsCA: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign}
	if err := m.date(top); err != nil {
		return nil, err
	}
	root, err := m.sign(top, top, key, key)
	if err != nil {
		return nil, err
	}
	template, err := m.template()
	if err != nil {
		return nil, err
	}
	own, err := m.key()
	if err != nil {
		return nil, err
	}
	leaf, err := m.sign(template, root, own, key)
	if err != nil {
		return nil, err
	}
	return &tls.Certificate{Certificate: [][]byte{leaf.Raw, root.Raw}, PrivateKey: own}, nil
}

func (m maker) selfSigned() (*tls.Certificate, error) {
	template, err := m.template()
	if err != nil {
		return nil, err
	}
	key, err := m.key()
	if err != nil {
		return nil, err
	}
	cert, err := m.sign(template, template, key, key)
	if err != nil {
		return nil, err
	}
	return &tls.Certificate{Certificate: [][]byte{cert.Raw}, PrivateKey: key}, nil
}

// otherKey is the right certificate with another key of its kind, by which the
// handshake's signature does not verify (RFC 8446 section 4.4.3).
func (m maker) otherKey() (*tls.Certificate, error) {
	kind := pki.KindOf(m.like.PublicKey)
	switch _, isRSA := m.like.PublicKey.(*rsa.PublicKey); {
	case isRSA:
		kind = pki.RSA2048 // a longer one takes seconds to make, and proves no more
	case kind == "":
		kind = pki.P256
	}
	key, err := pki.GenerateKey(kind, m.Random)
	if err != nil {
		return nil, err
	}
	return &tls.Certificate{Certificate: m.Right.Certificate, PrivateKey: key}, nil
}

func (m maker) key() (crypto.Signer, error) { return pki.GenerateKey(pki.P256, m.Random) }

func (m maker) sign(template, parent *x509.Certificate, key, by crypto.Signer) (*x509.Certificate, error) {
	der, err := x509.CreateCertificate(m.Random, template, parent, key.Public(), by)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}

// own are the extensions that a trial sets itself: 2.5.29.x of RFC 5280, and
// the two that would contradict them.
var own = map[string]bool{
	"2.5.29.14": true, "2.5.29.15": true, "2.5.29.19": true, "2.5.29.35": true, "2.5.29.37": true,
	"2.16.840.1.113730.1.1": true, "1.3.6.1.4.1.11129.2.4.2": true, // Netscape's type; the log's timestamps, RFC 6962
}

// template is like the right certificate: its names, and whatever else a
// server may look at.
func (m maker) template() (*x509.Certificate, error) {
	t := &x509.Certificate{RawSubject: m.like.RawSubject, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}
	for _, e := range m.like.Extensions {
		if !own[e.Id.String()] {
			t.ExtraExtensions = append(t.ExtraExtensions, e)
		}
	}
	return t, m.date(t)
}

// date gives a template its dates and serial number.
func (m maker) date(t *x509.Certificate) error {
	t.NotBefore, t.NotAfter = m.Now.Add(-forgeFor), m.Now.Add(forgeFor)
	serial := make([]byte, 16)
	if _, err := io.ReadFull(m.Random, serial); err != nil {
		return err
	}
	serial[0] = serial[0]&0x7f | 0x40 // positive, and of 16 bytes: RFC 5280 section 4.1.2.2
	t.SerialNumber = new(big.Int).SetBytes(serial)
	return nil
}
