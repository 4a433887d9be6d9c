package testclient

import (
	"crypto/tls"
	"html/template"
	"io"
	"net/http"
	"strings"
	"time"

	"countersign/pki"
)

// Seen is what the local server saw of a client: the JSON of "/".
type Seen struct {
	Time    time.Time   `json:"time"`
	Remote  string      `json:"remote"`
	TLS     *SeenTLS    `json:"tls"`    // null over plain HTTP
	Client  *SeenClient `json:"client"` // null when it sent no certificate
	Request SeenRequest `json:"request"`
}

// SeenTLS is what the handshake agreed on.
type SeenTLS struct {
	Version     string `json:"version"`
	CipherSuite string `json:"cipherSuite"`
	Curve       string `json:"curve,omitempty"`
	ALPN        string `json:"alpn"`
	Resumed     bool   `json:"resumed"`
	ServerName  string `json:"serverName"`
}

// SeenClient is the certificate that the client showed.
type SeenClient struct {
	Name        string    `json:"name"`
	Subject     string    `json:"subject"`
	Issuer      string    `json:"issuer"`
	Names       []string  `json:"names"`
	Serial      string    `json:"serial"`
	NotAfter    time.Time `json:"notAfter"`
	Fingerprint string    `json:"fingerprint"`
}

// SeenRequest is what the client asked for.
type SeenRequest struct {
	Method  string      `json:"method"`
	Path    string      `json:"path"`
	Proto   string      `json:"proto"`
	Host    string      `json:"host"`
	Headers http.Header `json:"headers"`
}

// handler answers /hello, / and /upload, over plain HTTP what is published too,
// and records each request. A client who was revoked since it connected is
// refused.
func (s *Server) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/hello", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Write([]byte("Hello, world!\n"))
	})
	mux.HandleFunc("/{$}", s.answerSeen)
	mux.HandleFunc("/upload", s.answerUpload)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Cache-Control", "no-store")
		if v, ok := r.Context().Value(visitKey{}).(*visit); ok {
			v.requests.Add(1)
		}
		counted := &answerWriter{ResponseWriter: w}
		body := &countedBody{ReadCloser: r.Body}
		r.Body = body
		var refused error
		// Recorded before the answer leaves: a client that has it finds itself in the log.
		defer func() { s.recordRequest(r, counted, body, refused) }()
		if refused = s.revokedSince(r); refused != nil {
			w.Header().Set("Connection", "close")
			http.Error(counted, printable(refused.Error()), http.StatusForbidden)
			return
		}
		if r.TLS == nil && s.publishesHere() && s.publish(counted, r) {
			return
		}
		if r.URL.Path == "/upload" {
			r.Body = http.MaxBytesReader(counted, r.Body, s.largest)
			mux.ServeHTTP(counted, r)
			return
		}
		// The whole request first: under HTTP/2 an answer before that resets the
		// stream, which older curl takes for an error.
		r.Body = http.MaxBytesReader(counted, r.Body, maxRequestBody)
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			tooLarge(counted)
			return
		}
		mux.ServeHTTP(counted, r)
	})
}

// answerWriter notes the status and counts the bytes.
type answerWriter struct {
	http.ResponseWriter
	status int
	sent   int64
}

func (w *answerWriter) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *answerWriter) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(p)
	w.sent += int64(n)
	return n, err
}

// Unwrap is for http.ResponseController.
func (w *answerWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// countedBody counts what was read of a request.
type countedBody struct {
	io.ReadCloser
	n int64
}

func (b *countedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.n += int64(n)
	return n, err
}

func (s *Server) recordRequest(r *http.Request, w *answerWriter, body *countedBody, refused error) {
	v, ok := r.Context().Value(visitKey{}).(*visit)
	if !ok {
		return
	}
	var state tls.ConnectionState
	if r.TLS != nil {
		state = *r.TLS
	}
	c := v.connection(state)
	c.Method, c.Path, c.Proto, c.Status = printable(r.Method), printable(r.URL.Path), printable(r.Proto), w.status
	c.Header, c.Received, c.Sent = maskedHeader(r), body.n, w.sent
	if refused != nil {
		c.Refusal, c.RefusalCode = printable(refused.Error()), refusalCode(refused, s.config.Now())
	}
	s.log.add(shortOCSP(c))
}

// answerSeen tells the client what the server saw of it: as a page when it
// wants one, else as JSON.
func (s *Server) answerSeen(w http.ResponseWriter, r *http.Request) {
	seen := s.seen(r)
	if strings.Contains(r.Header.Get("Accept"), "text/html") {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
		pageTemplate.Execute(w, seen)
		return
	}
	answerJSON(w, seen)
}

func (s *Server) seen(r *http.Request) Seen {
	seen := Seen{Time: s.config.Now().UTC(), Remote: r.RemoteAddr, Request: SeenRequest{
		Method: r.Method, Path: r.URL.Path, Proto: r.Proto, Host: r.Host, Headers: r.Header}}
	if r.TLS == nil {
		return seen
	}
	seen.TLS = &SeenTLS{
		Version: versionName(r.TLS.Version), CipherSuite: tls.CipherSuiteName(r.TLS.CipherSuite),
		ALPN: r.TLS.NegotiatedProtocol, Resumed: r.TLS.DidResume, ServerName: r.TLS.ServerName,
	}
	if r.TLS.CurveID != 0 {
		seen.TLS.Curve = r.TLS.CurveID.String()
	}
	if len(r.TLS.PeerCertificates) > 0 {
		c := r.TLS.PeerCertificates[0]
		seen.Client = &SeenClient{
			Name: subjectOf(c), Subject: printable(c.Subject.String()), Issuer: printable(c.Issuer.String()),
			Names: append([]string{}, namesOf(c)...), Serial: pki.Serial(c),
			NotAfter: c.NotAfter.UTC(), Fingerprint: pki.Fingerprint(c),
		}
	}
	return seen
}

// pageTemplate is for a browser in which a client certificate was installed.
var pageTemplate = template.Must(template.New("page").Parse(`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{{if .Client}}{{.Client.Name}}{{else}}No certificate{{end}}</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:4rem auto;padding:0 1rem;color:#1b1f24;background:#fff}
h1{font-size:1.5rem}dt{color:#59636e}dd{margin:0 0 .5rem;font-family:ui-monospace,monospace;overflow-wrap:anywhere}
@media(prefers-color-scheme:dark){body{color:#e6e8ea;background:#16191d}dt{color:#9aa4ae}}</style></head>
<body>{{with .Client}}<h1>Hello, {{.Name}}!</h1>
<p>This server asked for your certificate and let you in.</p>
<dl><dt>Subject</dt><dd>{{.Subject}}</dd><dt>Issuer</dt><dd>{{.Issuer}}</dd>{{with .Names}}<dt>Names</dt>{{range .}}<dd>{{.}}</dd>{{end}}{{end}}
<dt>Serial</dt><dd>{{.Serial}}</dd><dt>Valid until</dt><dd>{{.NotAfter.Format "2006-01-02 15:04 UTC"}}</dd></dl>
{{else}}<h1>Hello!</h1><p>You showed no certificate.</p>{{end}}
{{with .TLS}}<dl><dt>Connection</dt><dd>{{.Version}}, {{.CipherSuite}}{{with .Curve}}, {{.}}{{end}}{{with .ALPN}}, {{.}}{{end}}</dd></dl>{{end}}
</body></html>
`))
