package pki

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/base64"
	"unicode/utf16"
	"unicode/utf8"
)

// MaxInput is the most that [Decode] and [DecodePKCS12] read, in octets.
const MaxInput = 16 << 20

// An ItemKind says what an [Item] is.
type ItemKind string

// The kinds of things that files hold.
const (
	ItemCertificate ItemKind = "certificate"
	ItemKey         ItemKind = "key"
	ItemRequest     ItemKind = "request"
	ItemCRL         ItemKind = "crl"
	ItemUnknown     ItemKind = "unknown"
	ItemPublicKey   ItemKind = "public-key" // see DecodePublicKey; Decode itself gives none
)

// An Item is one thing found in a file. The field of its kind is set.
type Item struct {
	Kind        ItemKind
	Certificate *x509.Certificate
	Key         crypto.Signer
	Request     *x509.CertificateRequest
	CRL         *x509.RevocationList
	Err         error  // why an unknown item was not read
	Name        string // the friendlyName of PKCS #12 or the label of an unknown PEM block, escaped
	Source      string // "PEM", "DER", "PKCS#8", "PKCS#7", "PKCS#12"
}

// Decode reads what a file holds, whatever its name: PEM with one or many
// blocks in any order and anything around them, in any of the ways that
// editors and mail programs leave it; DER and bare base64 of it; certificates,
// requests, revocation lists, private keys (PKCS #1, PKCS #8, SEC 1), encrypted
// keys, PKCS #7 and PKCS #12. The password is used where one is needed.
//
// Beside things that are read there may be others that are not: they come as
// [ItemUnknown] with their error. The error of Decode itself is
// [ErrPasswordNeeded], [ErrWrongPassword], [ErrTooManyIterations] if any part
// has it; [ErrTooLarge]; and when nothing at all was read [ErrNotRecognised], a
// *[FormatError] or a *[DamageError].
func Decode(data []byte, password string) ([]Item, error) {
	items, err := DecodePart(data, password)
	if err != nil {
		return nil, err
	}
	return items, nil
}

// DecodePart is [Decode], but returns what was read of a file beside the error
// of what was not: the certificates that stand next to a key whose password is
// not known.
func DecodePart(data []byte, password string) ([]Item, error) {
	if len(data) > MaxInput {
		return nil, ErrTooLarge
	}
	if err := refuse(data); err != nil {
		return nil, err
	}
	d := &decoder{password: password}
	if err := d.decode(data); err != nil {
		return nil, err
	}
	return d.result()
}

// A decoder gathers what one file holds.
type decoder struct {
	seen     map[string]*x509.Certificate // by encoding: the same one again is not parsed again
	password string
	budget   budget
	items    []Item
	fatal    error // what ends the reading: a password that does not fit, too much of something
	first    error // the first error of any item
	aside    error // what was passed over, in case that there is nothing else
}

func (d *decoder) decode(data []byte) error {
	text := asText(data)
	switch {
	case bytes.Contains(text, pemBegin):
		d.decodePEM(text)
		if len(d.items) == 0 && d.fatal == nil && d.aside == nil {
			return &DamageError{What: "PEM"}
		}
		return nil
	case len(data) > 0 && data[0] == 0x30:
		d.decodeDER(data, "DER")
		return nil
	}
	if err := refuseText(text); err != nil {
		return err
	}
	if pem := base64OfPEM(text); pem != nil {
		d.decodePEM(pem)
		return nil
	}
	if der := bareBase64(text); der != nil {
		d.decodeDER(der, "DER")
		return nil
	}
	return ErrNotRecognised
}

// result returns what was read, and the error that Decode has for it.
func (d *decoder) result() ([]Item, error) {
	if d.fatal != nil {
		return d.items, d.fatal
	}
	for _, item := range d.items {
		if item.Kind != ItemUnknown {
			return d.items, nil
		}
	}
	for _, err := range []error{d.first, d.aside} {
		if err != nil {
			return nil, err
		}
	}
	return nil, ErrNotRecognised
}

