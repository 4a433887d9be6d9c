package storage

import (
	"encoding/binary"
	"time"
)

// encoder appends fields to b: numbers as varints, texts with their length before
// them, IDs as a length of 0 or 16 and their bytes.
type encoder struct {
	b   []byte
	err error // the first field that could not be written
}

func (e *encoder) byte(c byte)       { e.b = append(e.b, c) }
func (e *encoder) uint(n uint64)     { e.b = binary.AppendUvarint(e.b, n) }
func (e *encoder) bytes(p []byte)    { e.uint(uint64(len(p))); e.b = append(e.b, p...) }
func (e *encoder) text(s string)     { e.uint(uint64(len(s))); e.b = append(e.b, s...) }
func (e *encoder) raw(p []byte)      { e.b = append(e.b, p...) }
func (e *encoder) time(at time.Time) { e.b = appendTime(e.b, at) }

func (e *encoder) texts(list []string) {
	e.uint(uint64(len(list)))
	for _, s := range list {
		e.text(s)
	}
}

// id writes an ID; the empty one is allowed.
func (e *encoder) id(id ID) {
	if id == "" {
		e.uint(0)
		return
	}
	raw, err := id.raw()
	if err != nil {
		if e.err == nil {
			e.err = err
		}
		return
	}
	e.bytes(raw)
}

// appendTime writes seconds since 1970 and nanoseconds: the end of year 9999 (RFC
// 5280, 4.1.2.5) does not fit into nanoseconds alone. The zone is not kept.
func appendTime(b []byte, at time.Time) []byte {
	b = binary.AppendVarint(b, at.Unix())
	return binary.AppendUvarint(b, uint64(at.Nanosecond()))
}

// decoder reads what encoder wrote. After the first field that does not fit, bad is
// set and everything reads as nothing.
type decoder struct {
	b   []byte
	bad bool
}

// done reports whether all was read and all of it fitted.
func (d *decoder) done() bool { return !d.bad && len(d.b) == 0 }

func (d *decoder) byte() byte {
	p := d.raw(1)
	if d.bad {
		return 0
	}
	return p[0]
}

func (d *decoder) uint() uint64 {
	n, size := binary.Uvarint(d.b)
	if d.bad || size <= 0 {
		d.bad = true
		return 0
	}
	d.b = d.b[size:]
	return n
}

// raw is the next n bytes, not copied.
func (d *decoder) raw(n uint64) []byte {
	if d.bad || n > uint64(len(d.b)) {
		d.bad = true
		return nil
	}
	p := d.b[:n:n]
	d.b = d.b[n:]
	return p
}

func (d *decoder) bytes() []byte { return d.raw(d.uint()) }
func (d *decoder) text() string  { return string(d.bytes()) }

func (d *decoder) time() time.Time {
	seconds, size := binary.Varint(d.b)
	if d.bad || size <= 0 {
		d.bad = true
		return time.Time{}
	}
	d.b = d.b[size:]
	nanoseconds := d.uint()
	if nanoseconds >= uint64(time.Second) {
		d.bad = true
	}
	if d.bad {
		return time.Time{}
	}
	return time.Unix(seconds, int64(nanoseconds)).UTC()
}

// length reads a count of things of which each takes at least one byte.
func (d *decoder) length() int {
	n := d.uint()
	if n > uint64(len(d.b)) {
		d.bad = true
		return 0
	}
	return int(n)
}
