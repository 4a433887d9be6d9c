package testclient

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"
)

// Mode is what a local server asks of its clients.
type Mode string

// The modes of a server.
const (
	ModePlain    Mode = "plain"    // HTTP
	ModeTLS      Mode = "tls"      // no client certificate asked for
	ModeOptional Mode = "optional" // asked for, and verified when given
	ModeMTLS     Mode = "mtls"     // required
)

// ServerConfig is how a local server is to be.
type ServerConfig struct {
	Mode        Mode
	Certificate *tls.Certificate    // needed but for ModePlain; chain leaf first
	ClientCAs   []*x509.Certificate // whose clients are let in; none: nobody's
	Address     string              // to listen on; empty: 127.0.0.1, and ::1 where there is one; AllAddresses
	Port        int                 // 0: a free one

	Plain     bool // beside TLS, plain HTTP at a port of its own; nobody is asked for a certificate there
	PlainPort int  // 0: a free one

	MinVersion, MaxVersion uint16 // zero: Go's defaults

	// What a Register, when there is one, is for: to be published, its lists at
	// /crl/NAME.crl and its responder at /ocsp, over plain HTTP (see PublishURL;
	// in ModePlain at the server's own port, with Plain and no PublishPort at
	// that one's, else at one beside it); and to refuse clients who are revoked,
	// on connections that they have kept open too.
	Register        Register
	Publish         bool
	PublishPort     int // 0: the next after the server's, or a free one
	CheckRevocation bool

	Now func() time.Time // nil: time.Now. The clock that clients' certificates are judged by

	// Log, when not nil, is called with each connection as it is recorded, one
	// call at a time, from the server's goroutines. It must not call Close.
	Log func(Connection)
}

// Bounds of a local server.
const (
	handshakeTimeout = 10 * time.Second
	headerTimeout    = 10 * time.Second
	idleTimeout      = time.Minute
	maxServed        = 256      // connections at a time; more are closed at once
	maxServerHeader  = 64 << 10 // bytes
	maxRequestBody   = 1 << 20  // bytes
)

// Errors of Start, besides *PortError.
var (
	ErrMode          = errors.New("no such server mode")
	ErrNoCertificate = errors.New("server needs a certificate")
)

// Server is a local server to try against, until it is closed.
type Server struct {
	config    ServerConfig
	tls       *tls.Config // nil in ModePlain
	presented string      // the name of the certificate
	listeners []net.Listener
	plain     []net.Listener // of plain HTTP beside TLS
	http      *http.Server
	published publisher
	queue     *queueListener
	log       *connectionLog
	ctx       context.Context
	cancel    context.CancelFunc
	wg        sync.WaitGroup
	slots     chan struct{}
	largest   int64 // bytes of an upload

	mu   sync.Mutex
	open map[*visit]struct{}
}

// Start checks the configuration, listens and serves.
func Start(c ServerConfig) (*Server, error) {
	if c.Now == nil {
		c.Now = time.Now
	}
	s := &Server{config: c, log: newConnectionLog(c.Log),
		slots: make(chan struct{}, maxServed), open: map[*visit]struct{}{}, largest: maxUpload}
	switch c.Mode {
	case ModePlain:
	case ModeTLS, ModeOptional, ModeMTLS:
		if c.Certificate == nil || len(c.Certificate.Certificate) == 0 {
			return nil, fmt.Errorf("start server: %w", ErrNoCertificate)
		}
		s.tls = s.tlsConfig()
		if leaf, err := x509.ParseCertificate(c.Certificate.Certificate[0]); err == nil {
			s.presented = subjectOf(leaf)
		}
	default:
		return nil, fmt.Errorf("start server: %w: %q", ErrMode, c.Mode)
	}
	if err := s.listen(); err != nil {
		return nil, fmt.Errorf("start server: %w", err)
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.queue = newQueueListener(s.listeners[0].Addr())
	s.http = &http.Server{
		Handler:           s.handler(),
		TLSConfig:         s.tls,
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       time.Minute,
		WriteTimeout:      time.Minute,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxServerHeader,
		ErrorLog:          log.New(io.Discard, "", 0), // what it would say is in the connections
		ConnContext:       withVisit,
	}
	s.wg.Go(func() { s.http.Serve(s.queue) })
	for _, l := range s.listeners {
		s.wg.Go(func() { s.accept(l, s.tls == nil) })
	}
	for _, l := range s.plain {
		s.wg.Go(func() { s.accept(l, true) })
	}
	s.startPublish()
	return s, nil
}

// tlsConfig is the configuration as crypto/tls takes it.
func (s *Server) tlsConfig() *tls.Config {
	pool := x509.NewCertPool() // never nil: that would be the system's authorities
	for _, c := range s.config.ClientCAs {
		pool.AddCert(c)
	}
	modes := map[Mode]tls.ClientAuthType{
		ModeTLS:      tls.NoClientCert,
		ModeOptional: tls.VerifyClientCertIfGiven,
		ModeMTLS:     tls.RequireAndVerifyClientCert,
	}
	config := &tls.Config{
		Certificates: []tls.Certificate{*s.config.Certificate},
		ClientAuth:   modes[s.config.Mode],
		ClientCAs:    pool,
		MinVersion:   s.config.MinVersion,
		MaxVersion:   s.config.MaxVersion,
		NextProtos:   protocols(s.config.MaxVersion),
		Time:         s.config.Now,
	}
	if s.config.CheckRevocation && s.config.Register != nil {
		config.VerifyConnection = s.checkRevocation
	}
	old := config.Clone()
	old.NextProtos = protocols(tls.VersionTLS11)
	config.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		if len(hello.SupportedVersions) > 0 && slices.Max(hello.SupportedVersions) < tls.VersionTLS12 {
			return old, nil
		}
		return nil, nil
	}
	return config
}

// Connections are the last 200 that were recorded, oldest first.
func (s *Server) Connections() []Connection { return s.log.all() }

// Met gives what the server recorded of the client at an address, host:port,
// since a moment: the newest; it waits for that until ctx ends. False when there
// is nothing.
func (s *Server) Met(ctx context.Context, remote string, since time.Time) (Connection, bool) {
	return s.log.find(ctx, remote, since)
}

// Close stops listening, lets requests under way end until ctx does, then
// closes what is left. No goroutine of the server outlives it. It returns ctx's
// error when requests were cut off. Closing twice is closing once.
func (s *Server) Close(ctx context.Context) error {
	s.unlisten()
	s.cancel() // ends handshakes and the draining of refused connections
	s.closeIdle()
	err := s.http.Shutdown(ctx)
	if err != nil {
		s.http.Close()
	}
	if s.published.http != nil && s.published.http.Shutdown(ctx) != nil {
		s.published.http.Close()
	}
	s.queue.Close()
	s.wg.Wait()
	if c, ok := s.config.Register.(io.Closer); ok {
		c.Close()
	}
	return err
}

func (s *Server) unlisten() {
	for _, l := range slices.Concat(s.listeners, s.plain, s.published.listeners) {
		l.Close()
	}
}
