package storage

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// maxDepth is more levels than any file has whose pages hold two keys each.
const maxDepth = 48

// inspect reads the pages of a bbolt file as bbolt will, but with every step checked,
// since bbolt trusts them: a page that leads back to itself overflows its stack, which
// nothing can recover from; a free page that is in use would be written over; a key out
// of order hides records. Each page that is in use is reached once, lies in the file,
// and has its keys in order; each other one is in the list of free pages.
//
// It looks at every page once (100,000 certificates: see BenchmarkScan). Errors:
// ErrNotVault, ErrTruncated, *DamageError, and those of r.
func inspect(r io.ReaderAt, size int64, salvage bool) error {
	m, err := readMetas(r, size, salvage)
	if err != nil {
		return err
	}
	_, err = walkPages(r, m)
	return err
}

// walkPages returns what every page below the high-water mark of m is for.
func walkPages(r io.ReaderAt, m meta) (*pageMap, error) {
	w := &walker{r: r, m: m, pages: newPageMap(m.high)}
	w.mapping, _ = r.(mapping)
	if err := w.tree(m.root, keyRange{}, 0, true); err != nil {
		return nil, err
	}
	ours := slices.ContainsFunc(w.buckets, func(b rawBucket) bool { return string(b.name) == bucketMeta })
	if !ours {
		return nil, ErrNotVault // of another program
	}
	for _, b := range w.buckets {
		if err := w.bucket(b); err != nil {
			return nil, err
		}
	}
	if err := w.walkSubtrees(); err != nil {
		return nil, err
	}
	return w.pages, w.freelist()
}

// subtree is the pages under one page, which is itself not the top of its bucket.
type subtree struct {
	page   uint64
	within keyRange
}

// walkSubtrees walks those under the tops of buckets, on all cores. Of what is wrong
// it says what comes first.
func (w *walker) walkSubtrees() error {
	faults := make([]error, len(w.subtrees))
	var next atomic.Int64
	var wait sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		own := &walker{r: w.r, mapping: w.mapping, m: w.m, pages: w.pages}
		wait.Go(func() {
			for {
				n := int(next.Add(1)) - 1
				if n >= len(w.subtrees) {
					return
				}
				faults[n] = guard("", func() error { return own.tree(w.subtrees[n].page, w.subtrees[n].within, 1, false) })
			}
		})
	}
	wait.Wait()
	for _, err := range faults {
		if err != nil {
			return err
		}
	}
	return nil
}

// walker goes through the tree of pages.
type walker struct {
	r       io.ReaderAt
	mapping mapping // r, where nothing need be copied; nil: it is not one
	m       meta
	pages   *pageMap
	buffers [maxDepth + 1][]byte // of each level; parents are read on while children are walked
	buckets []rawBucket
	// What is left to walk, where apart is set: the children of the page at the top.
	apart    bool
	subtrees []subtree
}

// rawBucket is a record of the tree of buckets, and the page that it is on.
type rawBucket struct {
	page        uint64
	name, value []byte
}

// keyRange is where keys of a page have to lie: from <= key < to; nil is no bound.
type keyRange struct{ from, to []byte }

func (k keyRange) has(key []byte) bool {
	return bytes.Compare(key, k.from) >= 0 && (k.to == nil || bytes.Compare(key, k.to) < 0)
}

func (w *walker) damage(page uint64, format string, args ...any) error {
	return &DamageError{Pages: true, Reason: fmt.Sprintf("page %d: ", page) + fmt.Sprintf(format, args...)}
}

