package pki

import (
	"crypto"
	"errors"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// decryptKey reads EncryptedPrivateKeyInfo (RFC 5958 section 3).
func (d *decoder) decryptKey(der []byte) (crypto.Signer, error) {
	if d.password == "" {
		return nil, ErrPasswordNeeded
	}
	return d.budget.decryptKey(der, d.password)
}

func (b *budget) decryptKey(der []byte, password string) (crypto.Signer, error) {
	s := cryptobyte.String(der)
	var info, algorithm cryptobyte.String
	var text []byte
	if !s.ReadASN1(&info, cbasn1.SEQUENCE) || !info.ReadASN1(&algorithm, cbasn1.SEQUENCE) ||
		!info.ReadASN1Bytes(&text, cbasn1.OCTET_STRING) {
		return nil, &DamageError{What: "encrypted private key"}
	}
	plain, err := b.decrypt(algorithm, password, text)
	if err != nil {
		return nil, err
	}
	key, err := parsePrivateKey(plain)
	var damage *DamageError
	if errors.As(err, &damage) { // the padding was right by chance
		return nil, ErrWrongPassword
	}
	return key, err
}
