package desk

import (
	"strings"

	"countersign/pki"
)

// explainFormat explains what was recognised, but is not read.
func explainFormat(e *pki.FormatError) (string, []any) {
	facts := []any{"Found", e.Found, "Convert", e.Convert, "Detail", e.Detail}
	if e.Code == "" {
		return "format-named", facts
	}
	return "format-" + e.Code, facts
}

// broken are the codes of what may be damaged, by what pki calls it.
var broken = map[string]string{
	"certificate":           "damaged-certificate",
	"request":               "damaged-request",
	"revocation list":       "damaged-crl",
	"private key":           "damaged-key",
	"encrypted private key": "damaged-key",
	"PKCS #12":              "damaged-bundle",
	"PKCS #7":               "damaged-bundle",
	"PEM":                   "damaged-pem",
	"file, cut off":         "damaged-cut-off",
}

// BrokenCodes returns the codes of what is damaged, for those who word them.
func BrokenCodes() []string {
	return []string{"damaged-certificate", "damaged-request", "damaged-crl", "damaged-key", "damaged-bundle", "damaged-pem",
		"damaged-encryption", "damaged-index",
		"damaged-cut-off", "damaged"}
}

// explainBroken explains what is cut off, or not made as its standard says. Why
// is how the reader noticed, in English, "" when there is no more to say.
func explainBroken(e *pki.DamageError) (string, []any) {
	why := ""
	if e.Err != nil {
		why = pki.Escape(e.Err.Error())
	}
	facts := []any{"What", pki.Escape(e.What), "Why", why}
	switch {
	case broken[e.What] != "":
		return broken[e.What], facts
	case strings.HasPrefix(e.What, "PEM block"):
		return "damaged-pem", facts
	case strings.HasPrefix(e.What, "index.txt"):
		return "damaged-index", facts
	case strings.HasPrefix(e.What, "encrypt"), strings.HasPrefix(e.What, "key derivation"):
		return "damaged-encryption", facts
	}
	return "damaged", facts
}
