package pki_test

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"countersign/pki"
	"countersign/pki/pkitest"
)

func TestASN1Tree(t *testing.T) {
	tests := map[string]struct{ hex, want string }{
		"numbers":     {"30:0c:02:01:ff:02:02:00:80:01:01:ff:05:00", "0 SEQUENCE|2 INTEGER -1|5 INTEGER 128|9 BOOLEAN TRUE|12 NULL"},
		"names":       {"06:03:55:04:03", "0 OBJECT IDENTIFIER 2.5.4.3 (CN)"},
		"big arc":     {"06:03:88:37:01", "0 OBJECT IDENTIFIER 2.999.1"},
		"strings":     {"31:0a:0c:02:c3:a9:1e:04:00:61:20:2e", `0 SET|2 UTF8String é|6 BMPString a\u{202E}`},
		"bits":        {"03:02:05:a0", "0 BIT STRING 101"},
		"inside":      {"04:05:30:03:02:01:07", "0 OCTET STRING|2 SEQUENCE inside|4 INTEGER 7"},
		"not inside":  {"04:05:30:04:02:01:07", "0 OCTET STRING 30:04:02:01:07"},
		"context":     {"a0:04:82:02:61:62", "0 [0]|2 [2] ab"},
		"application": {"61:00", "0 [APPLICATION 1]"},
		"long tag":    {"5f:81:01:00", "0 [APPLICATION 129]"},
		"left open":   {"30:80:02:01:01:00:00", "0 SEQUENCE|2 INTEGER 1"},
		"two":         {"05:00:05:00", "0 NULL|2 NULL"},
		"time":        {"17:0d:32:36:30:31:30:31:30:30:30:30:30:30:5a", "0 UTCTime 260101000000Z"},
		"nothing":     {"", ""},
	}
	for name, test := range tests {
		var data []byte
		if test.hex != "" {
			data = unhex(t, test.hex)
		}
		nodes, err := pki.ASN1Tree(data)
		if got := treeText(nodes); got != test.want || err != nil {
			t.Errorf("%s: %s, %v; want %s", name, got, err, test.want)
		}
	}
}

