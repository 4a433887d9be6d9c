package storage

import (
	"encoding/hex"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"time"
)

// The layouts of an entry. The second adds what it replaces, its revocation and its
// profile; entries of the first are read as having none of them.
const (
	entryVersion1 byte = 1
	entryVersion  byte = 2
)

// Entry is what lists show of a certificate, kept apart from its DER so that a list
// parses no certificate. Times are kept to the nanosecond, in UTC.
type Entry struct {
	ID          ID
	Name        string // for people
	Kind        string // "authority", "server", …
	IssuerID    ID     // the issuer's certificate in this vault; "" where it is elsewhere
	Issuer      string // the issuer's name
	Serial      string
	Fingerprint string
	Names       []string // subject alternative names
	NotBefore   time.Time
	NotAfter    time.Time
	Made        time.Time // when it came into the vault
	State       string    // "valid", "revoked", "hold"
	RevokedAt   time.Time // zero: not revoked
	Reason      string    // why it was revoked, as RFC 5280 section 5.3.1 spells it
	Replaces    ID        // the certificate in this vault that this one was made to replace
	Profile     string    // the name of the profile it was made with; "" for none
	KeyID       ID        // its private key in this vault; "" for none
	KeyKind     string    // "p256", "rsa2048", …
	Origin      string    // "made", "imported"
	Note        string
	Labels      []string
}

// texts are the single texts of an entry in the order of the file; those after the
// first nine came with the second layout.
func (entry *Entry) texts() []*string {
	return []*string{&entry.Kind, &entry.State, &entry.KeyKind, &entry.Origin, &entry.Name,
		&entry.Issuer, &entry.Serial, &entry.Fingerprint, &entry.Note, &entry.Reason, &entry.Profile}
}

const textsOfVersion1 = 9

// appendEntry encodes all of the entry but its ID, which is the record's key: version;
// IDs; times; then the texts, so that one string may hold them all.
func appendEntry(b []byte, entry *Entry) ([]byte, error) {
	e := encoder{b: b}
	e.byte(entryVersion)
	e.id(entry.IssuerID)
	e.id(entry.KeyID)
	e.id(entry.Replaces)
	e.time(entry.NotBefore)
	e.time(entry.NotAfter)
	e.time(entry.Made)
	e.time(entry.RevokedAt)
	for _, s := range entry.texts() {
		e.text(*s)
	}
	e.texts(entry.Names)
	e.texts(entry.Labels)
	return e.b, e.err
}

// decodeEntry is the reverse; ok is false for anything else. It allocates one string
// that all texts of the entry are parts of.
func decodeEntry(record, b []byte) (entry Entry, ok bool) {
	d := decoder{b: b}
	version := d.byte()
	if version != entryVersion && version != entryVersion1 || len(record) != idSize {
		return Entry{}, false
	}
	ids := [...][]byte{record, d.bytes(), d.bytes(), nil}
	if version > entryVersion1 {
		ids[3] = d.bytes()
	}
	entry.NotBefore, entry.NotAfter, entry.Made = d.time(), d.time(), d.time()
	if version > entryVersion1 {
		entry.RevokedAt = d.time()
	}
	if d.bad {
		return Entry{}, false
	}

	all := make([]byte, 0, len(ids)*2*idSize+len(d.b))
	for _, id := range ids {
		if len(id) != 0 && len(id) != idSize {
			return Entry{}, false
		}
		all = hex.AppendEncode(all, id)
	}
	c := cutter{d: d, all: string(append(all, d.b...))}
	for i, id := range []*ID{&entry.ID, &entry.IssuerID, &entry.KeyID, &entry.Replaces} {
		*id = ID(c.next(2 * len(ids[i])))
	}
	texts := entry.texts()
	if version == entryVersion1 {
		texts = texts[:textsOfVersion1]
	}
	for _, s := range texts {
		*s = c.text()
	}
	entry.Names = c.texts()
	entry.Labels = c.texts()
	return entry, c.d.done()
}

// cutter reads texts as parts of one string: all ends with what d has yet to read.
type cutter struct {
	d   decoder
	all string
}

func (c *cutter) next(n int) string {
	s := c.all[:n]
	c.all = c.all[n:]
	return s
}

func (c *cutter) text() string {
	n := len(c.d.bytes())
	if c.d.bad {
		return ""
	}
	c.all = c.all[len(c.all)-len(c.d.b)-n:]
	return c.next(n)
}

func (c *cutter) texts() []string {
	n := c.d.length()
	if n == 0 {
		return nil
	}
	list := make([]string, 0, n)
	for range n {
		list = append(list, c.text())
	}
	return list
}

// Entry reads the index fields of a certificate. Errors: ErrNoRecord, *DamageError.
func (t *Tx) Entry(id ID) (Entry, error) {
	record, err := id.raw()
	if err != nil {
		return Entry{}, err
	}
	var entry Entry
	err = t.get(bucketIndex, record, func(value []byte) error {
		entry, err = t.entry(record, value)
		return err
	})
	return entry, err
}