// maxItems bounds the things in one file. As many of the smallest certificates
// take 150 MiB when they are parsed.
const maxItems = 20_000

func (d *decoder) add(item Item) {
	if len(d.items) == maxItems {
		d.fatal = ErrTooLarge
		return
	}
	d.items = append(d.items, item)
}

// fail records what could not be read.
func (d *decoder) fail(name, source string, err error) {
	if mendable(err) && d.fatal == nil {
		d.fatal = err
	}
	if d.first == nil {
		d.first = err
	}
	d.add(Item{Kind: ItemUnknown, Name: Escape(name), Source: source, Err: err})
}

// asText returns data as UTF-8 without a byte order mark. UTF-16 is recognised
// by its mark, or by the zero octets that ASCII has in it.
func asText(data []byte) []byte {
	switch {
	case bytes.HasPrefix(data, []byte{0xef, 0xbb, 0xbf}):
		return data[3:]
	case bytes.HasPrefix(data, []byte{0xff, 0xfe}):
		return fromUTF16(data[2:], 0)
	case bytes.HasPrefix(data, []byte{0xfe, 0xff}):
		return fromUTF16(data[2:], 1)
	case len(data) > 3 && data[0] != 0 && data[1] == 0 && data[2] != 0 && data[3] == 0:
		return fromUTF16(data, 0)
	case len(data) > 3 && data[0] == 0 && data[1] != 0 && data[2] == 0 && data[3] != 0:
		return fromUTF16(data, 1)
	}
	return data
}

// fromUTF16 decodes UTF-16 whose low octets stand at the offset low of each
// pair.
func fromUTF16(data []byte, low int) []byte {
	text := make([]byte, 0, len(data)/2) // what it takes for ASCII
	unit := func(i int) rune { return rune(data[i+low]) | rune(data[i+1-low])<<8 }
	for i := 0; i+1 < len(data); i += 2 {
		r := unit(i)
		if utf16.IsSurrogate(r) {
			half := r
			if r = utf8.RuneError; i+3 < len(data) {
				r = utf16.DecodeRune(half, unit(i+2))
			}
			if r != utf8.RuneError {
				i += 2
			}
		}
		text = utf8.AppendRune(text, r)
	}
	return text
}

// bareBase64 returns the DER that text is the base64 of, or nil.
func bareBase64(text []byte) []byte {
	compact := withoutSpace(text)
	if !bytes.HasPrefix(compact, []byte("M")) { // 0x30, a SEQUENCE
		return nil
	}
	der, err := decodeBase64(compact)
	if err != nil || len(der) == 0 || der[0] != 0x30 {
		return nil
	}
	return der
}

// base64OfPEM returns the PEM that text is the base64 of, as Kubernetes keeps
// its secrets, or nil.
func base64OfPEM(text []byte) []byte {
	compact := withoutSpace(text)
	if !bytes.HasPrefix(compact, []byte("LS0tLS1CRUdJT")) {
		return nil
	}
	pem, err := decodeBase64(compact)
	if err != nil || !bytes.Contains(pem, pemEnd) {
		return nil
	}
	return pem
}

// decodeBase64 decodes base64 with or without its padding.
func decodeBase64(compact []byte) ([]byte, error) {
	compact = bytes.TrimRight(compact, "=")
	der := make([]byte, base64.RawStdEncoding.DecodedLen(len(compact)))
	n, err := base64.RawStdEncoding.Decode(der, compact)
	return der[:n], err
}

func withoutSpace(text []byte) []byte {
	return bytes.Map(func(r rune) rune {
		switch r {
		case ' ', '\t', '\r', '\n', '\v', '\f', 0, '\u00a0', '\ufeff', '>': // > quotes a letter
			return -1
		}
		return r
	}, text)
}
