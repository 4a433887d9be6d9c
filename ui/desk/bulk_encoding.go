package desk

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/transform"
)

// BulkEncoding is how the text of a table is written.
type BulkEncoding string

// The encodings. The last two are what spreadsheets in Taiwan and Japan write
// as plain "CSV".
const (
	EncodingUTF8     BulkEncoding = "utf-8"
	EncodingUTF16    BulkEncoding = "utf-16"    // either end first; without a mark see likelyOrder
	EncodingBig5     BulkEncoding = "big5"      // code page 950
	EncodingShiftJIS BulkEncoding = "shift-jis" // code page 932
)

// BulkEncodings are all of them.
func BulkEncodings() []BulkEncoding {
	return []BulkEncoding{EncodingUTF8, EncodingUTF16, EncodingBig5, EncodingShiftJIS}
}

// ParseBulkEncoding reads the name of an encoding, also as other programs call
// it: "UTF8", "cp950", "sjis", "Windows-31J". Case does not count.
func ParseBulkEncoding(name string) (BulkEncoding, bool) {
	switch folded(name) {
	case "utf8", "utf8bom":
		return EncodingUTF8, true
	case "utf16", "utf16le", "utf16be", "unicode", "ucs2":
		return EncodingUTF16, true
	case "big5", "cp950", "950", "ms950", "big5eten", "big5hkscs":
		return EncodingBig5, true
	case "shiftjis", "sjis", "cp932", "932", "ms932", "mskanji", "windows31j":
		return EncodingShiftJIS, true
	}
	return "", false
}

// Label is what people call it.
func (e BulkEncoding) Label() string {
	switch e {
	case EncodingUTF8:
		return "UTF-8"
	case EncodingUTF16:
		return "UTF-16"
	case EncodingBig5:
		return "Big5"
	case EncodingShiftJIS:
		return "Shift-JIS"
	}
	return string(e)
}

// Legacy tells whether nothing in such a text says that it is one, so that it
// may be another.
func (e BulkEncoding) Legacy() bool { return e == EncodingBig5 || e == EncodingShiftJIS }

// BulkEncodingError says that a table is not text of the encoding that it was
// to be read as.
type BulkEncodingError struct{ Encoding BulkEncoding }

func (e *BulkEncodingError) Error() string { return fmt.Sprintf("table is not %s", e.Encoding) }

// BulkHint is what is known of a table before it is read. With none, a byte
// order mark decides, or the zeros of UTF-16, or that it is good UTF-8; else it
// is Big5 or Shift-JIS when every character of it is, and its first row names
// columns then. Where both are so the language of the person decides.
type BulkHint struct {
	Encoding BulkEncoding // "" to find it out
	Language string       // of the person, as BCP 47; a table in "ja" is Shift-JIS rather than Big5
}

// text gives a table's text as UTF-8 without a byte order mark, and what it was
// written in. Errors: ErrBulkEncoding, *BulkEncodingError.
func (h BulkHint) text(data []byte) (string, BulkEncoding, error) {
	switch h.Encoding {
	case "":
		return h.guess(data)
	case EncodingUTF16:
		text := fromUTF16(data, likelyOrder(data))
		if strings.ContainsRune(text, utf8.RuneError) {
			return "", "", &BulkEncodingError{h.Encoding}
		}
		return text, EncodingUTF16, nil
	}
	text, ok := decoded(data, h.Encoding)
	if !ok {
		return "", "", &BulkEncodingError{h.Encoding}
	}
	return text, h.Encoding, nil
}

