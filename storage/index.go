package storage

import (
	"bytes"
	"encoding/hex"
	"fmt"
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
	half, ok := openEntry(record, b)
	if !ok {
		return Entry{}, false
	}
	var names []string
	ok = half.finish(string(half.appendTexts(nil)), &names, &entry)
	return entry, ok
}

// halfEntry is an entry of which the texts have yet to be read.
type halfEntry struct {
	version byte
	ids     [4][]byte    // of itself, its issuer, its key, what it replaces
	times   [4]time.Time // NotBefore, NotAfter, Made, RevokedAt
	rest    decoder
}

func openEntry(record, b []byte) (half halfEntry, ok bool) {
	d := decoder{b: b}
	half.version = d.byte()
	if half.version != entryVersion && half.version != entryVersion1 || len(record) != idSize {
		return half, false
	}
	known := len(half.ids)
	if half.version == entryVersion1 {
		known--
	}
	half.ids[0] = record
	for i := 1; i < known; i++ {
		half.ids[i] = d.bytes()
		if n := len(half.ids[i]); n != 0 && n != idSize {
			return half, false
		}
	}
	for i := range half.times[:known] {
		half.times[i] = d.time()
	}
	half.rest = d
	return half, !d.bad
}

// appendTexts appends what the texts will be parts of: the IDs, each once, then all that is
// left to read.
func (h *halfEntry) appendTexts(b []byte) []byte {
	for i, id := range h.ids {
		if i != entryKey || !h.ownKey() {
			b = hex.AppendEncode(b, id)
		}
	}
	return append(b, h.rest.b...)
}

// textSize is how much appendTexts appends, in octets.
func (h *halfEntry) textSize() int {
	size := len(h.rest.b)
	for i, id := range h.ids {
		if i != entryKey || !h.ownKey() {
			size += hex.EncodedLen(len(id))
		}
	}
	return size
}

// ownKey tells whether the key has the ID of its certificate, as most have.
func (h *halfEntry) ownKey() bool { return bytes.Equal(h.ids[entryKey], h.ids[0]) }

// entryKey is the place of the key's ID among those of an entry.
const entryKey = 2

// finish reads the rest into entry. all is what appendTexts appended; the lists of texts
// become parts of names.
func (h *halfEntry) finish(all string, names *[]string, entry *Entry) (ok bool) {
	*entry = Entry{NotBefore: h.times[0], NotAfter: h.times[1], Made: h.times[2], RevokedAt: h.times[3]}
	c := cutter{d: h.rest, all: all}
	for i, id := range []*ID{&entry.ID, &entry.IssuerID, &entry.KeyID, &entry.Replaces} {
		if i == entryKey && h.ownKey() {
			*id = entry.ID
			continue
		}
		*id = ID(c.next(2 * len(h.ids[i])))
	}
	texts := entry.texts()
	if h.version == entryVersion1 {
		texts = texts[:textsOfVersion1]
	}
	for _, s := range texts {
		*s = c.text()
	}
	entry.Names = c.texts(names)
	entry.Labels = c.texts(names)
	return c.d.done()
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

// texts appends a list to names, and gives it as a part of that.
func (c *cutter) texts(names *[]string) []string {
	n := c.d.length()
	if n == 0 {
		return nil
	}
	from := len(*names)
	for range n {
		*names = append(*names, c.text())
	}
	return (*names)[from:len(*names):len(*names)]
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
	var mu sync.Mutex
	err = t.EntryChunks(func(some []Entry) {
		mu.Lock()
		defer mu.Unlock()
		entries = append(entries, some...)
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
