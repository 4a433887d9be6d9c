package i18n

import (
	"strings"
	"time"
)

// Things that were looked at come as sections and facts with the names of
// their RFCs (package pki lists them); here they become words.

// FactLabel is the word for a field or section: "Key usage" for keyUsage. One
// that has none, such as an OID, is its own.
func (p *Printer) FactLabel(field string) string {
	if key := "inspect.field." + field; p.Has(key) {
		return p.T(key)
	}
	return field
}

// FactValue words the value of a fact by its kind: a code by its words, a date
// with its time in UTC; the rest as it is.
func (p *Printer) FactValue(kind, value string) string {
	switch kind {
	case "code":
		if key := "inspect.value." + value; p.Has(key) {
			return p.T(key)
		}
	case "date":
		if t, err := time.Parse(time.RFC3339, value); err == nil {
			return p.Date(t.UTC()) + " " + t.UTC().Format("15:04:05") + " UTC"
		}
	case "hex":
		return strings.ToLower(value)
	}
	return value
}
