package pki

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/des"
	"crypto/pbkdf2"
	"crypto/sha1" //nolint:gosec // what the files were written with
	"crypto/sha256"
	"crypto/sha512"
	"encoding/asn1"
	"hash"
	"unicode/utf16"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
	"golang.org/x/crypto/scrypt"
)

// The costs of deriving keys that are paid for one file. A PKCS #12 file asking
// for a thousand million iterations hangs programs that believe it; 8.4 million
// took 7 seconds. No program writes more than a million, which these bounds
// leave room for: three times for a bundle's MAC, certificates and key.
const (
	maxWork       = 10_000_000 // hashes of SHA-256: 0.8 s where one takes 76 ns
	maxScryptCost = 1 << 19    // N·r·p: a memory of 64 MiB, 0.2 s; OpenSSL allows half of it
)

// A budget is what deriving keys has cost so far.
type budget struct {
	work   int64
	scrypt int64
}

// spend takes iterations, each of so much work, from the budget before they are
// made.
func (b *budget) spend(iterations, each int64) error {
	if iterations < 1 {
		return &DamageError{What: "encryption parameters"}
	}
	if iterations > (maxWork-b.work)/each {
		return ErrTooManyIterations
	}
	b.work += iterations * each
	return nil
}

// hashWork is the work of one iteration that makes size octets, as many blocks
// of a hash as that takes; those of 64 octets take three times as long as the
// others.
func hashWork(h func() hash.Hash, size int) int64 {
	block := h().Size()
	work := int64((size + block - 1) / block)
	if block > 32 {
		work *= 3
	}
	return work
}

func (b *budget) spendScrypt(n, r, p int64) error {
	if n < 2 || r < 1 || p < 1 || n&(n-1) != 0 {
		return &DamageError{What: "encryption parameters"}
	}
	if n > maxScryptCost || r > maxScryptCost/n || p > maxScryptCost/(n*r) ||
		b.scrypt+n*r*p > maxScryptCost {
		return ErrTooManyIterations
	}
	b.scrypt += n * r * p
	return nil
}

// decrypt opens what an AlgorithmIdentifier (its contents in algorithm) and a
// password have closed: PBES2 of PKCS #5 (RFC 8018 section 6.2), or the schemes
// of PKCS #12 (RFC 7292 appendix C). A wrong password shows in the padding,
// once in 256 times not.
func (b *budget) decrypt(algorithm cryptobyte.String, password string, text []byte) ([]byte, error) {
	block, iv, err := b.cipher(algorithm, password)
	if err != nil {
		return nil, err
	}
	size := block.BlockSize()
	if len(iv) != size || len(text) == 0 || len(text)%size != 0 {
		return nil, &DamageError{What: "encrypted data"}
	}
	plain := make([]byte, len(text))
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(plain, text)
	padding := int(plain[len(plain)-1])
	if padding < 1 || padding > size || !bytes.Equal(plain[len(plain)-padding:], bytes.Repeat([]byte{byte(padding)}, padding)) {
		return nil, ErrWrongPassword
	}
	return plain[:len(plain)-padding], nil
}

func (b *budget) cipher(algorithm cryptobyte.String, password string) (cipher.Block, []byte, error) {
	var oid asn1.ObjectIdentifier
	if !algorithm.ReadASN1ObjectIdentifier(&oid) {
		return nil, nil, &DamageError{What: "encryption parameters"}
	}
	switch oid.String() {
	case "1.2.840.113549.1.5.13":
		return b.pbes2(algorithm, password)
	case "1.2.840.113549.1.12.1.3":
		return b.pkcs12Cipher(algorithm, password, 24, des.NewTripleDESCipher)
	case "1.2.840.113549.1.12.1.4":
		return b.pkcs12Cipher(algorithm, password, 16, newTwoKeyTripleDES)
	case "1.2.840.113549.1.12.1.5":
		return b.pkcs12Cipher(algorithm, password, 16, newRC2)
	case "1.2.840.113549.1.12.1.6":
		return b.pkcs12Cipher(algorithm, password, 5, newRC2)
	}
	return nil, nil, unknownEncryption(oid)
}

