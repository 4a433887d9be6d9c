package desk

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"countersign/pki"
)

// Inspected is one object found in a file, or sent by a server.
type Inspected struct {
	pki.Item
	SPKI       []byte        // of a public key that stands alone: its SubjectPublicKeyInfo in DER
	PairedWith int           // of a key: the place in the list of the first certificate that has it; -1 none
	Mine       Mine          // what the vault knows of it; see Desk.Recognise
	Doubts     []pki.Warning // what other certificates, of the list or of the vault, tell of it
}

// Warnings are what clients will not like about a certificate, and its Doubts.
func (i Inspected) Warnings(now time.Time) []pki.Warning {
	if i.Certificate == nil {
		return nil
	}
	return append(pki.Lint(i.Certificate, now), i.Doubts...)
}

// Described is what a certificate says, and its Warnings, in less time than one
// after the other.
func (i Inspected) Described(now time.Time) (pki.Description, []pki.Warning) {
	d := pki.Describe(i.Certificate)
	return d, append(d.Lint(i.Certificate, now), i.Doubts...)
}

// Sections is all that it says; nil of what was not read.
func (i Inspected) Sections() []pki.Section {
	switch {
	case i.Certificate != nil:
		return pki.CertificateSections(i.Certificate)
	case i.Request != nil:
		return pki.RequestSections(i.Request)
	case i.CRL != nil:
		return pki.CRLSections(i.CRL)
	case i.Key != nil:
		return pki.KeySections(i.Key.Public())
	case i.SPKI != nil:
		return pki.PublicKeySections(i.SPKI)
	}
	return nil
}

// Public is the DER of the SubjectPublicKeyInfo of a certificate, request or
// key, else nil.
func (i Inspected) Public() []byte {
	switch {
	case i.Certificate != nil:
		return i.Certificate.RawSubjectPublicKeyInfo
	case i.Request != nil:
		return i.Request.RawSubjectPublicKeyInfo
	case i.Key != nil:
		der, err := x509.MarshalPKIXPublicKey(i.Key.Public())
		if err == nil {
			return der
		}
	}
	return i.SPKI
}

// DER is the thing as it was encoded; nil of a private key, which is not shown,
// and of what was not read.
func (i Inspected) DER() []byte {
	switch {
	case i.Certificate != nil:
		return i.Certificate.Raw
	case i.Request != nil:
		return i.Request.Raw
	case i.CRL != nil:
		return i.CRL.Raw
	}
	return i.SPKI
}

// PEM is the thing as PEM, to copy or save; "" of what DER has none of.
func (i Inspected) PEM() string {
	label := map[pki.ItemKind]string{pki.ItemCertificate: "CERTIFICATE", pki.ItemRequest: "CERTIFICATE REQUEST", pki.ItemCRL: "X509 CRL",
		pki.ItemPublicKey: "PUBLIC KEY"}[i.Kind]
	der := i.DER()
	if label == "" || der == nil {
		return ""
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: label, Bytes: der}))
}

// ErrNotFile: a folder, a device or a pipe where a file was expected.
var ErrNotFile = errors.New("not a regular file")

