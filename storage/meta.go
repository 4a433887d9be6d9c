package storage

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"io"
)

// bbolt's file format, version 2 (go.etcd.io/bbolt, internal/common): pages of one
// size, numbers in the machine's byte order, the first two pages hold one header each.
const (
	pageHeaderSize = 16 // id uint64, flags uint16, count uint16, overflow uint32
	elementSize    = 16 // of branch and leaf pages alike
	bucketHead     = 16 // root page uint64, sequence uint64
	metaSize       = 64

	metaMagic   = 0xED0CDAED
	metaVersion = 2

	flagBranch   = 0x01
	flagLeaf     = 0x02
	flagMeta     = 0x04
	flagFreelist = 0x10

	leafIsBucket = 0x01

	noFreelist  = 1<<64 - 1
	minPageSize = 1 << 10
	maxPageSize = 1 << 16
)

var order = binary.NativeEndian

// meta is one of bbolt's two headers; the valid one of the higher txid counts.
type meta struct {
	pageSize                         int64
	root, freelist, high, txid, page uint64
}

// decodeMeta reads the header in a page; ok is false where it is not one.
func decodeMeta(page []byte) (m meta, ok bool) {
	if len(page) < pageHeaderSize+metaSize {
		return m, false
	}
	b := page[pageHeaderSize:]
	if order.Uint32(b) != metaMagic || order.Uint32(b[4:]) != metaVersion {
		return m, false
	}
	h := fnv.New64a()
	h.Write(b[:metaSize-8])
	m = meta{
		page: order.Uint64(page), pageSize: int64(order.Uint32(b[8:])),
		root: order.Uint64(b[16:]), freelist: order.Uint64(b[32:]),
		high: order.Uint64(b[40:]), txid: order.Uint64(b[48:]),
	}
	return m, order.Uint64(b[56:]) == h.Sum64()
}

// readBothMetas is the headers of a file in which both are whole.
func readBothMetas(r io.ReaderAt, size int64) ([2]meta, error) {
	var both [2]meta
	at := int64(0)
	for i := range both {
		m, ok, err := readMeta(r, at)
		if err != nil {
			return both, err
		}
		if !ok {
			return both, &DamageError{Reason: "one of the two headers"}
		}
		if err := m.check(size); err != nil {
			return both, err
		}
		both[i], at = m, m.pageSize
	}
	return both, nil
}

// readMetas finds the header that counts. A file that has neither is ErrNotVault; one in which
// only one is whole is damaged, for bbolt would go back by a commit without a word.
// salvage takes that one.
func readMetas(r io.ReaderAt, size int64, salvage bool) (meta, error) {
	first, firstOK, err := readMeta(r, 0)
	if err != nil {
		return meta{}, err
	}
	var second meta
	var secondOK bool
	if firstOK {
		second, secondOK, err = readMeta(r, first.pageSize)
	} else {
		for at := int64(minPageSize); at <= maxPageSize && !secondOK && err == nil; at *= 2 {
			second, secondOK, err = readMeta(r, at)
			secondOK = secondOK && second.pageSize == at
		}
	}
	switch {
	case err != nil:
		return meta{}, err
	case !firstOK && !secondOK:
		return meta{}, notMeta(r, size)
	case firstOK && secondOK:
		if first.pageSize != second.pageSize {
			return meta{}, &DamageError{Pages: true, Reason: "the headers differ in page size"}
		}
	case firstOK && size < 2*first.pageSize:
		return meta{}, ErrTruncated
	case !salvage:
		return meta{}, &DamageError{Reason: "one of the two headers"}
	}
	m := first
	if !firstOK || secondOK && second.txid > first.txid {
		m = second
	}
	return m, m.check(size)
}

// notMeta tells a bbolt file with broken headers from something else.
func notMeta(r io.ReaderAt, size int64) error {
	var b [pageHeaderSize + 8]byte
	if n, _ := r.ReadAt(b[:], 0); n < len(b) || order.Uint32(b[pageHeaderSize:]) != metaMagic {
		return ErrNotVault
	}
	if size < 2*minPageSize {
		return ErrTruncated
	}
	return &DamageError{Pages: true, Reason: "both headers"}
}

func readMeta(r io.ReaderAt, at int64) (meta, bool, error) {
	var b [pageHeaderSize + metaSize]byte
	if n, err := r.ReadAt(b[:], at); n < len(b) {
		if err == io.EOF {
			err = nil
		}
		return meta{}, false, err
	}
	m, ok := decodeMeta(b[:])
	return m, ok, nil
}

// check bounds what the header says by the file's size.
func (m meta) check(size int64) error {
	switch {
	case m.pageSize < minPageSize || m.pageSize > maxPageSize || m.pageSize&(m.pageSize-1) != 0:
		return &DamageError{Pages: true, Reason: fmt.Sprintf("page size %d", m.pageSize)}
	case m.high > uint64(size/m.pageSize):
		return ErrTruncated
	case m.root < 2 || m.root >= m.high:
		return &DamageError{Pages: true, Reason: "the root page is outside of the file"}
	}
	return nil
}
