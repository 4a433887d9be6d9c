package storage

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

// salvaged saves what can be read of a file and opens the new vault.
func salvaged(t *testing.T, from string) (*Vault, Salvaged) {
	t.Helper()
	to := filepath.Join(t.TempDir(), "saved.db")
	saved, err := Salvage(context.Background(), from, ByPassphrase, []byte(testPassphrase), to, testOptions())
	must(t, err)
	return openVault(t, to), saved
}

func TestSalvageOfAWholeVault(t *testing.T) {
	v := newVault(t)
	fillAll(t, v)
	must(t, v.Close())
	v, saved := salvaged(t, v.Path())
	mustHaveAll(t, v)
	must(t, v.Close())
	mustBeSound(t, v.Path())
	if len(saved.Lost) != 0 || saved.Total() != 20*4+6 || saved.Events != 20 {
		t.Errorf("%+v", saved)
	}
}

// TestSalvageOfBrokenFiles: whatever becomes of the file, what is saved is right; and
// most of it is saved.
func TestSalvageOfBrokenFiles(t *testing.T) {
	v := newVault(t)
	fill(t, v, 200)
	must(t, v.Close())
	file, err := os.ReadFile(v.Path())
	must(t, err)
	page := os.Getpagesize()
	random := rand.New(rand.NewPCG(1, 2))
	for _, c := range []struct {
		name   string
		change func([]byte) []byte
		least  int // certificates with their keys
	}{
		{"both headers", func(b []byte) []byte { clear(b[:2*page]); return b }, 200},
		{"a page of zeros", func(b []byte) []byte { at := len(b) / 2 / page * page; clear(b[at : at+page]); return b }, 150},
		{"cut in the middle", func(b []byte) []byte { return b[:len(b)/2] }, 0},
		{"a hundred flipped octets", func(b []byte) []byte {
			for range 100 {
				b[2*page+random.IntN(len(b)-2*page)] ^= 1 << random.IntN(8)
			}
			return b
		}, 50},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "broken.db")
			must(t, os.WriteFile(path, c.change(bytes.Clone(file)), fileMode))
			to := path + ".saved"
			saved, err := Salvage(context.Background(), path, ByPassphrase, []byte(testPassphrase), to, testOptions())
			if err != nil && c.least == 0 {
				mustBe(t, err, ErrNotVault) // what opens it may lie in the other half
				return
			}
			must(t, err)
			mustBeSound(t, to)
			if saved.Records[bucketIndex] < c.least {
				t.Errorf("%d entries saved, want %d: %+v", saved.Records[bucketIndex], c.least, saved)
			}
		})
	}
}

func TestSalvageRefusals(t *testing.T) {
	ctx := context.Background()
	v := newVault(t)
	fill(t, v, 3)
	must(t, v.AddWay(ByRecovery, testRecovery))
	must(t, v.Close())
	to := filepath.Join(t.TempDir(), "saved.db")
	_, err := Salvage(ctx, v.Path(), ByPassphrase, []byte("wrong"), to, testOptions())
	mustBe(t, err, ErrWrongPassphrase)
	_, err = Salvage(ctx, v.Path(), ByKeyring, testKeyring, to, testOptions())
	mustBe(t, err, ErrNotVault)
	_, err = Salvage(ctx, v.Path()+".none", ByPassphrase, nil, to, testOptions())
	mustBe(t, err, ErrNotFound)
	_, err = Salvage(ctx, v.Path(), ByPassphrase, []byte(testPassphrase), v.Path(), testOptions())
	mustBe(t, err, ErrExists)
	text := filepath.Join(t.TempDir(), "text")
	must(t, os.WriteFile(text, bytes.Repeat([]byte("Dear diary\n"), 2000), fileMode))
	_, err = Salvage(ctx, text, ByPassphrase, []byte(testPassphrase), to, testOptions())
	mustBe(t, err, ErrNotVault)
	mustHoldOnly(t, filepath.Dir(to))

	_, err = Salvage(ctx, v.Path(), ByRecovery, testRecovery, to, testOptions())
	must(t, err)
	saved, err := Open(to, testOptions())
	must(t, err)
	must(t, saved.UnlockBy(ctx, ByRecovery, testRecovery))
	must(t, saved.View(func(tx *Tx) error { _, err := tx.Key(testKey(2).ID); return err }))
	must(t, saved.Close())
}

// TestSalvageRevokesNobodyAnew: old pages hold certificates as they were before they
// were revoked, and lists as they were before the last. Whatever lies where, the
// revocation and the higher number are saved.
func TestSalvageRevokesNobodyAnew(t *testing.T) {
	v := newVault(t)
	fill(t, v, 60)
	authority := Authority{ID: testID(-1)}
	for n := range 40 {
		must(t, v.Update(func(tx *Tx) error {
			c := testCertificate(n)
			c.State, c.RevokedAt, c.Reason = "revoked", testTime, "keyCompromise"
			authority.CRLNumber = uint64(n + 1)
			return errors.Join(tx.PutCertificate(c), tx.PutAuthority(authority))
		}))
	}
	must(t, v.Close())
	page := os.Getpagesize()
	file, err := os.ReadFile(v.Path())
	must(t, err)
	for at := 2 * page; at < len(file)/2; at += page { // the order of the pages turned round
		other := (len(file)/page-1)*page - (at - 2*page)
		var swap []byte
		swap = append(swap, file[at:at+page]...)
		copy(file[at:at+page], file[other:other+page])
		copy(file[other:other+page], swap)
	}
	turned := filepath.Join(t.TempDir(), "turned.db")
	must(t, os.WriteFile(turned, file, fileMode))
	for _, from := range []string{v.Path(), turned} {
		saved, _ := salvaged(t, from)
		must(t, saved.View(func(tx *Tx) error {
			for n := range 40 {
				c, err := tx.Certificate(testID(n))
				if err != nil || c.State != "revoked" || c.RevokedAt.IsZero() {
					t.Errorf("%s: certificate %d is %s, %v", filepath.Base(from), n, c.State, err)
				}
			}
			a, err := tx.Authority(authority.ID)
			if err != nil || a.CRLNumber != 40 {
				t.Errorf("%s: the last list is %d, %v", filepath.Base(from), a.CRLNumber, err)
			}
			return nil
		}))
		must(t, saved.Close())
	}
}
