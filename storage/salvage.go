package storage

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
)

// Salvaged says what was saved of a damaged file, and what is known to be lost.
type Salvaged struct {
	Records map[string]int // how many of each bucket were saved
	Events  int            // of the last state that could be read, how many events there were
	Lost    map[string]int // how many records fewer than that state counted; nil without a state
	Losses  []Loss         // the same, by name where another record speaks of what is lost
}

// Total is how many records were saved.
func (s Salvaged) Total() int {
	n := 0
	for _, records := range s.Records {
		n += records
	}
	return n
}

// Salvage reads what can be read of a damaged vault and writes it to a new one at to,
// which opens with the same secret. It trusts no page's place: it goes through all of
// the file's octets that look like records and keeps those whose check or seal holds, so
// that one broken page costs only what was on it. What was deleted, and lay in pages
// that are not in use any more, may come back. The damaged file is only read.
//
// The secret is the passphrase (empty: of a vault without), or that of another way.
// Errors: ErrWrongPassphrase; ErrNotVault where neither header nor slot is left: without
// them no key opens anything; ErrExists; ErrNoSpace; ctx.Err().
func Salvage(ctx context.Context, from string, way Way, secret []byte, to string, o Options) (Salvaged, error) {
	o = o.withDefaults()
	saved, err := salvage(ctx, from, way, secret, to, o)
	if err != nil {
		return saved, fmt.Errorf("save what can be read of %q: %w", from, asNoSpace(err))
	}
	return saved, nil
}

func salvage(ctx context.Context, from string, way Way, secret []byte, to string, o Options) (Salvaged, error) {
	if err := absent(to); err != nil {
		return Salvaged{}, err
	}
	file, err := readWhole(from, o)
	if err != nil {
		return Salvaged{}, err
	}
	found := rawRecords(file)
	v := &Vault{path: from, options: o, schema: Schema, refusal: &ReadOnlyError{}, kdf: make(chan struct{}, 1)}
	data, err := found.unlock(ctx, v, way, secret)
	if err != nil {
		return Salvaged{}, err
	}
	keys := newKeyset(data, v.header.vault)
	defer keys.wipe()
	t := &Tx{v: v, keys: keys, header: v.header, mac: newMAC(keys.mac), whole: map[string]bool{}}
	good, err := found.sort(ctx, t)
	if err != nil {
		return Salvaged{}, err
	}
	saved, err := good.writeTo(ctx, v, keys, way, secret, to)
	if err == nil {
		saved.Losses = good.losses(t)
	}
	return saved, err
}

// maxSalvage bounds what is read into memory, in bytes.
const maxSalvage = 4 << 30

func readWhole(path string, o Options) ([]byte, error) {
	info, err := os.Stat(path) // before it is opened: to open a pipe is to wait
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil, ErrNotFound
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, ErrNotVault
	case info.Size() == 0:
		return nil, ErrEmptyFile
	case info.Size() > maxSalvage:
		return nil, fmt.Errorf("%d bytes: %w", info.Size(), ErrNotVault)
	}
	f, err := o.openFile(path, os.O_RDONLY, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxSalvage))
}

// rawRecord is a key and a value as a page has them; which bucket they are of is not
// known.
type rawRecord struct{ key, value []byte }

type rawFile struct{ records []rawRecord }

// rawRecords finds everything that looks like a leaf's record in pages of any size that
// bbolt uses. Pages in use are told from others by nothing: a check decides later.
func rawRecords(file []byte) *rawFile {
	found := &rawFile{}
	for at := 0; at+pageHeaderSize <= len(file); at += minPageSize {
		if order.Uint16(file[at+8:]) == flagLeaf {
			found.leaf(file[at:], 0)
		}
	}
	return found
}

// maxLeaf is the most that the records of one page are taken to hold, in bytes: records
// that overlap, in a hostile file, must not keep the program busy for ever.
const maxLeaf = 64 << 20

