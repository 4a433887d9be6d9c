package pki

import (
	"crypto"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"fmt"
	"io"
	"net/netip"
	"time"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// pemRequest is the label of a PEM block that holds a request (RFC 7468
// section 7).
const pemRequest = "CERTIFICATE REQUEST"

// The extensions that a request asks for.
var (
	oidKeyUsage         = asn1.ObjectIdentifier{2, 5, 29, 15}
	oidSubjectAltName   = asn1.ObjectIdentifier{2, 5, 29, 17}
	oidBasicConstraints = asn1.ObjectIdentifier{2, 5, 29, 19}
	oidExtKeyUsage      = asn1.ObjectIdentifier{2, 5, 29, 37}
)

// MakeCSR makes a certification request (PKCS #10, RFC 2986) that is signed by
// its own key. It asks for the subject, the names, the key usage and extended
// key usage that Issue would give, and with [Authority] for basic constraints.
// The names are critical when the subject is empty (RFC 5280 section 4.2.1.6).
// Validity, serial number and addresses are the issuer's to say: they are not
// asked for. The kind of key that counts is the one given. When the request has
// faults the error wraps [Faults].
func MakeCSR(r Request, key crypto.Signer, random io.Reader) (*x509.CertificateRequest, error) {
	if key == nil {
		return nil, fmt.Errorf("make request: %w", Faults{{Field: FieldKey, Code: CodeKeyUnknown}})
	}
	r = r.normal()
	r.Key = KindOf(key.Public())
	request, err := r.makeCSR(key, orSystem(random))
	if err != nil {
		return nil, fmt.Errorf("make request %q: %w", Escape(r.Subject.CommonName), err)
	}
	return request, nil
}

func (r Request) makeCSR(key crypto.Signer, random io.Reader) (*x509.CertificateRequest, error) {
	if err := r.CheckCSR(); err != nil {
		return nil, err
	}
	name, err := r.Subject.der()
	if err != nil {
		return nil, fmt.Errorf("encode subject: %w", err)
	}
	extensions, err := r.askedExtensions(key.Public())
	if err != nil {
		return nil, err
	}
	der, err := x509.CreateCertificateRequest(random, &x509.CertificateRequest{
		RawSubject: name, ExtraExtensions: extensions, SignatureAlgorithm: signatureAlgorithm(key.Public()),
	}, key)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificateRequest(der)
}

// CheckCSR returns nil, or [Faults] with all that keeps MakeCSR from making the
// request. What only an issuer can say is not looked at.
func (r Request) CheckCSR() error {
	r.NotAfter = time.Time{}
	var faults Faults
	if err := r.Check(nil, time.Unix(0, 0)); err != nil {
		for _, f := range err.(Faults) {
			if f.Field != FieldIssuer && f.Field != FieldValidity {
				faults = append(faults, f)
			}
		}
	}
	return faults.err()
}

// askedExtensions are the extensions of a request for a certificate.
func (r Request) askedExtensions(subject crypto.PublicKey) ([]pkix.Extension, error) {
	var list []pkix.Extension
	var failed error
	add := func(oid asn1.ObjectIdentifier, critical bool, build func(*cryptobyte.Builder)) {
		var b cryptobyte.Builder
		build(&b)
		value, err := b.Bytes()
		if err != nil && failed == nil {
			failed = fmt.Errorf("encode extension %s: %w", oid, err)
		}
		list = append(list, pkix.Extension{Id: oid, Critical: critical, Value: value})
	}
	if r.Kind == Authority {
		add(oidBasicConstraints, true, func(b *cryptobyte.Builder) {
			b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddASN1Boolean(true)
				if r.PathLength >= 0 {
					b.AddASN1Int64(int64(r.PathLength))
				}
			})
		})
	}
	if usage := r.keyUsage(subject); usage != 0 {
		add(oidKeyUsage, true, func(b *cryptobyte.Builder) { addKeyUsage(b, usage) })
	}
	if purposes := r.extKeyUsage(); len(purposes) > 0 {
		add(oidExtKeyUsage, false, func(b *cryptobyte.Builder) { addPurposes(b, purposes) })
	}
	if len(r.Names) > 0 {
		add(oidSubjectAltName, len(r.Subject.attributes()) == 0, func(b *cryptobyte.Builder) { addNames(b, r.Names) })
	}
	return list, failed
}

// addPurposes writes the KeyPurposeIds of RFC 5280 section 4.2.1.12, given by
// name or OID.
func addPurposes(b *cryptobyte.Builder, purposes []string) {
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		for _, name := range purposes {
			for _, known := range extKeyUsages {
				if known.name == name {
					name = known.usage.OID().String()
				}
			}
			if oid, ok := parseOID(name); ok {
				b.AddASN1ObjectIdentifier(oid)
			}
		}
	})
}

// addKeyUsage writes the BIT STRING of RFC 5280 section 4.2.1.3, without
// trailing zeros (X.690 section 11.2.2). Bit 0 is the first of the first octet.
func addKeyUsage(b *cryptobyte.Builder, usage x509.KeyUsage) {
	var octets [2]byte
	last := 0
	for bit := range 9 {
		if usage&(1<<bit) != 0 {
			octets[bit/8] |= 0x80 >> (bit % 8)
			last = bit
		}
	}
	b.AddASN1(cbasn1.BIT_STRING, func(b *cryptobyte.Builder) {
		b.AddUint8(uint8(7 - last%8)) // unused bits
		b.AddBytes(octets[:last/8+1])
	})
}

// addNames writes the GeneralNames of RFC 5280 section 4.2.1.6, each once.
func addNames(b *cryptobyte.Builder, names []Name) {
	seen := map[Name]bool{}
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		for _, n := range names {
			key := Name{Kind: n.Kind, Value: n.Value}
			if seen[key] {
				continue
			}
			seen[key] = true
			tag, octets := cbasn1.Tag(tagDNS), []byte(n.Value)
			switch n.Kind {
			case NameEmail:
				tag = tagEmail
			case NameURI:
				tag = tagURI
			case NameIP:
				addr, err := netip.ParseAddr(n.Value)
				if err != nil {
					continue // checked before
				}
				tag, octets = tagIP, addr.AsSlice()
			}
			b.AddASN1(tag.ContextSpecific(), func(b *cryptobyte.Builder) { b.AddBytes(octets) })
		}
	})
}

// The tags of GeneralName (RFC 5280 section 4.2.1.6).
const (
	tagOther      = 0
	tagEmail      = 1
	tagDNS        = 2
	tagX400       = 3
	tagDirectory  = 4
	tagEDIParty   = 5
	tagURI        = 6
	tagIP         = 7
	tagRegistered = 8
)

// EncodeRequest returns a request as PEM.
func EncodeRequest(request *x509.CertificateRequest) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: pemRequest, Bytes: request.Raw})
}
