package storage

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.etcd.io/bbolt"
)

var testTime = time.Date(2026, 3, 4, 5, 6, 7, 8, time.UTC)

const testPassphrase = "correct horse"

// testOptions has a cheap key derivation and a fixed clock.
func testOptions() Options {
	return Options{Now: func() time.Time { return testTime }, KDF: LightKDF(), WaitFor: 30 * time.Millisecond}
}

// newVault makes a vault of its own for the test, and at its end checks the file.
func newVault(t testing.TB) *Vault {
	t.Helper()
	path := filepath.Join(t.TempDir(), "vault.db")
	v, err := Create(path, []byte(testPassphrase), testOptions())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := v.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
		mustBeSound(t, path)
	})
	return v
}

// mustBeSound checks a closed vault from outside (bbolt's own check) and inside.
func mustBeSound(t testing.TB, path string) {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: time.Second, ReadOnly: true, PreLoadFreelist: true})
	if err != nil {
		t.Fatalf("bbolt: %v", err)
	}
	err = db.View(func(tx *bbolt.Tx) error {
		var all []error
		for err := range tx.Check() {
			all = append(all, err)
		}
		return errors.Join(all...)
	})
	if err = errors.Join(err, db.Close()); err != nil {
		t.Fatalf("bbolt's check: %v", err)
	}
	v := openVault(t, path)
	must(t, v.View(func(tx *Tx) error {
		found, err := tx.Check(context.Background())
		for _, d := range found {
			t.Errorf("check: %v", d)
		}
		return err
	}))
	must(t, v.Close())
}

// openVault opens and unlocks.
func openVault(t testing.TB, path string) *Vault {
	t.Helper()
	v, err := Open(path, testOptions())
	if err != nil {
		t.Fatal(err)
	}
	if err := v.Unlock(context.Background(), []byte(testPassphrase)); err != nil {
		_ = v.Close()
		t.Fatal(err)
	}
	return v
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func mustBe(t testing.TB, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("error %v, want %v", err, want)
	}
}

// mustBeDamage returns the damage.
func mustBeDamage(t testing.TB, err error, bucket string) *DamageError {
	t.Helper()
	var d *DamageError
	if !errors.As(err, &d) || d.Bucket != bucket {
		t.Fatalf("error %v, want damage of %q", err, bucket)
	}
	return d
}

// testID is the n-th of a row of IDs spread like random ones.
func testID(n int) ID {
	sum := sha256.Sum256(fmt.Appendf(nil, "id %d", n))
	return ID(fmt.Sprintf("%x", sum[:idSize]))
}

// testDER is about as long as a certificate, and other for each n.
func testDER(n int) []byte {
	der := fmt.Appendf(nil, "der %d ", n)
	for i := 0; len(der) < 700; i++ {
		sum := sha256.Sum256(fmt.Appendf(nil, "der %d %d", n, i))
		der = append(der, sum[:]...)
	}
	return der
}

// testCertificate is the n-th certificate, with all its fields filled.
func testCertificate(n int) Certificate {
	return Certificate{DER: testDER(n), Entry: Entry{
		ID: testID(n), Name: fmt.Sprintf("server %d.example.test", n), Kind: "server",
		IssuerID: testID(-1), Issuer: "Example Issuing Authority 3", Serial: fmt.Sprintf("%032x", n),
		Fingerprint: fmt.Sprintf("%064x", n), Names: []string{fmt.Sprintf("server%d.example.test", n), "127.0.0.1"},
		NotBefore: testTime.Add(-time.Hour), NotAfter: testTime.AddDate(1, 0, n%300), Made: testTime,
		State: "valid", KeyID: testID(1<<30 + n), KeyKind: "p256", Origin: "made", Note: "", Labels: []string{"production"},
	}}
}

func testKey(n int) Key {
	return Key{ID: testID(1<<30 + n), Kind: "p256", PKCS8: fmt.Appendf(nil, "MARKED PRIVATE KEY %d", n)}
}

// fill puts n certificates, their keys and an event each, in one transaction.
func fill(t testing.TB, v *Vault, n int) {
	t.Helper()
	must(t, v.Update(func(tx *Tx) error {
		for i := range n {
			err := errors.Join(tx.PutCertificate(testCertificate(i)), tx.PutKey(testKey(i)),
				tx.AppendEvent(Event{Verb: "issue", Subject: testID(i), Name: fmt.Sprint(i)}))
			if err != nil {
				return err
			}
		}
		return tx.SetSetting("theme", "dark")
	}))
}

// tamper changes the file of a closed vault behind its back.
func tamper(t testing.TB, path string, change func(*bbolt.Tx) error) {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(db.Update(change), db.Close()); err != nil {
		t.Fatal(err)
	}
}

// copyFile is a second file of the same bytes.
func copyFile(t testing.TB, from string) string {
	t.Helper()
	b, err := os.ReadFile(from)
	must(t, err)
	to := filepath.Join(t.TempDir(), "copy.db")
	must(t, os.WriteFile(to, b, 0o600))
	return to
}

func rawID(n int) []byte {
	raw, err := testID(n).raw()
	if err != nil {
		panic(err)
	}
	return raw
}
