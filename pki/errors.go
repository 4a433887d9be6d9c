package pki

import (
	"errors"
	"fmt"
)

// Errors of reading files.
var (
	// ErrPasswordNeeded reports that something in the data is encrypted and
	// no password was given.
	ErrPasswordNeeded = errors.New("a password is needed")
	// ErrWrongPassword reports that the password does not open the data.
	ErrWrongPassword = errors.New("wrong password")
	// ErrNotRecognised reports data that holds nothing this package reads.
	ErrNotRecognised = errors.New("not recognised")
	// ErrTooLarge reports data longer than [MaxInput], or holding more than
	// 20,000 things.
	ErrTooLarge = errors.New("larger than 16 MiB")
	// ErrTooManyIterations reports a password derivation above the cap, which
	// would keep the program busy for minutes or years.
	ErrTooManyIterations = errors.New("password derivation is above the limit")
)

// Errors of writing and reading PKCS #12 files.
var (
	// ErrEmptyPassword reports an empty password for a PKCS #12 file: Firefox
	// and the macOS Keychain refuse such files.
	ErrEmptyPassword = errors.New("empty password")
	// ErrPasswordNotEncodable reports a password that PKCS #12 cannot hold:
	// it is limited to the Basic Multilingual Plane (RFC 7292 appendix B.1).
	ErrPasswordNotEncodable = errors.New("password cannot be encoded in PKCS #12")
	// ErrKeyMismatch reports that no certificate belongs to the private key.
	ErrKeyMismatch = errors.New("the certificate does not belong to the private key")
)

// ErrRequestSignature reports a certification request whose signature is not
// made with its own key: it was changed, or who asks has not the key.
var ErrRequestSignature = errors.New("the request is not signed with its own key")

// Errors of revoking.
var (
	// ErrReason reports a reason that RFC 5280 section 5.3.1 does not know, or
	// that no full list can hold.
	ErrReason = errors.New("unknown revocation reason")
	// ErrOCSPRequest reports bytes that are no OCSP request (RFC 6960 section
	// 4.1), or one beyond the limits.
	ErrOCSPRequest = errors.New("not an OCSP request")
)

// A FormatError reports data that was recognised, but that this package does
// not read.
type FormatError struct {
	Code    string // what it is, one of the Found constants; "" for what has none
	Detail  string // the curve, the encryption: a name or an object identifier
	Found   string // what it is, for developers: "a Java key store (JKS)"
	Convert string // a command that converts it to something that is read, or ""
}

// The codes of a [FormatError].
const (
	FoundJKS              = "jks"
	FoundJCEKS            = "jceks"
	FoundSSHPublicKey     = "ssh-public-key"
	FoundSSHCertificate   = "ssh-certificate"
	FoundSSHKey           = "ssh-key"
	FoundPuTTY            = "putty-key"
	FoundPGP              = "pgp"
	FoundAge              = "age"
	FoundPublicKey        = "public-key"
	FoundDSA              = "dsa-key"
	FoundAgreement        = "agreement-key" // X25519 and X448: Detail
	FoundEd448            = "ed448-key"
	FoundGOST             = "gost-key"
	FoundPSS              = "rsa-pss-key"
	FoundCurve            = "curve"          // Detail
	FoundExplicitCurve    = "explicit-curve" // parameters instead of a name
	FoundHugeKey          = "huge-key"
	FoundEncryption       = "encryption" // Detail
	FoundLegacyEncryption = "legacy-encryption"
	FoundPKCS7            = "pkcs7-other"  // Detail
	FoundPublicKeyPKCS12  = "pkcs12-key"   // closed with a key instead of a password
	FoundSecret           = "other-secret" // Detail
	FoundWebPage          = "web-page"
	FoundPicture          = "picture"
	FoundArchive          = "archive"
	FoundProgram          = "program"
	FoundDocument         = "document"
	FoundDatabase         = "database"
	FoundParameters       = "parameters"    // of keys, not a key
	FoundKeyAlgorithm     = "key-algorithm" // Detail
	FoundOldCRL           = "crl-v1"
)

// FoundCodes returns all codes of a [FormatError].
func FoundCodes() []string {
	return []string{FoundJKS, FoundJCEKS, FoundSSHPublicKey, FoundSSHCertificate, FoundSSHKey, FoundPuTTY, FoundPGP,
		FoundAge, FoundPublicKey, FoundDSA, FoundAgreement, FoundEd448, FoundGOST, FoundPSS, FoundCurve, FoundExplicitCurve,
		FoundHugeKey, FoundEncryption, FoundLegacyEncryption, FoundPKCS7, FoundPublicKeyPKCS12, FoundSecret, FoundWebPage,
		FoundPicture, FoundArchive, FoundProgram, FoundDocument, FoundDatabase,
		FoundParameters, FoundKeyAlgorithm, FoundOldCRL}
}

func (e *FormatError) Error() string {
	if e.Convert == "" {
		return "found " + e.Found
	}
	return "found " + e.Found + "; convert it with: " + e.Convert
}

// A DamageError reports something that was recognised, but that is cut off or
// not made as its standard says.
type DamageError struct {
	What string // "certificate", "PEM block CERTIFICATE", "PKCS #12"
	Err  error  // how it was noticed, or nil
}

func (e *DamageError) Error() string {
	if e.Err == nil {
		return "damaged " + e.What
	}
	return fmt.Sprintf("damaged %s: %v", e.What, e.Err)
}

func (e *DamageError) Unwrap() error { return e.Err }
