package testclient

import (
	"encoding/base64"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/net/netutil"

	"countersign/pki"
)

// Where a server publishes its Register, over plain HTTP: who fetches a
// list or asks a responder cannot be made to verify a certificate first (RFC
// 5280 section 8).
const (
	crlPath  = "/crl/"
	ocspPath = "/ocsp"

	// maxPublished is how many connections at a time fetch lists and ask.
	maxPublished = 64
)

// PublishURL is where lists and answers are published, without a path; "" for
// a server that publishes nothing.
func (s *Server) PublishURL() string {
	switch {
	case !s.publishes():
		return ""
	case s.config.Mode == ModePlain:
		return s.URL()
	case s.publishesHere():
		return s.PlainURL()
	}
	return plainURL(s.published.listeners)
}

func (s *Server) publishes() bool { return s.config.Publish && s.config.Register != nil }

// publishesHere tells whether the server's own plain HTTP is where it publishes.
func (s *Server) publishesHere() bool {
	return s.publishes() && (s.config.Mode == ModePlain || s.config.Plain && s.config.PublishPort == 0)
}

// CRLURL is the address of a list by its name; "" when nothing is published.
func (s *Server) CRLURL(name string) string {
	if !s.publishes() {
		return ""
	}
	return s.PublishURL() + crlPath + url.PathEscape(name) + ".crl"
}

// OCSPURL is the address of the responder; "" when nothing is published.
func (s *Server) OCSPURL() string {
	if !s.publishes() {
		return ""
	}
	return s.PublishURL() + ocspPath
}

// publisher is the plain HTTP server beside one that speaks TLS.
type publisher struct {
	listeners []net.Listener
	http      *http.Server
}

// listenPublish takes the port beside: the one that was chosen, else the next
// after the server's own, else a free one.
func (s *Server) listenPublish() error {
	if !s.publishes() || s.publishesHere() {
		return nil
	}
	port := s.config.PublishPort
	if port == 0 && s.Port() < 65535 {
		port = s.Port() + 1
	}
	listeners, err := s.listenAt(port)
	if err != nil && s.config.PublishPort == 0 {
		listeners, err = s.listenAt(0)
	}
	s.published.listeners = listeners
	return err
}

// startPublish serves at the port beside, when there is one.
func (s *Server) startPublish() {
	if len(s.published.listeners) == 0 {
		return
	}
	s.published.http = &http.Server{
		Handler:           http.MaxBytesHandler(s.publishHandler(), maxRequestBody),
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       headerTimeout,
		WriteTimeout:      handshakeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxServerHeader,
		ErrorLog:          log.New(io.Discard, "", 0),
	}
	for _, l := range s.published.listeners {
		s.wg.Go(func() { s.published.http.Serve(netutil.LimitListener(l, maxPublished)) })
	}
}

// publishHandler answers what is published, and records each request.
func (s *Server) publishHandler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		counted := &answerWriter{ResponseWriter: w}
		defer func() {
			c := Connection{At: s.config.Now(), Remote: r.RemoteAddr, Method: printable(r.Method), Proto: printable(r.Proto),
				Path: printable(r.URL.Path), Status: counted.status, Header: maskedHeader(r), Sent: counted.sent}
			if local, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr); ok {
				c.Local = local.String()
			}
			s.log.add(shortOCSP(c))
		}()
		if !s.publish(counted, r) {
			http.NotFound(counted, r)
		}
	})
}

// shortOCSP leaves a question that stands in the address out of the log.
func shortOCSP(c Connection) Connection {
	if strings.HasPrefix(c.Path, ocspPath+"/") {
		c.Path = ocspPath
	}
	return c
}

// publish answers a request for a list or a standing, and tells whether it was
// one. It comes before http.ServeMux, which would clean "//" out of what
// clients encode into the address.
func (s *Server) publish(w http.ResponseWriter, r *http.Request) bool {
	if !s.publishes() {
		return false
	}
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-store") // a standing may change with the next click
	switch path := r.URL.Path; {
	case strings.HasPrefix(path, crlPath):
		s.publishCRL(w, r)
	case path == ocspPath, strings.HasPrefix(path, ocspPath+"/"):
		s.publishOCSP(w, r)
	default:
		return false
	}
	return true
}

func (s *Server) publishCRL(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	name, ok := strings.CutSuffix(strings.TrimPrefix(r.URL.Path, crlPath), ".crl")
	if !ok {
		http.NotFound(w, r)
		return
	}
	der, err := s.config.Register.CRL(name)
	switch {
	case err != nil:
		http.Error(w, "the list cannot be read now", http.StatusServiceUnavailable)
	case der == nil:
		http.NotFound(w, r)
	default:
		w.Header().Set("Content-Type", "application/pkix-crl") // RFC 5280 section 4.2.1.13
		w.Header().Set("Content-Length", strconv.Itoa(len(der)))
		w.Write(der)
	}
}

// publishOCSP answers as RFC 6960 appendix A.1 wants: a request in the body of
// a POST, or as base64 in the address of a GET.
func (s *Server) publishOCSP(w http.ResponseWriter, r *http.Request) {
	var request []byte
	switch r.Method {
	case http.MethodPost:
		request, _ = io.ReadAll(io.LimitReader(r.Body, pki.MaxOCSPRequest+1)) // cut off, it is malformed
	case http.MethodGet:
		text := strings.TrimPrefix(strings.TrimPrefix(r.URL.Path, ocspPath), "/")
		if base64.StdEncoding.DecodedLen(len(text)) <= pki.MaxOCSPRequest+3 {
			request, _ = base64.StdEncoding.DecodeString(text)
		}
	default:
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	der, _ := s.config.Register.OCSP(request) // an error's answer says it
	w.Header().Set("Content-Type", "application/ocsp-response")
	w.Header().Set("Content-Length", strconv.Itoa(len(der)))
	w.Write(der)
}
