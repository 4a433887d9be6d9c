package desk

import (
	"fmt"
	"strings"
	"time"

	"countersign/pki"
)

// withConfig writes a configuration first. `openssl ca` signs: of the programs
// of OpenSSL 3.0 it alone takes exact dates.
func (c recipe) withConfig() string {
	var b strings.Builder
	word := func(ending string) string { return ShellWord(c.file + ending) }
	fmt.Fprintf(&b, "openssl genpkey %s -out %s\n", keyOptions(c.r.Key), word(".key"))
	fmt.Fprintf(&b, "cat > %s <<'END'\n%sEND\n", word(".cnf"), c.config())
	fmt.Fprintf(&b, ": > %s\n", word(".index"))
	if serial, ok := pki.ParseSerial(c.r.Serial); ok {
		digits := fmt.Sprintf("%X", serial)
		fmt.Fprintf(&b, "echo %s > %s\n", strings.Repeat("0", len(digits)%2)+digits, word(".serial"))
	} else {
		fmt.Fprintf(&b, "openssl rand -hex 16 > %s\n", word(".serial"))
	}
	fmt.Fprintf(&b, "openssl req -new -config %s -key %s -out %s\n", word(".cnf"), word(".key"), word(".csr"))
	fmt.Fprintf(&b, "openssl ca -batch -notext -preserveDN -config %s -in %s -out %s \\\n", word(".cnf"), word(".csr"), word(".pem"))
	if c.notAfter.IsZero() {
		fmt.Fprintf(&b, "  -days %d \\\n", c.days)
	} else {
		fmt.Fprintf(&b, "  -startdate %s -enddate %s \\\n", opensslTime(c.notBefore), opensslTime(c.notAfter))
	}
	if c.issuer == "" {
		fmt.Fprintf(&b, "  -selfsign -keyfile %s\n", word(".key"))
	} else {
		fmt.Fprintf(&b, "  -cert %s -keyfile %s\n", ShellWord(c.issuer+".pem"), ShellWord(c.issuer+".key"))
	}
	return b.String()
}

// opensslTime is a moment as GeneralizedTime (RFC 5280 section 4.1.2.5.2).
func opensslTime(at time.Time) string { return at.UTC().Format("20060102150405Z") }

// config is the configuration of openssl req and ca.
func (c recipe) config() string {
	var b strings.Builder
	var oids, subject strings.Builder
	for n, a := range c.r.Subject.Attributes() {
		name := opensslName(a.Name)
		if isOID(name) {
			name = fmt.Sprintf("part%d", n)
			fmt.Fprintf(&oids, "%s = %s\n", name, a.Name)
		}
		fmt.Fprintf(&subject, "%d.%s = %s\n", n, name, configValue(a.Value))
	}
	b.WriteString("oid_section = oids\n[oids]\n" + oids.String())
	b.WriteString("[req]\nprompt = no\nutf8 = yes\nstring_mask = utf8only\ndistinguished_name = subject\n")
	b.WriteString("[subject]\n" + subject.String())
	b.WriteString("[ca]\ndefault_ca = here\n[here]\n")
	fmt.Fprintf(&b, "database = %s\nserial = %s\n", configValue(c.file+".index"), configValue(c.file+".serial"))
	b.WriteString("new_certs_dir = .\ndefault_md = default\nunique_subject = no\npolicy = any\nx509_extensions = extensions\n")
	b.WriteString("[any]\ncommonName = optional\n[extensions]\nsubjectKeyIdentifier = hash\n")
	if c.issuer != "" {
		b.WriteString("authorityKeyIdentifier = keyid\n")
	}
	var sections strings.Builder
	for _, e := range c.extensions() {
		b.WriteString(e.configLine(&sections))
	}
	return b.String() + sections.String()
}

// configLine is an extension in a configuration; its pairs go to a section.
func (e opensslExtension) configLine(sections *strings.Builder) string {
	critical := ""
	if e.critical {
		critical = "critical,"
	}
	if len(e.pairs) == 0 {
		return fmt.Sprintf("%s = %s%s\n", e.name, critical, strings.Join(e.words, ","))
	}
	if e.name != "crlDistributionPoints" {
		fmt.Fprintf(sections, "[%s]\n", e.name)
		for n, pair := range e.pairs {
			fmt.Fprintf(sections, "%s.%d = %s\n", pair[0], n, configValue(pair[1]))
		}
		return fmt.Sprintf("%s = %s@%s\n", e.name, critical, e.name)
	}
	var points []string // each a section whose names stand in another
	for n, pair := range e.pairs {
		point := fmt.Sprintf("crl%d", n)
		points = append(points, point)
		fmt.Fprintf(sections, "[%s]\nfullname = @%s_names\n[%s_names]\n%s.0 = %s\n", point, point, point, pair[0], configValue(pair[1]))
	}
	return fmt.Sprintf("%s = %s\n", e.name, strings.Join(points, ","))
}

// configValue escapes a value of a configuration (config(5)).
func configValue(value string) string {
	return strings.NewReplacer(`\`, `\\`, "$", `\$`, "#", `\#`, `"`, `\"`, "'", `\'`, "`", "\\`").Replace(value)
}
