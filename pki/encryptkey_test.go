package pki_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"countersign/pki"
	"countersign/pki/pkitest"
)

// TestEncryptKey: OpenSSL and we open it with its password, and with no other.
func TestEncryptKey(t *testing.T) {
	pkitest.Need(t, "openssl")
	for _, kind := range pki.KeyKinds() {
		t.Run(string(kind), func(t *testing.T) {
			key := pkitest.Key(t, kind)
			data, err := pki.EncryptKey(key, "pässword", nil)
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(t.TempDir(), "k.key")
			if err := os.WriteFile(path, data, 0o600); err != nil {
				t.Fatal(err)
			}
			pkitest.Run(t, "openssl", "pkey", "-in", path, "-passin", "pass:pässword", "-noout", "-check")
			for password, want := range map[string]error{"pässword": nil, "other": pki.ErrWrongPassword, "": pki.ErrPasswordNeeded} {
				found, err := pki.Decode(data, password)
				if !errors.Is(err, want) {
					t.Errorf("%q: error %v, want %v", password, err, want)
				}
				if want == nil && (len(found) != 1 || !pki.SamePublicKey(found[0].Key.Public(), key.Public())) {
					t.Errorf("another key: %+v", found)
				}
			}
		})
	}
	if _, err := pki.EncryptKey(pkitest.Key(t, pki.P256), "", nil); !errors.Is(err, pki.ErrPasswordNeeded) {
		t.Errorf("an empty password: %v", err)
	}
}
