package storage

import (
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
)

// EachEntry gives fn each certificate's index fields until fn returns an error, which
// it returns. fn must not change certificates. When all were given and one is missing
// the error is a *DamageError.
func (t *Tx) EachEntry(fn func(Entry) error) error {
	s, err := t.loadState()
	if err != nil {
		return err
	}
	scan := t.scan(bucketIndex)
	r := t.entryReader()
	for !scan.done {
		raw, err := scan.chunk(nil)
		if err != nil {
			return err
		}
		if err := r.read(raw); err != nil {
			return err
		}
		for n := range r.entries {
			if err := fn(r.entries[n]); err != nil {
				return err
			}
		}
	}
	return t.sameCount(s, r.found)
}

// EntryChunks gives each the index fields of all certificates, some hundreds at a time
// and in no order, from several goroutines at once. The slice is used again; what is in
// it is good for ever. Each entry is checked before it is given; whether one is missing
// or out of date shows only at the end. Errors: *DamageError.
func (t *Tx) EntryChunks(each func([]Entry)) error {
	s, err := t.loadState()
	if err != nil {
		return err
	}
	spare := make(chan []rawRecord, 6*runtime.GOMAXPROCS(0)) // chunks that are done with
	r := t.startReaders(func(one *entryReader, raw []rawRecord) error {
		err := one.read(raw)
		if err == nil {
			each(one.entries)
			spare <- raw[:0]
		}
		return err
	})
	err = r.feed(t.scan(bucketIndex), spare)
	found, broken := r.end()
	switch {
	case broken != nil:
		return broken
	case err != nil:
		return err
	}
	return t.sameCount(s, found)
}

// entryReaders work on records beside one another, one a core.
type entryReaders struct {
	list   []*entryReader
	chunks chan entryChunk
	given  int // how many chunks
	failed atomic.Bool
	wait   sync.WaitGroup
}

// entryChunk is some records, and how many chunks were before.
type entryChunk struct {
	n   int
	raw []rawRecord
}

func (t *Tx) startReaders(work func(*entryReader, []rawRecord) error) *entryReaders {
	cores := runtime.GOMAXPROCS(0)
	r := &entryReaders{chunks: make(chan entryChunk, 4*cores)}
	for range cores {
		one := t.entryReader()
		r.list = append(r.list, one)
		r.wait.Go(func() {
			for c := range r.chunks {
				if one.err != nil {
					continue // until there are no more
				}
				if one.err, one.at = work(one, c.raw), c.n; one.err != nil {
					r.failed.Store(true)
				}
			}
		})
	}
	return r
}

// give has one of the readers work on a chunk.
func (r *entryReaders) give(raw []rawRecord) {
	r.chunks <- entryChunk{r.given, raw}
	r.given++
}

// feed gives the readers the whole of a bucket, or until one of them fails.
func (r *entryReaders) feed(scan *scanner, spare <-chan []rawRecord) error {
	for !scan.done && !r.failed.Load() {
		var raw []rawRecord
		select {
		case raw = <-spare:
		default:
		}
		raw, err := scan.chunk(raw)
		if err != nil {
			return err
		}
		r.give(raw)
	}
	return nil
}

// end waits for the readers, and counts what they read. Of their errors it gives that
// of the record that is first in the file.
func (r *entryReaders) end() (found count, err error) {
	close(r.chunks)
	r.wait.Wait()
	first := 0
	for _, one := range r.list {
		found.records += one.found.records
		found.sum.add(one.found.sum)
		if one.err != nil && (err == nil || one.at < first) {
			err, first = one.err, one.at
		}
	}
	return found, err
}

func (t *Tx) sameCount(s *state, found count) error {
	if found != s.counts[bucketIndex] && !t.v.options.Salvage {
		return &DamageError{Bucket: bucketIndex, Reason: "records are missing, too many or out of date"}
	}
	return nil
}

// chunk appends the next records to raw.
func (s *scanner) chunk(raw []rawRecord) ([]rawRecord, error) {
	if raw == nil {
		raw = make([]rawRecord, 0, batchSize)
	}
	err := s.batch(func(record, value []byte) error {
		raw = append(raw, rawRecord{record, value})
		return nil
	})
	return raw, err
}

// entryReader checks and decodes records of the index. It is for one goroutine.
type entryReader struct {
	t       *Tx // for its hash: it reads what the transaction does and writes nothing
	entries []Entry
	found   count // of all that it read
	halves  []halfEntry
	text    []byte
	err     error
	at      int // which chunk err is of
}

func (t *Tx) entryReader() *entryReader {
	own := &Tx{v: t.v, tx: t.tx, keys: t.keys, header: t.header}
	if t.keys != nil {
		own.mac = newMAC(t.keys.mac)
	}
	return &entryReader{t: own}
}

// read reads a chunk into r.entries. Who salvages gets those that are sound.
func (r *entryReader) read(raw []rawRecord) error {
	r.entries, r.halves, r.text = r.entries[:0], r.halves[:0], r.text[:0]
	err := guard(bucketIndex, func() error { return r.decode(raw) })
	if !r.t.v.options.Salvage || !errors.Is(err, ErrDamaged) {
		return err
	}
	r.entries = r.entries[:0]
	for n := range raw {
		_ = guard(bucketIndex, func() error {
			entry, err := r.t.entry(raw[n].key, raw[n].value)
			if err == nil {
				r.entries = append(r.entries, entry)
			}
			return err
		})
	}
	return nil
}

// decode makes one string and one list of names for all of a chunk: 100,000 small ones
// would cost more than their checks. To be called under guard.
func (r *entryReader) decode(raw []rawRecord) error {
	for n := range raw {
		payload, err := r.payload(raw[n])
		if err != nil {
			return err
		}
		half, ok := openEntry(raw[n].key, payload)
		if !ok {
			return damage(bucketIndex, raw[n].key, "layout")
		}
		r.halves = append(r.halves, half)
		r.text = half.appendTexts(r.text)
	}
	all := string(r.text)
	list := make([]string, 0, 2*len(raw))
	for n := range r.halves {
		h := &r.halves[n]
		size := h.textSize()
		r.entries = append(r.entries, Entry{})
		if !h.finish(all[:size], &list, &r.entries[n]) {
			return damage(bucketIndex, raw[n].key, "layout")
		}
		all = all[size:]
	}
	return nil
}

// payload is what a record holds: once its check holds, unless the vault is locked.
func (r *entryReader) payload(raw rawRecord) ([]byte, error) {
	if r.t.keys == nil { // see Vault.ReadAhead
		return payloadOf(bucketIndex, raw.key, raw.value)
	}
	payload, err := r.t.unchecked(bucketIndex, raw.key, raw.value)
	if err == nil {
		r.found.records++
		r.found.sum.add(term(raw.key, raw.value))
	}
	return payload, err
}

// check checks a chunk and decodes nothing.
func (r *entryReader) check(raw []rawRecord) error {
	for n := range raw {
		if _, err := r.payload(raw[n]); err != nil {
			return err
		}
	}
	return nil
}
