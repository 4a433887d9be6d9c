package pki_test

import (
	"errors"
	"math/big"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"countersign/pki"
)

func TestParseIndex(t *testing.T) {
	day := func(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 1, 2, 3, 0, time.UTC) }
	number := cmp.Comparer(func(a, b *big.Int) bool { return a.Cmp(b) == 0 })
	for _, test := range []struct {
		name, text string
		want       []pki.IndexEntry
	}{
		{"valid", "V\t491231010203Z\t\t01\tunknown\t/CN=a\n", []pki.IndexEntry{{NotAfter: day(2049, 12, 31), Serial: big.NewInt(1), Subject: "/CN=a"}}},
		{"before 2000", "E\t500101010203Z\t\tFF\tunknown\t/CN=a\n", []pki.IndexEntry{{NotAfter: day(1950, 1, 1), Serial: big.NewInt(255), Subject: "/CN=a"}}},
		{"after 2049", "V\t20680101010203Z\t\t0A\tunknown\t/CN=a", []pki.IndexEntry{{NotAfter: day(2068, 1, 1), Serial: big.NewInt(10), Subject: "/CN=a"}}},
		{"revoked", "R\t300101010203Z\t260101010203Z\t02\tunknown\t/CN=b\r\n",
			[]pki.IndexEntry{{Revoked: true, NotAfter: day(2030, 1, 1), At: day(2026, 1, 1), Reason: "unspecified", Serial: big.NewInt(2), Subject: "/CN=b"}}},
		{"reasons", "R\t300101010203Z\t260101010203Z,keyCompromise\t03\tunknown\t/\n" +
			"R\t300101010203Z\t260101010203Z,holdInstruction,holdInstructionReject\t04\tunknown\t/\n" +
			"R\t300101010203Z\t260101010203Z,CAkeyTime,20250101010203Z\t05\tunknown\t/\n" +
			"R\t300101010203Z\t260101010203Z,removeFromCRL\t06\tunknown\t/\n\n# a remark\n",
			[]pki.IndexEntry{
				{Revoked: true, NotAfter: day(2030, 1, 1), At: day(2026, 1, 1), Reason: "keyCompromise", Serial: big.NewInt(3), Subject: "/"},
				{Revoked: true, NotAfter: day(2030, 1, 1), At: day(2026, 1, 1), Reason: "certificateHold", Serial: big.NewInt(4), Subject: "/"},
				{Revoked: true, NotAfter: day(2030, 1, 1), At: day(2026, 1, 1), Reason: "cACompromise", Serial: big.NewInt(5), Subject: "/"},
				{Revoked: true, NotAfter: day(2030, 1, 1), At: day(2026, 1, 1), Reason: "unspecified", Serial: big.NewInt(6), Subject: "/"},
			}},
		{"a subject that deceives", "V\t300101010203Z\t\t01\tunknown\t/CN=a\u202eb\tc\n",
			[]pki.IndexEntry{{NotAfter: day(2030, 1, 1), Serial: big.NewInt(1), Subject: `/CN=a\u{202E}b\u{0009}c`}}},
		{"nothing", "", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := pki.ParseIndex([]byte(test.text))
			if diff := cmp.Diff(test.want, got, number); err != nil || diff != "" {
				t.Errorf("%v\n%s", err, diff)
			}
			if test.want != nil && !pki.LooksLikeIndex([]byte(test.text)) {
				t.Error("it does not look like one")
			}
		})
	}
}

func TestParseIndexRefuses(t *testing.T) {
	const good = "V\t300101010203Z\t\t01\tunknown\t/CN=a\n"
	for _, test := range []struct{ text, want string }{
		{good + "X\t300101010203Z\t\t01\tunknown\t/CN=a\n", "damaged index.txt, line 2: damaged state"},
		{"V\t300101010203Z\t\t01\t/CN=a\n", "damaged index.txt, line 1: damaged state"},
		{"V\t30010101020Z\t\t01\tunknown\t/CN=a\n", "damaged index.txt, line 1: damaged date"},
		{"V\t300101010203Z\t\tx\tunknown\t/CN=a\n", "damaged index.txt, line 1: damaged serial number"},
		{good + "\n" + "R\t300101010203Z\t\t01\tunknown\t/CN=a\n", "damaged index.txt, line 3: damaged date of revocation"},
		{string(make([]byte, 20_000)), "damaged index.txt, line 1"},
	} {
		entries, err := pki.ParseIndex([]byte(test.text))
		var damage *pki.DamageError
		if entries != nil || !errors.As(err, &damage) || err.Error() != test.want {
			t.Errorf("%.40q: %v, want %s", test.text, err, test.want)
		}
	}
	for _, text := range []string{"", "V", "Very well\t", "-----BEGIN CERTIFICATE-----\n"} {
		if pki.LooksLikeIndex([]byte(text)) {
			t.Errorf("%q looks like an index", text)
		}
	}
}
