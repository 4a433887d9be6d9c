package ui

import (
	"strings"

	"countersign/ui/desk"
)

// configFiles are the paths of what was written, "" for what was not.
type configFiles struct {
	name, chain, key, ca, p12 string
	fingerprint               string
}

// configFor gives the lines that a program's configuration, a shell or a Go
// program takes for the files; "" for targets that have none. The words of
// configurations are the same in every language.
func configFor(code string, f configFiles) string {
	switch code {
	case "nginx":
		return lines(
			"ssl_certificate        "+inQuotes(f.chain)+";",
			"ssl_certificate_key    "+inQuotes(f.key)+";",
			"ssl_client_certificate "+inQuotes(f.ca)+";",
			"ssl_verify_client      on;",
			"ssl_verify_depth       3;")
	case "apache":
		return lines(
			"SSLEngine             on",
			"SSLCertificateFile    "+inQuotes(f.chain),
			"SSLCertificateKeyFile "+inQuotes(f.key),
			"SSLCACertificateFile  "+inQuotes(f.ca),
			"SSLVerifyClient       require",
			"SSLVerifyDepth        3")
	case "caddy":
		return lines(
			"tls "+inQuotes(f.chain)+" "+inQuotes(f.key)+" {",
			"    client_auth {",
			"        mode require_and_verify",
			"        trust_pool file "+inQuotes(f.ca),
			"    }",
			"}")
	case "envoy":
		return envoyConfig(f)
	case "kubernetes":
		name := secretName(f.name)
		return lines(
			"kubectl create secret tls "+name+" \\",
			"  --cert="+desk.ShellWord(f.chain)+" --key="+desk.ShellWord(f.key),
			"kubectl create secret generic "+name+"-ca --from-file=ca.crt="+desk.ShellWord(f.ca))
	case "java":
		return lines(
			"keytool -importcert -noprompt -alias root -file "+desk.ShellWord(f.ca)+" \\",
			"  -keystore truststore.p12 -storetype PKCS12 -storepass truststore",
			"java -Djavax.net.ssl.keyStore="+desk.ShellWord(f.p12)+" \\",
			"  -Djavax.net.ssl.keyStoreType=PKCS12 \\",
			"  -Djavax.net.ssl.keyStorePassword=\"$PASSWORD\" \\",
			"  -Djavax.net.ssl.trustStore=truststore.p12 \\",
			"  -Djavax.net.ssl.trustStorePassword=truststore …")
	case "curl":
		return lines("curl --cert "+desk.ShellWord(f.chain)+" --key "+desk.ShellWord(f.key)+" \\",
			"  --cacert "+desk.ShellWord(f.ca)+" https://localhost:8443/")
	case "go":
		return goProgram(f)
	case "partner":
		return f.fingerprint
	}
	return ""
}

func envoyConfig(f configFiles) string {
	return lines(
		"transport_socket:",
		"  name: envoy.transport_sockets.tls",
		"  typed_config:",
		"    \"@type\": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext",
		"    common_tls_context:",
		"      tls_certificates:",
		"      - certificate_chain: { filename: "+inQuotes(f.chain)+" }",
		"        private_key: { filename: "+inQuotes(f.key)+" }",
		"      validation_context:",
		"        trusted_ca: { filename: "+inQuotes(f.ca)+" }",
		"    require_client_certificate: true")
}

func goProgram(f configFiles) string {
	return lines(
		"pair, err := tls.LoadX509KeyPair("+inGo(f.chain)+", "+inGo(f.key)+")",
		"roots := x509.NewCertPool()",
		"pem, err := os.ReadFile("+inGo(f.ca)+")",
		"roots.AppendCertsFromPEM(pem)",
		"config := &tls.Config{",
		"\tCertificates: []tls.Certificate{pair},",
		"\tRootCAs:      roots, // of a client",
		"\tClientCAs:    roots, // of a server",
		"\tClientAuth:   tls.RequireAndVerifyClientCert,",
		"}")
}

func lines(all ...string) string { return strings.Join(all, "\n") }

// inQuotes is a path in a configuration file: in double quotes where it has
// more than plain characters.
func inQuotes(path string) string {
	if plainPath(path) {
		return path
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(path) + `"`
}

// inGo is a string of a Go program.
func inGo(path string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(path) + `"`
}

func plainPath(path string) bool {
	return path != "" && strings.Trim(path, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/=:,") == ""
}

// secretName is a name that Kubernetes takes: lower-case letters, digits and
// hyphens, at most 63 (RFC 1123).
func secretName(name string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(desk.FileName(name)) {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			b.WriteRune(r)
		} else {
			b.WriteByte('-')
		}
	}
	clean := strings.Trim(b.String(), "-")
	if len(clean) > 60 { // "-ca" comes after it
		clean = strings.Trim(clean[:60], "-")
	}
	if clean == "" {
		return "certificate"
	}
	return clean
}
