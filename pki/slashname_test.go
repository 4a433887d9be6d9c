package pki_test

import (
	"crypto/x509/pkix"
	"encoding/asn1"
	"testing"

	"countersign/pki"
)

func TestSlashName(t *testing.T) {
	for _, c := range []struct {
		name pkix.Name
		want string
	}{
		{pkix.Name{Country: []string{"TW"}, Province: []string{"Taiwan"}, Locality: []string{"Taipei"}, Organization: []string{"Acme"},
			OrganizationalUnit: []string{"Sales"}, CommonName: "client-a"}, "/C=TW/ST=Taiwan/L=Taipei/O=Acme/OU=Sales/CN=client-a"},
		{pkix.Name{CommonName: "王小明"}, "/CN=王小明"},
		{pkix.Name{CommonName: `a/CN=b\`}, `/CN=a\/CN=b\\`},
		{pkix.Name{CommonName: "a\nb\u202e"}, `/CN=a\u{000A}b\u{202E}`},
		{pkix.Name{ExtraNames: []pkix.AttributeTypeAndValue{{Type: asn1.ObjectIdentifier{1, 2, 3, 4}, Value: "x"}}}, "/1.2.3.4=x"},
		{pkix.Name{}, "/"},
	} {
		der, err := asn1.Marshal(c.name.ToRDNSequence())
		if err != nil {
			t.Fatal(err)
		}
		if got := pki.SlashName(der); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
	if got := pki.SlashName([]byte{0x30, 5}); got != "/" {
		t.Errorf("no DER: %q", got)
	}
}
