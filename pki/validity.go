package pki

import (
	"crypto/x509"
	"time"
)

// Dates returns when the certificate of a request begins and ends, in whole
// seconds and UTC: what was asked for, else an hour back and the profile's
// end. It never ends after its issuer, and when nothing else is asked it does
// not begin before it.
func (r Request) Dates(issuer *x509.Certificate, now time.Time) (notBefore, notAfter time.Time) {
	return r.notBefore(issuer, now), r.notAfter(issuer, now)
}

func (r Request) notBefore(issuer *x509.Certificate, now time.Time) time.Time {
	if !r.NotBefore.IsZero() {
		return r.NotBefore.UTC().Truncate(time.Second)
	}
	begin := notBefore(now)
	if issuer != nil && begin.Before(issuer.NotBefore) && !issuer.NotBefore.After(now) {
		begin = issuer.NotBefore.UTC()
	}
	return begin
}

func (r Request) notAfter(issuer *x509.Certificate, now time.Time) time.Time {
	if r.NotAfter.IsZero() {
		if r.NotBefore.After(now) {
			now = r.NotBefore
		}
		return DefaultNotAfter(r.Kind, issuer, now)
	}
	return capNotAfter(r.NotAfter, issuer)
}

// validityFaults returns what is wrong with the dates.
func (r Request) validityFaults(issuer *x509.Certificate, now time.Time) Faults {
	var faults Faults
	add := func(field Field, code, value string) {
		faults = append(faults, Fault{Field: field, Code: code, Value: value})
	}
	begin, end := r.notBefore(issuer, now), r.notAfter(nil, now)
	capped := capNotAfter(end, issuer)
	switch {
	case !end.After(now):
		add(FieldValidity, CodeValidityPast, end.Format(time.RFC3339))
	case capped.Year() > 9999:
		add(FieldValidity, CodeValidityTooLong, "9999")
	case !r.NotBefore.IsZero() && !capped.After(begin):
		add(FieldValidity, CodeValidityOrder, capped.Format(time.RFC3339))
	}
	switch year := begin.Year(); {
	case year < 1950:
		add(FieldNotBefore, CodeValidityTooEarly, "1950")
	case year > 9999:
		add(FieldNotBefore, CodeValidityTooLong, "9999")
	}
	return faults
}

// validityWarnings returns what clients will not like of the dates.
func (r Request) validityWarnings(issuer *x509.Certificate, now time.Time) []Warning {
	var warnings []Warning
	add := func(field Field, code, value, client string) {
		warnings = append(warnings, Warning{Field: field, Code: code, Value: value, Client: client})
	}
	begin, end := r.Dates(issuer, now)
	if begin.After(now) {
		add(FieldNotBefore, WarningValidityFuture, begin.Format(time.RFC3339), "")
	}
	if issuer != nil && begin.Before(issuer.NotBefore) {
		add(FieldNotBefore, WarningValidityBefore, issuer.NotBefore.UTC().Format(time.RFC3339), "")
	}
	if issuer != nil && r.NotAfter.After(issuer.NotAfter) {
		add(FieldValidity, WarningValidityAfterIssuer, issuer.NotAfter.UTC().Format(time.RFC3339), "")
	}
	if r.Kind.serves() && end.Sub(begin) > appleDays*day {
		add(FieldValidity, WarningValidityApple, "825", "Apple")
	}
	return warnings
}

// notBefore returns the beginning of validity when nothing else is asked.
func notBefore(now time.Time) time.Time {
	return now.Add(-backdate).UTC().Truncate(time.Second)
}