func unknownEncryption(oid asn1.ObjectIdentifier) error {
	return &FormatError{Code: FoundEncryption, Detail: oid.String(), Found: "an unknown encryption (" + oid.String() + ")", Convert: "openssl pkey -in FILE -out FILE.pem"}
}

func newTwoKeyTripleDES(key []byte) (cipher.Block, error) {
	return des.NewTripleDESCipher(append(bytes.Clone(key), key[:8]...))
}

// pbes2 reads PBES2-params: a key derivation function and an encryption scheme.
func (b *budget) pbes2(s cryptobyte.String, password string) (cipher.Block, []byte, error) {
	var params, kdf, scheme cryptobyte.String
	var oid asn1.ObjectIdentifier
	var iv []byte
	if !s.ReadASN1(&params, cbasn1.SEQUENCE) || !params.ReadASN1(&kdf, cbasn1.SEQUENCE) ||
		!params.ReadASN1(&scheme, cbasn1.SEQUENCE) || !scheme.ReadASN1ObjectIdentifier(&oid) ||
		!scheme.ReadASN1Bytes(&iv, cbasn1.OCTET_STRING) {
		return nil, nil, &DamageError{What: "encryption parameters"}
	}
	size, newBlock := 0, aes.NewCipher
	switch oid.String() {
	case "2.16.840.1.101.3.4.1.2":
		size = 16
	case "2.16.840.1.101.3.4.1.22":
		size = 24
	case "2.16.840.1.101.3.4.1.42":
		size = 32
	case "1.2.840.113549.3.7":
		size, newBlock = 24, des.NewTripleDESCipher
	default:
		return nil, nil, unknownEncryption(oid)
	}
	key, err := b.derive(kdf, password, size)
	if err != nil {
		return nil, nil, err
	}
	block, err := newBlock(key)
	return block, iv, err
}

// derive makes a key by PBKDF2 (RFC 8018 appendix A.2) or scrypt (RFC 7914
// section 7.1).
func (b *budget) derive(kdf cryptobyte.String, password string, size int) ([]byte, error) {
	var oid asn1.ObjectIdentifier
	var params cryptobyte.String
	var salt []byte
	if !kdf.ReadASN1ObjectIdentifier(&oid) || !kdf.ReadASN1(&params, cbasn1.SEQUENCE) ||
		!params.ReadASN1Bytes(&salt, cbasn1.OCTET_STRING) {
		return nil, &DamageError{What: "key derivation parameters"}
	}
	switch oid.String() {
	case "1.2.840.113549.1.5.12":
		return b.pbkdf2(params, password, salt, size)
	case "1.3.6.1.4.1.11591.4.11":
		var n, r, p int64
		if !params.ReadASN1Integer(&n) || !params.ReadASN1Integer(&r) || !params.ReadASN1Integer(&p) {
			return nil, &DamageError{What: "key derivation parameters"}
		}
		if err := b.spendScrypt(n, r, p); err != nil {
			return nil, err
		}
		return scrypt.Key([]byte(password), salt, int(n), int(r), int(p), size)
	}
	return nil, unknownEncryption(oid)
}

func (b *budget) pbkdf2(params cryptobyte.String, password string, salt []byte, size int) ([]byte, error) {
	var iterations int64
	if !params.ReadASN1Integer(&iterations) || !params.SkipOptionalASN1(cbasn1.INTEGER) {
		return nil, &DamageError{What: "key derivation parameters"}
	}
	prf := asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 7} // HMAC-SHA-1 when it is not said
	var algorithm cryptobyte.String
	if params.ReadASN1(&algorithm, cbasn1.SEQUENCE) && !algorithm.ReadASN1ObjectIdentifier(&prf) {
		return nil, &DamageError{What: "key derivation parameters"}
	}
	h := hmacHash(prf)
	if h == nil {
		return nil, unknownEncryption(prf)
	}
	if err := b.spend(iterations, 2*hashWork(h, size)); err != nil { // an HMAC is two hashes
		return nil, err
	}
	return pbkdf2.Key(h, password, salt, int(iterations), size)
}