// leaf reads the records of a leaf page that begins page and may run on behind it.
func (f *rawFile) leaf(page []byte, depth int) {
	if len(page) < pageHeaderSize || depth > 1 {
		return
	}
	n := int(order.Uint16(page[10:]))
	room := min((uint64(order.Uint32(page[12:]))+1)*maxPageSize, maxLeaf)
	for i := range n {
		at := pageHeaderSize + i*elementSize
		if at+elementSize > len(page) {
			return
		}
		e := page[at:]
		flags, begin := order.Uint32(e), uint64(order.Uint32(e[4:]))
		keyLength, valueLength := uint64(order.Uint32(e[8:])), uint64(order.Uint32(e[12:]))
		if keyLength > maxSettingKey || begin+keyLength+valueLength > uint64(len(e)) || valueLength > room {
			continue
		}
		room -= valueLength
		key, value := e[begin:begin+keyLength], e[begin+keyLength:begin+keyLength+valueLength]
		switch {
		case flags&leafIsBucket == 0:
			f.records = append(f.records, rawRecord{key, value})
		case len(value) > bucketHead: // a small bucket lies within its parent's page
			f.leaf(value[bucketHead:], depth+1)
		}
	}
}

// unlock finds a header and a slot that the secret opens.
func (f *rawFile) unlock(ctx context.Context, v *Vault, way Way, secret []byte) ([]byte, error) {
	kind := way.kind()
	if way == ByPassphrase {
		kind = passphraseKind(secret)
	}
	err := error(ErrNotVault)
	for _, h := range f.headers() {
		v.setHead(h)
		for _, s := range f.slots(kind, v.options.KDF) {
			data, opening := v.openBySpelling(ctx, s, secret)
			if opening == nil {
				return data, nil
			}
			if !errors.Is(opening, ErrWrongPassphrase) {
				return nil, opening
			}
			err = opening
		}
	}
	return nil, err
}

func (f *rawFile) headers() []header {
	var found []header
	for _, r := range f.records {
		if string(r.key) != keyHeader {
			continue
		}
		if h, err := decodeHeader(r.value); err == nil && !slices.Contains(found, h) {
			found = append(found, h)
		}
	}
	return found
}

// maxSlotsTried bounds how many slots of one kind a hostile file makes us derive for.
const maxSlotsTried = 8

func (f *rawFile) slots(kind slotKind, least *KDF) []slot {
	var found []slot
	var seen [][]byte
	for _, r := range f.records {
		if len(r.key) != 2 || len(found) == maxSlotsTried {
			continue
		}
		s, err := decodeSlot(r.key, r.value)
		if err != nil || s.kind != kind || kind == slotPassphrase && s.kdf.check(least) != nil ||
			slices.ContainsFunc(seen, func(b []byte) bool { return bytes.Equal(b, r.value) }) {
			continue
		}
		found, seen = append(found, s), append(seen, r.value)
	}
	return found
}

// sound are the records whose check or seal holds, by bucket and key.
type sound struct {
	records map[string]map[string][]byte
	state   *state // the one of most commits; nil when none is left
}

// sort gives every record its bucket. Of several good ones of the same key, which old
// pages may hold, the last in the file is taken, unless an earlier one says more; of
// states the one of most commits.
func (f *rawFile) sort(ctx context.Context, t *Tx) (*sound, error) {
	good := &sound{records: map[string]map[string][]byte{}}
	for n, r := range f.records {
		if n%256 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if string(r.key) == keyState {
			good.addState(t, r)
		}
		for _, bucket := range countedBuckets() {
			if bucket == bucketSlots || !fits(bucket, r.key) || t.checkRecord(bucket, r.key, r.value) != nil {
				continue
			}
			if good.records[bucket] == nil {
				good.records[bucket] = map[string][]byte{}
			}
			if have := good.records[bucket][string(r.key)]; have == nil || !t.saysMore(bucket, r.key, have, r.value) {
				good.records[bucket][string(r.key)] = r.value
			}
			break
		}
	}
	return good, nil
}

// saysMore tells whether a record has to be kept though another of its key comes after
// it, whose age nothing tells: what was revoked stays revoked, and no number of a
// revocation list is given twice.
func (t *Tx) saysMore(bucket string, key, have, other []byte) bool {
	switch bucket {
	case bucketIndex:
		a, _ := t.entry(key, have)
		b, _ := t.entry(key, other)
		return a.Severity() > b.Severity()
	case bucketAuthorities:
		a, _ := decodeDocument[Authority](t, bucket, key, have)
		b, _ := decodeDocument[Authority](t, bucket, key, other)
		return a.CRLNumber > b.CRLNumber
	}
	return false
}

