package desk

import (
	"crypto"
	"crypto/x509"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"countersign/pki"
	"countersign/storage"
)

// Format is what an export writes.
type Format string

// The formats. Of these only PEM, Chain, P7B, DER and CA hold no private key.
const (
	P12           Format = "p12"            // AES-256; OpenSSL 3, Java 12, Firefox, Chrome and later
	P12Compatible Format = "p12-compatible" // 3DES and SHA-1; macOS, Windows, iOS, Android and old programs too
	PEM           Format = "pem"            // the certificate alone
	Chain         Format = "chain"          // the certificate and the authorities between it and the root
	Key           Format = "key"            // the private key, PKCS#8, not encrypted
	EncryptedKey  Format = "key-encrypted"  // the private key, PKCS#8 encrypted with a password (pki.EncryptKey)
	Combined      Format = "combined"       // Chain and Key in one file: HAProxy, lighttpd, stunnel, MongoDB
	P7B           Format = "p7b"            // the certificate and its whole chain, PKCS#7 in DER: Windows, Java
	DER           Format = "der"            // the certificate alone, as DER
	CA            Format = "ca"             // the root authority's certificate, as PEM
)

// Formats are all formats, in the order that a list shows them.
func Formats() []Format {
	return []Format{P12, P12Compatible, PEM, Chain, Key, EncryptedKey, Combined, P7B, DER, CA}
}

// ParseFormat reads a format's name as the terminal takes it. Error: ErrFormat.
func ParseFormat(text string) (Format, error) {
	for _, f := range Formats() {
		if string(f) == strings.ToLower(text) {
			return f, nil
		}
	}
	return "", fmt.Errorf("%q: %w", text, ErrFormat)
}

// HasKey tells whether a file of the format holds the private key.
func (f Format) HasKey() bool {
	return slices.Contains([]Format{P12, P12Compatible, Key, EncryptedKey, Combined}, f)
}

// BaresKey tells whether a file of the format holds the private key unencrypted.
func (f Format) BaresKey() bool { return f == Key || f == Combined }

// NeedsPassword tells whether a file of the format is encrypted with one.
func (f Format) NeedsPassword() bool { return f.HasKey() && !f.BaresKey() }

// IsBinary tells whether a file of the format is no text.
func (f Format) IsBinary() bool { return f == P12 || f == P12Compatible || f == P7B || f == DER }

// Export makes the file of a format. It writes nothing: WriteFile does. A
// bundle is read back and compared before it is returned. Errors: ErrNoKey,
// ErrFormat, ErrEmptyPassword, *NotFoundError.
func (d *Desk) Export(id ID, format Format, password string) (File, error) {
	files, err := d.exportAll(id, []Format{format}, password)
	if err != nil {
		return File{}, err
	}
	return files[0], nil
}

func (d *Desk) exportAll(id ID, formats []Format, password string) ([]File, error) {
	withKey := false
	for _, f := range formats {
		withKey = withKey || f.HasKey()
	}
	s, err := d.source(id, withKey)
	if err != nil {
		return nil, err
	}
	files := make([]File, len(formats))
	for n, f := range formats {
		data, err := s.encode(f, password, d.opt)
		if err != nil {
			return nil, fmt.Errorf("export %q as %s: %w", s.name, f, err)
		}
		files[n] = File{Name: s.fileName(f), Data: data, Secret: f.HasKey()}
	}
	if err := d.noteExport(s, formats); err != nil {
		return nil, err
	}
	return files, nil
}

