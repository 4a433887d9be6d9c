package desk

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"

	"countersign/pki"
)

// TestSalvageListsAnew: the lines of certificates in lists are lost, in old pages too.
// What was revoked is revoked in the saved vault, also where only its authority's list
// says so; each has its key.
func TestSalvageListsAnew(t *testing.T) {
	d, root, alice, bob := stockDesk(t)
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(d.Path())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []Certificate{root, alice, bob} { // a fingerprint stands in no other record
		file = bytes.ReplaceAll(file, []byte(c.Fingerprint), bytes.Repeat([]byte("0"), len(c.Fingerprint)))
	}
	for name, change := range map[string]func([]byte) []byte{
		"all that was done is known": func(b []byte) []byte { return b },
		"nothing says who was revoked": func(b []byte) []byte {
			return bytes.ReplaceAll(b, []byte(`"verb":"revoke"`), []byte(`"verb":"remove"`))
		},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), VaultFile)
			if err := os.WriteFile(path, change(bytes.Clone(file)), 0o600); err != nil {
				t.Fatal(err)
			}
			to := path + ".saved"
			saved, err := Salvage(context.Background(), path, passphrase, to, testOptions())
			if err != nil || len(saved.Relisted) != 3 || saved.Certificates != 3 {
				t.Fatalf("%+v, %v", saved, err)
			}
			again, err := openedBy(to, Open)
			if err != nil {
				t.Fatal(err)
			}
			defer again.Close()
			if found, err := again.Check(context.Background()); err != nil || !found.Sound() {
				t.Errorf("%+v, %v", found, err)
			}
			got, err := again.Get(alice.ID)
			if err != nil || !got.Revoked || got.Reason != string(pki.KeyCompromise) || !got.RevokedAt.Equal(fixed) ||
				got.IssuerID != root.ID || !got.HasKey || got.Serial != alice.Serial || got.Origin != originMade {
				t.Errorf("%+v, %v", got, err)
			}
			if got, err = again.Get(bob.ID); err != nil || got.Revoked || !got.HasKey {
				t.Errorf("%+v, %v", got, err)
			}
			if _, err := again.Export(bob.ID, Key, ""); err != nil {
				t.Error(err)
			}
		})
	}
}
