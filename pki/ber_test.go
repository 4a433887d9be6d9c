package pki

import (
	"bytes"
	"testing"
)

func TestToDER(t *testing.T) {
	tests := []struct{ name, ber, want string }{
		{"DER", "3003020101", "3003020101"},
		{"open length", "3080 020101 0000", "3003020101"},
		{"long length", "308400000003 020101", "3003020101"},
		{"long length of two octets", "30820003 020101", "3003020101"},
		{"string in pieces", "2480 040101 04020203 0000", "0403010203"},
		{"string in pieces of known length", "2407 040101 04020203", "0403010203"},
		{"no pieces", "2480 0000", "0400"},
		{"pieces in pieces", "2480 2480 040101 0000 040102 0000", "04020102"},
		{"explicit tag", "a080 040101 0000", "a003040101"},
		{"implicit tag in pieces", "a080 040101 040102 0000", "80020102"},
		{"long tag", "bf8101 80 0000", "bf810100"},
		{"zeros behind", "3003020101 0000", "3003020101"},
		{"something behind", "3003020101 01", ""},
		{"open and primitive", "0480 0000", ""},
		{"no end", "3080 020101", ""},
		{"cut off", "3005020101", ""},
		{"primitive cut off", "040501", ""},
		{"child longer than its parent", "3003 020201", ""},
		{"length of nine octets", "3089 00000000000000 0000", ""},
		{"length above the limit", "3088 ffffffffffffffff", ""},
		{"tag only", "30", ""},
		{"tag without an end", "bfffffffffffff 00", ""},
		{"nothing", "", ""},
	}
	for _, test := range tests {
		got, err := toDER(unhex(t, test.ber))
		if test.want == "" {
			if err == nil {
				t.Errorf("%s: got %x", test.name, got)
			}
			continue
		}
		if err != nil || !bytes.Equal(got, unhex(t, test.want)) {
			t.Errorf("%s: got %x, %v, want %s", test.name, got, err, test.want)
		}
	}
	for _, size := range []int{0x7f, 0x80, 0xff, 0x100, 0xffff, 0x10000, 0xffffff, 0x1000000} {
		der := appendElement(nil, []byte{4}, make([]byte, size))
		if got, err := toDER(der); err != nil || !bytes.Equal(got, der) {
			t.Errorf("%d octets: %v", size, err)
		}
	}
	if _, err := toDER(bytes.Repeat([]byte{0x30, 0x80}, maxDepth+2)); err == nil || err.Error() != "nested too deep" {
		t.Errorf("nested: %v", err)
	}
}
