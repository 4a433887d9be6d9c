package desk

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf16"
)

// badText are the ways in which editors, mail programs and mischief leave PEM.
func badText(t testing.TB) []badInput {
	certificate := armoured("CERTIFICATE", cert(nil))
	pem := string(certificate(t))
	lines := strings.Split(strings.TrimSpace(pem), "\n")
	body := strings.Join(lines[1:len(lines)-1], "\n")
	key := func(t testing.TB) string { return string(kept("ec.key")(t)) }
	return []badInput{
		{name: "text: a byte order mark", data: plain("\ufeff" + pem), want: "certificate test, key-id-no-issuer"},
		{name: "text: UTF-16", data: wide(pem, false), want: "certificate test, key-id-no-issuer"},
		{name: "text: UTF-16, the other way round", data: wide(pem, true), want: "certificate test, key-id-no-issuer"},
		{name: "text: UTF-16 of an odd length", data: raw(wide(pem, false)(nil), []byte{0x41}), want: "certificate test, key-id-no-issuer"},
		{name: "text: UTF-16 of nothing", data: raw([]byte{0xff, 0xfe}), want: "not-recognised"},
		{name: "text: UTF-32", data: raw([]byte{0xff, 0xfe, 0, 0}, bytes.Repeat([]byte{'-', 0, 0, 0}, 20)), want: "not-recognised"},
		{name: "text: lines that end in CR", data: plain(strings.ReplaceAll(pem, "\n", "\r")), want: "certificate test, key-id-no-issuer"},
		{name: "text: in one line", data: plain(strings.ReplaceAll(pem, "\n", "")), want: "certificate test, key-id-no-issuer"},
		{name: "text: quoted in a letter", data: plain("> " + strings.ReplaceAll(pem, "\n", "\n> ")), want: "certificate test, key-id-no-issuer"},
		{name: "text: in JSON", data: plain(`{"cert":"` + strings.ReplaceAll(strings.ReplaceAll(pem, "/", `\/`), "\n", `\n`) + `"}`), want: "certificate test, key-id-no-issuer"},
		{name: "text: in YAML", data: plain("tls.crt: |\n    " + strings.ReplaceAll(pem, "\n", "\n    ")), want: "certificate test, key-id-no-issuer"},
		{name: "text: base64 twice, as Kubernetes has it", data: plain(base64.StdEncoding.EncodeToString([]byte(pem))), want: "certificate test, key-id-no-issuer"},
		{name: "text: base64 without its lines", data: plain(body), want: "certificate test, key-id-no-issuer"},
		{name: "text: base64 of the web", data: plain(strings.NewReplacer("+", "-", "/", "_").Replace(lines[0] + "\n" + body + "\n" + lines[len(lines)-1])), want: "damaged-pem"},
		{name: "text: no end", data: plain(strings.Join(lines[:len(lines)-1], "\n")), want: "damaged-pem"},
		{name: "text: no beginning", data: plain(strings.Join(lines[1:], "\n")), want: "damaged-pem"},
		{name: "text: a beginning and nothing more", data: plain("-----BEGIN CERTIFICATE-----"), want: "damaged-pem"},
		{name: "text: an empty block", data: plain("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"), want: "damaged-pem"},
		{name: "text: other ends than beginnings", data: plain(strings.Replace(pem, "END CERTIFICATE", "END PRIVATE KEY", 1)), want: "certificate test, key-id-no-issuer"},
		{name: "text: a block in a block", data: plain(lines[0] + "\n" + pem + lines[len(lines)-1] + "\n"), want: "certificate test, key-id-no-issuer; unread (damaged-pem)"},
		{name: "text: dashes of Word", data: plain(strings.ReplaceAll(pem, "-----", "—————")), want: "damaged-pem"},
		{name: "text: four dashes", data: plain(strings.ReplaceAll(pem, "-----", "----")), want: "damaged-pem"},
		{name: "text: small letters", data: plain(strings.Replace(pem, "BEGIN CERTIFICATE", "begin certificate", 1)), want: "damaged-pem"},
		{name: "text: a label of 10,000 letters", data: plain("-----BEGIN " + strings.Repeat("X", 10_000) + "-----\nAAAA\n-----END X-----\n"), want: "damaged-pem"},
		{name: "text: a label that deceives", data: plain("-----BEGIN A\u202e\x1b[31m-----\n!\n-----END A-----\n"), want: "damaged-pem"},
		{name: "text: a key under the label of a certificate", data: func(t testing.TB) []byte {
			return []byte(strings.NewReplacer("EC PRIVATE KEY", "CERTIFICATE").Replace(key(t)))
		}, want: "key P-256"},
		{name: "text: a key and half a certificate", data: func(t testing.TB) []byte { return []byte(key(t) + pem[:200]) }, want: "key P-256"},
		{name: "text: a good one among damaged ones", data: plain(strings.Repeat("-----BEGIN X-----\n*\n-----END X-----\n", 3) + pem), want: "unread (damaged-pem); unread (damaged-pem); unread (damaged-pem); certificate test, key-id-no-issuer"},
		{name: "text: half a million beginnings", data: plain(strings.Repeat("-----BEGIN CERTIFICATE-----\n", 500_000)), want: "damaged-pem"},
		{name: "text: half a million ends", data: plain(strings.Repeat("-----END CERTIFICATE-----\n", 500_000)), want: "damaged-pem"},
		{name: "text: 300,000 empty blocks", data: plain(strings.Repeat("-----BEGIN X-----\n-----END X-----\n", 300_000)), want: "too-large"},
		{name: "text: 16 MB of headers", data: plain("-----BEGIN X-----\n" + strings.Repeat("A: b\n", 3_000_000) + "-----END X-----\n"), want: "damaged-pem"},
		{name: "text: 16 MB of dashes", data: plain(strings.Repeat("-", 16<<20)), want: "not-recognised"},
		{name: "text: 16 MB of base64", data: plain(strings.Repeat("MIIB", 4<<20)), want: "not-recognised"},
		{name: "text: 16 MB of base64 in a block", data: plain("-----BEGIN CERTIFICATE-----\n" + strings.Repeat("A", 16<<20-100) + "\n-----END CERTIFICATE-----\n"), want: "not-recognised"},
		{name: "text: 16 MB of UTF-16", data: raw([]byte{0xff, 0xfe}, bytes.Repeat([]byte{0x3d, 0xd8, 0, 0xde}, 4<<20-1)), want: "not-recognised"},
		{name: "text: 20,000 certificates", data: raw(bytes.Repeat(smallest()(nil), 20_000)), want: "certificate 12:34, version-old, issuer-empty, subject-empty, key-browsers, key-nss; 20000 in all"},
		{name: "text: a certificate too many", data: raw(bytes.Repeat([]byte{0x30, 0}, 20_001)), want: "too-large"},
		{name: "text: 17 MB", data: raw(make([]byte, 17<<20)), want: "too-large"},
	}
}

