package pki

import (
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"strings"
)

// SlashName writes a name, given in DER, as openssl s_client did for decades:
// "/C=TW/O=Acme/OU=Sales/CN=alice", in the order of its encoding. A slash or a
// backslash within a value has a backslash before it, and what does not show is
// escaped (see Escape). What cannot be read, and an empty name, is "/".
func SlashName(der []byte) string {
	var names pkix.RDNSequence
	if rest, err := asn1.Unmarshal(der, &names); err != nil || len(rest) > 0 {
		return "/"
	}
	var b strings.Builder
	for _, set := range names {
		for _, a := range set {
			name, known := indexNames[a.Type.String()]
			if !known {
				name = a.Type.String()
			}
			value := strings.NewReplacer(`\`, `\\`, "/", `\/`).Replace(fmt.Sprint(a.Value))
			b.WriteString("/" + name + "=" + Escape(strings.ToValidUTF8(value, "\uFFFD")))
		}
	}
	if b.Len() == 0 {
		return "/"
	}
	return b.String()
}
