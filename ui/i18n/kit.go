package i18n

import (
	"strings"
	"time"
)

// KitFile says what a file of a partner's kit is: what is its kind, role whom it
// is for ("client", "server", or "both" for an authority that checks both).
func (p *Printer) KitFile(what, role string) string {
	if key := "partners.kit.file." + what + "." + role; p.Has(key) {
		return p.T(key)
	}
	return p.T("partners.kit.file." + what)
}

// KitReadme is the text that goes with a partner's kit: what each file is, its
// fingerprints, and how programs load it. kit and files are the facts that the
// desk gives of them.
func (p *Printer) KitReadme(kit map[string]string, files []map[string]string) string {
	r := readme{p: p, kit: kit, files: files}
	r.line(p.T("partners.kit.title", "Partner", kit["partner"], "From", kit["from"]))
	r.line(p.T("partners.kit.made", "Date", p.day(kit["date"])))
	r.line(p.T("partners.kit.no-key"))
	if kit["password"] != "" {
		r.line(p.T("partners.kit.key"))
	}
	r.list()
	r.compare()
	r.line("== " + p.T("partners.kit.todo") + " ==")
	r.serve()
	r.call()
	r.sign()
	r.load()
	return strings.Join(r.parts, "\n\n") + "\n"
}

// day is the date of a moment in RFC 3339.
func (p *Printer) day(text string) string {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return text
	}
	return p.Date(at)
}

// readme is a text being written.
type readme struct {
	trusted string // the file that Java was told to trust

	p     *Printer
	kit   map[string]string
	files []map[string]string
	parts []string
}

func (r *readme) line(text string) { r.parts = append(r.parts, text) }

// list says what each file is.
func (r *readme) list() {
	r.line("== " + r.p.T("partners.kit.files") + " ==")
	for _, f := range r.files {
		lines := []string{f["file"], "  " + r.p.KitFile(f["what"], f["role"])}
		for _, fact := range []string{"subject", "issuer", "serial"} {
			if f[fact] != "" && f["what"] != "authority-der" && f["what"] != "chain" {
				lines = append(lines, "  "+r.p.T("partners.kit.fact."+fact)+": "+f[fact])
			}
		}
		if f["to"] != "" {
			lines = append(lines, "  "+r.p.T("partners.kit.valid", "From", r.p.day(f["from"]), "To", r.p.day(f["to"])))
		}
		if f["sha256"] != "" {
			lines = append(lines, "  SHA-256: "+f["sha256"])
		}
		r.line(strings.Join(lines, "\n"))
	}
}

// compare says how to compare fingerprints.
func (r *readme) compare() {
	lines := []string{r.p.T("partners.kit.compare")}
	if f := r.first("authority"); f != nil {
		lines = append(lines, "  openssl x509 -in "+f["file"]+" -noout -fingerprint -sha256")
	} else if f := r.first("certificate"); f != nil {
		lines = append(lines, "  openssl x509 -in "+f["file"]+" -noout -fingerprint -sha256")
	}
	if f := r.first("request"); f != nil {
		lines = append(lines, "  openssl req -in "+f["file"]+" -outform DER | openssl dgst -sha256 -c")
	}
	r.line(strings.Join(lines, "\n"))
}

// first is the first file of a kind, nil for none.
func (r *readme) first(what string, roles ...string) map[string]string {
	for _, f := range r.files {
		if f["what"] != what {
			continue
		}
		if len(roles) == 0 || f["role"] == roles[0] || f["role"] == "both" {
			return f
		}
	}
	return nil
}

// serve says how their server lets our client in.
func (r *readme) serve() {
	ca := r.first("authority", "client")
	if r.kit["we-call"] == "" || ca == nil {
		return
	}
	r.line(r.p.T("partners.kit.serve", "File", ca["file"]))
	r.line("nginx:\n  ssl_client_certificate " + ca["file"] + ";\n  ssl_verify_client on;")
	r.java(ca, "", "")
	r.line("Go:\n  pem, err := os.ReadFile(\"" + ca["file"] + "\")\n  pool := x509.NewCertPool()\n  pool.AppendCertsFromPEM(pem)\n" +
		"  config := &tls.Config{ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: pool}")
	if ours := r.first("ours", "client"); ours != nil {
		r.line(r.p.T("partners.kit.ours", "Subject", ours["subject"], "File", ours["file"]))
	}
}

