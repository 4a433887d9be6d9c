package desk

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/pki"
)

// SettledWhy says why a certificate is not renewed unless a person means it.
type SettledWhy string

// The reasons. What is on hold may be released; what was replaced has its
// renewal already.
const (
	SettledRevoked  SettledWhy = "revoked"
	SettledHold     SettledWhy = "hold"
	SettledReplaced SettledWhy = "replaced"
)

// SettledError says that a certificate need not be renewed.
type SettledError struct {
	Name   string
	Why    SettledWhy
	Reason string    // of what was revoked, by its name in RFC 5280
	At     time.Time // since when it is revoked or on hold
	By     string    // serial number of what replaced it; "" for a cross-certificate, which ends with what it bridges
}

func (e *SettledError) Error() string { return fmt.Sprintf("%q: %s", e.Name, e.Why) }

// CanRenew tells whether a certificate is one to renew: neither revoked, nor
// on hold, nor replaced. Renew does so all the same, RenewAll leaves it out.
// Error: *SettledError.
func (d *Desk) CanRenew(c Certificate) error {
	e := &SettledError{Name: c.Name, Reason: c.Reason, At: c.RevokedAt}
	switch {
	case c.OnHold:
		e.Why = SettledHold
	case c.Revoked:
		e.Why = SettledRevoked
	case c.ReplacedBy != "" || !c.IsCurrent():
		e.Why, e.By = SettledReplaced, c.ReplacedSerial
	default:
		return nil
	}
	return e
}

// LeftOut counts what is not renewed because it is settled.
type LeftOut struct{ Revoked, Held, Replaced int }

// Sum is how many there are.
func (n LeftOut) Sum() int { return n.Revoked + n.Held + n.Replaced }

// Count counts an error of CanRenew, and tells whether it is one.
func (n *LeftOut) Count(err error) bool {
	var settled *SettledError
	if !errors.As(err, &settled) {
		return false
	}
	switch settled.Why {
	case SettledRevoked:
		n.Revoked++
	case SettledHold:
		n.Held++
	default:
		n.Replaced++
	}
	return true
}

// NoNameError says that a certificate does not have a name that a renewal was
// to take from it.
type NoNameError struct {
	Name string   // of the certificate
	Gone string   // what it does not have
	Has  []string // what it has
}

func (e *NoNameError) Error() string {
	return fmt.Sprintf("%q does not have the name %q", e.Name, e.Gone)
}

// has tells whether there is a name to take from a certificate. Its common
// name counts, which is no name for clients.
func (p *renewal) has(name pki.Name) error {
	if slices.Contains(p.request.Names, name) || p.request.Subject.CommonName == name.Value {
		return nil
	}
	e := &NoNameError{Name: p.old.Name, Gone: name.Shown}
	for _, n := range p.request.Names {
		e.Has = append(e.Has, n.Shown)
	}
	return e
}

// compromised finds a certificate with a public key that was revoked because
// others may have the key.
func (d *Desk) compromised(public any) (Certificate, bool, error) {
	all, err := d.all()
	if err != nil {
		return Certificate{}, false, err
	}
	var list []Certificate
	for _, c := range all {
		if c.Revoked && isCompromise(c.Reason) && c.Key == pki.KindOf(public) && c.Damaged != "certificate" {
			list = append(list, *c)
		}
	}
	certs, err := d.certificates(list)
	if err != nil {
		return Certificate{}, false, err
	}
	for n, cert := range certs {
		if pki.SamePublicKey(cert.PublicKey, public) {
			return list[n], true, nil
		}
	}
	return Certificate{}, false, nil
}

// KnownKeyError says that a request is for a key that others may have.
type KnownKeyError struct {
	Name   string // of the certificate that was revoked for that
	Serial string
}

func (e *KnownKeyError) Error() string {
	return fmt.Sprintf("the key is compromised: that of %q, serial %s", e.Name, e.Serial)
}

// BadRequestError says which of the requests of a file cannot be signed.
type BadRequestError struct {
	Name   string
	Number int // its place in the file, from 1 on
	Of     int // requests in the file
	Err    error
}

func (e *BadRequestError) Error() string {
	return fmt.Sprintf("request %d of %d, %q: %v", e.Number, e.Of, e.Name, e.Err)
}

// Unwrap gives what is wrong with it, as pki.ReadCSR says.
func (e *BadRequestError) Unwrap() error { return e.Err }

// explainBad says which request of several is bad; of one alone what is bad
// about it says enough.
func explainBad(err error) (Explanation, bool) {
	var bad *BadRequestError
	if !errors.As(err, &bad) || bad.Of < 2 {
		return Explanation{}, false
	}
	e := Explain(bad.Err)
	e.Raw, e.Facts = err.Error(), append([]any{"Name", bad.Name, "Number", bad.Number, "Of", bad.Of}, e.Facts...)
	switch {
	case len(e.Faults) > 0:
		e.Code = "request-bad"
	case errors.Is(err, pki.ErrRequestSignature):
		e.Code = "request-bad-signature"
	}
	return e, true
}

// HereAlreadyError says that a certificate that came back is in the vault with
// its key.
type HereAlreadyError struct {
	Name   string
	Serial string
}

func (e *HereAlreadyError) Error() string { return fmt.Sprintf("%q is in the vault already", e.Name) }

// explainSettled is explainTyped for the errors of this file.
func explainSettled(err error) (string, []any) {
	var (
		settled *SettledError
		noName  *NoNameError
		known   *KnownKeyError
		here    *HereAlreadyError
	)
	switch {
	case errors.As(err, &settled):
		why := string(settled.Why)
		if settled.Why == SettledReplaced && settled.By == "" {
			why = "cross"
		}
		return "renew-" + why, []any{"Name", settled.Name, "Reason", settled.Reason, "At", settled.At, "Serial", settled.By}
	case errors.As(err, &noName) && len(noName.Has) == 0:
		return "renew-no-names", []any{"Name", noName.Name, "Gone", noName.Gone}
	case errors.As(err, &noName):
		return "renew-no-name", []any{"Name", noName.Name, "Gone", noName.Gone, "Has", strings.Join(noName.Has, ", ")}
	case errors.As(err, &known):
		return "request-key-known", []any{"Name", known.Name, "Serial", known.Serial}
	case errors.As(err, &here):
		return "request-here-already", []any{"Name", here.Name, "Serial", here.Serial}
	}
	return "", nil
}
