package pki

// oidWithName is an OID with its name behind it, when there is one.
func oidWithName(oid string) string {
	if name := oidName(oid); name != "" {
		return oid + " (" + name + ")"
	}
	return oid
}

// oidName is the name that the standard behind an OID gives it, or "".
func oidName(oid string) string {
	if name := extensionName(oid); name != "" {
		return name
	}
	if name := attributeName(oid); name != oid {
		return name
	}
	if p := purposeName(oid); p != "" {
		return p
	}
	return otherOIDs[oid]
}

// A purpose is an extended key usage with the name that its standard gives it.
type purpose struct{ oid, name string }

// knownPurposes are those of RFC 5280 section 4.2.1.12 and others in use.
var knownPurposes = [...]purpose{
	{"2.5.29.37.0", "anyExtendedKeyUsage"},
	{"1.3.6.1.5.5.7.3.1", "serverAuth"},
	{"1.3.6.1.5.5.7.3.2", "clientAuth"},
	{"1.3.6.1.5.5.7.3.3", "codeSigning"},
	{"1.3.6.1.5.5.7.3.4", "emailProtection"},
	{"1.3.6.1.5.5.7.3.5", "ipsecEndSystem"},
	{"1.3.6.1.5.5.7.3.6", "ipsecTunnel"},
	{"1.3.6.1.5.5.7.3.7", "ipsecUser"},
	{"1.3.6.1.5.5.7.3.8", "timeStamping"},
	{"1.3.6.1.5.5.7.3.9", "OCSPSigning"},
	{"1.3.6.1.5.5.7.3.17", "ipsecIKE"},
	{"1.3.6.1.5.5.7.3.21", "secureShellClient"},
	{"1.3.6.1.5.5.7.3.22", "secureShellServer"},
	{"1.3.6.1.5.5.7.3.36", "documentSigning"},
	{"1.3.6.1.5.2.3.4", "pkinitClientAuth"},
	{"1.3.6.1.5.2.3.5", "pkinitKDC"},
	{"1.3.6.1.4.1.311.10.3.3", "msServerGatedCrypto"},
	{"1.3.6.1.4.1.311.10.3.4", "msEncryptingFileSystem"},
	{"1.3.6.1.4.1.311.10.3.12", "msDocumentSigning"},
	{"1.3.6.1.4.1.311.20.2.2", "msSmartcardLogon"},
	{"2.16.840.1.113730.4.1", "netscapeServerGatedCrypto"},
}

func purposeName(oid string) string {
	for _, p := range knownPurposes {
		if p.oid == oid {
			return p.name
		}
	}
	return ""
}

