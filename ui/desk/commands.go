package desk

import (
	"fmt"
	"strings"
	"time"

	"countersign/pki"
)

// Commands gives the openssl lines that make the same certificate, for those
// who learn. They run in a POSIX shell with OpenSSL 3; the authority's files
// are named after it.
func (d *Desk) Commands(r IssueRequest) (string, error) {
	p, err := d.Preview(r)
	if err != nil {
		return "", err
	}
	if len(p.Faults) > 0 {
		return "", p.Faults
	}
	file := FileName(r.title())
	days := max(1, int(p.NotAfter.Sub(d.Now()).Round(24*time.Hour)/(24*time.Hour)))
	var b strings.Builder
	fmt.Fprintf(&b, "openssl genpkey %s -out %s\n", keyOptions(r.Key), ShellWord(file+".key"))
	fmt.Fprintf(&b, "openssl req -x509 -new -key %s -out %s \\\n", ShellWord(file+".key"), ShellWord(file+".pem"))
	fmt.Fprintf(&b, "  -subj %s -days %d \\\n", ShellWord(subjectArgument(r)), days)
	if r.IssuerID != "" {
		issuer := FileName(p.Chain[len(p.Chain)-2])
		fmt.Fprintf(&b, "  -CA %s -CAkey %s \\\n", ShellWord(issuer+".pem"), ShellWord(issuer+".key"))
	}
	lines := extensionLines(r)
	for n, line := range lines {
		end := " \\"
		if n == len(lines)-1 {
			end = ""
		}
		fmt.Fprintf(&b, "  -addext %s%s\n", ShellWord(line), end)
	}
	return b.String(), nil
}

func keyOptions(k pki.KeyKind) string {
	switch k {
	case pki.P384:
		return "-algorithm EC -pkeyopt ec_paramgen_curve:P-384"
	case pki.P521:
		return "-algorithm EC -pkeyopt ec_paramgen_curve:P-521"
	case pki.RSA2048, pki.RSA3072, pki.RSA4096:
		return "-algorithm RSA -pkeyopt rsa_keygen_bits:" + strings.TrimPrefix(string(k), "rsa")
	case pki.Ed25519:
		return "-algorithm ED25519"
	}
	return "-algorithm EC -pkeyopt ec_paramgen_curve:P-256"
}

func subjectArgument(r IssueRequest) string {
	s := r.Subject
	if s.CommonName == "" {
		s.CommonName = r.title()
	}
	var b strings.Builder
	for _, part := range []struct{ name, value string }{
		{"C", s.Country}, {"ST", s.State}, {"L", s.Locality}, {"O", s.Organization},
		{"OU", s.OrganizationalUnit}, {"CN", s.CommonName},
	} {
		if part.value != "" {
			escaped := strings.NewReplacer(`\`, `\\`, "/", `\/`, "+", `\+`).Replace(part.value)
			fmt.Fprintf(&b, "/%s=%s", part.name, escaped)
		}
	}
	return b.String()
}

// extensionLines are the profile's extensions in the words of x509v3_config(5).
func extensionLines(r IssueRequest) []string {
	if r.Kind == pki.Authority {
		ca := "basicConstraints=critical,CA:TRUE"
		if r.PathLength >= 0 {
			ca += fmt.Sprintf(",pathlen:%d", r.PathLength)
		}
		return []string{ca, "keyUsage=critical,keyCertSign,cRLSign"}
	}
	usage := "keyUsage=critical,digitalSignature"
	if strings.HasPrefix(string(r.Key), "rsa") && r.Kind != pki.Client {
		usage += ",keyEncipherment"
	}
	purposes := map[pki.Kind]string{pki.Server: "serverAuth", pki.Client: "clientAuth", pki.Both: "serverAuth,clientAuth"}
	lines := []string{"basicConstraints=critical,CA:FALSE", usage, "extendedKeyUsage=" + purposes[r.Kind]}
	var names []string
	prefixes := map[pki.NameKind]string{pki.NameDNS: "DNS:", pki.NameIP: "IP:", pki.NameEmail: "email:", pki.NameURI: "URI:"}
	for _, n := range r.Names {
		names = append(names, prefixes[n.Kind]+n.Value)
	}
	if len(names) > 0 {
		lines = append(lines, "subjectAltName="+strings.Join(names, ","))
	}
	return lines
}

// ShellWord makes one word of a POSIX shell.
func ShellWord(text string) string {
	if text != "" && strings.Trim(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/=:,") == "" {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}