// PutEntry changes the index fields of a certificate. Errors: ErrNoRecord where there
// is no such certificate, ErrBadID, ErrReadOnly.
func (t *Tx) PutEntry(entry Entry) error {
	if _, err := t.Entry(entry.ID); err != nil {
		return err
	}
	return t.putEntry(&entry)
}

func (t *Tx) putEntry(entry *Entry) error {
	if err := t.writable(); err != nil {
		return err
	}
	record, err := entry.ID.raw()
	if err != nil {
		return err
	}
	payload, err := appendEntry(nil, entry)
	if err != nil {
		return fmt.Errorf("entry %s: %w", entry.ID, err)
	}
	return t.put(bucketIndex, record, t.checked(bucketIndex, record, payload))
}

// entry checks and decodes; to be called under guard.
func (t *Tx) entry(record, value []byte) (Entry, error) {
	payload, err := t.unchecked(bucketIndex, record, value)
	if err != nil {
		return Entry{}, err
	}
	entry, ok := decodeEntry(record, payload)
	if !ok {
		return Entry{}, damage(bucketIndex, record, "layout")
	}
	return entry, nil
}

// Entries reads the index fields of all certificates, in no order that means anything.
// Errors: *DamageError, also where an entry is missing.
func (t *Tx) Entries() ([]Entry, error) {
	s, err := t.loadState()
	if err != nil {
		return nil, err
	}
	entries := make([]Entry, 0, min(s.counts[bucketIndex].records, 1<<20))
	err = t.EachEntry(func(entry Entry) error {
		entries = append(entries, entry)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return entries, nil
}

// EntryCount is how many certificates there are. Errors: *DamageError.
func (t *Tx) EntryCount() (int, error) {
	s, err := t.loadState()
	if err != nil {
		return 0, err
	}
	return int(s.counts[bucketIndex].records), nil
}

// EntriesByName reads the index fields of the certificates of that very name.
func (t *Tx) EntriesByName(name string) ([]Entry, error) {
	var entries []Entry
	err := t.EachEntry(func(entry Entry) error {
		if entry.Name == name {
			entries = append(entries, entry)
		}
		return nil
	})
	return entries, err
}

// EachEntry gives fn each certificate's index fields until fn returns an error, which
// it returns. fn must not change certificates. When all were given and one is missing
// the error is a *DamageError.
func (t *Tx) EachEntry(fn func(Entry) error) error {
	s, err := t.loadState()
	if err != nil {
		return err
	}
	var found count
	scan := t.scan(bucketIndex)
	workers := t.workers()
	var raw []rawRecord // in the mapping
	var entries []decoded
	for !scan.done {
		raw = raw[:0]
		for !scan.done && len(raw) < len(workers)*batchSize {
			err := scan.batch(func(record, value []byte) error {
				raw = append(raw, rawRecord{record, value})
				return nil
			})
			if err != nil {
				return err
			}
		}
		entries = decodeAll(workers, raw, entries[:0])
		for n := range entries {
			if err := entries[n].err; err != nil {
				if t.v.options.Salvage && errors.Is(err, ErrDamaged) {
					continue
				}
				return err
			}
			found.records++
			found.sum.add(entries[n].term)
			if err := fn(entries[n].Entry); err != nil {
				return err
			}
		}
	}
	if found != s.counts[bucketIndex] && !t.v.options.Salvage {
		return &DamageError{Bucket: bucketIndex, Reason: "records are missing, too many or out of date"}
	}
	return nil
}

// decoded is an entry as it was found.
type decoded struct {
	Entry
	term sum
	err  error
}

// workers are transactions that check records beside one another, one a core: each
// has its own hash. They read what t does and write nothing.
func (t *Tx) workers() []*Tx {
	list := make([]*Tx, runtime.GOMAXPROCS(0))
	for n := range list {
		list[n] = &Tx{v: t.v, tx: t.tx, keys: t.keys, header: t.header, mac: newMAC(t.keys.mac)}
	}
	return list
}

// decodeAll checks and decodes records of the index, each worker a part of them, into
// list in their order.
func decodeAll(workers []*Tx, raw []rawRecord, list []decoded) []decoded {
	list = slices.Grow(list, len(raw))[:len(raw)]
	part := (len(raw) + len(workers) - 1) / len(workers)
	var wait sync.WaitGroup
	for n, w := range workers {
		from, to := min(n*part, len(raw)), min((n+1)*part, len(raw))
		wait.Go(func() {
			for i := from; i < to; i++ {
				list[i] = decoded{}
				list[i].err = guard(bucketIndex, func() error {
					var err error
					if list[i].Entry, err = w.entry(raw[i].key, raw[i].value); err == nil {
						list[i].term = term(raw[i].key, raw[i].value)
					}
					return err
				})
			}
		})
	}
	wait.Wait()
	return list
}
