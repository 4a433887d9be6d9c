package pki

import (
	"errors"
	"fmt"
	"io"
	"strings"
)

// passwordAlphabet has the letters and digits that are not taken for one
// another when copied by hand or read aloud: no 0 and o, no 1, i and l. ASCII
// only, because Java refuses other passwords for PKCS #12.
const passwordAlphabet = "abcdefghjkmnpqrstuvwxyz23456789"

// A password has 24 characters of 31: 118 bits.
const (
	passwordGroups    = 6
	passwordGroupSize = 4
)

// NewPassword makes a password such as "k7mw-2qhe-xr9b-fzj4-uptd-8ncs", of 118
// random bits.
func NewPassword(random io.Reader) (string, error) {
	random = orSystem(random)
	var out strings.Builder
	for i := range passwordGroups * passwordGroupSize {
		if i > 0 && i%passwordGroupSize == 0 {
			out.WriteByte('-')
		}
		c, err := randomCharacter(random)
		if err != nil {
			return "", fmt.Errorf("make password: %w", err)
		}
		out.WriteByte(c)
	}
	return out.String(), nil
}

// randomCharacter picks one of passwordAlphabet, each as likely as the others.
func randomCharacter(random io.Reader) (byte, error) {
	const fair = 256 / len(passwordAlphabet) * len(passwordAlphabet)
	octet := make([]byte, 1)
	for range 256 {
		if _, err := io.ReadFull(random, octet); err != nil {
			return 0, err
		}
		if int(octet[0]) < fair {
			return passwordAlphabet[int(octet[0])%len(passwordAlphabet)], nil
		}
	}
	return 0, errors.New("source of randomness repeats itself")
}
