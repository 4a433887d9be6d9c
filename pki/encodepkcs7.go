package pki

import (
	"bytes"
	"crypto/x509"
	"fmt"
	"slices"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// EncodePKCS7 returns certificates as a certs-only message (.p7b): signed data
// of version 1 without content and without signers (RFC 2315 section 9.1, RFC
// 5652 section 5.2, RFC 8551 section 3.2.3), in DER. The certificates stand in
// the order of DER's SET OF (X.690 section 11.6), whatever their order here:
// who reads finds the leaf by the names.
func EncodePKCS7(certs ...*x509.Certificate) ([]byte, error) {
	var raw [][]byte
	for _, c := range certs {
		raw = append(raw, c.Raw)
	}
	slices.SortFunc(raw, bytes.Compare)
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.SEQUENCE, func(info *cryptobyte.Builder) {
		info.AddASN1ObjectIdentifier(oidSignedData)
		info.AddASN1(tag0, func(content *cryptobyte.Builder) {
			content.AddASN1(cbasn1.SEQUENCE, func(signed *cryptobyte.Builder) {
				signed.AddASN1Int64(1)
				signed.AddASN1(cbasn1.SET, func(*cryptobyte.Builder) {}) // digest algorithms
				signed.AddASN1(cbasn1.SEQUENCE, func(inner *cryptobyte.Builder) {
					inner.AddASN1ObjectIdentifier(oidData)
				})
				signed.AddASN1(tag0, func(set *cryptobyte.Builder) {
					for _, der := range raw {
						set.AddBytes(der)
					}
				})
				signed.AddASN1(cbasn1.SET, func(*cryptobyte.Builder) {}) // signers
			})
		})
	})
	out, err := b.Bytes()
	if err != nil {
		return nil, fmt.Errorf("encode PKCS #7: %w", err)
	}
	return out, nil
}
