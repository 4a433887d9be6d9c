package pki_test

import (
	"crypto/rand"
	"errors"
	"testing"

	"countersign/pki"
)

func TestNewPassword(t *testing.T) {
	seen := make(map[string]bool)
	for range 100 {
		password, err := pki.NewPassword(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		if len(password) != 29 || seen[password] {
			t.Errorf("password %q", password)
		}
		seen[password] = true
		for i, c := range password {
			if (i%5 == 4) != (c == '-') || c >= 0x80 || c == 'l' || c == '1' || c == 'o' || c == '0' || c == 'i' {
				t.Errorf("password %q", password)
			}
		}
	}
	if password, err := pki.NewPassword(constant(0xff)); err == nil {
		t.Errorf("password %q without randomness", password)
	}
	if password, err := pki.NewPassword(failing{}); err == nil {
		t.Errorf("password %q without randomness", password)
	}
	if password, err := pki.NewPassword(constant(0)); err != nil || password != "aaaa-aaaa-aaaa-aaaa-aaaa-aaaa" {
		t.Errorf("password %q, %v", password, err)
	}
}

// constant is a source that always says the same, failing one that is empty.
type (
	constant byte
	failing  struct{}
)

func (c constant) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(c)
	}
	return len(p), nil
}

func (failing) Read([]byte) (int, error) { return 0, errors.New("no randomness") }
