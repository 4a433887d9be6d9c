package desk

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"hash/crc32"
	"io"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"countersign/pki"
)

// A badDeed is hostile input to something else than looking at a file: a table,
// a kit, an import of many, a reader without end. It answers like a badInput.
type badDeed struct {
	name string
	do   func() string
	want string
}

// badDeeds are all of them.
func badDeeds(t testing.TB) []badDeed {
	t.Helper()
	return append(badTables(t), badDeals(t)...)
}

// tableAnswer is the answer to a table: the error, or how many rows there are,
// how many of them cannot be made, and the codes of the first that cannot.
func tableAnswer(t testing.TB, data []byte, hint BulkHint) string {
	t.Helper()
	table, err := ReadBulk(data, hint)
	if err != nil {
		return toldError(err)
	}
	d, defaults := newBulk(t)
	check, err := d.CheckBulk(context.Background(), table, defaults)
	if err != nil {
		return toldError(err)
	}
	said := fmt.Sprintf("%d rows, %d bad", len(check.Items), check.Bad)
	for _, i := range check.Items {
		if !i.Good() {
			for n, f := range i.Faults {
				if n < 3 {
					said += " " + f.Code
				}
			}
			break
		}
	}
	return said
}

// badTables are tables that nobody makes by accident.
func badTables(t testing.TB) []badDeed {
	t.Helper()
	many := func(n int, cell func(int) string) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(cell(i) + ",")
		}
		return b.String()
	}
	most := MaxBulkSize - 64
	var list []badDeed
	for _, in := range []struct {
		name string
		data func() []byte
		hint BulkHint
		want string
	}{
		{"10,000 columns", func() []byte {
			return []byte("name," + many(10_000, func(i int) string { return fmt.Sprint("column ", i) }) + "\nalice," + many(10_000, func(int) string { return "x" }) + "\n")
		}, BulkHint{}, "2 rows, 2 bad row-cells row-unknown row-kind"},
		{"10,000 columns of names", func() []byte {
			return []byte("name," + many(10_000, func(i int) string { return "SAN" }) + "\nalice," + many(10_000, func(i int) string { return fmt.Sprintf("n%d.example", i) }) + "\n")
		}, BulkHint{}, "1 rows, 1 bad cell-long"},
		{"sixteen million cells in a row", func() []byte { return []byte(strings.Repeat("a,", most/2)) }, BulkHint{}, "bulk-columns"},
		{"sixteen million empty cells", func() []byte { return append([]byte("alice"), strings.Repeat(",", most/2)...) }, BulkHint{}, "bulk-columns"},
		{"NUL in a cell", func() []byte { return []byte("name,unit\nali\x00ce,x\x00\n") }, BulkHint{}, "1 rows, 1 bad name-control name-control"},
		{"nothing but NUL", func() []byte { return make([]byte, most) }, BulkHint{}, "1 rows, 1 bad cell-long name-missing"},
		{"a cell of all that may be", func() []byte { return []byte("name\n\"" + strings.Repeat("x", most) + "\"\n") }, BulkHint{}, "1 rows, 1 bad cell-long name-missing"},
		{"quotation marks and nothing else", func() []byte { return []byte("name\n" + strings.Repeat(`"`, most)) }, BulkHint{}, "1 rows, 1 bad cell-long name-missing"},
		{"a quotation mark a line", func() []byte { return []byte("name\n" + strings.Repeat("\"\n", 100_001)) }, BulkHint{}, "1 rows, 1 bad row-open name-missing"},
		{"Big5 as large as can be", func() []byte { return append([]byte("name\n"), bytes.Repeat([]byte("\xa4\xfd"), most/2)...) }, BulkHint{Language: "zh-TW"}, "1 rows, 1 bad cell-long name-missing"},
		{"halves of UTF-16", func() []byte { return append([]byte("\xff\xfe"), bytes.Repeat([]byte("\x00\xd8"), most/2)...) }, BulkHint{}, "1 rows, 1 bad cell-long name-missing"},
		{"a formula in every column", func() []byte {
			return []byte("name,kind,names,email,validity,password,organization,unit,profile,crl,ocsp,ca-issuers\n" + many(12, func(int) string { return "=cmd|' /C calc'!A0" }) + "\n")
		}, BulkHint{}, "1 rows, 1 bad row-unknown row-kind row-validity"},
		{"more rows than are made", func() []byte { return []byte(strings.Repeat("a\n", most/2)) }, BulkHint{}, "bulk-rows"},
	} {
		list = append(list, badDeed{"table: " + in.name, func() string { return tableAnswer(t, in.data(), in.hint) }, in.want})
	}
	return list
}

// namesakes are roots of one name, each with a key of its own, and leaves that
// say that one of that name signed them.
func namesakes(t testing.TB, roots, leaves int) []byte {
	t.Helper()
	var out bytes.Buffer
	write := func(serial int, subject string, ca bool) {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		c := &x509.Certificate{SerialNumber: big.NewInt(int64(serial) + 1), Subject: pkix.Name{CommonName: subject}, NotBefore: fixed.AddDate(-1, 0, 0),
			NotAfter: fixed.AddDate(1, 0, serial%300), IsCA: ca, BasicConstraintsValid: true, SubjectKeyId: []byte("same")}
		above := c
		if !ca {
			above = &x509.Certificate{Subject: pkix.Name{CommonName: "Twin"}, SubjectKeyId: []byte("same")}
		}
		der, err := x509.CreateCertificate(rand.Reader, c, above, key.Public(), key)
		if err != nil {
			t.Fatal(err)
		}
		if err := pem.Encode(&out, &pem.Block{Type: "CERTIFICATE", Bytes: der}); err != nil {
			t.Fatal(err)
		}
	}
	for n := range roots {
		write(n, "Twin", true)
	}
	for n := range leaves {
		write(n, fmt.Sprint("leaf ", n), false)
	}
	return out.Bytes()
}