func (h BulkHint) guess(data []byte) (string, BulkEncoding, error) {
	if order := utf16Order(data); order != nil {
		return fromUTF16(data, order), EncodingUTF16, nil
	}
	if len(data)%2 == 0 && bytes.IndexByte(data, 0) >= 0 { // no other text has zeros
		if text := fromUTF16(data, likelyOrder(data)); isHeaded(text) && !strings.ContainsRune(text, utf8.RuneError) {
			return text, EncodingUTF16, nil
		}
	}
	if text, ok := decoded(data, EncodingUTF8); ok {
		return text, EncodingUTF8, nil
	}
	likely := []BulkEncoding{EncodingBig5, EncodingShiftJIS}
	if strings.HasPrefix(h.Language, "ja") {
		slices.Reverse(likely)
	}
	for _, e := range likely {
		if e == EncodingBig5 && !onlyBig5(data) {
			continue
		}
		if text, ok := decoded(data, e); ok && isHeaded(text) {
			return text, e, nil
		}
	}
	return "", "", ErrBulkEncoding
}

// isHeaded tells whether the first row of a text names columns.
func isHeaded(text string) bool {
	first, ok := begin(text).next()
	if !ok {
		return false
	}
	_, headed := headingOf(first.cells)
	return headed
}

const utf8Mark = "\xef\xbb\xbf"

// decoded reads an encoding other than UTF-16; false when that makes no text
// of all of it.
func decoded(data []byte, e BulkEncoding) (string, bool) {
	var from encoding.Encoding
	switch e {
	case EncodingBig5:
		from = traditionalchinese.Big5
	case EncodingShiftJIS:
		from = japanese.ShiftJIS
	default:
		return strings.TrimPrefix(string(data), utf8Mark), e == EncodingUTF8 && utf8.Valid(data)
	}
	var text strings.Builder
	text.Grow(len(data) + len(data)/2) // three bytes for two
	w := transform.NewWriter(&text, from.NewDecoder())
	_, err := w.Write(data)
	if closed := w.Close(); err == nil {
		err = closed
	}
	return text.String(), err == nil && !strings.ContainsRune(text.String(), utf8.RuneError)
}

// onlyBig5 tells whether the first byte of every pair is one of code page 950.
// The decoder knows more, those of Hong Kong's supplement, and would take
// Japanese characters for them.
func onlyBig5(data []byte) bool {
	for i := 0; i < len(data); i++ {
		if data[i] < 0x80 {
			continue
		}
		if data[i] < 0xa1 || data[i] > 0xf9 {
			return false
		}
		i++
	}
	return true
}

// utf16Order is the order of the bytes of UTF-16, by its mark or by the zeros
// of its first characters; nil for what is none.
func utf16Order(data []byte) binary.ByteOrder {
	even := len(data) >= 4 && len(data)%2 == 0
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xfe")), even && data[1] == 0 && data[3] == 0 && data[0] != 0:
		return binary.LittleEndian
	case bytes.HasPrefix(data, []byte("\xfe\xff")), even && data[0] == 0 && data[2] == 0 && data[1] != 0:
		return binary.BigEndian
	}
	return nil
}

// likelyOrder is the order of the bytes of a text that is UTF-16: utf16Order;
// else the one in which its first row names columns; else the one in which more
// bytes are the zeros before commas and the ends of lines.
func likelyOrder(data []byte) binary.ByteOrder {
	if order := utf16Order(data); order != nil {
		return order
	}
	little, big := isHeaded(fromUTF16(data, binary.LittleEndian)), isHeaded(fromUTF16(data, binary.BigEndian))
	var zeros [2]int
	for i, b := range data {
		if b == 0 {
			zeros[i%2]++
		}
	}
	if big && !little || big == little && zeros[0] > zeros[1] {
		return binary.BigEndian
	}
	return binary.LittleEndian
}

// fromUTF16 reads UTF-16.
func fromUTF16(data []byte, order binary.ByteOrder) string {
	var text strings.Builder
	text.Grow(len(data)/2 + utf8.UTFMax)
	for rest := data; len(rest) >= 2; {
		r := rune(order.Uint16(rest))
		rest = rest[2:]
		if utf16.IsSurrogate(r) {
			pair := utf8.RuneError
			if len(rest) >= 2 {
				pair = utf16.DecodeRune(r, rune(order.Uint16(rest)))
			}
			if r = pair; r != utf8.RuneError {
				rest = rest[2:]
			}
		}
		text.WriteRune(r)
	}
	return strings.TrimPrefix(text.String(), "\ufeff")
}
