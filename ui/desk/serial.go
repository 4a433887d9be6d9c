package desk

import (
	"fmt"
	"strings"

	"countersign/pki"
)

// LeastSerial is how many hexadecimal digits of the beginning of a serial
// number name a certificate.
const LeastSerial = 8

// AmbiguousError says that a part of a serial number is that of several
// certificates.
type AmbiguousError struct {
	Part    string   // as typed
	Serials []string // whole, each with the certificate's name, in the order of the list
}

func (e *AmbiguousError) Error() string {
	return fmt.Sprintf("%s: the serial numbers of %d certificates", e.Part, len(e.Serials))
}

// serialText is a typed serial number as Certificate.Serial has it; "" for
// what is none.
func serialText(typed string) string {
	serial, ok := pki.ParseSerial(typed)
	if !ok {
		return ""
	}
	return pki.SerialText(serial)
}

// serialPart reads a part of a serial number: its beginning, of LeastSerial
// digits or more, or both its ends with … or ... between them. Colons do not
// count. Not ok is what is neither.
func serialPart(typed string) (begin, end string, ok bool) {
	plain := bareSerial(strings.TrimSpace(typed))
	begin, end, both := strings.Cut(strings.ReplaceAll(plain, "...", "…"), "…")
	if strings.Trim(begin+end, "0123456789abcdef") != "" {
		return "", "", false
	}
	if both {
		return begin, end, len(begin) >= LeastSerial/2 && len(end) >= LeastSerial/2
	}
	return begin, "", len(begin) >= LeastSerial
}

func bareSerial(text string) string { return strings.ToLower(strings.ReplaceAll(text, ":", "")) }

// ShortSerials are the beginnings of the certificates' serial numbers that
// tell them from each other, in digits without colons: LeastSerial, or as many
// as it takes; whole where another has the very same.
func ShortSerials(list []Certificate) map[ID]string {
	most := 0
	plain := make([]string, len(list))
	for n, c := range list {
		plain[n] = bareSerial(c.Serial)
		most = max(most, len(plain[n]))
	}
	short := make(map[ID]string, len(list))
	for length := LeastSerial; length <= max(most, LeastSerial); length++ {
		same := map[string]int{}
		for n := range list {
			same[plain[n][:min(length, len(plain[n]))]]++
		}
		for n, c := range list {
			begin := plain[n][:min(length, len(plain[n]))]
			if short[c.ID] == "" && (same[begin] == 1 || len(begin) == len(plain[n])) {
				short[c.ID] = begin
			}
		}
		if len(short) == len(list) {
			break
		}
	}
	return short
}
