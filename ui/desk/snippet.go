package desk

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"countersign/pki"
	"countersign/testclient"
)

// SnippetKind is a program or a language that can make the request of a try.
type SnippetKind string

// The kinds of snippets.
const (
	SnippetCurl    SnippetKind = "curl"     // with PEM files
	SnippetCurlP12 SnippetKind = "curl-p12" // with a bundle
	SnippetOpenSSL SnippetKind = "openssl"  // s_client, HTTP/1.1 by hand
	SnippetWget    SnippetKind = "wget"
	SnippetGo      SnippetKind = "go"
	SnippetPython  SnippetKind = "python" // 3.7, its own library only
	SnippetJava    SnippetKind = "java"   // 12 and later: a file for `java FILE`
	SnippetNode    SnippetKind = "node"
)

// SnippetKinds are all kinds, in the order that a menu shows them.
func SnippetKinds() []SnippetKind {
	return []SnippetKind{SnippetCurl, SnippetCurlP12, SnippetOpenSSL, SnippetWget, SnippetGo, SnippetPython, SnippetJava, SnippetNode}
}

// Program is the name of the program or language, the same in all languages of
// people.
func (k SnippetKind) Program() string {
	switch k {
	case SnippetCurlP12:
		return "curl"
	case SnippetOpenSSL:
		return "openssl s_client"
	case SnippetGo:
		return "Go"
	case SnippetPython:
		return "Python"
	case SnippetJava:
		return "Java"
	case SnippetNode:
		return "Node.js"
	}
	return string(k)
}

// wantsBundle tells whether the program reads a certificate from a bundle alone.
func (k SnippetKind) wantsBundle() bool { return k == SnippetCurlP12 || k == SnippetJava }

// readsBundle tells whether the program reads bundles.
func (k SnippetKind) readsBundle() bool {
	return k.wantsBundle() || k == SnippetCurl || k == SnippetNode
}

// ErrSnippetKind: a snippet was asked for a program that none is known for.
var ErrSnippetKind = errors.New("no snippet of that kind")

// SnippetError says what of a try a program cannot do.
type SnippetError struct {
	Kind  SnippetKind
	Field string // "address", "server-name", "host", "versions", "redirects", "proxy", "plain", "body", "bundle" or "pem"
}

func (e *SnippetError) Error() string {
	return fmt.Sprintf("%s cannot do this try: %s", e.Kind, e.Field)
}

// Snippet is the request of a try in the words of another program. It holds no
// key and no password of one: the files are named as an export names them, and
// passwords are read from the environment (PASSWORD, PROXY_PASSWORD, and
// SERVER_PASSWORD for that of the address). Headers and body are in it as they
// were given.
type Snippet struct {
	Kind    SnippetKind
	Code    string // ends with a line feed
	Formats []Format
	Files   []string // that it reads
	Exports []string // the commands in it that write them, each a line's end
}

// maxSnippetBody is how long a body may be, in bytes, to stand in a snippet.
const maxSnippetBody = 16 << 10

// Snippet writes a try down for another program. Errors: ErrSnippetKind,
// *SnippetError, *NotFoundError, *testclient.TryError.
func (d *Desk) Snippet(t Try, kind SnippetKind) (Snippet, error) { return writeSnippet(d, t, kind) }

