package pki

import (
	"encoding/asn1"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The most that the value of an element says: octets of hex, characters of
// text.
const (
	shownOctets = 64
	shownRunes  = 400
)

// primitiveValue words the contents of a primitive element.
func primitiveValue(head, contents []byte) string {
	if len(head) != 1 || head[0]&0xc0 != 0 {
		return contextValue(contents)
	}
	switch head[0] {
	case 0x01:
		if len(contents) != 1 {
			return shortHex(contents)
		}
		return strings.ToUpper(strconv.FormatBool(contents[0] != 0))
	case 0x02, 0x0a:
		return integerValue(contents)
	case 0x03:
		return bitsValue(contents)
	case 0x05:
		return shortHex(contents)
	case 0x06:
		if oid, ok := oidText(contents); ok {
			return oidWithName(oid)
		}
		return shortHex(contents)
	}
	if text, ok := stringText(head[0], contents); ok {
		return shortText(text)
	}
	return shortHex(contents)
}

// contextValue words contents whose type is not known: text when it is, as in
// most GeneralNames, else hex.
func contextValue(contents []byte) string {
	for _, c := range contents {
		if c < ' ' || c > '~' {
			return shortHex(contents)
		}
	}
	if len(contents) == 0 {
		return ""
	}
	return shortText(string(contents))
}

func integerValue(contents []byte) string {
	if len(contents) == 0 || len(contents) > 8 {
		return shortHex(contents)
	}
	return integer(contents).String()
}

// integer is the number that two's complement says.
func integer(contents []byte) *big.Int {
	n := new(big.Int).SetBytes(contents)
	if len(contents) > 0 && contents[0]&0x80 != 0 {
		n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(8*len(contents))))
	}
	return n
}

func bitsValue(contents []byte) string {
	if len(contents) == 0 || contents[0] > 7 || contents[0] > 0 && len(contents) == 1 {
		return shortHex(contents)
	}
	bits := 8*(len(contents)-1) - int(contents[0])
	if bits <= 16 {
		var out strings.Builder
		for i := range bits {
			out.WriteByte('0' + contents[1+i/8]>>(7-i%8)&1)
		}
		return out.String()
	}
	return shortHex(contents[1:])
}

// oidText reads the contents of an OBJECT IDENTIFIER; arcs may be of any
// length that is sensible.
func oidText(contents []byte) (string, bool) {
	if len(contents) == 0 || len(contents) > 128 || contents[len(contents)-1]&0x80 != 0 {
		return "", false
	}
	var out strings.Builder
	arc := new(big.Int)
	first := true
	for _, b := range contents {
		arc.Lsh(arc, 7).Or(arc, big.NewInt(int64(b&0x7f)))
		if b&0x80 != 0 {
			continue
		}
		if first {
			top := min(arc.Int64(), 80) / 40
			if !arc.IsInt64() {
				top = 2
			}
			fmt.Fprintf(&out, "%d", top)
			arc.Sub(arc, big.NewInt(40*top))
			first = false
		}
		out.WriteByte('.')
		out.WriteString(arc.String())
		arc.SetInt64(0)
	}
	return out.String(), true
}

// stringText reads the contents of a string or time of a universal type.
// Octets that are not of its alphabet are escaped later.
func stringText(tag byte, contents []byte) (string, bool) {
	switch tag {
	case 0x0c, 0x12, 0x13, 0x16, 0x17, 0x18, 0x1a:
		return string(contents), true
	case asn1.TagT61String, 0x19, 0x1b: // read as Latin-1, which those who still use it mean
		runes := make([]rune, len(contents))
		for i, c := range contents {
			runes[i] = rune(c)
		}
		return string(runes), true
	case asn1.TagBMPString:
		if len(contents)%2 != 0 {
			return "", false
		}
		return string(fromUTF16(contents, 1)), true
	case 0x1c: // UniversalString: UTF-32
		if len(contents)%4 != 0 {
			return "", false
		}
		var out strings.Builder
		for i := 0; i < len(contents); i += 4 {
			out.WriteRune(rune(uint32(contents[i])<<24 | uint32(contents[i+1])<<16 | uint32(contents[i+2])<<8 | uint32(contents[i+3])))
		}
		return out.String(), true
	}
	return "", false
}

// shortText escapes text and keeps its beginning.
func shortText(s string) string {
	at, runes := len(s), 0
	for i := range s {
		if runes == shownRunes {
			at = i
			break
		}
		runes++
	}
	if at == len(s) {
		return Escape(s)
	}
	return Escape(s[:at]) + fmt.Sprintf("… (%d)", utf8.RuneCountInString(s))
}

// shortHex writes octets as hex and keeps the beginning, with the count of all.
func shortHex(octets []byte) string {
	if len(octets) <= shownOctets {
		return colons(octets)
	}
	return colons(octets[:shownOctets]) + fmt.Sprintf("… (%d)", len(octets))
}
