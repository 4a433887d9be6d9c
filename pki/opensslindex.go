package pki

import (
	"bytes"
	"math/big"
	"strconv"
	"strings"
	"time"
)

// An IndexEntry is one certificate in the index.txt that openssl ca and
// easy-rsa keep.
type IndexEntry struct {
	Revoked  bool
	NotAfter time.Time
	At       time.Time // when it was revoked
	Reason   string    // why, as RFC 5280 section 5.3.1 spells it
	Serial   *big.Int
	Subject  string // as OpenSSL writes it: "/CN=alice"; escaped
}

// LooksLikeIndex reports whether data begins as an index.txt does: a state, a
// tab, a date.
func LooksLikeIndex(data []byte) bool {
	line, _, _ := bytes.Cut(data, []byte("\n"))
	_, err := parseIndexLine(string(line[:min(len(line), maxIndexLine)]))
	return err == nil
}

// maxIndexLine bounds a line of an index.txt in octets.
const maxIndexLine = 16 << 10

// ParseIndex reads an index.txt: six columns with tabs between them (state,
// end, revocation with reason, serial, file, subject), see openssl-ca(1). Its
// error is a *[DamageError] with the number of the line.
func ParseIndex(data []byte) ([]IndexEntry, error) {
	var entries []IndexEntry
	for n := 1; len(data) > 0; n++ {
		line, rest, _ := bytes.Cut(data, []byte("\n"))
		data = rest
		line = bytes.TrimSuffix(line, []byte("\r"))
		if len(line) == 0 || line[0] == '#' {
			continue
		}
		damaged := &DamageError{What: "index.txt, line " + strconv.Itoa(n)}
		if len(line) > maxIndexLine {
			return nil, damaged
		}
		entry, err := parseIndexLine(string(line))
		if err != nil {
			damaged.Err = err
			return nil, damaged
		}
		entries = append(entries, entry)
	}
	return entries, nil
}

func parseIndexLine(line string) (IndexEntry, error) {
	bad := func(column string) (IndexEntry, error) { return IndexEntry{}, &DamageError{What: column} }
	columns := strings.Split(strings.TrimSuffix(line, "\r"), "\t")
	if len(columns) < 6 || len(columns[0]) != 1 || !strings.Contains("VRE", columns[0]) {
		return bad("state")
	}
	e := IndexEntry{Revoked: columns[0] == "R", Subject: Escape(strings.Join(columns[5:], "\t"))}
	var ok bool
	if e.NotAfter, ok = indexTime(columns[1]); !ok {
		return bad("date")
	}
	serial := columns[3]
	if e.Serial, ok = new(big.Int).SetString(serial, 16); !ok || serial == "" || len(serial) > 128 {
		return bad("serial number")
	}
	if e.Revoked {
		at, reason, _ := strings.Cut(columns[2], ",")
		if e.At, ok = indexTime(at); !ok {
			return bad("date of revocation")
		}
		e.Reason = indexReason(reason)
	}
	return e, nil
}

// indexTime reads a UTCTime or a GeneralizedTime (RFC 5280 section 4.1.2.5).
func indexTime(text string) (time.Time, bool) {
	if len(text) == len("20060102150405Z") {
		at, err := time.Parse("20060102150405Z", text)
		return at, err == nil
	}
	at, err := time.Parse("060102150405Z", text)
	if at.Year() >= 2050 { // the century of RFC 5280, not that of Go
		at = at.AddDate(-100, 0, 0)
	}
	return at, err == nil
}

// indexReason returns the reason of an entry. OpenSSL has some of its own, with
// more behind a comma: a hold with its instruction, a compromise with its time.
func indexReason(text string) string {
	text, _, _ = strings.Cut(text, ",")
	switch text {
	case "holdInstruction":
		return string(CertificateHold)
	case "keyTime":
		return string(KeyCompromise)
	case "CAkeyTime":
		return string(CACompromise)
	}
	reason, err := ParseReason(text)
	if err != nil || reason == RemoveFromCRL {
		return string(Unspecified)
	}
	return string(reason)
}