// writeSnippet is for a nil desk too, when nothing of a vault is named.
func writeSnippet(d *Desk, t Try, kind SnippetKind) (Snippet, error) {
	writers := map[SnippetKind]func(*snippet) string{
		SnippetCurl: (*snippet).curl, SnippetCurlP12: (*snippet).curl, SnippetOpenSSL: (*snippet).openssl,
		SnippetWget: (*snippet).wget, SnippetGo: (*snippet).golang, SnippetPython: (*snippet).python,
		SnippetJava: (*snippet).java, SnippetNode: (*snippet).node,
	}
	write, known := writers[kind]
	if !known {
		return Snippet{}, fmt.Errorf("%q: %w", kind, ErrSnippetKind)
	}
	plain, wrong := t.plain().Plain()
	if wrong != nil {
		return Snippet{}, &testclient.TryError{Diagnosis: *wrong}
	}
	s := &snippet{
		Plain: plain, kind: kind, Insecure: t.Insecure, min: t.MinVersion, max: t.MaxVersion,
		alpn: t.ALPN, Body: string(t.Body), BodyFile: t.BodyFile, Redirects: min(t.Redirects, testclient.MaxRedirects), timeout: t.Timeout,
	}
	if t.BodyFile != "" {
		s.Body = ""
	}
	s.readProxy(t.Proxy)
	s.readUser(t)
	if err := s.name(d, t); err != nil {
		return Snippet{}, err
	}
	field := s.lacks()
	if strings.HasPrefix(strings.TrimSpace(t.URL), "tls://") {
		field = "raw"
	}
	if t.SendChain && len(t.CertFiles) > 0 {
		field = "chain" // the files lack what is sent
	}
	if field != "" {
		return Snippet{}, &SnippetError{Kind: kind, Field: field}
	}
	return Snippet{Kind: kind, Code: write(s), Formats: s.formats, Files: s.files, Exports: s.exports}, nil
}

// snippet is what a snippet is written from.
type snippet struct {
	testclient.Plain
	kind            SnippetKind
	Chain, Key, P12 string   // files of what is presented; "" for nobody
	Roots           []string // files of whom to trust; none: the system's
	Insecure        bool
	Body            string
	BodyFile        string // instead
	Redirects       int
	Proxy           *url.URL // nil: none
	User            string   // of the address, whose password is SERVER_PASSWORD; "" for none

	min, max uint16
	alpn     []string
	timeout  time.Duration
	formats  []Format
	files    []string
	exports  []string // the commands that write the files
}

// name finds the names that an export gives to the files.
func (s *snippet) name(d *Desk, t Try) error {
	if !s.Secure {
		return nil
	}
	if len(t.CertFiles) > 0 {
		if err := s.ownFiles(t); err != nil {
			return err
		}
	} else if t.CertificateID != "" {
		if err := s.nameCertificate(d, t.CertificateID); err != nil {
			return err
		}
	}
	if s.Insecure {
		return nil
	}
	s.Roots = append(s.Roots, t.TrustFiles...)
	s.files = append(s.files, t.TrustFiles...)
	for _, id := range t.TrustIDs {
		c, err := d.Get(id)
		if err != nil {
			return err
		}
		if c.CurrentID != "" {
			id = c.CurrentID
		}
		names, err := d.FileNames(id, []Format{PEM})
		if err != nil {
			return err
		}
		if !slices.Contains(s.Roots, names[0]) {
			s.Roots = append(s.Roots, names[0])
			s.needs(names[0], c.Name, PEM)
		}
	}
	return nil
}

func (s *snippet) nameCertificate(d *Desk, id ID) error {
	c, err := d.Get(id)
	if err != nil {
		return err
	}
	s.formats = []Format{Chain, Key}
	if s.kind.wantsBundle() {
		s.formats = []Format{P12}
	}
	names, err := d.FileNames(id, s.formats)
	if err != nil {
		return err
	}
	for n, f := range s.formats {
		s.needs(names[n], c.Name, f)
	}
	if s.formats[0] == P12 {
		s.P12 = names[0]
	} else {
		s.Chain, s.Key = names[0], names[1]
	}
	return nil
}

func (s *snippet) needs(file, name string, f Format) {
	s.files = append(s.files, file)
	s.exports = append(s.exports, "countersign export "+ShellWord(name)+" --format "+string(f)+" --out "+ShellWord(file))
}

