package pki_test

import (
	"crypto"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/youmark/pkcs8"

	"countersign/pki"
	"countersign/pki/pkitest"
)

// Keys as OpenSSL encrypts them.
func TestDecodeEncryptedKeys(t *testing.T) {
	pkitest.Need(t, "openssl")
	dir := t.TempDir()
	ec, rsa, plain := dir+"/ec.pem", dir+"/rsa.pem", dir+"/plain.pem"
	pkitest.Run(t, "openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", ec)
	pkitest.Run(t, "openssl", "genrsa", "-traditional", "-out", rsa, "2048")
	pkitest.Run(t, "openssl", "pkcs8", "-topk8", "-nocrypt", "-in", ec, "-out", plain)
	topk8 := func(args ...string) []string {
		return append([]string{"pkcs8", "-topk8", "-in", ec, "-passout", "pass:secret"}, args...)
	}
	tests := []struct {
		name string
		args []string
		want string
	}{
		{"not at all, SEC 1", []string{"ec", "-in", ec}, "key PEM P-256"},
		{"not at all, PKCS #1", []string{"rsa", "-traditional", "-in", rsa}, "key PEM RSA 2048"},
		{"not at all, PKCS #1 in DER", []string{"rsa", "-traditional", "-in", rsa, "-outform", "DER"}, "key PKCS#8 RSA 2048"},
		{"DEK-Info, AES", []string{"ec", "-in", ec, "-aes256", "-passout", "pass:secret"}, "key PEM P-256"},
		{"DEK-Info, 3DES", []string{"rsa", "-traditional", "-in", rsa, "-des3", "-passout", "pass:secret"}, "key PEM RSA 2048"},
		{"PBES2", topk8(), "key PEM P-256"},
		{"PBES2, DER", topk8("-outform", "DER"), "key PKCS#8 P-256"},
		{"PBES2, AES-128, SHA-1", topk8("-v2", "aes128", "-v2prf", "hmacWithSHA1"), "key PEM P-256"},
		{"PBES2, AES-192, SHA-224", topk8("-v2", "aes192", "-v2prf", "hmacWithSHA224"), "key PEM P-256"},
		{"PBES2, AES-256, SHA-384", topk8("-v2", "aes256", "-v2prf", "hmacWithSHA384"), "key PEM P-256"},
		{"PBES2, AES-256, SHA-512", topk8("-v2", "aes256", "-v2prf", "hmacWithSHA512"), "key PEM P-256"},
		{"PBES2, 3DES", topk8("-v2", "des3"), "key PEM P-256"},
		{"PBES2, scrypt", topk8("-scrypt"), "key PEM P-256"},
		{"PKCS #12, 3DES", topk8("-v1", "PBE-SHA1-3DES"), "key PEM P-256"},
		{"PKCS #12, two-key 3DES", topk8("-v1", "PBE-SHA1-2DES"), "key PEM P-256"},
		{"PKCS #12, RC2-40", topk8("-v1", "PBE-SHA1-RC2-40", "-provider", "legacy", "-provider", "default"), "key PEM P-256"},
		{"PKCS #12, RC2-128", topk8("-v1", "PBE-SHA1-RC2-128", "-provider", "legacy", "-provider", "default"), "key PEM P-256"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			out := t.TempDir() + "/out"
			pkitest.Run(t, "openssl", append(test.args, "-out", out)...)
			data := readFile(t, out)
			items, err := pki.Decode(data, "secret")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]string{test.want}, contents(items)); diff != "" {
				t.Error(diff)
			}
			if len(test.name) > 10 && test.name[:10] == "not at all" {
				return
			}
			if items, err := pki.Decode(data, ""); !errors.Is(err, pki.ErrPasswordNeeded) || items != nil {
				t.Errorf("without a password: %v, %v", items, err)
			}
			for i := range 3 {
				if items, err := pki.Decode(data, fmt.Sprint("wrong", i)); !errors.Is(err, pki.ErrWrongPassword) || items != nil {
					t.Errorf("with a wrong password: %v, %v", items, err)
				}
			}
		})
	}
}

func TestDecodeUnknownEncryption(t *testing.T) {
	pkitest.Need(t, "openssl")
	dir := t.TempDir()
	key := writeKey(t)
	tests := map[string][]string{
		"PKCS #5 version 1": {"pkcs8", "-topk8", "-v1", "PBE-MD5-DES", "-provider", "legacy", "-provider", "default"},
		"Camellia":          {"pkcs8", "-topk8", "-v2", "camellia256"},
		"DEK-Info Camellia": {"ec", "-camellia256"},
	}
	for name, args := range tests {
		pkitest.Run(t, "openssl", append(args, "-in", key, "-passout", "pass:secret", "-out", dir+"/out")...)
		_, err := pki.Decode(readFile(t, dir+"/out"), "secret")
		var format *pki.FormatError
		if !errors.As(err, &format) || format.Convert == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// encryptedKey returns an encrypted PKCS #8 key that asks for so much.
func encryptedKey(t testing.TB, kdf pkcs8.KDFOpts) []byte {
	t.Helper()
	der, err := pkcs8.MarshalPrivateKey(pkitest.Key(t, pki.P256), []byte("secret"),
		&pkcs8.Opts{Cipher: pkcs8.AES256CBC, KDFOpts: kdf})
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// The cost of a key is looked at before it is paid. The files are made cheap
// and then changed to ask for more.
func TestDecodeCosts(t *testing.T) {
	cheap := encryptedKey(t, pkcs8.PBKDF2Opts{SaltSize: 8, IterationCount: 0x010001, HMACHash: crypto.SHA256})
	scrypt := encryptedKey(t, pkcs8.ScryptOpts{SaltSize: 8, CostParameter: 1 << 4, BlockSize: 8, ParallelizationParameter: 1})
	if _, err := pki.Decode(cheap, "secret"); err != nil {
		t.Fatal(err)
	}
	if _, err := pki.Decode(scrypt, "secret"); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name      string
		der       []byte
		old, with string // octets of the parameters
		want      error
	}{
		{"8 million", cheap, "\x02\x03\x01\x00\x01", "\x02\x03\x7f\xff\xff", pki.ErrTooManyIterations},
		{"5,000,001", cheap, "\x02\x03\x01\x00\x01", "\x02\x03\x4c\x4b\x41", pki.ErrTooManyIterations},
		{"below zero", cheap, "\x02\x03\x01\x00\x01", "\x02\x03\xff\x00\x01", nil},
		{"scrypt that is no power of two", scrypt, "\x02\x01\x10\x02\x01\x08\x02\x01\x01", "\x02\x01\x11\x02\x01\x08\x02\x01\x01", nil},
		{"dear scrypt below the limit", scrypt, "\x02\x01\x10\x02\x01\x08\x02\x01\x01", "\x02\x01\x40\x02\x01\x50\x02\x01\x50", pki.ErrWrongPassword},
	}
	for _, test := range tests {
		changed := replaceOnce(t, test.der, test.old, test.with)
		_, err := pki.Decode(changed, "secret")
		var damage *pki.DamageError
		if test.want == nil && !errors.As(err, &damage) || test.want != nil && !errors.Is(err, test.want) {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}

func replaceOnce(t testing.TB, data []byte, old, with string) []byte {
	t.Helper()
	for i := range data {
		if i+len(old) <= len(data) && string(data[i:i+len(old)]) == old {
			return append(append(append([]byte(nil), data[:i]...), with...), data[i+len(old):]...)
		}
	}
	t.Fatalf("%x is not in %x", old, data)
	return nil
}
