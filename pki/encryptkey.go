package pki

import (
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/pbkdf2"
	"crypto/sha256"
	"encoding/asn1"
	"encoding/pem"
	"fmt"
	"io"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// EncryptedKeyIterations is the cost of a guess at the password of EncryptKey,
// in iterations of PBKDF2 with HMAC-SHA-256.
const EncryptedKeyIterations = 200_000

// The algorithms of EncryptKey (RFC 8018 appendix A, RFC 3565 section 4.1).
var (
	oidPBES2      = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 13}
	oidPBKDF2     = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 12}
	oidHMACSHA256 = asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 9}
	oidAES256CBC  = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 1, 42}
)

// EncryptKey returns a private key as encrypted PKCS #8 (RFC 5958 section 3) in
// PEM, with PBES2, PBKDF2 with HMAC-SHA-256 and AES-256 in CBC mode (RFC 8018
// section 6.2): OpenSSL 1.1, GnuTLS 3.6 and Java 19 read that. Errors:
// ErrPasswordNeeded for an empty password.
func EncryptKey(key crypto.Signer, password string, random io.Reader) ([]byte, error) {
	if password == "" {
		return nil, fmt.Errorf("encrypt key: %w", ErrPasswordNeeded)
	}
	der, err := MarshalKey(key)
	if err != nil {
		return nil, err
	}
	defer clear(der)
	var salt, iv [aes.BlockSize]byte
	for _, b := range [][]byte{salt[:], iv[:]} {
		if _, err := io.ReadFull(orSystem(random), b); err != nil {
			return nil, fmt.Errorf("encrypt key: random: %w", err)
		}
	}
	secret, err := pbkdf2.Key(sha256.New, password, salt[:], EncryptedKeyIterations, 32)
	if err != nil {
		return nil, fmt.Errorf("encrypt key: %w", err)
	}
	defer clear(secret)
	block, err := aes.NewCipher(secret)
	if err != nil {
		return nil, fmt.Errorf("encrypt key: %w", err)
	}
	padding := aes.BlockSize - len(der)%aes.BlockSize
	text := make([]byte, len(der)+padding)
	copy(text, der)
	for n := len(der); n < len(text); n++ {
		text[n] = byte(padding)
	}
	cipher.NewCBCEncrypter(block, iv[:]).CryptBlocks(text, text)
	out, err := encryptedKeyInfo(salt[:], iv[:], text)
	if err != nil {
		return nil, fmt.Errorf("encrypt key: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: out}), nil
}

// encryptedKeyInfo is EncryptedPrivateKeyInfo with PBES2-params.
func encryptedKeyInfo(salt, iv, text []byte) ([]byte, error) {
	var b cryptobyte.Builder
	sequence := func(b *cryptobyte.Builder, in func(*cryptobyte.Builder)) { b.AddASN1(cbasn1.SEQUENCE, in) }
	sequence(&b, func(b *cryptobyte.Builder) {
		sequence(b, func(b *cryptobyte.Builder) {
			b.AddASN1ObjectIdentifier(oidPBES2)
			sequence(b, func(b *cryptobyte.Builder) {
				sequence(b, func(b *cryptobyte.Builder) {
					b.AddASN1ObjectIdentifier(oidPBKDF2)
					sequence(b, func(b *cryptobyte.Builder) {
						b.AddASN1OctetString(salt)
						b.AddASN1Int64(EncryptedKeyIterations)
						sequence(b, func(b *cryptobyte.Builder) {
							b.AddASN1ObjectIdentifier(oidHMACSHA256)
							b.AddASN1NULL()
						})
					})
				})
				sequence(b, func(b *cryptobyte.Builder) {
					b.AddASN1ObjectIdentifier(oidAES256CBC)
					b.AddASN1OctetString(iv)
				})
			})
		})
		b.AddASN1OctetString(text)
	})
	return b.Bytes()
}