// hmacHash returns the hash of an HMAC's OID (RFC 8018 appendix B.1.2).
func hmacHash(oid asn1.ObjectIdentifier) func() hash.Hash {
	switch oid.String() {
	case "1.2.840.113549.2.7":
		return sha1.New
	case "1.2.840.113549.2.8":
		return sha256.New224
	case "1.2.840.113549.2.9":
		return sha256.New
	case "1.2.840.113549.2.10":
		return sha512.New384
	case "1.2.840.113549.2.11":
		return sha512.New
	}
	return nil
}

// pkcs12Cipher reads pkcs-12PbeParams: a salt and a number of iterations.
func (b *budget) pkcs12Cipher(s cryptobyte.String, password string, size int,
	newBlock func([]byte) (cipher.Block, error)) (cipher.Block, []byte, error) {
	var params cryptobyte.String
	var salt []byte
	var iterations int64
	if !s.ReadASN1(&params, cbasn1.SEQUENCE) || !params.ReadASN1Bytes(&salt, cbasn1.OCTET_STRING) ||
		!params.ReadASN1Integer(&iterations) {
		return nil, nil, &DamageError{What: "encryption parameters"}
	}
	if err := b.spend(iterations, hashWork(sha1.New, size)+hashWork(sha1.New, 8)); err != nil {
		return nil, nil, err
	}
	secret := bmpPassword(password)
	block, err := newBlock(pkcs12KDF(sha1.New, 1, secret, salt, int(iterations), size))
	return block, pkcs12KDF(sha1.New, 2, secret, salt, int(iterations), 8), err
}

// bmpPassword returns a password as PKCS #12 mixes it in: UTF-16 with two zero
// octets at the end (RFC 7292 appendix B.1).
func bmpPassword(password string) []byte {
	units := utf16.Encode([]rune(password))
	octets := make([]byte, 0, 2*len(units)+2)
	for _, u := range units {
		octets = append(octets, byte(u>>8), byte(u))
	}
	return append(octets, 0, 0)
}

// pkcs12KDF derives size octets for a purpose: 1 a key, 2 an initial vector, 3
// a MAC's key (RFC 7292 appendix B.2, whose names it uses).
func pkcs12KDF(newHash func() hash.Hash, purpose byte, password, salt []byte, iterations, size int) []byte {
	h := newHash()
	v := h.BlockSize()
	d := bytes.Repeat([]byte{purpose}, v)
	i := append(fillBlocks(salt, v), fillBlocks(password, v)...)
	var out []byte
	for {
		h.Reset()
		h.Write(d)
		h.Write(i)
		a := h.Sum(nil)
		for range iterations - 1 {
			h.Reset()
			h.Write(a)
			a = h.Sum(a[:0])
		}
		if out = append(out, a...); len(out) >= size {
			return out[:size]
		}
		b := bytes.Repeat(a, v/len(a)+1)[:v]
		for block := i; len(block) > 0; block = block[v:] {
			carry := 1
			for k := v - 1; k >= 0; k-- {
				carry += int(block[k]) + int(b[k])
				block[k] = byte(carry)
				carry >>= 8
			}
		}
	}
}

// fillBlocks repeats octets to a multiple of v.
func fillBlocks(octets []byte, v int) []byte {
	if len(octets) == 0 {
		return nil
	}
	size := (len(octets) + v - 1) / v * v
	return bytes.Repeat(octets, size/len(octets)+1)[:size:size]
}
