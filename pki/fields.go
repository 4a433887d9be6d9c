package pki

import (
	"math/big"
	"net/url"
	"strconv"
	"strings"
)

// The limits of addresses in one certificate. They are ours: no standard has
// any, and no client reads more.
const (
	maxAddresses = 8
	maxAddress   = 2000
)

// minSerial is how many octets make a serial number that nobody guesses (the
// CA/Browser Forum's Baseline Requirements ask for 64 random bits).
const minSerial = 8

// ParseSerial reads a serial number in hexadecimal, with or without colons,
// spaces and a leading 0x. It is false for what RFC 5280 section 4.1.2.2 does
// not allow: zero, negative, over 20 octets.
func ParseSerial(typed string) (*big.Int, bool) {
	typed = strings.TrimSpace(typed)
	if hasPrefixFold(typed, "0x") {
		typed = typed[2:]
	}
	typed = strings.ReplaceAll(strings.ReplaceAll(typed, ":", ""), " ", "")
	if typed == "" || len(typed) > 64 || strings.Trim(typed, "0123456789abcdefABCDEF") != "" {
		return nil, false
	}
	n, ok := new(big.Int).SetString(typed, 16)
	if !ok || n.Sign() <= 0 || n.BitLen() > 20*8-1 { // in DER the first bit is the sign
		return nil, false
	}
	return n, true
}

// checkAddress reports whether a certificate may name an address: absolute,
// of http, https or ldap (RFC 5280 sections 4.2.1.13 and 4.2.2.1).
func checkAddress(s string) bool {
	if s == "" || len(s) > maxAddress || !isURIText(s) {
		return false
	}
	u, err := url.Parse(s)
	if err != nil || u.User != nil || u.Opaque != "" || u.Fragment != "" {
		return false
	}
	switch strings.ToLower(u.Scheme) {
	case "http", "https":
		return u.Hostname() != ""
	case "ldap", "ldaps":
		return true
	}
	return false
}

// addressLists are the three sorts of address with the field of each.
func (r *Request) addressLists() map[Field]*[]string {
	return map[Field]*[]string{
		FieldCRL: &r.CRLAddresses, FieldOCSP: &r.OCSPAddresses, FieldIssuerAddresses: &r.IssuerAddresses,
	}
}

var addressFields = [...]Field{FieldCRL, FieldOCSP, FieldIssuerAddresses}

// fieldFaults returns what is wrong with the serial number and the addresses.
func (r Request) fieldFaults() Faults {
	var faults Faults
	if r.Serial != "" {
		if _, ok := ParseSerial(r.Serial); !ok {
			faults = append(faults, Fault{Field: FieldSerial, Code: CodeSerial, Value: Escape(r.Serial)})
		}
	}
	lists := r.addressLists()
	for _, field := range addressFields {
		list := *lists[field]
		if len(list) > maxAddresses {
			faults = append(faults, Fault{Field: field, Code: CodeAddressCount, Value: strconv.Itoa(maxAddresses)})
			continue
		}
		for _, address := range list {
			if !checkAddress(address) {
				faults = append(faults, Fault{Field: field, Code: CodeAddressBad, Value: Escape(address)})
			}
		}
	}
	return faults
}

// fieldWarnings returns what clients will not like of them.
func (r Request) fieldWarnings() []Warning {
	var warnings []Warning
	if serial, ok := ParseSerial(r.Serial); ok && len(serial.Bytes()) < minSerial {
		warnings = append(warnings, Warning{Field: FieldSerial, Code: WarningSerialShort, Value: strconv.Itoa(minSerial)})
	}
	lists := r.addressLists()
	for _, field := range addressFields {
		for _, address := range *lists[field] {
			if hasPrefixFold(address, "https:") && field != FieldIssuerAddresses {
				warnings = append(warnings, Warning{Field: field, Code: WarningAddressHTTPS, Value: Escape(address), Client: "Windows"})
			}
		}
	}
	return warnings
}

// distinct returns a list trimmed, without empty and repeated parts.
func distinct(list []string) []string {
	var out []string
	seen := map[string]bool{}
	for _, s := range list {
		if s = strings.TrimSpace(s); s != "" && !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}
