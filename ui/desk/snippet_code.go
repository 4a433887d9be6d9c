package desk

import (
	"crypto/tls"
	"fmt"
	"go/format"
	"net"
	"strconv"
	"strings"
	"text/template"
	"unicode/utf16"
)

// program fills a template. Its strings are quoted by quote, in the language's
// own way.
func (s *snippet) program(t *template.Template) string {
	var b strings.Builder
	mark := "//"
	if s.kind == SnippetPython {
		mark = "#"
	}
	b.WriteString(s.comment(mark))
	if err := t.Execute(&b, s); err != nil {
		panic(err) // a template of ours
	}
	return b.String()
}

// What the templates ask for.

// Headers are name and value by turns.
func (s *snippet) Headers() [][2]string { return s.headers() }

// DialHost is the host to connect to.
func (s *snippet) DialHost() string {
	host, _, _ := net.SplitHostPort(s.Dial)
	return host
}

// DialPort is the port to connect to.
func (s *snippet) DialPort() string {
	_, port, _ := net.SplitHostPort(s.Dial)
	return port
}

// UserName is the user of the address.
func (s *snippet) UserName() string { return strings.TrimSuffix(s.User, ":") }

// Moved tells whether the address is not the URL's.
func (s *snippet) Moved() bool { return s.Dial != joinPort(s.Name, s.Port) }

// Named tells whether the server's name is not the URL's.
func (s *snippet) Named() bool {
	return !strings.EqualFold(s.ServerName, strings.TrimSuffix(s.Name, "."))
}

// Hosted tells whether the Host header is not the URL's.
func (s *snippet) Hosted() bool { return s.Host != hostOf(s.URL) }

// NameIsIP tells whether an address is verified, for which there is no SNI.
func (s *snippet) NameIsIP() bool { return isIP(s.ServerName) }

// Seconds is the time for the whole; 0 for none.
func (s *snippet) Seconds() int { return s.seconds() }

// Min and Max are versions as numbers of TLS: "1.2"; "" for none.
func (s *snippet) Min() string { return version(s.lowest()) }

// Max is the highest version.
func (s *snippet) Max() string { return version(s.max) }

// Old tells whether only versions are allowed that OpenSSL has at level 0.
func (s *snippet) Old() bool { return s.old() }

// OneProtocol tells whether HTTP/2 is not to be spoken.
func (s *snippet) OneProtocol() bool { return len(s.alpn) == 1 && s.alpn[0] == "http/1.1" }

// JavaVersions are the versions that Java is to offer, quoted; "" for its own.
func (s *snippet) JavaVersions() string {
	if s.min == 0 && s.max == 0 {
		return ""
	}
	var list []string
	for v := uint16(tls.VersionTLS10); v <= tls.VersionTLS13; v++ {
		if (s.lowest() == 0 && v >= tls.VersionTLS12 || s.lowest() != 0 && v >= s.lowest()) && (s.max == 0 || v <= s.max) {
			list = append(list, `"TLSv`+opensslVersion(v)+`"`)
		}
	}
	return strings.Join(list, ", ")
}

func version(v uint16) string {
	if v == 0 {
		return ""
	}
	return versionOf(v)
}

