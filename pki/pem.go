package pki

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"strings"
)

var (
	pemBegin = []byte("-----BEGIN ")
	pemEnd   = []byte("-----END ")
	pemDash  = []byte("-----")
)

// maxLabelLength bounds the label of a PEM block in octets.
const maxLabelLength = 64

// jsonText undoes what JSON does to PEM in its strings (RFC 8259 section 7).
var jsonText = strings.NewReplacer(`\r`, "", `\n`, "\n", `\/`, "/", `\u002b`, "+", `\u003d`, "=", `\u002B`, "+", `\u003D`, "=")

// decodePEM reads every block of text. It is more lenient than encoding/pem: a
// block may begin anywhere on a line and be indented, its lines may end in any
// way and be of any length, or be the "\n" of a JSON string.
func (d *decoder) decodePEM(text []byte) {
	if bytes.Contains(text, []byte(`\n`)) {
		text = []byte(jsonText.Replace(string(text)))
	}
	for d.fatal == nil {
		block, rest := nextPEM(text)
		if block == nil {
			return
		}
		text = rest
		if err := refuseBlock(block.Type); err != nil {
			d.fail(block.Type, "PEM", err)
			continue
		}
		if block.Bytes == nil {
			d.fail(block.Type, "PEM", &DamageError{What: "PEM block " + Escape(block.Type)})
			continue
		}
		d.decodeBlock(block)
	}
}

// nextPEM returns the first block of text and what follows it, nil when there
// is none. A block that is not base64 has nil Bytes.
func nextPEM(text []byte) (*pem.Block, []byte) {
	end := bytes.Index(text, pemEnd)
	if end < 0 {
		return nil, nil
	}
	begin := bytes.LastIndex(text[:end], pemBegin) // one without an end is passed over
	after := text[end+len(pemEnd):]
	_, rest, found := cutLabel(after)
	if begin < 0 || !found {
		return &pem.Block{}, after
	}
	label, body, found := cutLabel(text[begin+len(pemBegin) : end])
	if !found {
		return &pem.Block{}, rest
	}
	headers, body := cutHeaders(body)
	der, err := decodeBase64(withoutSpace(body))
	if err != nil || len(der) == 0 {
		der = nil
	}
	return &pem.Block{Type: label, Headers: headers, Bytes: der}, rest
}

// cutLabel returns a label and what follows the dashes after it.
func cutLabel(text []byte) (label string, rest []byte, found bool) {
	head := text[:min(len(text), maxLabelLength+len(pemDash))]
	i := bytes.Index(head, pemDash)
	if i < 0 {
		return "", text, false
	}
	return string(text[:i]), bytes.TrimLeft(text[i:], "-"), true
}

// cutHeaders splits the headers of RFC 1421 section 4.6 from the text below
// them. Only the headers of encryption count.
func cutHeaders(body []byte) (map[string]string, []byte) {
	body = bytes.ReplaceAll(bytes.ReplaceAll(body, []byte("\r\n"), []byte("\n")), []byte("\r"), []byte("\n"))
	headers := map[string]string{}
	for {
		body = bytes.TrimLeft(body, " \t\n")
		line, rest, _ := bytes.Cut(body, []byte("\n"))
		key, value, found := strings.Cut(string(line[:min(len(line), 256)]), ":")
		if !found {
			return headers, body
		}
		if key = strings.TrimSpace(key); key == "DEK-Info" {
			headers[key] = strings.TrimSpace(value)
		}
		body = rest
	}
}

// refuseBlock names the blocks of other programs, which are not base64 alone.
func refuseBlock(label string) error {
	switch {
	case label == "OPENSSH PRIVATE KEY":
		return &FormatError{Code: FoundSSHKey, Found: "an OpenSSH private key", Convert: "ssh-keygen -p -m PEM -f FILE"}
	case label == "AGE ENCRYPTED FILE":
		return &FormatError{Code: FoundAge, Found: "a file encrypted with age"}
	case strings.HasPrefix(label, "PGP "):
		return &FormatError{Code: FoundPGP, Found: "an OpenPGP file"}
	}
	return nil
}

// decodeBlock reads one block by what it holds. The label counts only where
// the contents do not tell.
func (d *decoder) decodeBlock(block *pem.Block) {
	switch {
	case strings.HasSuffix(block.Type, " PARAMETERS"): // openssl ecparam writes them before the key, which has them too
		d.aside = &FormatError{Code: FoundParameters, Found: "parameters of keys"}
	case block.Headers["DEK-Info"] != "":
		d.decodeLegacy(block)
	case block.Type == "TRUSTED CERTIFICATE": // OpenSSL's, with its own notes behind the certificate
		der, _ := cutElement(block.Bytes)
		d.decodeDER(der, "PEM")
	default:
		d.decodeDER(block.Bytes, "PEM")
	}
}

// decodeLegacy reads a key encrypted as OpenSSL did before PKCS #8 (RFC 1423).
// Its password check is one octet of padding: a wrong password may show only
// when the key makes no sense.
func (d *decoder) decodeLegacy(block *pem.Block) {
	if d.password == "" {
		d.fail(block.Type, "PEM", ErrPasswordNeeded)
		return
	}
	//lint:ignore SA1019 files that are encrypted this way are still about
	der, err := x509.DecryptPEMBlock(block, []byte(d.password)) //nolint:staticcheck // the same
	if err != nil && !errors.Is(err, x509.IncorrectPasswordError) {
		d.fail(block.Type, "PEM", &FormatError{Code: FoundLegacyEncryption, Found: "a key in an old encryption", Convert: "openssl pkey -in FILE -out FILE.pem"})
		return
	}
	if err != nil {
		d.fail(block.Type, "PEM", ErrWrongPassword)
		return
	}
	key, err := parsePrivateKey(der)
	var format *FormatError
	switch {
	case errors.As(err, &format):
		d.fail(block.Type, "PEM", err)
	case err != nil:
		d.fail(block.Type, "PEM", ErrWrongPassword)
	default:
		d.add(Item{Kind: ItemKey, Key: key, Source: "PEM"})
	}
}
