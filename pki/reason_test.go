package pki_test

import (
	"errors"
	"testing"

	"countersign/pki"
)

func TestParseReason(t *testing.T) {
	for _, c := range []struct {
		text string
		want pki.Reason
		err  error
	}{
		{"", pki.Unspecified, nil},
		{"unspecified", pki.Unspecified, nil},
		{"keyCompromise", pki.KeyCompromise, nil},
		{"key-compromise", pki.KeyCompromise, nil},
		{"CACompromise", pki.CACompromise, nil}, // as OpenSSL spells it
		{"cACompromise", pki.CACompromise, nil},
		{" Cessation Of Operation ", pki.CessationOfOperation, nil},
		{"certificatehold", pki.CertificateHold, nil},
		{"AAcompromise", pki.AACompromise, nil},
		{"removeFromCRL", "", pki.ErrReason}, // of delta lists
		{"lost", "", pki.ErrReason},
	} {
		got, err := pki.ParseReason(c.text)
		if got != c.want || !errors.Is(err, c.err) {
			t.Errorf("%q: %q, %v; want %q, %v", c.text, got, err, c.want, c.err)
		}
	}
}

// The codes are those of RFC 5280 section 5.3.1, where 7 is not used.
func TestReasonCodes(t *testing.T) {
	want := map[pki.Reason]int{
		pki.Unspecified: 0, pki.KeyCompromise: 1, pki.CACompromise: 2, pki.AffiliationChanged: 3, pki.Superseded: 4,
		pki.CessationOfOperation: 5, pki.CertificateHold: 6, pki.RemoveFromCRL: 8, pki.PrivilegeWithdrawn: 9, pki.AACompromise: 10,
	}
	for reason, code := range want {
		if reason.Code() != code || pki.ReasonOf(code) != reason {
			t.Errorf("%s has code %d, want %d; %d is %s", reason, reason.Code(), code, code, pki.ReasonOf(code))
		}
	}
	if got := pki.ReasonOf(7); got != pki.Unspecified {
		t.Errorf("7 is %s", got)
	}
	if got := len(pki.Reasons()); got != len(want)-1 {
		t.Errorf("%d reasons", got)
	}
}
