package pki

import (
	"crypto"
	"crypto/md5"  //nolint:gosec // some still compare such fingerprints
	"crypto/sha1" //nolint:gosec // likewise
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"math/big"
	"time"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// CertificateSections tells everything that a certificate says, in the order
// in which it stands in it, and its fingerprints.
func CertificateSections(c *x509.Certificate) []Section {
	if c == nil {
		return nil
	}
	list := []Section{
		section("certificate", func(f *facts) {
			f.text("version", big.NewInt(int64(c.Version)).String())
			f.add("serialNumber", Serial(c), FactHex)
		}),
		nameSection("subject", c.RawSubject),
		nameSection("issuer", c.RawIssuer),
		section("validity", func(f *facts) {
			f.date("notBefore", c.NotBefore)
			f.date("notAfter", c.NotAfter)
		}),
		section("subjectPublicKeyInfo", func(f *facts) { f.publicKey(c.RawSubjectPublicKeyInfo, c.PublicKey) }),
	}
	list = append(list, extensionSections(c.Extensions)...)
	return append(list,
		section("signature", func(f *facts) { f.signature(c.Raw, c.SignatureAlgorithm, c.Signature) }),
		fingerprintSection(c.Raw, c.RawSubjectPublicKeyInfo))
}

// RequestSections tells everything that a certificate request says (RFC 2986):
// whom it is for, its key, the extensions that it asks for and its other
// attributes.
func RequestSections(r *x509.CertificateRequest) []Section {
	if r == nil {
		return nil
	}
	list := []Section{
		section("request", func(f *facts) {
			f.text("version", big.NewInt(int64(r.Version)+1).String())
			f.flag("signatureValid", requestSigned(r))
		}),
		nameSection("subject", r.RawSubject),
		section("subjectPublicKeyInfo", func(f *facts) { f.publicKey(r.RawSubjectPublicKeyInfo, r.PublicKey) }),
	}
	list = append(list, extensionSections(r.Extensions)...)
	list = append(list, attributeSections(r.RawTBSCertificateRequest)...)
	return append(list,
		section("signature", func(f *facts) { f.signature(r.Raw, r.SignatureAlgorithm, r.Signature) }),
		fingerprintSection(r.Raw, r.RawSubjectPublicKeyInfo))
}

// requestSigned reports whether the key of a request made its signature.
func requestSigned(r *x509.CertificateRequest) bool {
	return KeyLabel(r.PublicKey) != "" && !oversized(r.PublicKey) && r.CheckSignature() == nil
}

// CRLSections tells what a list of revoked certificates says, but for its
// entries, of which there may be a hundred thousand: see [DescribeRevoked].
func CRLSections(l *x509.RevocationList) []Section {
	if l == nil {
		return nil
	}
	list := []Section{
		section("certificateList", func(f *facts) {
			f.text("revokedCount", big.NewInt(int64(len(l.RevokedCertificateEntries))).String())
		}),
		nameSection("issuer", l.RawIssuer),
		section("validity", func(f *facts) {
			f.date("thisUpdate", l.ThisUpdate)
			if !l.NextUpdate.IsZero() {
				f.date("nextUpdate", l.NextUpdate)
			}
		}),
	}
	list = append(list, extensionSections(l.Extensions)...)
	return append(list,
		section("signature", func(f *facts) { f.signature(l.Raw, l.SignatureAlgorithm, l.Signature) }),
		fingerprintSection(l.Raw, nil))
}

// Revoked is one entry of a list of revoked certificates.
type Revoked struct {
	Serial string    `json:"serial"` // lower-case hex with colons
	At     time.Time `json:"at"`
	Reason string    `json:"reason,omitempty"` // by its name of RFC 5280 section 5.3.1
	More   []Section `json:"more,omitempty"`   // other extensions of the entry
}

// DescribeRevoked tells an entry.
func DescribeRevoked(e x509.RevocationListEntry) Revoked {
	r := Revoked{Serial: SerialText(e.SerialNumber), At: e.RevocationTime.UTC()}
	for _, s := range extensionSections(e.Extensions) {
		if s.Name == "reasonCode" && len(s.Facts) == 1 && s.Facts[0].Kind == FactCode {
			r.Reason = s.Facts[0].Value
			continue
		}
		r.More = append(r.More, s)
	}
	return r
}

// KeySections tells what there is to say about a private key: what its public
// half says, never an octet of the key itself.
func KeySections(public crypto.PublicKey) []Section {
	spki, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		return []Section{section("privateKey", func(f *facts) { f.code("algorithm", "unsupported") })}
	}
	return []Section{
		section("subjectPublicKeyInfo", func(f *facts) { f.publicKey(spki, public) }),
		section("fingerprints", func(f *facts) { f.pin(spki) }),
	}
}

