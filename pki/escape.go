package pki

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Escape returns s with every character that could deceive a reader written as
// \u{XXXX}: control characters, line and paragraph separators, bidirectional
// controls, zero-width and other characters without a picture. Octets that are
// not UTF-8 are written as \x{XX}. Ordinary right-to-left letters stay.
func Escape(s string) string {
	clean := utf8.ValidString(s)
	if clean {
		clean = strings.IndexFunc(s, deceives) < 0
	}
	if clean {
		return s
	}
	var out strings.Builder
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&out, `\x{%02X}`, s[i])
		case deceives(r):
			fmt.Fprintf(&out, `\u{%04X}`, r)
		default:
			out.WriteRune(r)
		}
		i += size
	}
	return out.String()
}

// deceives reports whether r has no picture of its own, or changes where
// others stand.
func deceives(r rune) bool {
	switch r {
	case 0x115F, 0x1160, 0x3164, 0xFFA0, 0x2800: // Hangul fillers and the empty Braille pattern
		return true
	case 0x200E, 0x200F, 0x061C:
		return true
	}
	return unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Cf, r) ||
		unicode.Is(unicode.Zl, r) || unicode.Is(unicode.Zp, r)
}