// call says how their client trusts our server.
func (r *readme) call() {
	ca := r.first("authority", "server")
	if r.kit["they-call"] == "" || ca == nil {
		return
	}
	url := r.kit["they-call-url"]
	if url == "" {
		url = "https://..."
	}
	cert, key := "CLIENT.pem", "CLIENT.key"
	if theirs := r.first("chain", "client"); theirs != nil {
		cert = theirs["file"]
	} else if theirs := r.first("certificate", "client"); theirs != nil {
		cert = theirs["file"]
	}
	r.line(r.p.T("partners.kit.call", "File", ca["file"], "URL", url))
	r.line("curl:\n  curl --cacert " + ca["file"] + " --cert " + cert + " --key " + key + " " + url)
	r.line("nginx (proxy_pass):\n  proxy_ssl_trusted_certificate " + ca["file"] + ";\n  proxy_ssl_verify on;\n  proxy_ssl_server_name on;\n" +
		"  proxy_ssl_certificate " + cert + ";\n  proxy_ssl_certificate_key " + key + ";")
	r.java(ca, cert, key)
	r.line("Go:\n  pem, err := os.ReadFile(\"" + ca["file"] + "\")\n  pool := x509.NewCertPool()\n  pool.AppendCertsFromPEM(pem)\n" +
		"  pair, err := tls.LoadX509KeyPair(\"" + cert + "\", \"" + key + "\")\n" +
		"  config := &tls.Config{RootCAs: pool, Certificates: []tls.Certificate{pair}}")
}

// java says how Java trusts our authority, and how its client shows its
// certificate when there is one: Java reads a bundle.
func (r *readme) java(ca map[string]string, cert, key string) {
	trust := "  keytool -importcert -noprompt -alias " + ca["file"] + " -file " + ca["file"] +
		" -keystore truststore.p12 -storetype PKCS12 -storepass changeit\n"
	if r.trusted == ca["file"] {
		trust = "" // said before: keytool takes a name once
	}
	r.trusted = ca["file"]
	bundle, show := "", ""
	if cert != "" {
		bundle = "  openssl pkcs12 -export -in " + cert + " -inkey " + key + " -out client.p12 -passout pass:changeit\n"
		show = "\n  -Djavax.net.ssl.keyStore=client.p12 -Djavax.net.ssl.keyStoreType=PKCS12 -Djavax.net.ssl.keyStorePassword=changeit"
	}
	r.line("Java:\n" + bundle + trust +
		"  -Djavax.net.ssl.trustStore=truststore.p12 -Djavax.net.ssl.trustStorePassword=changeit" + show)
}

// sign says how they sign our request.
func (r *readme) sign() {
	f := r.first("request")
	if f == nil {
		return
	}
	r.line(r.p.T("partners.kit.sign", "File", f["file"]))
	r.line("OpenSSL:\n  openssl x509 -req -in " + f["file"] + " -CA YOUR-CA.pem -CAkey YOUR-CA.key -CAcreateserial -copy_extensions copy -days 365 -out ANSWER.pem")
}

// load says what they do with the certificate that we signed for them.
func (r *readme) load() {
	if f := r.first("bundle"); f != nil {
		r.line(r.p.T("partners.kit.bundle", "File", f["file"]))
		r.line("OpenSSL:\n  openssl pkcs12 -in " + f["file"] + " -nodes -out CERTIFICATE-AND-KEY.pem")
		return
	}
	f := r.first("chain")
	if f == nil {
		f = r.first("certificate")
	}
	if f == nil {
		return
	}
	r.line(r.p.T("partners.kit.load", "File", f["file"]))
	if f["role"] == "server" {
		r.line("nginx:\n  ssl_certificate " + f["file"] + ";\n  ssl_certificate_key YOUR.key;")
	}
}