// page reads a page with its overflow and marks it as in use.
func (w *walker) page(id uint64, depth int) ([]byte, error) {
	if id < 2 || id >= w.m.high {
		return nil, w.damage(id, "outside of the file")
	}
	b, err := w.first(id, depth)
	if err != nil {
		return nil, err
	}
	overflow := uint64(order.Uint32(b[12:]))
	if order.Uint64(b) != id || overflow >= w.m.high-id {
		return nil, w.damage(id, "header")
	}
	for p := id; p <= id+overflow; p++ {
		if !w.pages.take(p, pageUsed) {
			return nil, w.damage(p, "used twice")
		}
	}
	switch {
	case overflow == 0:
		return b, nil
	case w.mapping != nil:
		if b = w.mapping.at(int64(id)*w.m.pageSize, int64(overflow+1)*w.m.pageSize); b == nil {
			return nil, ErrTruncated
		}
		return b, nil
	}
	b = append(b, make([]byte, int64(overflow)*w.m.pageSize)...)
	w.buffers[depth] = b
	return b, w.read(b[w.m.pageSize:], id+1)
}

// first is a page without its overflow.
func (w *walker) first(id uint64, depth int) ([]byte, error) {
	if w.mapping != nil {
		b := w.mapping.at(int64(id)*w.m.pageSize, w.m.pageSize)
		if b == nil {
			return nil, ErrTruncated
		}
		return b, nil
	}
	if w.buffers[depth] == nil {
		w.buffers[depth] = make([]byte, w.m.pageSize)
	}
	b := w.buffers[depth][:w.m.pageSize]
	return b, w.read(b, id)
}

func (w *walker) read(b []byte, page uint64) error {
	n, err := w.r.ReadAt(b, int64(page)*w.m.pageSize)
	if n == len(b) {
		return nil
	}
	if err == io.EOF {
		return ErrTruncated
	}
	return fmt.Errorf("read page %d: %w", page, err)
}

// tree walks the pages under id. root: it is the tree of buckets itself.
func (w *walker) tree(id uint64, within keyRange, depth int, root bool) error {
	if depth > maxDepth {
		return w.damage(id, "too deep")
	}
	b, err := w.page(id, depth)
	if err != nil {
		return err
	}
	switch flags := order.Uint16(b[8:]); flags {
	case flagBranch:
		return w.branch(id, b, within, depth, root)
	case flagLeaf:
		return w.leaf(id, b, within, root)
	default:
		return w.damage(id, "kind %#x", flags)
	}
}

// branch walks the children. Each one's keys begin at its own key here and end before
// its neighbour's; the first one's may begin before, down to the page's own bound.
func (w *walker) branch(id uint64, b []byte, within keyRange, depth int, root bool) error {
	n := int(order.Uint16(b[10:]))
	if n == 0 {
		return w.damage(id, "no children")
	}
	keys := make([][]byte, n)
	for i := range n {
		at := pageHeaderSize + i*elementSize
		if at+elementSize > len(b) {
			return w.damage(id, "count")
		}
		key, ok := span(b, at, order.Uint32(b[at:]), order.Uint32(b[at+4:]))
		if !ok || !within.has(key) || i > 0 && bytes.Compare(keys[i-1], key) >= 0 {
			return w.damage(id, "key %d", i)
		}
		keys[i] = key
	}
	for i, key := range keys {
		child := keyRange{from: key, to: within.to}
		if i+1 < n {
			child.to = keys[i+1]
		}
		at := pageHeaderSize + i*elementSize
		if w.apart && depth == 0 {
			child = keyRange{bytes.Clone(child.from), bytes.Clone(child.to)} // this page's buffer is used again
			w.subtrees = append(w.subtrees, subtree{order.Uint64(b[at+8:]), child})
			continue
		}
		if err := w.tree(order.Uint64(b[at+8:]), child, depth+1, root); err != nil {
			return err
		}
	}
	return nil
}

