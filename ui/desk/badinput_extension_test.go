package desk

import (
	"bytes"
	"strings"
)

// badExtensions are certificates with extensions and alternative names that are
// malformed or mean harm.
func badExtensions() []badInput {
	dns := func(s string) []byte { return tlv(0x82, []byte(s)) }
	many := func(count int, make func(int) []byte) []byte {
		var out []byte
		for n := range count {
			out = append(out, make(n)...)
		}
		return out
	}
	san := []int{2, 5, 29, 17}
	return []badInput{
		{name: "names: NUL in a DNS name", data: withNames(dns("good.example\x00.evil.example")), want: "certificate test, key-id-no-issuer, names-bad"},
		{name: "names: a DNS name in UTF-8", data: withNames(dns("bücher.example")), want: "damaged-certificate, x509: SAN dNSName is malformed"},
		{name: "names: a DNS name of 64 kB", data: withNames(dns(strings.Repeat("a", 64<<10))), want: "certificate test, key-id-no-issuer, names-bad"},
		{name: "names: an empty DNS name", data: withNames(dns("")), want: "certificate test, key-id-no-issuer, names-bad"},
		{name: "names: an address in a DNS name", data: withNames(dns("10.0.0.1")), want: "certificate test, key-id-no-issuer, names-bad"},
		{name: "names: control characters", data: withNames(dns("a\r\nSet-Cookie: x\x1b[31m")), want: "certificate test, key-id-no-issuer, names-bad"},
		{name: "names: an address of three octets", data: withNames(tlv(0x87, []byte{10, 0, 1})), want: "damaged-certificate, x509: cannot parse IP address of length 3"},
		{name: "names: a URI that is none", data: withNames(tlv(0x86, []byte("http://[::1"))), want: "damaged-certificate, x509: cannot parse URI \"http:/… of 78"},
		{name: "names: a URI with a bad escape", data: withNames(tlv(0x86, []byte("http://a/%zz"))), want: "damaged-certificate, x509: cannot parse URI \"http:/… of 85"},
		{name: "names: a mailbox with two signs", data: withNames(tlv(0x81, []byte("a@b@c"))), want: "certificate test, key-id-no-issuer, names-bad"},
		{name: "names: 20,000 of them", data: withNames(many(20_000, func(n int) []byte { return dns("h" + strings.Repeat("x", n%40) + ".example") })), want: "certificate test, key-id-no-issuer"},
		{name: "names: of another kind", data: withNames(tlv(0xa0, oid(1, 2, 3), tlv(0xa0, utf8Text("upn@example")))), want: "certificate test, key-id-no-issuer"},
		{name: "names: an empty list", data: withNames(), want: "certificate test, names-empty, key-id-no-issuer"},
		{name: "names: the extension twice", data: withExtensions(extension(false, seq(dns("b.example")), san...)), want: "damaged-certificate, x509: certificate contains dup… of 67"},
		{name: "extension: no SEQUENCE in the names", data: cert(func(c *certParts) { c.extensions = [][]byte{extension(false, integer(1), san...)} }), want: "damaged-certificate, x509: invalid subject alternative names"},
		{name: "extension: an authority with a path length of 2^40", data: withExtensions(extension(true, seq([]byte{1, 1, 0xff}, integer(1<<40)), 2, 5, 29, 19)), want: "certificate test, key-id-no-issuer, usage-missing, key-id-none"},
		{name: "extension: an authority with a path length of -1", data: withExtensions(extension(true, seq([]byte{1, 1, 0xff}, integer(-1)), 2, 5, 29, 19)), want: "damaged-certificate, x509: invalid basic constraints"},
		{name: "extension: a truth of 0x55", data: withExtensions(extension(true, seq([]byte{1, 1, 0x55}), 2, 5, 29, 19)), want: "damaged-certificate, x509: invalid basic constraints"},
		{name: "extension: a key usage of no bits", data: withExtensions(extension(true, []byte{3, 1, 0}, 2, 5, 29, 15)), want: "certificate test, key-usage-no-signature, key-id-no-issuer"},
		{name: "extension: a key usage of 64 kB", data: withExtensions(extension(true, bits(bytes.Repeat([]byte{0xff}, 64<<10)), 2, 5, 29, 15)), want: "certificate test, key-id-no-issuer, usage-leaf-signs"},
		{name: "extension: critical, and nobody knows it", data: withExtensions(extension(true, []byte{5, 0}, 1, 2, 3, 4, 5)), want: "certificate test, critical-unknown, key-id-no-issuer"},
		{name: "extension: an empty value", data: withExtensions(extension(false, nil, 1, 2, 3, 4, 5)), want: "certificate test, key-id-no-issuer"},
		{name: "extension: five thousand of them", data: withExtensions(many(5000, func(n int) []byte {
			return extension(false, []byte{5, 0}, 1, 3, 6, 1, 4, 1, 99999, n+1)
		})), want: "certificate test, key-id-no-issuer"},
		{name: "extension: a name constraint that is none", data: withExtensions(extension(true, seq(tlv(0xa0, seq(tlv(0x87, []byte{1, 2, 3})))), 2, 5, 29, 30)), want: "damaged-certificate, x509: IP constraint contained value of length 3"},
		{name: "extension: a CRL at file:///etc/passwd", data: withExtensions(extension(false,
			seq(seq(tlv(0xa0, tlv(0xa0, tlv(0x86, []byte("file:///etc/passwd")))))), 2, 5, 29, 31)), want: "certificate test, key-id-no-issuer"},
		{name: "extension: a usage with an object identifier of 4 kB", data: withExtensions(extension(false,
			seq(tlv(0x06, bytes.Repeat([]byte{0x81}, 4<<10), []byte{1})), 2, 5, 29, 37)), want: "damaged-certificate, x509: invalid extended key usages"},
		{name: "extension: a policy with a notice in UTF-16", data: withExtensions(extension(false,
			seq(seq(oid(2, 5, 29, 32, 0), seq(seq(oid(1, 3, 6, 1, 5, 5, 7, 2, 2), seq(tlv(0x1e, []byte{0x20, 0x2e, 0, 'a'})))))), 2, 5, 29, 32)), want: "certificate test, key-id-no-issuer"},
	}
}

