package storage

import (
	"reflect"
	"testing"
	"time"
)

// entryCases are entries at the ends of what fields can hold.
func entryCases() []Entry {
	odd := testCertificate(1).Entry
	odd.Name, odd.Note, odd.Labels = "\x00\xff 世界", "", []string{"", "", "a"}
	odd.NotAfter = time.Date(9999, 12, 31, 23, 59, 59, 999_999_999, time.UTC) // RFC 5280, 4.1.2.5
	odd.NotBefore = time.Date(1, 1, 1, 0, 0, 0, 1, time.UTC)
	return []Entry{{ID: testID(0)}, testCertificate(0).Entry, odd, {ID: testID(3), KeyID: testID(4)}, {ID: testID(3), IssuerID: testID(4)},
		{ID: testID(5), Replaces: testID(6), State: "revoked", RevokedAt: testTime, Reason: "superseded", Profile: "short"}}
}

func TestEntryEncoding(t *testing.T) {
	for i, want := range entryCases() {
		b, err := appendEntry(nil, &want)
		must(t, err)
		record, err := want.ID.raw()
		must(t, err)
		got, ok := decodeEntry(record, b)
		if !ok || !reflect.DeepEqual(got, want) {
			t.Errorf("%d: %v\n%+v\nwant\n%+v", i, ok, got, want)
		}
		for n := range b { // no beginning of it is an entry
			if _, ok := decodeEntry(record, b[:n]); ok {
				t.Errorf("%d: the first %d of %d bytes are an entry", i, n, len(b))
			}
		}
		if _, ok := decodeEntry(record, append(b, 0)); ok {
			t.Errorf("%d: one byte more is an entry", i)
		}
		if _, ok := decodeEntry(record[1:], b); ok {
			t.Errorf("%d: an entry of a short ID", i)
		}
	}
}

func TestEntryVersion(t *testing.T) {
	b, err := appendEntry(nil, &Entry{})
	must(t, err)
	b[0]++
	if _, ok := decodeEntry(rawID(0), b); ok {
		t.Error("an entry of another version was read")
	}
}

// TestEntryOfVersion1: what the first layout does not have is empty.
func TestEntryOfVersion1(t *testing.T) {
	want := testCertificate(1).Entry
	e := encoder{b: []byte{entryVersion1}}
	e.id(want.IssuerID)
	e.id(want.KeyID)
	for _, at := range []time.Time{want.NotBefore, want.NotAfter, want.Made} {
		e.time(at)
	}
	for _, s := range want.texts()[:textsOfVersion1] {
		e.text(*s)
	}
	e.texts(want.Names)
	e.texts(want.Labels)
	must(t, e.err)
	got, ok := decodeEntry(rawID(1), e.b)
	if !ok || !reflect.DeepEqual(got, want) {
		t.Errorf("%v\n%+v\nwant\n%+v", ok, got, want)
	}
}

// TestEntryZone: zones are not kept, instants are.
func TestEntryZone(t *testing.T) {
	at := testTime.In(time.FixedZone("", 3600))
	b, err := appendEntry(nil, &Entry{NotAfter: at})
	must(t, err)
	got, ok := decodeEntry(rawID(0), b)
	if !ok || !got.NotAfter.Equal(at) || got.NotAfter.Location() != time.UTC {
		t.Errorf("%v", got.NotAfter)
	}
}

// FuzzEntry: whatever decodes, encodes again to something of the same meaning.
func FuzzEntry(f *testing.F) {
	for _, entry := range entryCases() {
		b, err := appendEntry(nil, &entry)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	record := rawID(0)
	f.Fuzz(func(t *testing.T, b []byte) {
		entry, ok := decodeEntry(record, b)
		if !ok {
			return
		}
		again, err := appendEntry(nil, &entry)
		must(t, err)
		if got, ok := decodeEntry(record, again); !ok || !reflect.DeepEqual(got, entry) {
			t.Errorf("%+v\nthen\n%+v", entry, got)
		}
	})
}

func TestDecoder(t *testing.T) {
	for name, read := range map[string]func(*decoder){
		"byte":   func(d *decoder) { d.byte() },
		"uint":   func(d *decoder) { d.uint() },
		"bytes":  func(d *decoder) { d.bytes() },
		"text":   func(d *decoder) { d.text() },
		"time":   func(d *decoder) { d.time() },
		"length": func(d *decoder) { d.length() },
		"raw":    func(d *decoder) { d.raw(1) },
	} {
		d := decoder{}
		for range 2 {
			read(&d)
		}
		if !d.bad || d.done() {
			t.Errorf("%s was read from nothing", name)
		}
	}
	long := decoder{b: []byte{0xff, 0xff, 0xff, 0xff, 0x0f, 1}}
	if long.bytes(); !long.bad {
		t.Error("4 GB were read from one byte")
	}
	nanoseconds := decoder{b: []byte{0, 0x80, 0x94, 0xeb, 0xdc, 0x03}} // 10^9 of them
	if nanoseconds.time(); !nanoseconds.bad {
		t.Error("a second of nanoseconds was read")
	}
}