// otherOIDs are names of algorithms, curves, policies and kinds of names and
// contents.
var otherOIDs = map[string]string{
	"1.2.840.113549.1.1.1":       "rsaEncryption",
	"1.2.840.113549.1.1.4":       "md5WithRSAEncryption",
	"1.2.840.113549.1.1.5":       "sha1WithRSAEncryption",
	"1.2.840.113549.1.1.7":       "RSAES-OAEP",
	"1.2.840.113549.1.1.8":       "mgf1",
	"1.2.840.113549.1.1.10":      "RSASSA-PSS",
	"1.2.840.113549.1.1.11":      "sha256WithRSAEncryption",
	"1.2.840.113549.1.1.12":      "sha384WithRSAEncryption",
	"1.2.840.113549.1.1.13":      "sha512WithRSAEncryption",
	"1.2.840.10045.2.1":          "ecPublicKey",
	"1.2.840.10045.3.1.7":        "secp256r1",
	"1.3.132.0.10":               "secp256k1",
	"1.3.132.0.33":               "secp224r1",
	"1.3.132.0.34":               "secp384r1",
	"1.3.132.0.35":               "secp521r1",
	"1.3.36.3.3.2.8.1.1.7":       "brainpoolP256r1",
	"1.3.36.3.3.2.8.1.1.11":      "brainpoolP384r1",
	"1.3.36.3.3.2.8.1.1.13":      "brainpoolP512r1",
	"1.2.840.10045.4.1":          "ecdsa-with-SHA1",
	"1.2.840.10045.4.3.2":        "ecdsa-with-SHA256",
	"1.2.840.10045.4.3.3":        "ecdsa-with-SHA384",
	"1.2.840.10045.4.3.4":        "ecdsa-with-SHA512",
	"1.2.840.10040.4.1":          "dsa",
	"1.2.840.10040.4.3":          "dsa-with-sha1",
	"1.3.101.110":                "X25519",
	"1.3.101.111":                "X448",
	"1.3.101.112":                "Ed25519",
	"1.3.101.113":                "Ed448",
	"1.3.14.3.2.26":              "sha1",
	"2.16.840.1.101.3.4.2.1":     "sha256",
	"2.16.840.1.101.3.4.2.2":     "sha384",
	"2.16.840.1.101.3.4.2.3":     "sha512",
	"2.16.840.1.101.3.4.1.2":     "aes128-CBC",
	"2.16.840.1.101.3.4.1.42":    "aes256-CBC",
	"1.2.840.113549.3.7":         "des-EDE3-CBC",
	"1.2.840.113549.2.9":         "hmacWithSHA256",
	"1.2.840.113549.1.5.12":      "PBKDF2",
	"1.2.840.113549.1.5.13":      "PBES2",
	"1.2.840.113549.1.12.1.3":    "pbeWithSHAAnd3-KeyTripleDES-CBC",
	"1.2.840.113549.1.12.1.6":    "pbeWithSHAAnd40BitRC2-CBC",
	"1.2.840.113549.1.12.10.1.1": "keyBag",
	"1.2.840.113549.1.12.10.1.2": "pkcs8ShroudedKeyBag",
	"1.2.840.113549.1.12.10.1.3": "certBag",
	"1.2.840.113549.1.7.1":       "data",
	"1.2.840.113549.1.7.2":       "signedData",
	"1.2.840.113549.1.7.6":       "encryptedData",
	"1.2.840.113549.1.9.2":       "unstructuredName",
	"1.2.840.113549.1.9.3":       "contentType",
	"1.2.840.113549.1.9.4":       "messageDigest",
	"1.2.840.113549.1.9.5":       "signingTime",
	"1.2.840.113549.1.9.7":       "challengePassword",
	"1.2.840.113549.1.9.8":       "unstructuredAddress",
	"1.2.840.113549.1.9.14":      "extensionRequest",
	"1.2.840.113549.1.9.20":      "friendlyName",
	"1.2.840.113549.1.9.21":      "localKeyID",
	"1.2.840.113549.1.9.22.1":    "x509Certificate",
	"1.3.6.1.4.1.311.13.2.3":     "msOSVersion",
	"1.3.6.1.4.1.311.20.2.3":     "userPrincipalName",
	"1.3.6.1.4.1.311.25.2.1":     "msObjectSID",
	"1.3.6.1.5.5.7.8.3":          "permanentIdentifier",
	"1.3.6.1.5.5.7.8.4":          "hardwareModuleName",
	"1.3.6.1.5.5.7.8.5":          "xmppAddr",
	"1.3.6.1.5.5.7.8.7":          "dnsSRV",
	"1.3.6.1.5.5.7.8.9":          "SmtpUTF8Mailbox",
	"1.3.6.1.5.2.2":              "KRB5PrincipalName",
	"1.3.6.1.5.5.7.48.1":         "ocsp",
	"1.3.6.1.5.5.7.48.1.1":       "ocspBasic",
	"1.3.6.1.5.5.7.48.2":         "caIssuers",
	"1.3.6.1.5.5.7.48.3":         "timeStampingAccess",
	"1.3.6.1.5.5.7.48.5":         "caRepository",
	"1.3.6.1.5.5.7.2.1":          "id-qt-cps",
	"1.3.6.1.5.5.7.2.2":          "id-qt-unotice",
	"2.5.29.32.0":                "anyPolicy",
	"2.23.140.1.1":               "extended-validation",
	"2.23.140.1.2.1":             "domain-validated",
	"2.23.140.1.2.2":             "organization-validated",
	"2.23.140.1.2.3":             "individual-validated",
	"1.2.840.10040.2.1":          "holdInstructionNone",
	"1.2.840.10040.2.2":          "holdInstructionCallIssuer",
	"1.2.840.10040.2.3":          "holdInstructionReject",
	"0.4.0.1862.1.1":             "QcCompliance",
	"0.4.0.1862.1.4":             "QcSSCD",
	"0.4.0.1862.1.5":             "QcPDS",
	"0.4.0.1862.1.6":             "QcType",
}