// leaf checks the records of a page; in the root's tree they are the buckets.
func (w *walker) leaf(id uint64, b []byte, within keyRange, root bool) error {
	n := int(order.Uint16(b[10:]))
	var last []byte
	for i := range n {
		at := pageHeaderSize + i*elementSize
		if at+elementSize > len(b) {
			return w.damage(id, "count")
		}
		flags, keySize, valueSize := order.Uint32(b[at:]), order.Uint32(b[at+8:]), order.Uint32(b[at+12:])
		if uint64(keySize)+uint64(valueSize) > math.MaxInt32 {
			return w.damage(id, "size of record %d", i)
		}
		both, ok := span(b, at, order.Uint32(b[at+4:]), keySize+valueSize)
		if !ok {
			return w.damage(id, "place of record %d", i)
		}
		key, value := both[:keySize], both[keySize:]
		if !within.has(key) || i > 0 && bytes.Compare(last, key) >= 0 {
			return w.damage(id, "key %d", i)
		}
		last = key
		if root != (flags == leafIsBucket) || flags > leafIsBucket {
			return w.damage(id, "kind of record %d", i)
		}
		if root {
			w.buckets = append(w.buckets, rawBucket{id, bytes.Clone(key), bytes.Clone(value)})
		}
	}
	return nil
}

// span is size bytes, pos after the element at; they lie behind all elements' heads.
func span(b []byte, at int, pos, size uint32) ([]byte, bool) {
	from := uint64(at) + uint64(pos)
	if pos < elementSize || from+uint64(size) > uint64(len(b)) {
		return nil, false
	}
	return b[from : from+uint64(size)], true
}

// bucket walks one bucket: a tree of its own, or one small page inside of its value.
func (w *walker) bucket(b rawBucket) error {
	if len(b.value) < bucketHead {
		return w.damage(b.page, "bucket %q", b.name)
	}
	if child := order.Uint64(b.value); child != 0 {
		w.apart = true
		return w.tree(child, keyRange{}, 0, false)
	}
	page := b.value[bucketHead:]
	if len(page) < pageHeaderSize || order.Uint64(page) != 0 ||
		order.Uint16(page[8:]) != flagLeaf || order.Uint32(page[12:]) != 0 {
		return w.damage(b.page, "bucket %q", b.name)
	}
	return w.leaf(b.page, page, keyRange{}, false)
}

// freelist checks that the free pages are just those that nothing uses.
func (w *walker) freelist() error {
	b, err := w.page(w.m.freelist, 0)
	if err != nil {
		return err
	}
	if order.Uint16(b[8:]) != flagFreelist {
		return w.damage(w.m.freelist, "not the free pages")
	}
	n, at := uint64(order.Uint16(b[10:])), pageHeaderSize
	if n == math.MaxUint16 { // more than fit into the count: the first one is the count
		n, at = order.Uint64(b[at:]), at+8
	}
	if n > uint64(len(b)-at)/8 {
		return w.damage(w.m.freelist, "count")
	}
	var last uint64
	for range n {
		free := order.Uint64(b[at:])
		at += 8
		if free <= last || free >= w.m.high || !w.pages.take(free, pageFree) {
			return w.damage(free, "free, but used")
		}
		last = free
	}
	for p := uint64(2); p < w.m.high; p++ {
		if w.pages.at(p) == pageUnknown {
			return w.damage(p, "neither used nor free")
		}
	}
	return nil
}

// pageMap says of each page what it is for. Several walkers may mark pages at once.
type pageMap struct{ state []atomic.Uint32 }

type pageState uint32

const (
	pageUnknown pageState = iota
	pageUsed
	pageFree
)

func newPageMap(high uint64) *pageMap {
	p := &pageMap{state: make([]atomic.Uint32, max(high, 2))}
	p.take(0, pageUsed) // the headers
	p.take(1, pageUsed)
	return p
}

// used reports whether the page holds something.
func (p *pageMap) used(page uint64) bool {
	return page < uint64(len(p.state)) && p.at(page) == pageUsed
}

// take marks a page that is not taken yet.
func (p *pageMap) take(page uint64, as pageState) bool {
	return p.state[page].CompareAndSwap(uint32(pageUnknown), uint32(as))
}

func (p *pageMap) at(page uint64) pageState { return pageState(p.state[page].Load()) }
