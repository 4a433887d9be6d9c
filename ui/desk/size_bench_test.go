package desk

import (
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"testing"
	"time"

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

// fastest is the shortest of some times: what else the computer does is not in it.
type fastest time.Duration

func (f *fastest) since(begun time.Time) {
	if took := fastest(time.Since(begun)); *f == 0 || took < *f {
		*f = took
	}
}

func (f fastest) report(b *testing.B) {
	b.ReportMetric(float64(f)/float64(time.Millisecond), "ms-fastest")
}

// BenchmarkOpenList opens a vault of 100,000 certificates, a cheap key derivation
// apart, up to the list that the window shows, all of it checked and sorted; bare
// opens the database and reads the same records, and checks and keeps nothing.
// From-passphrase is what a person waits for once the key is derived: the index was
// read, not checked, while the passphrase was being typed. MiB
// is what the list holds in memory, and what it holds once somebody searched in it.
func BenchmarkOpenList(b *testing.B) {
	path, _ := full(b, plenty)
	b.Run("ours", func(b *testing.B) {
		var mem [3]runtime.MemStats
		var quickest fastest
		for b.Loop() {
			b.StopTimer()
			runtime.GC()
			runtime.ReadMemStats(&mem[0])
			b.StartTimer()
			begun := time.Now()
			d := unlockedAt(b, path)
			list, err := d.List(Filter{})
			if err != nil || len(list) != plenty {
				b.Fatal(len(list), err)
			}
			quickest.since(begun)
			b.StopTimer()
			list = nil
			runtime.GC()
			runtime.ReadMemStats(&mem[1])
			if _, err := d.List(Filter{Search: "warehouse", By: ByEnd}); err != nil {
				b.Fatal(err)
			}
			if _, err := d.Get("none"); err == nil {
				b.Fatal("found what is not there")
			}
			runtime.GC()
			runtime.ReadMemStats(&mem[2])
			if err := d.vault.Close(); err != nil {
				b.Fatal(err)
			}
			b.StartTimer()
		}
		quickest.report(b)
		b.ReportMetric((float64(mem[1].HeapAlloc)-float64(mem[0].HeapAlloc))/(1<<20), "MiB")
		b.ReportMetric((float64(mem[2].HeapAlloc)-float64(mem[0].HeapAlloc))/(1<<20), "MiB-searched")
	})
	b.Run("from-passphrase", func(b *testing.B) {
		var quickest fastest
		for b.Loop() {
			b.StopTimer()
			runtime.GC()
			d, err := Open(path, testOptions())
			if err != nil {
				b.Fatal(err)
			}
			d.ReadAhead()
			b.StartTimer()
			begun := time.Now()
			if err := d.Unlock(context.Background(), passphrase); err != nil {
				b.Fatal(err)
			}
			list, err := d.List(Filter{})
			if err != nil || len(list) != plenty {
				b.Fatal(len(list), err)
			}
			quickest.since(begun)
			b.StopTimer()
			if err := d.vault.Close(); err != nil {
				b.Fatal(err)
			}
			b.StartTimer()
		}
		quickest.report(b)
	})
	b.Run("bare", func(b *testing.B) {
		var quickest fastest
		for b.Loop() {
			begun := time.Now()
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
			quickest.since(begun)
			if err := db.Close(); err != nil {
				b.Fatal(err)
			}
		}
		quickest.report(b)
	})
}

// BenchmarkSearch is one key press in the search of 100,000 certificates, each
// looked for anew: what is found by a few letters, by many, by none, by a serial
// number, in another order; typed is a word of nine letters, key by key; texts is
// what the first search has to make. 16 ms is a picture on the screen.
func BenchmarkSearch(b *testing.B) {
	path, _ := full(b, plenty)
	d := unlockedAt(b, path)
	look := func(f Filter) {
		if _, err := d.List(f); err != nil {
			b.Fatal(err)
		}
	}
	look(Filter{Search: "first", By: ByEnd}) // makes texts and order, once
	for _, text := range []string{"d", "device 99", "warehouse.example.com", "nobody at all", "9e3779b1"} {
		b.Run(text, func(b *testing.B) {
			for b.Loop() {
				d.shelf.found = found{}
				look(Filter{Search: text})
			}
		})
	}
	b.Run("by-end", func(b *testing.B) {
		for b.Loop() {
			d.shelf.found = found{}
			look(Filter{Search: "d", By: ByEnd})
		}
	})
	b.Run("typed", func(b *testing.B) {
		const word = "warehouse"
		for b.Loop() {
			d.shelf.found = found{}
			for n := range word {
				look(Filter{Search: word[:n+1]})
			}
		}
		b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/float64(len(word))/1000, "ms/key")
	})
	b.Run("texts", func(b *testing.B) {
		for b.Loop() {
			d.shelf.texts, d.shelf.found = nil, found{}
			look(Filter{Search: "d"})
		}
	})
	b.Run("counts", func(b *testing.B) {
		for b.Loop() {
			d.shelf.counts = nil
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
// same in one of 100, here bare; with-list reads counts and list after each, as the
// window does.
func BenchmarkIssueAmong(b *testing.B) {
	for _, c := range []struct {
		name string
		size int
	}{{"hundred-thousand", plenty}, {"bare", 100}} {
		path, root := full(b, c.size)
		d := unlockedAt(b, path)
		look := func(b *testing.B) {
			_, err := d.Counts()
			if err == nil {
				_, err = d.List(Filter{Search: "warehouse"})
			}
			if err != nil {
				b.Fatal(err)
			}
		}
		look(b)
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				d.mustIssue(b, root.ID, named(pki.Client, "client"))
			}
		})
		b.Run(c.name+"/with-list", func(b *testing.B) {
			for b.Loop() {
				d.mustIssue(b, root.ID, named(pki.Client, "client"))
				look(b)
			}
		})
		if err := d.vault.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