// Severity orders entries by whom they keep out: 0 for a certificate that is good, 1 for
// one on hold, 2 for one that is revoked for good.
func (e Entry) Severity() int {
	switch {
	case e.RevokedAt.IsZero():
		return 0
	case e.State == "hold":
		return 1
	}
	return 2
}

// fits tells whether a key is of the length that the bucket's keys have.
func fits(bucket string, key []byte) bool {
	switch bucket {
	case bucketSettings:
		return len(key) > 0
	case bucketEvents:
		return len(key) == 8
	}
	return len(key) == idSize
}

func (g *sound) addState(t *Tx, r rawRecord) {
	payload, err := t.unchecked(bucketMeta, r.key, r.value)
	if err != nil {
		return
	}
	s, schema, ok := decodeState(payload)
	if ok && schema == uint64(t.header.schema) && (g.state == nil || s.commits > g.state.commits) {
		g.state = s
	}
}

// writeTo makes the new vault. It has the same ID and data key, so that what was sealed
// stays as it is; its one slot is that of the secret given.
func (g *sound) writeTo(ctx context.Context, v *Vault, keys *keyset, way Way, secret []byte, to string) (Salvaged, error) {
	saved := Salvaged{Records: map[string]int{}}
	s, err := v.salvageSlot(ctx, keys, way, secret)
	if err != nil {
		return saved, err
	}
	temporary, err := v.placeFor(to)
	if err != nil {
		return saved, err
	}
	h := header{schema: Schema, vault: v.header.vault}
	if err := build(temporary, h, s, keys.data, v.options); err != nil {
		return saved, joinClose(err, removeIfThere(temporary))
	}
	if err := g.fill(ctx, temporary, keys, v.options, &saved); err != nil {
		return saved, joinClose(err, removeIfThere(temporary))
	}
	g.count(&saved)
	return saved, v.nameIt(temporary, to)
}

func (v *Vault) salvageSlot(ctx context.Context, keys *keyset, way Way, secret []byte) (slot, error) {
	if way == ByPassphrase {
		return v.wrapAnew(ctx, keys.data, secret)
	}
	return slot{number: way.number(), kind: way.kind()}.wrap(keys.data, secret, v.header.vault, v.options.Random)
}

// fill puts the records into the new file, in one transaction: the events as a new
// chain, in their old order.
func (g *sound) fill(ctx context.Context, path string, keys *keyset, o Options, saved *Salvaged) error {
	o.ReadOnly, o.Salvage = false, false
	n, err := open(path, o)
	if err != nil {
		return err
	}
	err = n.update(keys, func(t *Tx) error {
		for _, bucket := range countedBuckets() {
			records := g.records[bucket]
			for _, key := range sortedKeys(records) {
				if err := ctx.Err(); err != nil {
					return err
				}
				if err := g.put(t, bucket, []byte(key), records[key]); err != nil {
					return err
				}
				saved.Records[bucket]++
			}
		}
		return g.withoutHalves(t, saved)
	})
	return joinNil(err, n.Close())
}

func (g *sound) put(t *Tx, bucket string, key, value []byte) error {
	if bucket != bucketEvents {
		return t.put(bucket, key, value)
	}
	t.state.events++
	record := eventKey(t.state.events)
	linked := t.linked(record, value[1+tagSize:len(value)-tagSize])
	copy(t.state.head[:], linked[len(linked)-tagSize:])
	return t.put(bucket, record, linked)
}

// withoutHalves takes out what is of no use alone: an index entry without its
// certificate.
func (g *sound) withoutHalves(t *Tx, saved *Salvaged) error {
	for key := range g.records[bucketIndex] {
		if g.records[bucketCertificates][key] != nil {
			continue
		}
		if err := t.remove(bucketIndex, []byte(key)); err != nil {
			return err
		}
		saved.Records[bucketIndex]--
	}
	return nil
}

func sortedKeys[T any](records map[string]T) []string {
	keys := make([]string, 0, len(records))
	for key := range records {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
