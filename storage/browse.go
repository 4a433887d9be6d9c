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
	type part struct {
		n   int
		raw []rawRecord // in the mapping
	}
	readers := make([]*entryReader, runtime.GOMAXPROCS(0))
	parts := make(chan part, 4*len(readers))
	spare := make(chan []rawRecord, cap(parts)+2*len(readers))
	var failed atomic.Bool
	var wait sync.WaitGroup
	for n := range readers {
		r := t.entryReader()
		readers[n] = r
		wait.Go(func() {
			for p := range parts {
				if r.err != nil {
					continue // until the channel is empty
				}
				if r.err, r.at = r.read(p.raw), p.n; r.err != nil {
					failed.Store(true)
					continue
				}
				each(r.entries)
				spare <- p.raw[:0]
			}
		})
	}
	scan := t.scan(bucketIndex)
	for n := 0; !scan.done && !failed.Load(); n++ {
		var raw []rawRecord
		select {
		case raw = <-spare:
		default:
		}
		if raw, err = scan.chunk(raw); err != nil {
			break
		}
		parts <- part{n, raw}
	}
	close(parts)
	wait.Wait()
	var found count
	first := -1 // of those who failed, who was first in the file
	for n, r := range readers {
		found.records += r.found.records
		found.sum.add(r.found.sum)
		if r.err != nil && (first < 0 || r.at < readers[first].at) {
			first = n
		}
	}
	switch {
	case first >= 0:
		return readers[first].err
	case err != nil:
		return err
	}
	return t.sameCount(s, found)
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
	return &entryReader{t: &Tx{v: t.v, tx: t.tx, keys: t.keys, header: t.header, mac: newMAC(t.keys.mac)}}
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
		payload, err := r.t.unchecked(bucketIndex, raw[n].key, raw[n].value)
		if err != nil {
			return err
		}
		half, ok := openEntry(raw[n].key, payload)
		if !ok {
			return damage(bucketIndex, raw[n].key, "layout")
		}
		r.halves = append(r.halves, half)
		r.text = half.appendTexts(r.text)
		r.found.records++
		r.found.sum.add(term(raw[n].key, raw[n].value))
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
