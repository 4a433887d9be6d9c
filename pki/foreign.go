package pki

import (
	"bytes"
	"fmt"
)

// signatures are how binary files begin that are no certificates.
var signatures = []struct {
	begin, code, found string
}{
	{"\xca\xfe\xba\xbe", FoundProgram, "a program"},
	{"\x7fELF", FoundProgram, "a program"},
	{"\xcf\xfa\xed\xfe", FoundProgram, "a program"},
	{"MZ\x90\x00", FoundProgram, "a program"},
	{"\x89PNG\r\n\x1a\n", FoundPicture, "a picture"},
	{"\xff\xd8\xff", FoundPicture, "a picture"},
	{"GIF8", FoundPicture, "a picture"},
	{"PK\x03\x04", FoundArchive, "an archive"},
	{"PK\x05\x06", FoundArchive, "an archive"},
	{"\x1f\x8b", FoundArchive, "an archive"},
	{"BZh", FoundArchive, "an archive"},
	{"\xfd7zXZ\x00", FoundArchive, "an archive"},
	{"(\xb5/\xfd", FoundArchive, "an archive"},
	{"7z\xbc\xaf\x27\x1c", FoundArchive, "an archive"},
	{"Rar!\x1a\x07", FoundArchive, "an archive"},
	{"%PDF-", FoundDocument, "a document"},
	{"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", FoundDocument, "a document"},
	{"SQLite format 3\x00", FoundDatabase, "a database"},
	{"age-encryption.org/v1\n", FoundAge, "a file encrypted with age"},
}

// refuse names binary formats that are not read.
func refuse(data []byte) error {
	const convert = "keytool -importkeystore -srckeystore FILE -srcstoretype %s -destkeystore FILE.p12 -deststoretype PKCS12"
	switch {
	case bytes.HasPrefix(data, []byte{0xfe, 0xed, 0xfe, 0xed}):
		return &FormatError{Code: FoundJKS, Found: "a Java key store (JKS)", Convert: fmt.Sprintf(convert, "JKS")}
	case bytes.HasPrefix(data, []byte{0xce, 0xce, 0xce, 0xce}):
		return &FormatError{Code: FoundJCEKS, Found: "a Java key store (JCEKS)", Convert: fmt.Sprintf(convert, "JCEKS")}
	}
	for _, s := range signatures {
		if bytes.HasPrefix(data, []byte(s.begin)) {
			return &FormatError{Code: s.code, Found: s.found}
		}
	}
	return nil
}

// refuseText names text formats without PEM armour that are not read.
func refuseText(text []byte) error {
	text = bytes.TrimSpace(text)
	head := bytes.ToLower(text[:min(len(text), 256)])
	begins := func(with ...string) bool {
		for _, w := range with {
			if bytes.HasPrefix(head, []byte(w)) {
				return true
			}
		}
		return false
	}
	switch {
	case begins("ssh-", "ecdsa-sha2-", "sk-ssh-", "sk-ecdsa-"):
		if kind, _, _ := bytes.Cut(head, []byte(" ")); bytes.Contains(kind, []byte("-cert-v0")) {
			return &FormatError{Code: FoundSSHCertificate, Found: "an OpenSSH certificate"}
		}
		return &FormatError{Code: FoundSSHPublicKey, Found: "an OpenSSH public key"}
	case begins("---- begin ssh2 "):
		return &FormatError{Code: FoundSSHPublicKey, Found: "an SSH public key"}
	case begins("putty-user-key-file-"):
		return &FormatError{Code: FoundPuTTY, Found: "a PuTTY private key", Convert: "puttygen FILE -O private-openssh -o FILE.pem"}
	case bytes.Contains(head, []byte("age-secret-key-")):
		return &FormatError{Code: FoundAge, Found: "a key of age"}
	case begins("<!doctype html", "<html"):
		return &FormatError{Code: FoundWebPage, Found: "a web page"}
	case isSpoiltPEM(text):
		return &DamageError{What: "PEM"}
	}
	return nil
}

// isSpoiltPEM reports whether text has the words of PEM, but not their dashes
// or capitals.
func isSpoiltPEM(text []byte) bool {
	text = bytes.ToLower(text[:min(len(text), 64<<10)])
	for _, verb := range []string{"begin ", "end "} {
		for _, what := range []string{"certificate", "private key", "rsa private key", "ec private key", "encrypted private key", "x509 crl", "pkcs7"} {
			if bytes.Contains(text, []byte(verb+what)) {
				return true
			}
		}
	}
	return false
}
