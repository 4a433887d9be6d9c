package testclient

import (
	"crypto/tls"
	"errors"
	"net"
)

// The TLS alerts that diagnoses depend on (RFC 8446 section 6.2; 41 is RFC 5246's).
const (
	alertHandshakeFailure     = 40
	alertBadCertificate       = 42
	alertUnsupported          = 43
	alertRevoked              = 44
	alertExpired              = 45
	alertCertificateUnknown   = 46
	alertUnknownCA            = 48
	alertDecryptError         = 51
	alertProtocolVersion      = 70
	alertInsufficientSecurity = 71
	alertUnrecognizedName     = 112
	alertCertificateRequired  = 116
	alertNoProtocol           = 120
)

// remoteAlert is the number of the alert that the other side sent, if err is
// one. crypto/tls gives it as a *net.OpError of an unexported type whose text
// is that of the exported tls.AlertError.
func remoteAlert(err error) (int, bool) {
	var op *net.OpError
	if !errors.As(err, &op) || op.Op != "remote error" || op.Err == nil {
		return 0, false
	}
	text := op.Err.Error()
	for n := range 256 {
		if tls.AlertError(n).Error() == text {
			return n, true
		}
	}
	return 0, false
}