// FileNames gives the names that an export's files will have.
func (d *Desk) FileNames(id ID, formats []Format) ([]string, error) {
	s, err := d.source(id, false)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, f := range formats {
		if name := s.fileName(f); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names, nil
}

func (s source) fileName(f Format) string {
	if f == CA {
		return FileName(nameOf(s.chain[len(s.chain)-1])) + ".pem"
	}
	return FileName(s.name) + suffix(f)
}

// source is what an export is made of.
type source struct {
	id    storage.ID
	name  string
	chain []*x509.Certificate // leaf first
	cross []*x509.Certificate // of the root
	key   crypto.Signer       // nil when no key is asked for
}

func (d *Desk) source(id ID, withKey bool) (source, error) {
	s := source{id: storage.ID(id)}
	line, err := d.line(id)
	if err != nil {
		return s, err
	}
	if s.chain, err = d.certificates(line); err != nil {
		return s, err
	}
	s.name = nameOf(s.chain[0])
	cross, err := d.crosses(line[len(line)-1])
	if err != nil {
		return s, err
	}
	if s.cross, err = d.certificates(cross); err != nil || !withKey {
		return s, err
	}
	if s.key, err = d.key(line[0]); err != nil {
		return s, fmt.Errorf("export %q: %w", s.name, err)
	}
	return s, nil
}

// sent is what a TLS server or client sends: the chain without its root, which
// the other side has or will not trust (RFC 8446 section 4.4.2), and the root's
// cross-certificates. A chain that is a root alone stays as it is.
func (s source) sent() []*x509.Certificate {
	if last := len(s.chain) - 1; last > 0 && pki.IsSelfSigned(s.chain[last]) {
		return append(slices.Clone(s.chain[:last]), s.cross...)
	}
	return s.chain
}

func (s source) encode(f Format, password string, o Options) ([]byte, error) {
	switch f {
	case P12, P12Compatible:
		if password == "" {
			return nil, ErrEmptyPassword
		}
		preset := pki.PresetModern
		if f == P12Compatible {
			preset = pki.PresetCompatible
		}
		b := pki.Bundle{Key: s.key, Certificate: s.chain[0], Chain: s.chain[1:], Name: s.name}
		return pki.EncodePKCS12(b, preset, password, o.Random)
	case PEM:
		return pki.EncodeCertificates(s.chain[0]), nil
	case Chain:
		return pki.EncodeCertificates(s.sent()...), nil
	case Key:
		return pki.EncodeKey(s.key)
	case EncryptedKey:
		if password == "" {
			return nil, ErrEmptyPassword
		}
		return pki.EncryptKey(s.key, password, o.Random)
	case Combined:
		key, err := pki.EncodeKey(s.key)
		return append(pki.EncodeCertificates(s.sent()...), key...), err
	case P7B:
		return pki.EncodePKCS7(s.chain...)
	case DER:
		return s.chain[0].Raw, nil
	case CA:
		return pki.EncodeCertificates(s.chain[len(s.chain)-1]), nil
	}
	return nil, ErrFormat
}

// noteExport writes into the activity that a key left the vault.
func (d *Desk) noteExport(s source, formats []Format) error {
	if s.key == nil || d.ReadOnly() {
		return nil
	}
	var names []string
	for _, f := range formats {
		names = append(names, string(f))
	}
	return d.vault.Update(func(tx *storage.Tx) error {
		return tx.AppendEvent(storage.Event{
			At: d.Now(), Verb: "export", Subject: s.id, Name: s.name,
			Detail: map[string]string{"formats": strings.Join(names, ", ")},
		})
	})
}

func suffix(f Format) string {
	switch f {
	case P12:
		return ".p12"
	case P12Compatible:
		return "-compatible.p12"
	case Chain:
		return "-chain.pem"
	case Key:
		return ".key"
	case EncryptedKey:
		return "-encrypted.key"
	case Combined:
		return "-combined.pem"
	case P7B:
		return ".p7b"
	case DER:
		return ".der"
	}
	return ".pem"
}

const maxFileName = 80

// FileName makes of a certificate's name one that every file system takes:
// letters, digits, dot, hyphen and underscore, at most 80 of them, never
// beginning with a dot, never a name that Windows keeps for devices.
func FileName(name string) string {
	name = name[:min(len(name), 8*maxFileName)]
	var b strings.Builder
	for _, r := range name {
		switch {
		case pki.Escape(string(r)) != string(r): // some of what looks empty counts as letters
			b.WriteByte('-')
		case r == '*':
			b.WriteString("wildcard")
		case unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune(".-_", r):
			b.WriteRune(r)
		default:
			b.WriteByte('-')
		}
	}
	runes := []rune(strings.Trim(b.String(), ".-"))
	for len(runes) > maxFileName || len(string(runes)) > 2*maxFileName { // file systems count octets: 255
		runes = runes[:len(runes)-1]
	}
	clean := strings.TrimRight(string(runes), ".-")
	if clean == "" || deviceName(clean) {
		return "certificate-" + clean
	}
	return clean
}

func deviceName(name string) bool {
	base, _, _ := strings.Cut(strings.ToUpper(name), ".")
	switch base {
	case "CON", "PRN", "AUX", "NUL":
		return true
	}
	return len(base) == 4 && (strings.HasPrefix(base, "COM") || strings.HasPrefix(base, "LPT")) && base[3] >= '0' && base[3] <= '9'
}

// NewPassword makes a password for a bundle.
func (d *Desk) NewPassword() (string, error) { return pki.NewPassword(d.opt.Random) }
