package storage

import (
	"bytes"
	"context"
	"errors"
	"hash/fnv"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// fixMetas makes the checksums of both headers right again, as someone would who
// builds a file on purpose. It leaves alone what is no header.
func fixMetas(file []byte) {
	for _, at := range []int{0, os.Getpagesize()} {
		if len(file) < at+pageHeaderSize+metaSize {
			return
		}
		b := file[at+pageHeaderSize:]
		h := fnv.New64a()
		h.Write(b[:metaSize-8])
		order.PutUint64(b[56:], h.Sum64())
	}
}

// setMeta writes a number into both headers.
func setMeta(file []byte, at int, value uint64) {
	for _, page := range []int{0, os.Getpagesize()} {
		order.PutUint64(file[page+pageHeaderSize+at:], value)
	}
	fixMetas(file)
}

// findPage is where a page in use with these flags begins, and its number.
func findPage(t *testing.T, file []byte, flags uint16) (at int, id uint64) {
	t.Helper()
	m, err := readMetas(bytes.NewReader(file), int64(len(file)), false)
	must(t, err)
	pages, err := walkPages(bytes.NewReader(file), m)
	must(t, err)
	for id := range m.high {
		at := int(id) * int(m.pageSize)
		if pages.used(id) && order.Uint64(file[at:]) == id && order.Uint16(file[at+8:]) == flags && order.Uint16(file[at+10:]) > 1 {
			return at, id
		}
	}
	t.Fatalf("no page of kind %#x", flags)
	return 0, 0
}

// hostile is a file that would stall or end bbolt, or make it write over what is in use.
type hostile struct {
	name   string
	change func(t *testing.T, b []byte)
	want   error
}

const firstElement = pageHeaderSize // of a page, from its beginning

// refuse changes a good file so: it must not be opened, not even in part.
func refuse(t *testing.T, cases []hostile) {
	_, file := damagedVault(t)
	must(t, inspect(bytes.NewReader(file), int64(len(file)), false))
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			b := bytes.Clone(file)
			c.change(t, b)
			mustBe(t, inspect(bytes.NewReader(b), int64(len(b)), false), c.want)
			path := filepath.Join(t.TempDir(), "vault.db")
			must(t, os.WriteFile(path, b, 0o600))
			_, err := Open(path, testOptions())
			mustBe(t, err, c.want)
			o := testOptions()
			o.Salvage = true
			_, err = Open(path, o)
			mustBe(t, err, c.want)
		})
	}
}

// The headers say what cannot be.
func TestHostileHeaders(t *testing.T) {
	refuse(t, []hostile{
		{"page size 0", func(t *testing.T, b []byte) { setMeta(b, 8, 0) }, ErrDamaged},
		{"page size 3000", func(t *testing.T, b []byte) { setMeta(b, 8, 3000) }, ErrDamaged},
		{"more pages than the file", func(t *testing.T, b []byte) { setMeta(b, 40, 1<<62) }, ErrTruncated},
		{"the root is a header", func(t *testing.T, b []byte) { setMeta(b, 16, 1) }, ErrDamaged},
		{"the root is outside", func(t *testing.T, b []byte) { setMeta(b, 16, 1<<40) }, ErrDamaged},
		{"the free pages are not kept", func(t *testing.T, b []byte) { setMeta(b, 32, noFreelist) }, ErrDamaged},
		{"the free pages are the root", func(t *testing.T, b []byte) {
			m, err := readMetas(bytes.NewReader(b), int64(len(b)), false)
			must(t, err)
			setMeta(b, 32, m.root)
		}, ErrDamaged},
		{"headers of two page sizes", func(t *testing.T, b []byte) {
			order.PutUint32(b[os.Getpagesize()+pageHeaderSize+8:], 8192)
			fixMetas(b)
		}, ErrDamaged},
	})
}

// The tree of pages is none.
func TestHostileBranches(t *testing.T) {
	refuse(t, []hostile{
		{"a page leads back to itself", func(t *testing.T, b []byte) {
			at, id := findPage(t, b, flagBranch)
			order.PutUint64(b[at+firstElement+8:], id)
		}, ErrDamaged},
		{"two children are one", func(t *testing.T, b []byte) {
			at, _ := findPage(t, b, flagBranch)
			copy(b[at+firstElement+8:][:8], b[at+firstElement+elementSize+8:])
		}, ErrDamaged},
		{"two children swapped", func(t *testing.T, b []byte) {
			at, _ := findPage(t, b, flagBranch)
			first, second := b[at+firstElement+8:][:8], b[at+firstElement+elementSize+8:][:8]
			old := bytes.Clone(first)
			copy(first, second)
			copy(second, old)
		}, ErrDamaged},
		{"a branch without children", func(t *testing.T, b []byte) {
			at, _ := findPage(t, b, flagBranch)
			order.PutUint16(b[at+10:], 0)
		}, ErrDamaged},
		{"a branch of too many children", func(t *testing.T, b []byte) {
			at, _ := findPage(t, b, flagBranch)
			order.PutUint16(b[at+10:], 0xffff)
		}, ErrDamaged},
	})
}

