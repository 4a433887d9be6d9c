package pki

import (
	"fmt"
	"strings"
)

// A Reason says why a certificate was revoked, as RFC 5280 section 5.3.1
// spells it.
type Reason string

// The reasons. CertificateHold is the only one that can be taken back;
// RemoveFromCRL says that it was, and stands in delta lists alone, which this
// package does not make.
const (
	Unspecified          Reason = "unspecified"
	KeyCompromise        Reason = "keyCompromise"
	CACompromise         Reason = "cACompromise"
	AffiliationChanged   Reason = "affiliationChanged"
	Superseded           Reason = "superseded"
	CessationOfOperation Reason = "cessationOfOperation"
	CertificateHold      Reason = "certificateHold"
	RemoveFromCRL        Reason = "removeFromCRL"
	PrivilegeWithdrawn   Reason = "privilegeWithdrawn"
	AACompromise         Reason = "aACompromise"
)

// Reasons returns the reasons that a certificate can be revoked for, in the
// order of their codes.
func Reasons() []Reason {
	return []Reason{Unspecified, KeyCompromise, CACompromise, AffiliationChanged, Superseded,
		CessationOfOperation, CertificateHold, PrivilegeWithdrawn, AACompromise}
}

// ParseReason reads a reason as RFC 5280 and OpenSSL spell it, in letters of
// any case and with or without hyphens: "key-compromise". "" is Unspecified.
// Error: [ErrReason].
func ParseReason(text string) (Reason, error) {
	plain := strings.NewReplacer("-", "", "_", "", " ", "").Replace(strings.TrimSpace(text))
	if plain == "" {
		return Unspecified, nil
	}
	for _, r := range Reasons() {
		if strings.EqualFold(string(r), plain) {
			return r, nil
		}
	}
	return "", fmt.Errorf("%q: %w", Escape(text), ErrReason)
}

// ReasonOf returns the reason of a CRLReason code. Codes that RFC 5280 does not
// know are Unspecified.
func ReasonOf(code int) Reason {
	for _, r := range append(Reasons(), RemoveFromCRL) {
		if r.Code() == code {
			return r
		}
	}
	return Unspecified
}

// Code returns the reason's CRLReason code (RFC 5280 section 5.3.1), 0 for what
// is none.
func (r Reason) Code() int {
	switch r {
	case KeyCompromise:
		return 1
	case CACompromise:
		return 2
	case AffiliationChanged:
		return 3
	case Superseded:
		return 4
	case CessationOfOperation:
		return 5
	case CertificateHold:
		return 6
	case RemoveFromCRL: // 7 is not used
		return 8
	case PrivilegeWithdrawn:
		return 9
	case AACompromise:
		return 10
	}
	return 0
}

// IsHold reports whether the revocation can be taken back.
func (r Reason) IsHold() bool { return r == CertificateHold }