func treeText(nodes []pki.ASN1Node) string {
	var lines []string
	for _, n := range nodes {
		line := fmt.Sprint(n.Offset, " ", n.Tag)
		if n.Value != "" {
			line += " " + n.Value
		}
		if n.Inside {
			line += " inside"
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "|")
}

func TestASN1TreeOfDamage(t *testing.T) {
	deep := bytes.Repeat([]byte{0x30, 0x80}, 20_000)
	tests := map[string]struct {
		data  []byte
		nodes int
		want  string
	}{
		"cut off":       {[]byte{0x30, 5, 2, 1, 1}, 0, "damaged ASN.1 at octet 0: cut off"},
		"cut off later": {[]byte{5, 0, 2, 9}, 1, "damaged ASN.1 at octet 2: cut off"},
		"one octet":     {[]byte{0x30}, 0, "damaged ASN.1 at octet 0: not BER"},
		"too deep":      {deep, 33, "damaged ASN.1 at octet 66: nested too deep"},
		"never closed":  {[]byte{0x30, 0x80, 5, 0}, 2, "damaged ASN.1 at octet 4: cut off"},
		"open string":   {[]byte{4, 0x80, 0, 0}, 0, "damaged ASN.1 at octet 0: cut off"},
		"too many":      {bytes.Repeat([]byte{5, 0}, pki.MaxASN1Nodes+1), pki.MaxASN1Nodes, pki.ErrTooLarge.Error()},
		"too long":      {make([]byte, pki.MaxInput+1), 0, pki.ErrTooLarge.Error()},
	}
	for name, test := range tests {
		nodes, err := pki.ASN1Tree(test.data)
		if err == nil || err.Error() != test.want || len(nodes) != test.nodes {
			t.Errorf("%s: %d elements, %v; want %d, %s", name, len(nodes), err, test.nodes, test.want)
		}
	}
	// Strings in strings that look like DER almost to their end cost no more
	// than the bound on tries.
	nest := []byte{5}
	for range 30 {
		nest = append([]byte{4, 0x84, byte(len(nest) >> 24), byte(len(nest) >> 16), byte(len(nest) >> 8), byte(len(nest))}, nest...)
	}
	if _, err := pki.ASN1Tree(nest); err != nil {
		t.Errorf("strings in strings: %v", err)
	}
}

// The elements are those that openssl asn1parse lists.
func TestASN1TreeAsOpenSSL(t *testing.T) {
	pkitest.Need(t, "openssl")
	c, _ := pkitest.Leaf(t, pkitest.Root(t, "Root"), nil)
	path := t.TempDir() + "/c.der"
	write(t, path, c.Raw)
	line := regexp.MustCompile(`^\s*(\d+):d=(\d+)\s+hl=(\d+)\s+l=\s*(\d+)`)
	var want []pki.ASN1Node
	for _, l := range strings.Split(pkitest.Run(t, "openssl", "asn1parse", "-inform", "DER", "-in", path), "\n") {
		m := line.FindStringSubmatch(l)
		if m == nil {
			continue
		}
		var n [4]int
		for i := range n {
			n[i], _ = strconv.Atoi(m[i+1])
		}
		want = append(want, pki.ASN1Node{Offset: n[0], Depth: n[1], Header: n[2], Length: n[3]})
	}
	nodes, err := pki.ASN1Tree(c.Raw)
	var got []pki.ASN1Node
	inside := 0 // deeper than this stands in a string, where OpenSSL does not look
	for _, n := range nodes {
		switch {
		case n.Inside && inside == 0:
			inside = n.Depth
		case inside > 0 && n.Depth < inside:
			inside = 0
		}
		if inside == 0 {
			got = append(got, pki.ASN1Node{Offset: n.Offset, Depth: n.Depth, Header: n.Header, Length: n.Length})
		}
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Error(err, diff)
	}
	var damage *pki.DamageError
	if _, err := pki.ASN1Tree(c.Raw[:len(c.Raw)-1]); !errors.As(err, &damage) {
		t.Errorf("cut off it gives %v", err)
	}
}

// FuzzASN1Tree: no input brings the reader down, what it lists lies within the
// input and is in order, and all that it says can be shown.
func FuzzASN1Tree(f *testing.F) {
	c, _ := pkitest.Leaf(f, pkitest.Root(f, "Root"), nil)
	f.Add(c.Raw)
	f.Add([]byte{0x30, 0x80, 0x24, 0x80, 4, 1, 1, 0, 0, 0, 0})
	f.Add([]byte{0x5f, 0xff, 0xff, 0x7f, 3, 1, 2, 3})
	f.Fuzz(func(t *testing.T, data []byte) {
		nodes, err := pki.ASN1Tree(data)
		if len(nodes) > pki.MaxASN1Nodes || err == nil && len(data) > 0 && len(nodes) == 0 {
			t.Fatalf("%d elements, %v", len(nodes), err)
		}
		last := -1
		for _, n := range nodes {
			if n.Offset <= last || n.Header < 2 || n.Offset+n.Header+max(0, n.Length) > len(data) || n.Tag == "" {
				t.Fatalf("element %+v after %d", n, last)
			}
			if pki.Escape(n.Value) != n.Value {
				t.Fatalf("it says %q", n.Value)
			}
			last = n.Offset
		}
	})
}

// FuzzExtension: whatever an extension holds is told in text that can be
// shown, by fields and codes that have words.
func FuzzExtension(f *testing.F) {
	fields, codes := map[string]bool{}, map[string]bool{}
	for _, name := range pki.FactFields() {
		fields[name] = true
	}
	for _, code := range pki.FactCodes() {
		codes[code] = true
	}
	oids := []string{"2.5.29.15", "2.5.29.16", "2.5.29.17", "2.5.29.19", "2.5.29.21", "2.5.29.28", "2.5.29.30", "2.5.29.31", "2.5.29.32",
		"2.5.29.33", "2.5.29.35", "2.5.29.36", "2.5.29.37", "2.5.29.54", "1.3.6.1.5.5.7.1.1", "1.3.6.1.5.5.7.1.3", "1.3.6.1.5.5.7.1.24",
		"1.3.6.1.4.1.11129.2.4.2", "1.3.6.1.4.1.311.20.2", "1.3.6.1.4.1.311.21.7", "2.16.840.1.113730.1.1", "2.16.840.1.113730.1.13"}
	c, _ := pkitest.Leaf(f, pkitest.Root(f, "Root"), nil)
	for i, oid := range oids {
		for _, e := range c.Extensions {
			if e.Id.String() == oid {
				f.Add(i, e.Value)
			}
		}
		f.Add(i, []byte{0x30, 4, 0x30, 2, 0xa0, 0})
	}
	f.Fuzz(func(t *testing.T, which int, value []byte) {
		oid := oids[uint(which)%uint(len(oids))]
		list := pki.CertificateSections(withExtension(t, oid, value))
		for _, fact := range sectionNamed(t, list, oid).Facts {
			if !fields[fact.Field] || fact.Kind == pki.FactCode && !codes[fact.Value] || pki.Escape(fact.Value) != fact.Value {
				t.Fatalf("%s says %+v", oid, fact)
			}
		}
	})
}
