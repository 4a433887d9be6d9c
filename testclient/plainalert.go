package testclient

import (
	"crypto/tls"
	"net"
)

// recordAlert is the type of a TLS record that holds an alert, and headerSize
// the size of a record's header: RFC 8446 section 5.1.
const (
	recordAlert = 0x15
	headerSize  = 5
)

// watchedBytes is how much of what a client sends is looked at: more than any
// client sends before it has verified the server.
const watchedBytes = 64 << 10

// plainAlert looks for an alert that a client sends unencrypted, where TLS 1.3
// expects encrypted records. OpenSSL does so when it refuses the server's
// certificate: it has not begun to encrypt by then. crypto/tls only finds that
// such a record does not decrypt.
type plainAlert struct {
	seen   int
	header []byte // of the record that comes in, as far as it has come
	body   []byte // of an alert, as far as it has come
	skip   int    // bytes of another record that are still to come
	found  bool
	alert  tls.AlertError
}

// look takes what was read next.
func (a *plainAlert) look(p []byte) {
	for len(p) > 0 && !a.found && a.seen < watchedBytes {
		n := min(a.skip, len(p))
		a.skip, a.seen, p = a.skip-n, a.seen+n, p[n:]
		if len(p) == 0 {
			return
		}
		a.seen++
		if len(a.header) < headerSize {
			a.header = append(a.header, p[0])
		} else {
			a.body = append(a.body, p[0])
		}
		p = p[1:]
		a.record()
	}
}

// record ends the header or the alert that is whole.
func (a *plainAlert) record() {
	if len(a.header) < headerSize {
		return
	}
	length := int(a.header[3])<<8 | int(a.header[4])
	switch {
	case a.header[0] != recordAlert || length != 2: // an encrypted one is longer
		a.skip, a.header = length, a.header[:0]
	case len(a.body) == 2:
		a.found, a.alert = true, tls.AlertError(a.body[1])
	}
}

// instead gives the alert as crypto/tls gives those that it can read, in the
// place of an error that says only that a record does not decrypt.
func (a *plainAlert) instead(err error) error {
	if a.found && errorHas(err, "bad record MAC") {
		return &net.OpError{Op: "remote error", Err: a.alert}
	}
	return err
}
