package desk

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"countersign/pki"
	"countersign/ui/i18n"
)

// spoil flips a bit in the middle of records of a closed vault's file, or takes
// them away, behind the program's back.
func spoil(t testing.TB, path string, change func(bucket func(name string) *bbolt.Bucket) error) {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		return change(func(name string) *bbolt.Bucket { return tx.Bucket([]byte(name)) })
	})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}

// flip changes one record.
func flip(b *bbolt.Bucket, key []byte) error {
	value := bytes.Clone(b.Get(key))
	if len(value) == 0 {
		return errors.New("nothing to spoil")
	}
	value[len(value)/2] ^= 1
	return b.Put(key, value)
}

func record(id ID) []byte {
	raw, err := hex.DecodeString(string(id))
	if err != nil {
		panic(err)
	}
	return raw
}

func eventKey(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

func firstKey(b *bbolt.Bucket) []byte {
	key, _ := b.Cursor().First()
	return key
}

// stockDesk is a desk with one of everything that a vault holds.
func stockDesk(t testing.TB) (d *Desk, root, alice, bob Certificate) {
	d = newDesk(t)
	root = d.mustIssue(t, "", named(pki.Authority, "Acme Root"))
	alice = d.mustIssue(t, root.ID, named(pki.Client, "alice"))
	bob = d.mustIssue(t, root.ID, named(pki.Client, "bob"))
	_, err := d.Revoke(context.Background(), []ID{alice.ID}, pki.KeyCompromise, fixed)
	_, try := d.SaveTry("api", "", Try{URL: "https://api.acme.test/v1?token=x"})
	_, partner := d.AddPartner(Partner{Name: "Globex", WeCall: &Route{}})
	_, request := d.MakeRequest(context.Background(), named(pki.Client, "web"))
	if err := errors.Join(err, try, partner, request, d.SetBackupFolder("")); err != nil {
		t.Fatal(err)
	}
	return d, root, alice, bob
}

// one spoils a record of a bucket.
func one(bucket string, key func(*bbolt.Bucket) []byte) func(func(string) *bbolt.Bucket) error {
	return func(b func(string) *bbolt.Bucket) error { return flip(b(bucket), key(b(bucket))) }
}

func of(c Certificate) func(*bbolt.Bucket) []byte {
	return func(*bbolt.Bucket) []byte { return record(c.ID) }
}

// TestDamageIsNamed spoils one record after the other, and asks for the words.
func TestDamageIsNamed(t *testing.T) {
	d, root, alice, bob := stockDesk(t)
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	aliceIs := "alice (client, serial number " + alice.Serial + ")"
	for _, c := range []struct {
		name   string
		change func(func(string) *bbolt.Bucket) error
		want   []string
	}{
		{"a certificate", one("certificates", of(alice)), []string{"the certificate " + aliceIs}},
		{"its line in lists", one("index", of(alice)), []string{"what lists show of the certificate " + aliceIs}},
		{"its key", one("keys", of(alice)), []string{"the private key of " + aliceIs}},
		{"a list", one("authorities", of(root)), []string{"the list of the revoked of Acme Root"}},
		{"a try", one("targets", firstKey), []string{"the name and the result of the saved try to https://api.acme.test/v1"}},
		{"its address", one("secrets", firstKey), []string{"the address and the headers of the saved try api"}},
		{"a partner", one("partners", firstKey), []string{"the partner Globex"}},
		{"a request", one("requests", firstKey), []string{"the request web"}},
		{"a setting", one("settings", func(*bbolt.Bucket) []byte { return []byte(settingBackupFolder) }),
			[]string{"the setting of where backups go"}},
		{"an activity", one("events", func(*bbolt.Bucket) []byte { return eventKey(3) }), []string{"an activity between " + when + " and " + when}},
		{"the head", one("countersign", func(*bbolt.Bucket) []byte { return []byte("state") }),
			[]string{"what the vault says of itself, by which missing records show"}},
		{"a certificate and its line", func(b func(string) *bbolt.Bucket) error {
			return errors.Join(flip(b("certificates"), record(bob.ID)), flip(b("index"), record(bob.ID)))
		}, []string{"the certificate bob (client, serial number " + bob.Serial + ")",
			"what lists show of the certificate bob (client, serial number " + bob.Serial + ")"}},
		{"a key of nobody", func(b func(string) *bbolt.Bucket) error {
			return b("keys").Put(bytes.Repeat([]byte{7}, 16), bytes.Clone(b("keys").Get(record(bob.ID))))
		}, []string{"a private key whose certificate is not known", ""}},
		{"a certificate that is gone", func(b func(string) *bbolt.Bucket) error { return b("certificates").Delete(record(alice.ID)) },
			[]string{"the certificate " + aliceIs + ": missing"}},
		{"a key that is gone", func(b func(string) *bbolt.Bucket) error { return b("keys").Delete(record(alice.ID)) },
			[]string{"the private key of " + aliceIs + ": missing"}},
		{"a partner that is gone", func(b func(string) *bbolt.Bucket) error { return b("partners").Delete(firstKey(b("partners"))) },
			[]string{"1 partner: missing"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := copyVault(t, d.Path())
			spoil(t, path, c.change)
			var said []string
			for _, part := range damageOf(t, path) {
				said = append(said, i18n.New("en").Part(part.Code, part.Facts()))
			}
			if len(c.want) > 1 && c.want[1] == "" { // what follows from the first is not asked for
				said, c.want = said[:min(1, len(said))], c.want[:1]
			}
			if !slices.Equal(said, c.want) {
				t.Errorf("said %q,\nwant %q", said, c.want)
			}
		})
	}
}

var when = i18n.New("en").DateTime(fixed.Local())

// copyVault is a second file of the same bytes.
func copyVault(t testing.TB, path string) string {
	t.Helper()
	file, err := os.ReadFile(path)
	to := filepath.Join(t.TempDir(), VaultFile)
	if err := errors.Join(err, os.WriteFile(to, file, 0o600)); err != nil {
		t.Fatal(err)
	}
	return to
}

// damageOf is what unlocking or checking a vault finds.
func damageOf(t testing.TB, path string) []Part {
	t.Helper()
	d, err := Open(path, testOptions())
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close() // whether or not it can be tidied
	if err := d.Unlock(context.Background(), passphrase); err != nil {
		return Parts(err)
	}
	found, err := d.Check(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return found.Damage
}
