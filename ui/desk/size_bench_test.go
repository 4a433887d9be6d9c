package desk

import (
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"testing"

	"go.etcd.io/bbolt"

	"countersign/pki"
	"countersign/storage"
)

// plenty is how many certificates the window is to bear.
const plenty = 100_000

// full makes a vault of n certificates, as storage keeps them, with an authority
// that can sign. Their DER is of no interest here.
func full(b *testing.B, n int) (path string, root Certificate) {
	b.Helper()
	path = filepath.Join(b.TempDir(), VaultFile)
	d, err := Create(path, passphrase, testOptions())
	if err != nil {
		b.Fatal(err)
	}
	root = d.mustIssue(b, "", named(pki.Authority, "Root"))
	ids, err := d.vault.NewIDs(n)
	if err != nil {
		b.Fatal(err)
	}
	der := make([]byte, 700)
	for from := 0; from < n; from += 10_000 {
		err := d.vault.Update(func(tx *storage.Tx) error {
			for i := from; i < min(n, from+10_000); i++ {
				e := storage.Entry{
					ID: ids[i], Name: fmt.Sprintf("Device %d of the warehouse", i), Kind: string(pki.Client), IssuerID: storage.ID(root.ID),
					Issuer: "Root", Serial: fmt.Sprintf("%032x", i*2654435761), Fingerprint: fmt.Sprintf("%064x", i*40503),
					Names:     []string{fmt.Sprintf("device-%d.warehouse.example.com", i), fmt.Sprintf("device-%d@example.com", i)},
					NotBefore: fixed.AddDate(0, 0, -i%300), NotAfter: fixed.AddDate(1, 0, i%300), Made: fixed,
					State: stateValid, KeyID: ids[i], KeyKind: string(pki.P256), Origin: originMade,
				}
				if err := tx.PutCertificate(storage.Certificate{Entry: e, DER: der}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	if err := d.Close(); err != nil {
		b.Fatal(err)
	}
	return path, root
}

func unlockedAt(b *testing.B, path string) *Desk {
	b.Helper()
	d, err := Open(path, testOptions())
	if err == nil {
		err = d.Unlock(context.Background(), passphrase)
	}
	if err != nil {
		b.Fatal(err)
	}
	return d
}

// BenchmarkOpenList opens a vault of 100,000 certificates, a cheap key derivation
// apart, up to the list that the window shows, all of it checked; bare opens the
// database and reads the same records, and checks and keeps nothing. MiB is what
// the list holds in memory.
func BenchmarkOpenList(b *testing.B) {
	path, _ := full(b, plenty)
	b.Run("ours", func(b *testing.B) {
		var before, after runtime.MemStats
		for b.Loop() {
			runtime.GC()
			runtime.ReadMemStats(&before)
			d := unlockedAt(b, path)
			list, err := d.Certificates(Filter{})
			if err != nil || len(list) != plenty {
				b.Fatal(len(list), err)
			}
			b.StopTimer()
			list = nil
			runtime.GC()
			runtime.ReadMemStats(&after)
			if err := d.vault.Close(); err != nil {
				b.Fatal(err)
			}
			b.StartTimer()
		}
		b.ReportMetric((float64(after.HeapAlloc)-float64(before.HeapAlloc))/(1<<20), "MiB")
	})
	b.Run("bare", func(b *testing.B) {
		for b.Loop() {
			db, err := bbolt.Open(path, 0o600, &bbolt.Options{ReadOnly: true})
			if err != nil {
				b.Fatal(err)
			}
			n := 0
			err = db.View(func(tx *bbolt.Tx) error {
				return tx.Bucket([]byte("index")).ForEach(func(_, value []byte) error {
					for _, c := range value {
						n += int(c)
					}
					return nil
				})
			})
			if err != nil || n == 0 {
				b.Fatal(n, err)
			}
			if err := db.Close(); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkSearch is one key press in the search of 100,000 certificates: what is
// found by a few letters, by many, by none, by a serial number. 16 ms is a
// picture on the screen.
func BenchmarkSearch(b *testing.B) {
	path, _ := full(b, plenty)
	d := unlockedAt(b, path)
	if _, err := d.Certificates(Filter{Search: "first"}); err != nil { // makes the texts, once
		b.Fatal(err)
	}
	for _, text := range []string{"d", "device 99", "warehouse.example.com", "nobody at all", "9e3779b1"} {
		b.Run(text, func(b *testing.B) {
			for b.Loop() {
				if _, err := d.Certificates(Filter{Search: text}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("counts", func(b *testing.B) {
		for b.Loop() {
			if _, err := d.Counts(); err != nil {
				b.Fatal(err)
			}
		}
	})
	if err := d.vault.Close(); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkIssueAmong issues one certificate into a vault of 100,000, beside the
// same in one of 100, here bare.
func BenchmarkIssueAmong(b *testing.B) {
	for _, c := range []struct {
		name string
		size int
	}{{"hundred-thousand", plenty}, {"bare", 100}} {
		b.Run(c.name, func(b *testing.B) {
			path, root := full(b, c.size)
			d := unlockedAt(b, path)
			if _, err := d.Counts(); err != nil { // as the window has
				b.Fatal(err)
			}
			for b.Loop() {
				d.mustIssue(b, root.ID, named(pki.Client, "client"))
			}
			if err := d.vault.Close(); err != nil {
				b.Fatal(err)
			}
		})
	}
}
