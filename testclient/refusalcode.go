package testclient

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"time"
)

// refusalCode names, by the codes of diagnoses, why the server's handshake failed.
func refusalCode(err error, now time.Time) string {
	var verification *tls.CertificateVerificationError
	var header tls.RecordHeaderError
	if errors.As(err, &verification) {
		return clientVerifyCode(verification.Err, now)
	}
	if revoked := (*RevokedError)(nil); errors.As(err, &revoked) {
		return ClientCertificateRevoked
	}
	if errors.As(err, &header) {
		if header.Conn != nil && looksLikeHTTP(header.RecordHeader[:]) {
			return ClientSpokeHTTP
		}
		return NotTLS
	}
	if _, ok := remoteAlert(err); ok {
		return ServerCertificateRefused
	}
	switch {
	case errorHas(err, "client didn't provide a certificate"):
		return ClientCertificateMissing
	case errorHas(err, "invalid signature by the client certificate"):
		return ClientKeyMismatch
	case errorHas(err, "client offered only unsupported versions"):
		return NoCommonVersion
	case errorHas(err, "unsupported application protocols"):
		return NoCommonProtocol
	case errorHas(err, "no cipher suite supported", "no key exchanges supported", "no mutual"):
		return NoCommonCipher
	case isTimeout(err) || errors.Is(err, context.DeadlineExceeded):
		return Timeout
	case isReset(err):
		return Reset
	}
	return Unknown
}

// looksLikeHTTP tells a request of HTTP from other bytes that are no TLS, as
// net/http does.
func looksLikeHTTP(b []byte) bool {
	switch string(b) {
	case "GET /", "HEAD ", "POST ", "PUT /", "OPTIO", "DELET", "PATCH", "CONNE", "TRACE":
		return true
	}
	return false
}

// clientVerifyCode names why a client's chain does not verify.
func clientVerifyCode(err error, now time.Time) string {
	var unknown x509.UnknownAuthorityError
	var invalid x509.CertificateInvalidError
	var critical x509.UnhandledCriticalExtension
	switch {
	case errors.As(err, &critical):
		return ClientExtensionUnknown
	case errors.As(err, &unknown):
		switch {
		case errorHas(err, "insecure algorithm"):
			return ClientSignatureWeak
		case errorHas(err, "cannot sign this kind of certificate"):
			return ClientIssuerNotAuthority
		case errorHas(err, "while trying to verify candidate authority"):
			return ClientAuthorityRemade
		}
		return ClientAuthorityUnknown
	case errors.As(err, &invalid):
		switch invalid.Reason {
		case x509.Expired:
			if now.Before(invalid.Cert.NotBefore) {
				return ClientCertificateNotYetValid
			}
			return ClientCertificateExpired
		case x509.IncompatibleUsage:
			return ClientCertificatePurpose
		case x509.TooManyIntermediates:
			return ClientPathLength
		case x509.NotAuthorizedToSign:
			return ClientIssuerNotAuthority
		}
	}
	return ClientCertificateRefused
}