// MD5 is the MD5 fingerprint of DER, lower-case hex with colons: for comparing
// with old lists only, since two certificates can be made to share one.
func MD5(der []byte) string {
	sum := md5.Sum(der) //nolint:gosec // a fingerprint
	return colons(sum[:])
}

func section(name string, say func(*facts)) Section {
	f := &facts{}
	say(f)
	return Section{Name: name, Facts: f.list}
}

// nameSection tells a distinguished name, an attribute a fact.
func nameSection(name string, der []byte) Section {
	return section(name, func(f *facts) {
		parts, ok := attributesIn(der)
		if !ok {
			f.add("undecoded", shortHex(der), FactHex)
			return
		}
		for _, p := range parts {
			if f.full() {
				break
			}
			f.add(p.Name, p.Value, FactText)
		}
		if len(parts) == 0 {
			f.code("value", "nothing")
		}
	})
}

func extensionSections(extensions []pkix.Extension) []Section {
	var list []Section
	for _, e := range extensions {
		if len(list) == maxFacts {
			break
		}
		list = append(list, extensionSection(e.Id.String(), e.Critical, e.Value))
	}
	return list
}

// signature tells how something was signed, and the signature.
func (f *facts) signature(signed []byte, algorithm x509.SignatureAlgorithm, value []byte) {
	s := cryptobyte.String(signed)
	var body, id, oid cryptobyte.String
	if algorithm != x509.UnknownSignatureAlgorithm {
		f.text("signatureAlgorithm", algorithm.String())
	} else if s.ReadASN1(&body, cbasn1.SEQUENCE) && body.SkipASN1(cbasn1.SEQUENCE) && body.ReadASN1(&id, cbasn1.SEQUENCE) &&
		id.ReadASN1(&oid, cbasn1.OBJECT_IDENTIFIER) {
		if text, ok := oidText(oid); ok {
			f.oid("signatureAlgorithm", text)
		}
	}
	f.hex("signatureValue", value[:min(len(value), maxShownKey)])
}

func fingerprintSection(der, spki []byte) Section {
	return section("fingerprints", func(f *facts) {
		sum := sha256.Sum256(der)
		f.hex("sha256", sum[:])
		old := sha1.Sum(der) //nolint:gosec // a fingerprint
		f.hex("sha1", old[:])
		if spki != nil {
			f.pin(spki)
		}
	})
}

// pin tells the hash of a SubjectPublicKeyInfo as RFC 7469 writes it.
func (f *facts) pin(spki []byte) {
	sum := sha256.Sum256(spki)
	f.add("spkiPin", base64.StdEncoding.EncodeToString(sum[:]), FactText)
}

// attributeSections tells the attributes of a request other than its
// extensions. A challenge password is named, not shown.
func attributeSections(tbs []byte) []Section {
	s := cryptobyte.String(tbs)
	var body, attributes cryptobyte.String
	var there bool
	if !s.ReadASN1(&body, cbasn1.SEQUENCE) || !body.SkipASN1(cbasn1.INTEGER) || !body.SkipASN1(cbasn1.SEQUENCE) ||
		!body.SkipASN1(cbasn1.SEQUENCE) || !body.ReadOptionalASN1(&attributes, &there, tag0) {
		return nil
	}
	var list []Section
	for !attributes.Empty() && len(list) < maxFacts {
		var one, values cryptobyte.String
		var oid asn1.ObjectIdentifier
		if !attributes.ReadASN1(&one, cbasn1.SEQUENCE) || !one.ReadASN1ObjectIdentifier(&oid) || !one.ReadASN1(&values, cbasn1.SET) {
			break
		}
		name := otherOIDs[oid.String()]
		if name == "extensionRequest" {
			continue
		}
		if name == "challengePassword" {
			list = append(list, Section{Name: name, OID: oid.String(), Facts: []Fact{{Field: "value", Value: "kept", Kind: FactCode}}})
			continue
		}
		f := &facts{}
		f.attributeValues(values)
		list = append(list, Section{Name: name, OID: oid.String(), Facts: f.list, DER: values})
	}
	return list
}

// attributeValues tells the values of an attribute: text as text, else hex.
func (f *facts) attributeValues(values cryptobyte.String) {
	for !values.Empty() && !f.full() {
		var value, contents cryptobyte.String
		var tag cbasn1.Tag
		if !values.ReadAnyASN1Element(&value, &tag) {
			return
		}
		whole := value
		if value.ReadAnyASN1(&contents, &tag) {
			if text, ok := stringText(byte(tag), contents); ok {
				f.add("text", shortText(text), FactText)
				continue
			}
		}
		f.add("value", shortHex(whole), FactHex)
	}
}
