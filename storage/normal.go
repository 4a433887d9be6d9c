package storage

import (
	"bytes"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// NormalPassphrase is a passphrase as every keyboard and system gives it, in the form of
// RFC 8265, section 4.2.2 (OpaqueString): spaces other than the ASCII one become it, and
// what has several codings (ü as one character, or as u with two dots) gets the composed
// one (NFC). What is not UTF-8 stays as it is. It is a copy, which the caller clears.
func NormalPassphrase(typed []byte) []byte {
	if ascii(typed) || !utf8.Valid(typed) {
		return bytes.Clone(typed)
	}
	spaced := make([]byte, 0, len(typed))
	for rest := typed; len(rest) > 0; {
		r, size := utf8.DecodeRune(rest)
		rest = rest[size:]
		if unicode.Is(unicode.Zs, r) {
			r = ' '
		}
		spaced = utf8.AppendRune(spaced, r)
	}
	defer clear(spaced)
	// Room for the worst that NFC does to UTF-8, so that no copy is left behind.
	return norm.NFC.Append(make([]byte, 0, norm.MaxTransformChunkSize+3*len(spaced)), spaced...)
}

func ascii(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// spellings are what opens a slot: a passphrase in its normal form and, where that is
// another, as it was typed, since older versions took it so; any other secret as it is.
// They are copies, which the caller clears.
func spellings(kind slotKind, secret []byte) [][]byte {
	typed := bytes.Clone(secret)
	if kind != slotPassphrase {
		return [][]byte{typed}
	}
	normal := NormalPassphrase(secret)
	if bytes.Equal(normal, typed) {
		clear(typed)
		return [][]byte{normal}
	}
	return [][]byte{normal, typed}
}