// Records lie where there are none.
func TestHostileLeaves(t *testing.T) {
	refuse(t, []hostile{
		{"a leaf of too many records", func(t *testing.T, b []byte) {
			at, _ := findPage(t, b, flagLeaf)
			order.PutUint16(b[at+10:], 0xffff)
		}, ErrDamaged},
		{"a leaf of fewer records", func(t *testing.T, b []byte) { // in the tree of buckets: its pages are lost
			m, err := readMetas(bytes.NewReader(b), int64(len(b)), false)
			must(t, err)
			at := int(m.root) * int(m.pageSize)
			order.PutUint16(b[at+10:], order.Uint16(b[at+10:])-8) // the last that has pages of its own is "keys"
		}, ErrDamaged},
		{"a record of 4 GB", func(t *testing.T, b []byte) {
			at, _ := findPage(t, b, flagLeaf)
			order.PutUint32(b[at+firstElement+12:], 1<<32-1)
		}, ErrDamaged},
		{"a record behind the page", func(t *testing.T, b []byte) {
			at, _ := findPage(t, b, flagLeaf)
			order.PutUint32(b[at+firstElement+4:], 1<<31)
		}, ErrDamaged},
		{"overflow behind the file", func(t *testing.T, b []byte) {
			at, _ := findPage(t, b, flagLeaf)
			order.PutUint32(b[at+12:], 1<<31)
		}, ErrDamaged},
		{"a page of no kind", func(t *testing.T, b []byte) {
			at, _ := findPage(t, b, flagLeaf)
			order.PutUint16(b[at+8:], 0x20)
		}, ErrDamaged},
	})
}

// What is free and what is used disagree.
func TestHostileFreePages(t *testing.T) {
	refuse(t, []hostile{
		{"a used page is free", func(t *testing.T, b []byte) {
			at, _ := findPage(t, b, flagFreelist)
			_, id := findPage(t, b, flagBranch)
			order.PutUint64(b[at+pageHeaderSize:], id)
		}, ErrDamaged},
		{"a free page is forgotten", func(t *testing.T, b []byte) {
			at, _ := findPage(t, b, flagFreelist)
			order.PutUint16(b[at+10:], order.Uint16(b[at+10:])-1)
		}, ErrDamaged},
		{"more free pages than fit", func(t *testing.T, b []byte) {
			at, _ := findPage(t, b, flagFreelist)
			order.PutUint16(b[at+10:], 0xffff)
			order.PutUint64(b[at+pageHeaderSize:], 1<<60)
		}, ErrDamaged},
	})
}

// unreadable fails behind some bytes.
type unreadable struct {
	io.ReaderAt
	from int64
	err  error
}

func (u unreadable) ReadAt(p []byte, at int64) (int, error) {
	if at+int64(len(p)) > u.from {
		return 0, u.err
	}
	return u.ReaderAt.ReadAt(p, at)
}

func TestUnreadable(t *testing.T) {
	_, file := damagedVault(t)
	broken := errors.New("broken")
	for _, from := range []int64{0, 50, 4100, 4096 * 2, 4096 * 9} {
		r := unreadable{bytes.NewReader(file), from, broken}
		mustBe(t, inspect(r, int64(len(file)), false), broken)
		r.err = io.EOF // the file was cut after its size was asked for
		if err := inspect(r, int64(len(file)), false); err == nil || !typed(err) {
			t.Errorf("from %d: %v", from, err)
		}
	}
	for _, from := range []int64{0, 50} {
		_, err := readBothMetas(unreadable{bytes.NewReader(file), from, broken}, int64(len(file)))
		mustBe(t, err, broken)
	}
}

func TestReadBothMetas(t *testing.T) {
	_, file := damagedVault(t)
	both, err := readBothMetas(bytes.NewReader(file), int64(len(file)))
	must(t, err)
	if d := int64(both[0].txid) - int64(both[1].txid); d != 1 && d != -1 {
		t.Errorf("transactions %d and %d", both[0].txid, both[1].txid)
	}
	_, err = readBothMetas(bytes.NewReader(file), 8192)
	mustBe(t, err, ErrTruncated)
	clear(file[os.Getpagesize()+20 : os.Getpagesize()+80])
	_, err = readBothMetas(bytes.NewReader(file), int64(len(file)))
	mustBe(t, err, ErrDamaged)
}

// FuzzOpen opens arbitrary files; those that look like bbolt's get right checksums, so
// that the fuzzer gets past them. Whatever opens can be read without a panic.
func FuzzOpen(f *testing.F) {
	path := filepath.Join(f.TempDir(), "vault.db")
	v, err := Create(path, []byte(testPassphrase), testOptions())
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte{})
	f.Add([]byte("text"))
	for range 2 {
		fill(f, v, 2)
		b, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
		f.Add(b[:len(b)/2])
	}
	must(f, v.Close())
	f.Fuzz(func(t *testing.T, b []byte) {
		b = bytes.Clone(b)
		fixMetas(b)
		path := filepath.Join(t.TempDir(), "vault.db")
		must(t, os.WriteFile(path, b, 0o600))
		v, err := Open(path, testOptions())
		var kdf *KDFError
		if err != nil {
			if !typed(err) && !errors.Is(err, ErrEmptyFile) && !errors.As(err, &kdf) {
				t.Errorf("error %v", err)
			}
			return
		}
		err = v.Unlock(context.Background(), []byte(testPassphrase))
		if err == nil {
			err = v.View(func(tx *Tx) error {
				_, err := tx.Check(context.Background())
				return err
			})
		}
		if err != nil && !typed(err) && !errors.Is(err, ErrWrongPassphrase) {
			t.Errorf("error %v", err)
		}
		must(t, v.Close())
	})
}