// smallest is a certificate with nothing in it that need not be.
func smallest() func(testing.TB) []byte {
	return cert(func(c *certParts) {
		c.version, c.extensions, c.subject, c.issuer = nil, nil, seq(), seq()
		c.key = seq(seq(oid(1, 3, 101, 112)), bits(make([]byte, 32)))
		c.signature = bits()
	})
}

func wide(s string, big bool) func(testing.TB) []byte {
	var out []byte
	for _, u := range utf16.Encode([]rune("\ufeff" + s)) {
		if big {
			out = append(out, byte(u>>8), byte(u))
		} else {
			out = append(out, byte(u), byte(u>>8))
		}
	}
	return raw(out)
}

// foreignFiles are files of other kinds that people mistake for certificates.
func foreignFiles(t testing.TB) []badInput {
	noise := make([]byte, 1<<20)
	source := rand.New(rand.NewPCG(1, 2))
	for n := range noise {
		noise[n] = byte(source.Uint32())
	}
	return []badInput{
		{name: "file: empty", data: raw(), want: "not-recognised"},
		{name: "file: a line end", data: plain("\n"), want: "not-recognised"},
		{name: "file: NUL", data: raw([]byte{0}), want: "not-recognised"},
		{name: "file: 1 MB of zeros", data: raw(make([]byte, 1<<20)), want: "not-recognised"},
		{name: "file: noise", data: raw(noise), want: "not-recognised"},
		{name: "file: noise that begins like DER", data: raw([]byte{0x30, 0x82}, noise[:1000]), want: "not-recognised"},
		{name: "file: prose", data: plain("Dear Sir or Madam,\nplease find attached the certificate.\n"), want: "not-recognised"},
		{name: "file: Java key store", data: kept("store.jks"), want: "format-jks"},
		{name: "file: Java key store with secrets", data: kept("store.jceks"), want: "format-jceks"},
		{name: "file: OpenSSH key", data: kept("ssh.key"), want: "format-ssh-key"},
		{name: "file: OpenSSH public key", data: kept("ssh.pub"), want: "format-ssh-public-key"},
		{name: "file: OpenSSH certificate", data: kept("ssh-cert.pub"), want: "format-ssh-certificate"},
		{name: "file: SSH2 public key", data: plain("---- BEGIN SSH2 PUBLIC KEY ----\nAAAA\n---- END SSH2 PUBLIC KEY ----\n"), want: "format-ssh-public-key"},
		{name: "file: PuTTY", data: kept("putty.ppk"), want: "format-putty-key"},
		{name: "file: OpenPGP", data: kept("pgp.asc"), want: "format-pgp"},
		{name: "file: OpenPGP secret", data: kept("pgp-secret.asc"), want: "format-pgp"},
		{name: "file: key of age", data: plain("AGE-SECRET-KEY-1QQQQQQQQQQQQQQQQQQQQQQQQQQQQQQ\n"), want: "format-age"},
		{name: "file: key of age with its remarks", data: kept("age.key"), want: "format-age"},
		{name: "file: encrypted with age", data: kept("secret.age"), want: "format-age"},
		{name: "file: encrypted with age, as text", data: kept("armored.age"), want: "format-age"},
		{name: "file: web page", data: plain("<!DOCTYPE html>\n<html><body>404 Not Found</body></html>"), want: "format-web-page"},
		{name: "file: web page with a certificate", data: plain("<html><pre>" + string(armoured("CERTIFICATE", cert(nil))(t)) + "</pre></html>"), want: "certificate test, key-id-no-issuer"},
		{name: "file: PNG", data: raw([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")), want: "format-picture"},
		{name: "file: JPEG", data: raw([]byte("\xff\xd8\xff\xe0\x00\x10JFIF")), want: "format-picture"},
		{name: "file: ZIP", data: raw([]byte("PK\x03\x04\x14\x00")), want: "format-archive"},
		{name: "file: gzip", data: raw([]byte("\x1f\x8b\x08\x00")), want: "format-archive"},
		{name: "file: ELF", data: raw([]byte("\x7fELF\x02\x01\x01"), []byte("-----BEGIN CERTIFICATE-----")), want: "format-program"},
		{name: "file: Windows program", data: raw([]byte("MZ\x90\x00\x03")), want: "format-program"},
		{name: "file: PDF", data: plain("%PDF-1.7\n"), want: "format-document"},
		{name: "file: SQLite", data: raw([]byte("SQLite format 3\x00")), want: "format-database"},
		{name: "file: JSON", data: plain(`{"a": [1, 2, 3]}`), want: "not-recognised"},
		{name: "file: JSON nested a million deep", data: plain(strings.Repeat(`{"key":`, 150_000)), want: "not-recognised"},
		{name: "file: settings of OpenSSL", data: plain("[ req ]\ndistinguished_name = dn\n"), want: "not-recognised"},
		{name: "file: Netscape's request", data: plain("SPKAC=MIICQDCCASgwggEiMA0GCSqGSIb3DQEBAQUAA4IBDwAwggEKAoIBAQ\nCN=a\n"), want: "not-recognised"},
		{name: "file: hexadecimal", data: plain(fmt.Sprintf("%x", cert(nil)(nil))), want: "not-recognised"},
		{name: "file: a vault", data: aVault, want: "not-recognised"},
	}
}

// aVault is the file of a vault.
func aVault(t testing.TB) []byte {
	t.Helper()
	d, err := Create(t.TempDir()+"/vault.db", nil, testOptions())
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	data, err := ReadFile(d.Path())
	if err != nil {
		t.Fatal(err)
	}
	return data
}
