package desk

import (
	"cmp"
	"encoding/binary"
	"runtime"
	"slices"
	"strings"
	"sync"

	"countersign/storage"
)

// reading takes the certificates of a vault as they are read, from several
// goroutines at once.
type reading struct {
	mu      sync.Mutex
	commits uint64 // of the vault, when it began
	whole   bool   // all are there
	room    []Certificate
	parts   [][]Certificate
	sorted  []*Certificate // all of parts in order; nil: not yet
}

// roomMost bounds what is made room for on the word of a file.
const roomMost = 1 << 20

// Begin, Take and End are what storage asks of who takes entries at unlocking.
// Room is made once: that much in small pieces would set off the collector
// again and again, while the pieces are still needed.
func (r *reading) Begin(commits uint64, count int) {
	room := make([]Certificate, max(0, min(count, roomMost)))
	r.mu.Lock()
	defer r.mu.Unlock()
	r.commits, r.whole, r.room, r.parts, r.sorted = commits, false, room, nil, nil
}

// Take keeps some entries as certificates.
func (r *reading) Take(entries []storage.Entry) {
	part := r.part(len(entries))
	for n := range entries {
		part[n].take(&entries[n])
	}
}

// part is room for some certificates.
func (r *reading) part(size int) []Certificate {
	r.mu.Lock()
	defer r.mu.Unlock()
	var part []Certificate
	if size <= len(r.room) {
		part, r.room = r.room[:size:size], r.room[size:]
	} else {
		part = make([]Certificate, size)
	}
	r.parts, r.sorted = append(r.parts, part), nil
	return part
}

// End says that they were all.
func (r *reading) End() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.whole = true
}

// sort puts in order what was read, while there is time for it.
func (r *reading) sort() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.sorted == nil && len(r.parts) > 0 {
		r.sorted = ordered(r.parts)
	}
}

// release gives what was read, in order and once, if it was read at this number of
// commits.
func (r *reading) release(commits uint64) (list []*Certificate, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if ok = r.whole && r.commits == commits; ok {
		if list = r.sorted; list == nil {
			list = ordered(r.parts)
		}
	}
	r.parts, r.sorted, r.room, r.whole = nil, nil, nil, false
	return list, ok
}

// forget lets go of what nobody asked for.
func (r *reading) forget() { r.Begin(0, 0) }

// sortKey is where a certificate comes among others: by naturalKey, of which the
// first 16 octets are two numbers.
type sortKey struct {
	first, second uint64
	key           string
	c             *Certificate
}

// appendKeys makes the keys of certificates, whose texts are parts of one string.
func appendKeys(keys []sortKey, part []Certificate) []sortKey {
	var b []byte
	ends := make([]int, len(part))
	for n := range part {
		b = appendNaturalKey(b, part[n].Name)
		ends[n] = len(b)
		if n == 0 {
			b = slices.Grow(b, len(part)*(len(b)+8))
		}
	}
	all, from := string(b), 0
	for n := range part {
		key := all[from:ends[n]]
		from = ends[n]
		var head [16]byte
		copy(head[:], key)
		keys = append(keys, sortKey{binary.BigEndian.Uint64(head[:]), binary.BigEndian.Uint64(head[8:]), key, &part[n]})
	}
	return keys
}

func (k sortKey) compare(other sortKey) int {
	switch {
	case k.first != other.first:
		return cmp.Compare(k.first, other.first)
	case k.second != other.second:
		return cmp.Compare(k.second, other.second)
	}
	if differ := strings.Compare(k.key, other.key); differ != 0 {
		return differ
	}
	if k.c.Name == other.c.Name {
		return orderSame(k.c, other.c)
	}
	return order(k.c, other.c)
}

// ordered is all certificates of the parts as order says: every core sorts a
// part of them, then they are merged.
func ordered(parts [][]Certificate) []*Certificate {
	shares := make([][]sortKey, max(1, min(runtime.GOMAXPROCS(0), len(parts))))
	var wait sync.WaitGroup
	for n := range shares {
		mine := parts[n*len(parts)/len(shares) : (n+1)*len(parts)/len(shares)]
		wait.Go(func() {
			count := 0
			for _, part := range mine {
				count += len(part)
			}
			keys := make([]sortKey, 0, count)
			for _, part := range mine {
				keys = appendKeys(keys, part)
			}
			slices.SortFunc(keys, sortKey.compare)
			shares[n] = keys
		})
	}
	wait.Wait()
	for len(shares) > 1 {
		shares = append(shares[2:], mergeKeys(shares[0], shares[1]))
	}
	list := make([]*Certificate, len(shares[0]))
	for n := range list {
		list[n] = shares[0][n].c
	}
	return list
}

func mergeKeys(a, b []sortKey) []sortKey {
	all := make([]sortKey, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		if a[0].compare(b[0]) <= 0 {
			all, a = append(all, a[0]), a[1:]
		} else {
			all, b = append(all, b[0]), b[1:]
		}
	}
	return append(append(all, a...), b...)
}

func order(a, b *Certificate) int {
	return cmp.Or(CompareNames(a.Name, b.Name), orderSame(a, b))
}

// orderSame is the order of two of one name.
func orderSame(a, b *Certificate) int {
	return cmp.Or(b.Made.Compare(a.Made), strings.Compare(string(a.ID), string(b.ID)))
}