// inUTF16 is a string of Java or JavaScript, in ASCII: Java reads a program in
// the machine's own encoding before version 18.
func inUTF16(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			b.WriteString(`\` + string(r))
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r >= ' ' && r < 0x7f:
			b.WriteRune(r)
		default:
			for _, unit := range utf16.Encode([]rune{r}) {
				fmt.Fprintf(&b, `\u%04x`, unit)
			}
		}
	}
	b.WriteByte('"')
	return b.String()
}

// inPython is a string of Python, in ASCII.
func inPython(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			b.WriteString(`\` + string(r))
		case r == '\n':
			b.WriteString(`\n`)
		case r >= ' ' && r < 0x7f:
			b.WriteRune(r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

func snippetTemplate(name, text string, quote func(string) string) *template.Template {
	return template.Must(template.New(name).Funcs(template.FuncMap{"q": quote}).Parse(text))
}

// golang is written as gofmt writes it.
func (s *snippet) golang() string {
	code := s.program(goTemplate)
	if clean, err := format.Source([]byte(code)); err == nil {
		return string(clean)
	}
	return code
}

func (s *snippet) python() string { return s.program(pythonTemplate) }
func (s *snippet) java() string   { return s.program(javaTemplate) }
func (s *snippet) node() string   { return s.program(nodeTemplate) }

var goTemplate = snippetTemplate("go", `package main

import (
{{- if .Moved}}
	"context"
{{- end}}
{{- if .Secure}}
	"crypto/tls"
{{- end}}
{{- if and .Secure .Roots}}
	"crypto/x509"
{{- end}}
	"fmt"
	"io"
	"log"
{{- if .Moved}}
	"net"
{{- end}}
	"net/http"
{{- if .Proxy}}
	"net/url"
{{- end}}
	"os"
{{- if .Body}}
	"strings"
{{- end}}
{{- if .Seconds}}
	"time"
{{- end}}
)

func main() {
{{- if .Secure}}
	config := &tls.Config{
{{- if .Named}}
		ServerName: {{q .ServerName}},
{{- end}}
{{- if .Insecure}}
		InsecureSkipVerify: true, // anyone may answer in the server's place
{{- end}}
{{- with .Min}}
		MinVersion: tls.VersionTLS{{slice . 0 1}}{{slice . 2}},
{{- end}}
{{- with .Max}}
		MaxVersion: tls.VersionTLS{{slice . 0 1}}{{slice . 2}},
{{- end}}
	}
{{- if .Chain}}
	pair, err := tls.LoadX509KeyPair({{q .Chain}}, {{q .Key}})
	if err != nil {
		log.Fatal(err)
	}
	config.Certificates = []tls.Certificate{pair}
{{- end}}
{{- if .Roots}}
	config.RootCAs = x509.NewCertPool()
	for _, file := range []string{ {{- range $n, $r := .Roots}}{{if $n}}, {{end}}{{q $r}}{{end -}} } {
		pem, err := os.ReadFile(file)
		if err != nil {
			log.Fatal(err)
		}
		config.RootCAs.AppendCertsFromPEM(pem)
	}
{{- end}}
{{- end}}
	transport := &http.Transport{
{{- if .Secure}}
		TLSClientConfig: config,
{{- end}}
{{- with .Proxy}}
		Proxy: http.ProxyURL(&url.URL{Scheme: {{q .Scheme}}, Host: {{q .Host}}{{with .User}}, User: url.UserPassword({{q .Username}}, os.Getenv("PROXY_PASSWORD")){{end}}}),
{{- end}}
{{- if not .OneProtocol}}
		ForceAttemptHTTP2: true,
{{- end}}
{{- if .Moved}}
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, network, {{q .Dial}})
		},
{{- end}}
	}
	client := &http.Client{
		Transport: transport,
{{- if .Seconds}}
		Timeout: {{.Seconds}} * time.Second,
{{- end}}
{{- if .Redirects}}
		CheckRedirect: func(_ *http.Request, via []*http.Request) error {
			if len(via) > {{.Redirects}} {
				return http.ErrUseLastResponse
			}
			return nil
		},
{{- else}}
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
{{- end}}
	}
{{- if .BodyFile}}
	body, err := os.Open({{q .BodyFile}})
	if err != nil {
		log.Fatal(err)
	}
	info, err := body.Stat()
	if err != nil {
		log.Fatal(err)
	}
{{- end}}
	req, err := http.NewRequest({{q .Method}}, {{q .URL}}, {{if .BodyFile}}body{{else if .Body}}strings.NewReader({{q .Body}}){{else}}nil{{end}})
	if err != nil {
		log.Fatal(err)
	}
{{- if .BodyFile}}
	req.ContentLength = info.Size()
{{- end}}
{{- if .Hosted}}
	req.Host = {{q .Host}}
{{- end}}
{{- range .Headers}}
	req.Header.Add({{q (index . 0)}}, {{q (index . 1)}})
{{- end}}
{{- if .User}}
	req.SetBasicAuth({{q .UserName}}, os.Getenv("SERVER_PASSWORD"))
{{- end}}
	resp, err := client.Do(req)
	if err != nil {
		log.Fatal(err)
	}
	defer resp.Body.Close()
	fmt.Fprintln(os.Stderr, resp.Status)
	if _, err := io.Copy(os.Stdout, resp.Body); err != nil {
		log.Fatal(err)
	}
}
`, strconv.Quote)

var pythonTemplate = snippetTemplate("python", `
{{- if .User}}import base64
{{end -}}
import http.client
{{- if or .BodyFile .User}}
import os
{{- end}}
import socket
{{- if .Secure}}
import ssl
{{- end}}
import sys

{{if .Secure -}}
{{if .Roots -}}
context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
{{- else -}}
context = ssl.create_default_context()
{{- end}}
{{- range .Roots}}
context.load_verify_locations({{q .}})
{{- end}}
{{- if .Insecure}}
context.check_hostname = False
context.verify_mode = ssl.CERT_NONE  # anyone may answer in the server's place
{{- end}}
{{- if .Chain}}
context.load_cert_chain({{q .Chain}}, {{q .Key}})
{{- end}}
{{- if .Old}}
context.set_ciphers("DEFAULT@SECLEVEL=0")
{{- end}}
{{- with .Min}}
context.minimum_version = ssl.TLSVersion.TLSv1{{if ne . "1.0"}}_{{slice . 2}}{{end}}
{{- end}}
{{- with .Max}}
context.maximum_version = ssl.TLSVersion.TLSv1{{if ne . "1.0"}}_{{slice . 2}}{{end}}
{{- end}}
context.set_alpn_protocols(["http/1.1"])

{{end -}}
sock = socket.create_connection(({{q .DialHost}}, {{.DialPort}}){{with .Seconds}}, timeout={{.}}{{end}})
{{- if .Secure}}
sock = context.wrap_socket(sock, server_hostname={{q .ServerName}})
{{- end}}
connection = http.client.HTTPConnection({{q .Name}}, {{.Port}})
connection.sock = sock
connection.putrequest({{q .Method}}, {{q .Target}}, skip_host=True, skip_accept_encoding=True)
connection.putheader("Host", {{q .Host}})
{{- range .Headers}}
connection.putheader({{q (index . 0)}}, {{q (index . 1)}})
{{- end}}
{{- if .User}}
user = {{q .User}} + os.environ["SERVER_PASSWORD"]
connection.putheader("Authorization", "Basic " + base64.b64encode(user.encode()).decode())
{{- end}}
{{- if .BodyFile}}
with open({{q .BodyFile}}, "rb") as body:
    connection.putheader("Content-Length", str(os.fstat(body.fileno()).st_size))
    connection.endheaders(body)
{{- else if .Body}}
body = {{q .Body}}.encode()
connection.putheader("Content-Length", str(len(body)))
connection.endheaders(body)
{{- else}}
connection.endheaders()
{{- end}}
response = connection.getresponse()
print(response.status, response.reason, file=sys.stderr)
sys.stdout.buffer.write(response.read())
`, inPython)