// badNames are subjects that would deceive a person, or a program that makes
// file names of them.
func badNames() []badInput {
	subject := func(name, s, want string) badInput {
		return badInput{name: "subject: " + name, data: withSubject(cn(utf8Text(s))), want: want}
	}
	return []badInput{
		subject("right to left", "moc.knab\u202e", "certificate moc.knab\\u{202E}, key-id-no-issuer, name-invisible"),
		subject("isolates", "a\u2066b\u2069", "certificate a\\u{2066}b\\u{2069}, key-id-no-issuer, name-invisible"),
		subject("zero width", "al\u200bice\u200d\ufeff", "certificate al\\u{200B}ice\\u{200D}\\u{FEFF}, key-id-no-issuer, name-invisible"),
		subject("control characters", "a\x1b[2Jb\x07\r\n", "certificate a\\u{001B}[2Jb\\u{0007}\\u{000D}\\u{000A}, key-id-no-issuer, name-invisible"),
		subject("NUL", "alice\x00evil", "certificate alice\\u{0000}evil, key-id-no-issuer, name-invisible"),
		subject("a path upwards", "../../etc/passwd", "certificate ../../etc/passwd, key-id-no-issuer"),
		subject("a path of Windows", `..\..\Windows\System32\config`, "certificate ..\\..\\Windows\\System32\\config, key-id-no-issuer"),
		subject("an absolute path", "/etc/passwd", "certificate /etc/passwd, key-id-no-issuer"),
		subject("a device of Windows", "CON", "certificate CON, key-id-no-issuer"),
		subject("a device of Windows with an ending", "com1.txt", "certificate com1.txt, key-id-no-issuer"),
		subject("a drive and a stream", `C:\x:stream`, "certificate C:\\x:stream, key-id-no-issuer"),
		subject("dots", "...", "certificate ..., key-id-no-issuer"),
		subject("a tilde", "~root", "certificate ~root, key-id-no-issuer"),
		subject("a wildcard", "*", "certificate *, key-id-no-issuer"),
		subject("an option", "--help", "certificate --help, key-id-no-issuer"),
		subject("a command", "$(reboot)`reboot`;reboot", "certificate $(reboot)`reboot`;reboot, key-id-no-issuer"),
		subject("Markdown and HTML", "**a** <script>alert(1)</script>", "certificate **a** <script>alert(1)</script>, key-id-no-issuer"),
		subject("a template", "{{.Name}}%s%n", "certificate {{.Name}}%s%n, key-id-no-issuer"),
		subject("64 kB", strings.Repeat("long ", 13<<10), "certificate long long long long long long … of 200, key-id-no-issuer, name-long"),
		subject("4 MB", strings.Repeat("\U0001f600", 1<<20), "certificate 😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀… of 200, key-id-no-issuer, name-long"),
		subject("letters above each other", "Z"+strings.Repeat("\u0301", 500), "certificate Ź́́́́́́́́́́́́́́́́́́́́́́́́́́́́… of 200, key-id-no-issuer, name-long"),
		subject("emoji", "👩‍👩‍👧‍👦", "certificate 👩\\u{200D}👩\\u{200D}👧\\u{200D}👦, key-id-no-issuer, name-invisible"),
		subject("fillers that look empty", "\u3164\u115f\u2800", "certificate \\u{3164}\\u{115F}\\u{2800}, key-id-no-issuer, name-invisible"),
		subject("blanks", "   ", "certificate CN=\\  \\ , key-id-no-issuer"),
		subject("nothing", "", "certificate 12:34, key-id-no-issuer"),
		{name: "subject: invalid UTF-8", data: withSubject(cn(utf8Text("a\xff\xfe\xc0\xafb"))), want: "damaged-certificate, x509: invalid RDNSequence: inv… of 72"},
		{name: "subject: half of a surrogate", data: withSubject(cn(tlv(0x1e, []byte{0xd8, 0x3d, 0, 'a'}))), want: "damaged-certificate, x509: invalid RDNSequence: inv… of 69"},
		{name: "subject: UTF-16 of an odd length", data: withSubject(cn(tlv(0x1e, []byte{0, 'a', 0}))), want: "damaged-certificate, x509: invalid RDNSequence: inv… of 69"},
		{name: "subject: T.61 in Latin-1", data: withSubject(cn(tlv(0x14, []byte("M\xfcller")))), want: "certificate Müller, key-id-no-issuer"},
		{name: "subject: printable characters that are not", data: withSubject(cn(tlv(0x13, []byte("a@b*&_")))), want: "damaged-certificate, x509: invalid RDNSequence: inv… of 75"},
		{name: "subject: UTF-32", data: withSubject(cn(tlv(0x1c, []byte{0, 0, 0, 'a'}))), want: "damaged-certificate, x509: invalid RDNSequence: inv… of 79"},
		{name: "subject: a number for a name", data: withSubject(cn(integer(7))), want: "damaged-certificate, x509: invalid RDNSequence: inv… of 78"},
		{name: "subject: empty", data: withSubject(seq()), want: "certificate 12:34, subject-empty, key-id-no-issuer"},
		{name: "subject: five thousand attributes", data: withSubject(seq(bytes.Repeat(tlv(0x31, seq(oid(2, 5, 4, 11), utf8Text("x"))), 5000))), want: "certificate OU=x+OU=x+OU=x+OU=x+OU=x+OU=x+… of 200, key-id-no-issuer"},
	}
}
