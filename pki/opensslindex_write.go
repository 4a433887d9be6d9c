package pki

import (
	"bytes"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"math/big"
	"strings"
	"time"
)

// AppendIndex appends lines of an index.txt, as openssl ca keeps it, that
// [ParseIndex] reads: E for what has expired at now and is not revoked. Of the
// reasons those that OpenSSL has no word for are left out: it would refuse to
// make a list. A Subject is written as it is, see [IndexSubject].
func AppendIndex(b []byte, now time.Time, entries ...IndexEntry) []byte {
	for _, e := range entries {
		state, at := "V", ""
		switch {
		case e.Revoked:
			state, at = "R", indexDate(e.At)
			if reason := indexWord(Reason(e.Reason)); reason != "" {
				at += "," + reason
			}
		case now.After(e.NotAfter):
			state = "E"
		}
		b = fmt.Appendf(b, "%s\t%s\t%s\t%s\tunknown\t%s\n", state, indexDate(e.NotAfter), at, IndexSerial(e.Serial), e.Subject)
	}
	return b
}

// IndexSerial is a serial number as openssl ca writes it: hexadecimal, an even
// number of digits.
func IndexSerial(n *big.Int) string {
	text := fmt.Sprintf("%X", n)
	if len(text)%2 != 0 {
		text = "0" + text
	}
	return text
}

// indexDate is a UTCTime, or from 2050 on a GeneralizedTime (RFC 5280 section
// 4.1.2.5).
func indexDate(at time.Time) string {
	if at = at.UTC(); at.Year() >= 2050 || at.Year() < 1950 {
		return at.Format("20060102150405Z")
	}
	return at.Format("060102150405Z")
}

// indexWord is OpenSSL's word for a reason, "" where it has none (crl_reasons
// of apps/ca.c).
func indexWord(r Reason) string {
	switch r {
	case KeyCompromise, AffiliationChanged, Superseded, CessationOfOperation, CertificateHold:
		return string(r)
	case CACompromise:
		return "CACompromise"
	}
	return ""
}

// indexNames are OpenSSL's short names of attributes (X.520, RFC 4519).
var indexNames = map[string]string{
	"2.5.4.3": "CN", "2.5.4.4": "SN", "2.5.4.5": "serialNumber", "2.5.4.6": "C", "2.5.4.7": "L", "2.5.4.8": "ST",
	"2.5.4.9": "street", "2.5.4.10": "O", "2.5.4.11": "OU", "2.5.4.12": "title", "2.5.4.17": "postalCode",
	"2.5.4.42": "GN", "0.9.2342.19200300.100.1.1": "UID", "0.9.2342.19200300.100.1.25": "DC",
	"1.2.840.113549.1.9.1": "emailAddress",
}

// IndexSubject is a certificate's subject as openssl ca writes it into its
// index: "/C=TW/O=Acme/CN=alice". What is not ASCII is \xHH, octet by octet.
func IndexSubject(c *x509.Certificate) string {
	var names pkix.RDNSequence
	if _, err := asn1.Unmarshal(c.RawSubject, &names); err != nil {
		return "/"
	}
	var b bytes.Buffer
	for _, set := range names {
		for _, a := range set {
			name, known := indexNames[a.Type.String()]
			if !known {
				name = a.Type.String()
			}
			fmt.Fprintf(&b, "/%s=", name)
			for _, octet := range []byte(fmt.Sprint(a.Value)) {
				if octet < ' ' || octet > '~' {
					fmt.Fprintf(&b, `\x%02X`, octet)
				} else {
					b.WriteByte(octet)
				}
			}
		}
	}
	return strings.TrimSpace(b.String()[:min(b.Len(), maxIndexLine/2)])
}
