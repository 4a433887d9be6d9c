package storage

import (
	"path/filepath"
	"testing"

	"go.etcd.io/bbolt"
)

const many = 100_000

func rawDB(b *testing.B) *bbolt.DB {
	b.Helper()
	db, err := bbolt.Open(filepath.Join(b.TempDir(), "raw.db"), 0o600, nil)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close() })
	return db
}

// BenchmarkPut is one certificate, with its entry and the state, in one transaction; raw
// is the DER alone, put with bbolt alone.
func BenchmarkPut(b *testing.B) {
	b.Run("vault", func(b *testing.B) {
		v := newVault(b)
		for n := 0; b.Loop(); n++ {
			must(b, v.Update(func(tx *Tx) error { return tx.PutCertificate(testCertificate(n)) }))
		}
	})
	b.Run("raw", func(b *testing.B) {
		db := rawDB(b)
		for n := 0; b.Loop(); n++ {
			must(b, db.Update(func(tx *bbolt.Tx) error {
				k, err := tx.CreateBucketIfNotExists([]byte("b"))
				if err != nil {
					return err
				}
				return k.Put(rawID(n), testDER(n))
			}))
		}
	})
}

// BenchmarkScan reads the index of 100,000 certificates; raw reads the same bytes and
// decodes and checks nothing.
func BenchmarkScan(b *testing.B) {
	v := newVault(b)
	for from := 0; from < many; from += 10_000 {
		must(b, v.Update(func(tx *Tx) error {
			for n := from; n < from+10_000; n++ {
				if err := tx.PutCertificate(testCertificate(n)); err != nil {
					return err
				}
			}
			return nil
		}))
	}
	b.Run("entries", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			must(b, v.View(func(tx *Tx) error {
				entries, err := tx.Entries()
				if len(entries) != many {
					b.Fatal(len(entries))
				}
				return err
			}))
		}
	})
	b.Run("raw", func(b *testing.B) {
		for b.Loop() {
			n := 0
			must(b, v.db.(*boltKV).db.View(func(tx *bbolt.Tx) error {
				return tx.Bucket([]byte(bucketIndex)).ForEach(func(_, value []byte) error {
					for _, c := range value {
						n += int(c)
					}
					return nil
				})
			}))
		}
	})
	b.Run("count", func(b *testing.B) {
		for b.Loop() {
			must(b, v.View(func(tx *Tx) error { return tx.checkWhole(bucketIndex) }))
		}
	})
	must(b, v.Close())
	b.Run("open", func(b *testing.B) {
		for b.Loop() {
			v, err := Open(v.Path(), testOptions())
			must(b, err)
			must(b, v.Close())
		}
	})
}
