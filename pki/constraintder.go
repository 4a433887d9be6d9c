package pki

import (
	"fmt"
	"net"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// DER encodes NameConstraints (RFC 5280 section 4.2.1.10). Subtrees have neither
// minimum nor maximum. The error is about a name that is no name constraint.
func (n NameConstraints) DER() ([]byte, error) {
	var b cryptobyte.Builder
	var failed error
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		for tag, names := range [][]Name{n.Permitted, n.Excluded} {
			if len(names) == 0 {
				continue
			}
			b.AddASN1(cbasn1.Tag(tag).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) {
				for _, name := range names {
					b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
						if !addGeneralName(b, name) {
							failed = fmt.Errorf("encode name constraint %q", name.Value)
						}
					})
				}
			})
		}
	})
	if failed != nil {
		return nil, failed
	}
	return b.Bytes()
}

// addGeneralName adds a name constraint; false for one that is none.
func addGeneralName(b *cryptobyte.Builder, n Name) bool {
	text := func(choice cbasn1.Tag) {
		b.AddASN1(choice, func(b *cryptobyte.Builder) { b.AddBytes([]byte(n.Value)) })
	}
	switch n.Kind {
	case NameDNS:
		text(choiceDNS)
	case NameEmail:
		text(choiceEmail)
	case NameURI:
		text(choiceURI)
	case NameIP:
		_, network, err := net.ParseCIDR(n.Value)
		if err != nil {
			return false
		}
		b.AddASN1(choiceIP, func(b *cryptobyte.Builder) {
			b.AddBytes(network.IP)
			b.AddBytes(network.Mask)
		})
	case NameDirectory:
		parts, ok := directoryParts(n.Value)
		if !ok {
			return false
		}
		b.AddASN1(choiceDirectory, func(b *cryptobyte.Builder) { addName(b, parts) })
	default:
		return false
	}
	return true
}