// ReadFile reads a file of outside input, bounded: a folder, a device, a pipe
// or a file over pki.MaxInput is refused, not read.
func ReadFile(path string) ([]byte, error) {
	f, size, err := openInput(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if size > pki.MaxInput {
		return nil, readError(path, pki.ErrTooLarge)
	}
	data, err := ReadInput(f)
	if err != nil {
		return nil, readError(path, err)
	}
	return data, nil
}

// ReadSecret is ReadFile for a passphrase or passwords, which shells also hand
// over in a pipe: <(command). One is read up to pki.MaxInput, and until its
// other end is closed, which may take 30 seconds.
func ReadSecret(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil || info.Mode()&fs.ModeNamedPipe == 0 {
		return ReadFile(path)
	}
	type read struct {
		data []byte
		err  error
	}
	done := make(chan read, 1)
	go func() { // to open a pipe is to wait for its other end
		var r read
		f, err := os.Open(path)
		if r.err = err; err == nil {
			r.data, r.err = ReadInput(f)
			f.Close()
		}
		done <- r
	}()
	select {
	case r := <-done:
		if r.err != nil {
			return nil, readError(path, r.err)
		}
		return r.data, nil
	case <-time.After(pipePatience):
		return nil, readError(path, os.ErrDeadlineExceeded)
	}
}

const pipePatience = 30 * time.Second

// openInput opens a file of outside input and tells its size. A folder, a
// device or a pipe is refused unopened: to open a pipe is to wait for its
// other end. Error: *PathError.
func openInput(path string) (f *os.File, size int64, err error) {
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() {
		err = ErrNotFile
	}
	if err == nil {
		f, err = os.Open(path)
	}
	if err != nil {
		return nil, 0, readError(path, err)
	}
	return f, info.Size(), nil
}

// readError says on which file reading failed.
func readError(path string, err error) error {
	var inner *fs.PathError
	if errors.As(err, &inner) {
		err = inner.Err
	}
	return &PathError{Deed: "read", Path: inTheWay(path, err), Err: err}
}

// ReadInput reads outside input that is no file, bounded like one: more than
// pki.MaxInput is pki.ErrTooLarge.
func ReadInput(r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, pki.MaxInput+1))
	if err == nil && len(data) > pki.MaxInput {
		err = pki.ErrTooLarge
	}
	return data, err
}

// InspectFile tells what a file holds. It needs no vault.
func InspectFile(path, password string) ([]Inspected, error) {
	data, err := ReadFile(path)
	if err != nil {
		return nil, err
	}
	return Inspect(data, password)
}

// Inspect tells what some bytes hold: see pki.Decode for its errors.
func Inspect(data []byte, password string) ([]Inspected, error) {
	items, err := pki.Decode(data, password)
	var format *pki.FormatError
	if errors.As(err, &format) && format.Code == pki.FoundPublicKey {
		if spki := pki.DecodePublicKey(data); spki != nil {
			return []Inspected{{Item: pki.Item{Kind: pki.ItemPublicKey, Source: "SPKI"}, SPKI: spki, PairedWith: -1}}, nil
		}
	}
	if err != nil {
		return nil, err
	}
	return inspected(items), nil
}

// InspectCertificates tells of certificates that were read already; source is
// where they come from, as in pki.Item.
func InspectCertificates(source string, certs ...*x509.Certificate) []Inspected {
	var items []pki.Item
	for _, c := range certs {
		items = append(items, pki.Item{Kind: pki.ItemCertificate, Certificate: c, Source: source})
	}
	return inspected(items)
}

func inspected(items []pki.Item) []Inspected {
	list := make([]Inspected, len(items))
	holders := map[string]int{} // public key to its first certificate
	for n, item := range items {
		list[n] = Inspected{Item: item, PairedWith: -1}
		if item.Certificate == nil {
			continue
		}
		if spki := string(item.Certificate.RawSubjectPublicKeyInfo); spki != "" {
			if _, taken := holders[spki]; !taken {
				holders[spki] = n
			}
		}
	}
	for n := range list {
		if list[n].Key == nil {
			continue
		}
		if holder, found := holders[string(list[n].Public())]; found {
			list[n].PairedWith = holder
		}
	}
	above := newSigners()
	for _, item := range items {
		if item.Certificate != nil {
			above.add(item.Certificate)
		}
	}
	for n := range list {
		if c := list[n].Certificate; c != nil {
			list[n].Doubts = outlives(c, above.outlived(c))
		}
	}
	return list
}

// InspectReader is Inspect for what is read from elsewhere, bounded like a
// file.
func InspectReader(r io.Reader, password string) ([]Inspected, error) {
	data, err := ReadInput(r)
	if err != nil {
		return nil, fmt.Errorf("read: %w", err)
	}
	return Inspect(data, password)
}