// lacks is what of the try the program cannot do; "" when it can do all.
func (s *snippet) lacks() string {
	moved := s.Dial != joinPort(s.Name, s.Port)
	named := s.Secure && !strings.EqualFold(s.ServerName, strings.TrimSuffix(s.Name, "."))
	proxied := s.Proxy != nil
	hosted := s.Header.Get("Host") != "" || s.Host != hostOf(s.URL)
	switch {
	case s.Body != "" && (len(s.Body) > maxSnippetBody || !utf8.ValidString(s.Body) || strings.ContainsRune(s.Body, 0)):
		return "body"
	case s.kind == SnippetOpenSSL && !s.Secure:
		return "plain"
	case s.P12 != "" && !s.kind.readsBundle():
		return "pem"
	case proxied && s.kind != SnippetCurl && s.kind != SnippetCurlP12 && (s.kind != SnippetGo || moved):
		return "proxy"
	case s.Redirects > 0 && (s.kind == SnippetOpenSSL || s.kind == SnippetPython || s.kind == SnippetNode):
		return "redirects"
	case s.kind == SnippetCurlP12 && s.P12 == "":
		return "bundle"
	case (s.kind == SnippetWget || s.kind == SnippetJava) && moved:
		return "address"
	case (s.kind == SnippetWget || s.kind == SnippetJava) && named:
		return "server-name"
	case s.kind == SnippetJava && hosted:
		return "host"
	case s.kind == SnippetWget && (s.max != 0 && s.max < tls.VersionTLS13 || s.min != 0 && s.min != tls.VersionTLS13):
		return "versions"
	}
	return ""
}

// comment is how the files are got, each line behind the mark.
func (s *snippet) comment(mark string) string {
	var b strings.Builder
	for _, line := range s.exports {
		fmt.Fprintln(&b, mark, line)
	}
	return b.String()
}

// seconds is the time that the whole may take, rounded up; 0 for no limit.
func (s *snippet) seconds() int { return int((s.timeout + time.Second - 1) / time.Second) }

// headers are those of the request, sorted, as "Name", "value".
func (s *snippet) headers() [][2]string {
	var list [][2]string
	for name, values := range s.Header {
		for _, v := range values {
			list = append(list, [2]string{name, v})
		}
	}
	slices.SortStableFunc(list, func(a, b [2]string) int { return strings.Compare(a[0], b[0]) })
	return list
}

// ownFiles are those that the try itself reads.
func (s *snippet) ownFiles(t Try) error {
	for _, path := range t.CertFiles {
		items, err := decodeFile(path, t.Password)
		if err != nil {
			return err
		}
		for _, i := range items {
			switch {
			case i.Source == "PKCS#12":
				s.P12 = path
			case i.Kind == pki.ItemKey:
				s.Key = path
			case i.Kind == pki.ItemCertificate && s.Chain == "":
				s.Chain = path
			}
		}
	}
	if s.P12 == "" && s.kind.wantsBundle() {
		s.bundle(t.CertFiles)
		return nil
	}
	s.files = append(s.files, t.CertFiles...)
	return nil
}

// bundle has openssl make the bundle of the files that the program reads none
// of; openssl asks for the password of a key that has one.
func (s *snippet) bundle(paths []string) {
	s.P12 = strings.TrimSuffix(s.Chain, filepath.Ext(s.Chain)) + ".p12"
	line := "openssl pkcs12 -export -passout env:PASSWORD -in " + ShellWord(s.Chain) + " -inkey " + ShellWord(s.Key)
	for _, path := range paths {
		if path != s.Chain && path != s.Key {
			line += " -certfile " + ShellWord(path)
		}
	}
	s.exports = append(s.exports, line+" -out "+ShellWord(s.P12))
	s.files = append(s.files, s.P12)
	s.Chain, s.Key = "", ""
}

// readUser takes the password of the address out of the headers: it is read
// from the environment.
func (s *snippet) readUser(t Try) {
	address := strings.TrimSpace(t.URL)
	if !strings.Contains(address, "://") {
		address = "https://" + address
	}
	u, err := url.Parse(address)
	if err != nil || u.User == nil || t.Header.Get("Authorization") != "" {
		return
	}
	if password, _ := u.User.Password(); password == "" {
		return
	}
	s.User = u.User.Username() + ":"
	s.Header.Del("Authorization")
}

// readProxy takes a proxy's address apart; Plain has found it to be one.
func (s *snippet) readProxy(typed string) {
	if typed = strings.TrimSpace(typed); typed == "" {
		return
	}
	if !strings.Contains(typed, "://") {
		typed = "http://" + typed
	}
	s.Proxy, _ = url.Parse(typed)
	if s.Proxy != nil && s.Proxy.Port() == "" { // programs differ in what they take then
		port := map[string]string{"http": "8080", "https": "443"}[s.Proxy.Scheme]
		if port == "" {
			port = "1080"
		}
		s.Proxy.Host = joinPort(s.Proxy.Hostname(), port)
	}
}
