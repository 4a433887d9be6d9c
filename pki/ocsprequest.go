package pki

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/asn1"
	"fmt"
	"math/big"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// Bounds of an OCSP request. RFC 9654 section 2.1 allows nonces of 1 to 128
// octets (RFC 8954 of 1 to 32).
const (
	MaxOCSPRequest   = 16 << 10 // bytes
	maxOCSPQuestions = 100
	maxOCSPNonce     = 128 // octets
)

// ocspRequest is what an OCSP request asks (RFC 6960 section 4.1.1). Who asks,
// and a signature, count for nothing here.
type ocspRequest struct {
	questions []ocspQuestion
	nonce     []byte // the OCTET STRING within the extension; nil for none
}

// ocspQuestion is a CertID.
type ocspQuestion struct {
	raw       []byte // to be repeated in the answer
	hash      crypto.Hash
	name, key []byte // hashes of the issuer's name and key
	serial    *big.Int
}

var (
	tagContext0 = cbasn1.Tag(0).Constructed().ContextSpecific()
	tagContext1 = cbasn1.Tag(1).Constructed().ContextSpecific()
	tagContext2 = cbasn1.Tag(2).Constructed().ContextSpecific()

	oidOCSPNonce = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1, 2}
)

// parseOCSPRequest reads a request in DER. Error: ErrOCSPRequest.
func parseOCSPRequest(der []byte) (ocspRequest, error) {
	var r ocspRequest
	bad := func(what string) (ocspRequest, error) {
		return ocspRequest{}, fmt.Errorf("%w: %s", ErrOCSPRequest, what)
	}
	if len(der) > MaxOCSPRequest {
		return bad("too long")
	}
	input := cryptobyte.String(der)
	var request, tbs, list, extensions cryptobyte.String
	var version int64
	var extended bool
	if !input.ReadASN1(&request, cbasn1.SEQUENCE) || !input.Empty() || !request.ReadASN1(&tbs, cbasn1.SEQUENCE) {
		return bad("layout")
	}
	if !tbs.ReadOptionalASN1Integer(&version, tagContext0, int64(0)) || version != 0 {
		return bad("version")
	}
	if !tbs.SkipOptionalASN1(tagContext1) || !tbs.ReadASN1(&list, cbasn1.SEQUENCE) ||
		!tbs.ReadOptionalASN1(&extensions, &extended, tagContext2) || !tbs.Empty() {
		return bad("layout")
	}
	for !list.Empty() {
		q, ok := readOCSPQuestion(&list)
		if !ok || len(r.questions) == maxOCSPQuestions {
			return bad("list of certificates")
		}
		r.questions = append(r.questions, q)
	}
	if len(r.questions) == 0 {
		return bad("asks for nothing")
	}
	if extended {
		var ok bool
		if r.nonce, ok = readOCSPExtensions(extensions); !ok {
			return bad("extensions")
		}
	}
	return r, nil
}

// readOCSPQuestion takes one Request off the list. Its extensions say nothing
// that this responder could use.
func readOCSPQuestion(list *cryptobyte.String) (ocspQuestion, bool) {
	q := ocspQuestion{serial: new(big.Int)}
	var request, certID, algorithm cryptobyte.String
	var oid asn1.ObjectIdentifier
	if !list.ReadASN1(&request, cbasn1.SEQUENCE) || !request.ReadASN1Element(&certID, cbasn1.SEQUENCE) ||
		!request.SkipOptionalASN1(tagContext0) || !request.Empty() {
		return q, false
	}
	q.raw = bytes.Clone(certID)
	if !certID.ReadASN1(&certID, cbasn1.SEQUENCE) || !certID.ReadASN1(&algorithm, cbasn1.SEQUENCE) ||
		!algorithm.ReadASN1ObjectIdentifier(&oid) ||
		!certID.ReadASN1Bytes(&q.name, cbasn1.OCTET_STRING) || !certID.ReadASN1Bytes(&q.key, cbasn1.OCTET_STRING) ||
		!certID.ReadASN1Integer(q.serial) || !certID.Empty() {
		return q, false
	}
	q.hash = hashOf(oid)
	return q, true
}

// hashOf returns the hash of an algorithm identifier, 0 for those that no
// issuer is looked up by.
func hashOf(oid asn1.ObjectIdentifier) crypto.Hash {
	switch oid.String() {
	case "1.3.14.3.2.26": // RFC 3279; what clients use by default
		return crypto.SHA1
	case "2.16.840.1.101.3.4.2.1":
		return crypto.SHA256
	case "2.16.840.1.101.3.4.2.2":
		return crypto.SHA384
	case "2.16.840.1.101.3.4.2.3":
		return crypto.SHA512
	}
	return 0
}

// readOCSPExtensions returns the nonce. A critical extension that is none is
// one that this responder does not understand.
func readOCSPExtensions(s cryptobyte.String) (nonce []byte, ok bool) {
	var list cryptobyte.String
	if !s.ReadASN1(&list, cbasn1.SEQUENCE) || !s.Empty() {
		return nil, false
	}
	for !list.Empty() {
		var extension, value cryptobyte.String
		var oid asn1.ObjectIdentifier
		var critical bool
		if !list.ReadASN1(&extension, cbasn1.SEQUENCE) || !extension.ReadASN1ObjectIdentifier(&oid) {
			return nil, false
		}
		if extension.PeekASN1Tag(cbasn1.BOOLEAN) && !extension.ReadASN1Boolean(&critical) {
			return nil, false
		}
		if !extension.ReadASN1(&value, cbasn1.OCTET_STRING) || !extension.Empty() {
			return nil, false
		}
		switch {
		case oid.Equal(oidOCSPNonce):
			if nonce != nil || !value.ReadASN1Bytes(&nonce, cbasn1.OCTET_STRING) || !value.Empty() ||
				len(nonce) == 0 || len(nonce) > maxOCSPNonce {
				return nil, false
			}
		case critical:
			return nil, false
		}
	}
	return nonce, true
}

// asks reports whether the question is about a certificate of this authority.
func (q ocspQuestion) asks(authority *x509.Certificate) bool {
	key, err := subjectPublicKey(authority.PublicKey)
	if err != nil || q.hash == 0 {
		return false
	}
	return bytes.Equal(q.key, digest(q.hash, key)) && bytes.Equal(q.name, digest(q.hash, authority.RawSubject))
}

func digest(hash crypto.Hash, data []byte) []byte {
	h := hash.New()
	h.Write(data)
	return h.Sum(nil)
}
