package testclient

import (
	"crypto/tls"
	"errors"
	"slices"
	"testing"

	"countersign/pki/pkitest"
)

func TestPlainAlert(t *testing.T) {
	record := func(kind byte, body ...byte) []byte {
		return append([]byte{kind, 3, 3, byte(len(body) >> 8), byte(len(body))}, body...)
	}
	hello := record(0x16, make([]byte, 300)...)
	mac := errors.New("local error: tls: bad record MAC")
	for _, c := range []struct {
		name string
		sent []byte
		err  error
		want string
	}{
		{"unknown authority", slices.Concat(hello, record(0x14, 1), record(0x15, 2, 48)), mac, "remote error: tls: unknown certificate authority"},
		{"encrypted alert", slices.Concat(hello, record(0x15, make([]byte, 19)...)), mac, mac.Error()},
		{"the same bytes within a record", record(0x17, record(0x15, 2, 48)...), mac, mac.Error()},
		{"another error", slices.Concat(hello, record(0x15, 2, 48)), errors.New("EOF"), "EOF"},
		{"half of one", slices.Concat(hello, record(0x15, 2, 48)[:6]), mac, mac.Error()},
		{"after more than is looked at", slices.Concat(record(0x17, make([]byte, 65000)...), record(0x17, make([]byte, 1000)...), record(0x15, 2, 48)), mac, mac.Error()},
	} {
		for _, chunk := range []int{1, 3, 7, len(c.sent)} {
			var a plainAlert
			for part := range slices.Chunk(c.sent, chunk) {
				a.look(part)
			}
			if got := a.instead(c.err); got.Error() != c.want {
				t.Errorf("%s, %d bytes at a time: %v", c.name, chunk, got)
			}
		}
	}
	if code, ok := remoteAlert((&plainAlert{found: true, alert: tls.AlertError(48)}).instead(mac)); !ok || code != 48 {
		t.Errorf("read back as %d, %v", code, ok)
	}
}

// TestCurlRefusesTheServer: the server tells of curl's alert, not of a record
// that does not decrypt.
func TestCurlRefusesTheServer(t *testing.T) {
	log := make(chan Connection, 1)
	config := newPair(t).mtls()
	config.Log = func(c Connection) { log <- c }
	s := start(t, config)
	if out, err := pkitest.Try(t, "curl", "-sS", "--max-time", "10", s.URL()); err == nil {
		t.Fatalf("curl trusts it: %s", out)
	}
	if c := <-log; c.Refusal != "remote error: tls: unknown certificate authority" || c.RefusalCode != ServerCertificateRefused {
		t.Errorf("%+v", c)
	}
}
