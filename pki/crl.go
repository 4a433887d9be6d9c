package pki

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"slices"
	"time"
)

// A Revocation is a certificate that must not be accepted any more.
type Revocation struct {
	Serial *big.Int
	At     time.Time // since when; kept to the second, in UTC
	Reason Reason    // "" is Unspecified
}

// pemCRL is the label of a PEM block with a CRL (RFC 7468 section 6).
const pemCRL = "X509 CRL"

// maxCRLNumberOctets bounds the CRL number: 20 octets (RFC 5280 section 5.2.3).
const maxCRLNumberOctets = 20

// MakeCRL makes a full CRL, version 2 (RFC 5280 section 5), with the authority
// key identifier, the CRL number and a reason for each entry but Unspecified,
// which section 5.3.1 wants left out. Entries are in the order of their serial
// numbers; a serial given twice is listed once, for good rather than on hold,
// else with the earlier date. NextUpdate is cut to the end of the issuer: a
// list is never due after its authority is gone. When the issuer cannot sign a
// list, or it would be out of date at birth, the error wraps [Faults].
func MakeCRL(issuer Issuer, revoked []Revocation, number *big.Int, thisUpdate, nextUpdate time.Time, random io.Reader) (*x509.RevocationList, error) {
	parent, err := crlIssuer(issuer, thisUpdate)
	if err != nil {
		return nil, fmt.Errorf("make CRL: %w", err)
	}
	nextUpdate = capNotAfter(nextUpdate, issuer.Certificate)
	thisUpdate = thisUpdate.UTC().Truncate(time.Second)
	if !nextUpdate.After(thisUpdate) {
		return nil, fmt.Errorf("make CRL: %w", Faults{{Field: FieldValidity, Code: CodeCRLBornExpired, Value: nextUpdate.Format(time.RFC3339)}})
	}
	entries, err := crlEntries(revoked)
	if err != nil {
		return nil, fmt.Errorf("make CRL: %w", err)
	}
	if number == nil || number.Sign() < 0 || len(number.Bytes()) > maxCRLNumberOctets {
		return nil, fmt.Errorf("make CRL: number %v: not one of RFC 5280 section 5.2.3", number)
	}
	template := &x509.RevocationList{
		SignatureAlgorithm:        signatureAlgorithm(parent.PublicKey),
		Number:                    number,
		ThisUpdate:                thisUpdate,
		NextUpdate:                nextUpdate,
		RevokedCertificateEntries: entries,
	}
	der, err := x509.CreateRevocationList(orSystem(random), template, parent, issuer.Key)
	if err != nil {
		return nil, fmt.Errorf("make CRL: %w", err)
	}
	list, err := x509.ParseRevocationList(der)
	if err != nil {
		return nil, fmt.Errorf("read back CRL: %w", err)
	}
	return list, nil
}

// CheckCRLIssuer returns nil, or [Faults] with why an authority cannot sign a
// CRL at a time.
func CheckCRLIssuer(issuer *x509.Certificate, at time.Time) error {
	var faults Faults
	add := func(code, value string) {
		faults = append(faults, Fault{Field: FieldIssuer, Code: code, Value: value})
	}
	if issuer == nil {
		return Faults{{Field: FieldIssuer, Code: CodeIssuerMissing}}
	}
	if !issuer.BasicConstraintsValid || !issuer.IsCA {
		add(CodeIssuerNotAuthority, issuer.Subject.CommonName)
	}
	if issuer.KeyUsage != 0 && issuer.KeyUsage&x509.KeyUsageCRLSign == 0 {
		add(CodeIssuerCRLSign, issuer.Subject.CommonName)
	}
	if !capNotAfter(issuer.NotAfter, nil).After(at) {
		add(CodeIssuerExpired, issuer.NotAfter.UTC().Format(time.RFC3339))
	}
	return faults.err()
}

// crlIssuer returns a copy of the issuer's certificate that crypto/x509 takes:
// it wants a key identifier and a key usage, which older authorities lack and
// RFC 5280 section 6.3.3 does not ask for.
func crlIssuer(issuer Issuer, at time.Time) (*x509.Certificate, error) {
	if err := CheckCRLIssuer(issuer.Certificate, at); err != nil {
		return nil, err
	}
	if err := issuer.keyFaults().err(); err != nil {
		return nil, err
	}
	parent := *issuer.Certificate
	parent.KeyUsage |= x509.KeyUsageCRLSign
	if len(parent.SubjectKeyId) == 0 {
		id, err := KeyID(parent.PublicKey)
		if err != nil {
			return nil, err
		}
		parent.SubjectKeyId = id
	}
	return &parent, nil
}

// crlEntries sorts what is revoked by serial number, each once.
func crlEntries(revoked []Revocation) ([]x509.RevocationListEntry, error) {
	sorted := slices.Clone(revoked)
	slices.SortFunc(sorted, func(a, b Revocation) int {
		switch {
		case a.Serial == nil || b.Serial == nil:
			return 0 // refused below
		case a.Serial.Cmp(b.Serial) != 0:
			return a.Serial.Cmp(b.Serial)
		case a.Reason.IsHold() != b.Reason.IsHold():
			if b.Reason.IsHold() {
				return -1
			}
			return 1
		}
		return a.At.Compare(b.At)
	})
	entries := make([]x509.RevocationListEntry, 0, len(sorted))
	for _, r := range sorted {
		if r.Serial == nil {
			return nil, fmt.Errorf("entry without a serial number")
		}
		if n := len(entries); n > 0 && entries[n-1].SerialNumber.Cmp(r.Serial) == 0 {
			continue
		}
		if r.Reason == RemoveFromCRL {
			return nil, fmt.Errorf("entry %x: %w", r.Serial, ErrReason)
		}
		entries = append(entries, x509.RevocationListEntry{
			SerialNumber:   r.Serial,
			RevocationTime: r.At.UTC().Truncate(time.Second),
			ReasonCode:     r.Reason.Code(),
		})
	}
	return entries, nil
}

// EncodeCRL returns a CRL as PEM: what its Raw holds.
func EncodeCRL(list *x509.RevocationList) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: pemCRL, Bytes: list.Raw})
}