// letters is PKCS #7 signed data within signed data, so deep.
func letters(depth int) []byte {
	inner := []byte{4, 1, 'x'}
	for range depth {
		signed := seq(integer(1), tlv(0x31), seq(oid(1, 2, 840, 113549, 1, 7, 1), tlv(0xa0, tlv(0x04, inner))), tlv(0x31))
		inner = seq(oid(1, 2, 840, 113549, 1, 7, 2), tlv(0xa0, signed))
	}
	return inner
}

// fiftyBags is a bundle of fifty keys, each closed at a price that one may have.
func fiftyBags() []byte {
	bag := seq(oid(1, 2, 840, 113549, 1, 12, 10, 1, 2), tlv(0xa0, encrypted(pbkdf2Of(2_000_000, 32), make([]byte, 64))(nil)))
	return pfxOf(seq(bytes.Repeat(bag, 50)))(nil)
}

// badDeals are hostile imports, kits and readers.
func badDeals(t testing.TB) []badDeed {
	t.Helper()
	dir := t.TempDir()
	file := func(name string, data []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	twins := file("twins.pem", namesakes(t, 1000, 1000))
	kit := file("nested.zip", nestedArchives(t))
	names := manyNames(t, 50_000)
	armour := armoured("CERTIFICATE", cert(nil))(t)
	endless := func() io.Reader { return io.LimitReader(&repeat{text: armour}, 200<<20) }
	return []badDeed{
		{"a thousand authorities of one name, a thousand leaves", func() string { return brought(twins, "") }, ""},
		{"a PEM of 200 MB that is read from a pipe", func() string {
			_, err := InspectReader(endless(), "")
			return toldError(errorOr(err))
		}, "too-large"},
		{"a table of 200 MB that is read from a pipe", func() string {
			_, err := ReadBulkFrom(endless(), BulkHint{})
			return toldError(errorOr(err))
		}, "bulk-bytes"},
		{"letters in letters", func() string { return answered(letters(200), "") }, "not-recognised"},
		{"letters in letters in a text", func() string { return answered(letters(5), "") }, "not-recognised"},
		{"a bundle of fifty keys that each take a second", func() string { return answered(fiftyBags(), "x") }, "password-wrong"},
		{"fifty keys in a text that each take a second", func() string {
			return answered(bytes.Repeat(armoured("ENCRYPTED PRIVATE KEY", encrypted(pbkdf2Of(9_000_000, 32), make([]byte, 64)))(t), 50), "x")
		}, "too-many-iterations"},
		{"a kit of 400 archives that each unpack to 15 MB", func() string {
			var r kitReader
			return toldError(errorOr(r.read(context.Background(), []string{kit})))
		}, "kit-bomb"},
		{"300,000 empty blocks", func() string {
			return answered(bytes.Repeat([]byte("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"), 300_000), "")
		}, "too-large"},
		{"a request of 50,000 names", func() string { return answered(names, "") }, "request many, faults names-too-many"},
	}
}

// repeat is a text again and again.
type repeat struct {
	text []byte
	at   int
}

func (r *repeat) Read(p []byte) (int, error) {
	n := copy(p, r.text[r.at:])
	r.at = (r.at + n) % len(r.text)
	return n, nil
}

// nestedArchives is a kit of many files that are archives by their beginnings,
// and unpack to a thousand times their size.
func nestedArchives(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	large := append([]byte("PK\x03\x04"), make([]byte, pki.MaxInput-4)...)
	var packed bytes.Buffer
	squeeze, err := flate.NewWriter(&packed, flate.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := squeeze.Write(large); err != nil {
		t.Fatal(err)
	}
	if err := squeeze.Close(); err != nil {
		t.Fatal(err)
	}
	w := zip.NewWriter(&b)
	for n := range 400 {
		to, err := w.CreateRaw(&zip.FileHeader{Name: fmt.Sprint(n, ".zip"), Method: zip.Deflate, CRC32: crc32.ChecksumIEEE(large),
			CompressedSize64: uint64(packed.Len()), UncompressedSize64: uint64(len(large))})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := to.Write(packed.Bytes()); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func manyNames(t testing.TB, n int) []byte {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	r := &x509.CertificateRequest{Subject: pkix.Name{CommonName: "many"}}
	for i := range n {
		r.DNSNames = append(r.DNSNames, fmt.Sprintf("n%d.example", i))
	}
	der, err := x509.CreateCertificateRequest(rand.Reader, r, key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func TestBadDeeds(t *testing.T) {
	for _, deed := range badDeeds(t) {
		t.Run(deed.name, func(t *testing.T) {
			var got string
			if !watched(func() { got = deed.do() }) {
				t.Fatalf("it took over %v", patience)
			}
			if got != deed.want {
				t.Errorf("the answer is\n%s\nwant\n%s", got, deed.want)
			}
		})
	}
}
