package storage

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"errors"
	"math/bits"
)

// state is the one record that speaks for the whole vault: how many updates were
// committed, the head of the event chain, and for each bucket how many records it
// holds and a sum over them. Each record's own check tells whether it is right; the
// sums tell whether one is missing, or is an older one that was right once.
//
// The sum of a bucket is taken modulo 2^256 over the last 32 bytes of each record (its
// check) plus its key, so that it can be kept up without reading the bucket.
type state struct {
	commits uint64
	events  uint64        // the sequence of the newest event
	head    [tagSize]byte // its hash
	counts  map[string]count
	unwiped bool // the pages of an old slot have yet to be overwritten
}

type count struct {
	records uint64
	sum     sum
}

type sum [4]uint64 // little end first

func (s *sum) add(b sum) {
	var carry uint64
	for i := range s {
		s[i], carry = bits.Add64(s[i], b[i], carry)
	}
}

func (s *sum) sub(b sum) {
	var borrow uint64
	for i := range s {
		s[i], borrow = bits.Sub64(s[i], b[i], borrow)
	}
}

func toSum(b *[tagSize]byte) (s sum) {
	for i := range s {
		s[i] = binary.LittleEndian.Uint64(b[8*i:])
	}
	return s
}

// term is what one record adds to its bucket's sum.
func term(record, value []byte) sum {
	if len(value) >= tagSize && len(record) == idSize { // as most are
		s := toSum((*[tagSize]byte)(value[len(value)-tagSize:]))
		s.add(sum{binary.LittleEndian.Uint64(record), binary.LittleEndian.Uint64(record[8:])})
		return s
	}
	var last, key [tagSize]byte
	copy(last[:], value[max(0, len(value)-tagSize):])
	if len(record) <= len(key) {
		copy(key[:], record)
	} else {
		key = sha256.Sum256(record)
	}
	s := toSum(&last)
	s.add(toSum(&key))
	return s
}

// account moves a record from its old value to its new one; nil is none.
func (s *state) account(bucket string, record, old, value []byte) {
	c := s.counts[bucket]
	if old != nil {
		c.records--
		c.sum.sub(term(record, old))
	}
	if value != nil {
		c.records++
		c.sum.add(term(record, value))
	}
	s.counts[bucket] = c
}

func (s *state) encode(schema uint32) []byte {
	var e encoder
	e.uint(uint64(schema))
	e.uint(s.commits)
	e.uint(s.events)
	e.raw(s.head[:])
	e.byte(0)
	if s.unwiped {
		e.b[len(e.b)-1] = 1
	}
	names := countedBuckets()
	e.uint(uint64(len(names)))
	for _, name := range names {
		c := s.counts[name]
		e.text(name)
		e.uint(c.records)
		for _, n := range c.sum {
			e.b = binary.LittleEndian.AppendUint64(e.b, n)
		}
	}
	return e.b
}

// decodeState also gives the schema, bound in here as the header has no check of its own.
func decodeState(b []byte) (s *state, schema uint64, ok bool) {
	d := decoder{b: b}
	s = &state{counts: map[string]count{}}
	schema = d.uint()
	s.commits = d.uint()
	s.events = d.uint()
	copy(s.head[:], d.raw(tagSize))
	s.unwiped = d.byte() != 0
	for range d.length() {
		name := d.text()
		c := count{records: d.uint()}
		var p [tagSize]byte
		copy(p[:], d.raw(tagSize))
		c.sum = toSum(&p)
		s.counts[name] = c
	}
	return s, schema, d.done()
}

// loadState reads the state once a transaction. Who salvages does without one.
func (t *Tx) loadState() (*state, error) {
	if t.state != nil {
		return t.state, nil
	}
	s, err := t.readState()
	if errors.Is(err, ErrDamaged) && t.v.options.Salvage {
		s, err = &state{counts: map[string]count{}}, nil
	}
	t.state = s
	return s, err
}

func (t *Tx) readState() (s *state, err error) {
	err = guard(bucketMeta, func() error {
		b, err := t.bucket(bucketMeta)
		if err != nil {
			return err
		}
		value := b.get([]byte(keyState))
		if value == nil {
			return damage(bucketMeta, []byte(keyState), "missing")
		}
		payload, err := t.unchecked(bucketMeta, []byte(keyState), value)
		if err != nil {
			return err
		}
		decoded, schema, ok := decodeState(payload)
		if !ok {
			return damage(bucketMeta, []byte(keyState), "layout")
		}
		if schema != uint64(t.header.schema) {
			return damage(bucketMeta, []byte(keyHeader), "schema")
		}
		s = decoded
		return nil
	})
	return s, err
}

// loadOwnState reads the state for a transaction that writes, which is kept only if
// nobody else has changed it by then.
func (t *Tx) loadOwnState() error {
	if _, err := t.loadState(); err != nil {
		return err
	}
	return guard(bucketMeta, func() error {
		b, err := t.bucket(bucketMeta)
		if err == nil {
			t.tx.require(bucketMeta, []byte(keyState), b.get([]byte(keyState)))
		}
		return err
	})
}

// saveState counts the commit and writes the state.
func (t *Tx) saveState() error {
	t.state.commits++
	return t.putRaw(bucketMeta, []byte(keyState),
		t.checked(bucketMeta, []byte(keyState), t.state.encode(t.header.schema)))
}

// checkWhole compares a bucket with its count and sum, once a transaction. It reads
// every record's end but checks none of them.
func (t *Tx) checkWhole(bucket string) error {
	if t.whole[bucket] || t.v.options.Salvage {
		return nil // who salvages takes what is there
	}
	s, err := t.loadState()
	if err != nil {
		return err
	}
	if err := t.compare(bucket, s.counts[bucket]); err != nil {
		return err
	}
	if !t.tx.writable() {
		t.whole[bucket] = true
	}
	return nil
}

// compare counts a bucket.
func (t *Tx) compare(bucket string, want count) error {
	var found count
	err := guard(bucket, func() error {
		b, err := t.bucket(bucket)
		if err == errNoBucket {
			return nil
		}
		if err != nil {
			return err
		}
		next := b.scan(false)
		for k, value := next(); k != nil; k, value = next() {
			found.records++
			found.sum.add(term(k, value))
		}
		return nil
	})
	if err != nil {
		return err
	}
	if found != want {
		return &DamageError{Bucket: bucket, Reason: "records are missing, too many or out of date"}
	}
	return nil
}

func equalTags(a, b []byte) bool { return subtle.ConstantTimeCompare(a, b) == 1 }
