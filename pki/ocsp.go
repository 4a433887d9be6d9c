package pki

import (
	"crypto"
	_ "crypto/sha1" // what clients name issuers by
	_ "crypto/sha512"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"io"
	"math/big"
	"time"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// A Standing is what an authority says of a certificate by its serial number.
type Standing struct {
	State  State
	At     time.Time // of a revoked one: since when
	Reason Reason    // of a revoked one
}

// A State is an OCSP status (RFC 6960 section 2.2).
type State string

// The states. Unknown is a serial number that the authority never gave.
const (
	StateGood    State = "good"
	StateRevoked State = "revoked"
	StateUnknown State = "unknown"
)

// An OCSPAuthority answers for the certificates of one authority. Standing
// speaks of a serial number; Signer gives what signs the answer, the authority
// itself or a delegate that it certified (see [IssueOCSPDelegate]), and is
// called once for an answer.
type OCSPAuthority interface {
	Certificate() *x509.Certificate
	Standing(serial *big.Int) (Standing, error)
	Signer() (Issuer, error)
}

// The status of a whole response (RFC 6960 section 4.2.1).
const (
	ocspSuccessful    = 0
	ocspMalformed     = 1
	ocspInternalError = 2
	ocspUnauthorized  = 6
)

// ErrOCSPIssuer reports a request for a certificate of an authority that the
// responder does not answer for.
var ErrOCSPIssuer = errors.New("not the responder of that authority")

// AnswerOCSP answers an OCSP request (RFC 6960) that came in DER: one signed
// response for all certificates that it asks about, with their order, hashes
// and nonce (RFC 9654). The authority of the first decides who signs; what
// another one issued is unknown to it. The answer holds from thisUpdate to
// nextUpdate. It is never nil: when it is one of the unsigned errors the error
// says why, wrapping [ErrOCSPRequest] or [ErrOCSPIssuer].
func AnswerOCSP(request []byte, authorities []OCSPAuthority, thisUpdate, nextUpdate, producedAt time.Time, random io.Reader) ([]byte, error) {
	r, err := parseOCSPRequest(request)
	if err != nil {
		return ocspError(ocspMalformed), err
	}
	for _, a := range authorities {
		if !r.questions[0].asks(a.Certificate()) {
			continue
		}
		der, err := r.answer(a, thisUpdate, nextUpdate, producedAt, orSystem(random))
		if err != nil {
			return ocspError(ocspInternalError), fmt.Errorf("answer OCSP request: %w", err)
		}
		return der, nil
	}
	return ocspError(ocspUnauthorized), ErrOCSPIssuer
}

// ocspError is a response that says no more than why there is none.
func ocspError(status int64) []byte {
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) { b.AddASN1Enum(status) })
	return b.BytesOrPanic() // of constants
}

func (r ocspRequest) answer(a OCSPAuthority, thisUpdate, nextUpdate, producedAt time.Time, random io.Reader) ([]byte, error) {
	signer, err := a.Signer()
	if err != nil {
		return nil, err
	}
	if faults := signer.keyFaults(); faults != nil {
		return nil, faults
	}
	data, err := r.responseData(a, signer.Certificate, thisUpdate, nextUpdate, producedAt)
	if err != nil {
		return nil, err
	}
	algorithm, hash, err := signatureIdentifier(signer.Certificate.PublicKey)
	if err != nil {
		return nil, err
	}
	signature, err := crypto.SignMessage(signer.Key, random, data, hash)
	if err != nil {
		return nil, err
	}
	var basic, whole cryptobyte.Builder
	basic.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddBytes(data)
		b.AddBytes(algorithm)
		b.AddASN1BitString(signature)
		if !signer.Certificate.Equal(a.Certificate()) {
			b.AddASN1(tagContext0, func(b *cryptobyte.Builder) {
				b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) { b.AddBytes(signer.Certificate.Raw) })
			})
		}
	})
	der, err := basic.Bytes()
	if err != nil {
		return nil, err
	}
	whole.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1Enum(ocspSuccessful)
		b.AddASN1(tagContext0, func(b *cryptobyte.Builder) {
			b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddASN1ObjectIdentifier(asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1, 1}) // id-pkix-ocsp-basic
				b.AddASN1OctetString(der)
			})
		})
	})
	return whole.Bytes()
}

// responseData is what is signed (RFC 6960 section 4.2.1). The responder is
// named by its subject: GnuTLS looks a hash of the key up among the subject key
// identifiers, which need not be made that way.
func (r ocspRequest) responseData(a OCSPAuthority, signer *x509.Certificate, thisUpdate, nextUpdate, producedAt time.Time) ([]byte, error) {
	standings := make([]Standing, len(r.questions))
	for i, q := range r.questions {
		standings[i].State = StateUnknown
		if !q.asks(a.Certificate()) {
			continue
		}
		standing, err := a.Standing(q.serial)
		if err != nil {
			return nil, err
		}
		standings[i] = standing
	}
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(tagContext1, func(b *cryptobyte.Builder) { b.AddBytes(signer.RawSubject) })
		b.AddASN1GeneralizedTime(producedAt.UTC())
		b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
			for i, q := range r.questions {
				standings[i].add(b, q, thisUpdate, nextUpdate)
			}
		})
		if r.nonce != nil {
			b.AddASN1(tagContext1, func(b *cryptobyte.Builder) { addNonce(b, r.nonce) })
		}
	})
	return b.Bytes()
}

// add writes a SingleResponse.
func (s Standing) add(b *cryptobyte.Builder, q ocspQuestion, thisUpdate, nextUpdate time.Time) {
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddBytes(q.raw)
		switch s.State {
		case StateGood:
			b.AddASN1(cbasn1.Tag(0).ContextSpecific(), func(*cryptobyte.Builder) {})
		case StateRevoked:
			b.AddASN1(tagContext1, func(b *cryptobyte.Builder) {
				b.AddASN1GeneralizedTime(s.At.UTC())
				if code := s.Reason.Code(); code != 0 {
					b.AddASN1(tagContext0, func(b *cryptobyte.Builder) { b.AddASN1Enum(int64(code)) })
				}
			})
		default:
			b.AddASN1(cbasn1.Tag(2).ContextSpecific(), func(*cryptobyte.Builder) {})
		}
		b.AddASN1GeneralizedTime(thisUpdate.UTC())
		b.AddASN1(tagContext0, func(b *cryptobyte.Builder) { b.AddASN1GeneralizedTime(nextUpdate.UTC()) })
	})
}

func addNonce(b *cryptobyte.Builder, nonce []byte) {
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1ObjectIdentifier(oidOCSPNonce)
			b.AddASN1(cbasn1.OCTET_STRING, func(b *cryptobyte.Builder) { b.AddASN1OctetString(nonce) })
		})
	})
}
