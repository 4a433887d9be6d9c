package desk

import (
	"context"
	"crypto/x509"
	"net/url"
	"slices"
	"time"

	"countersign/testclient"
)

// Serve says how the local server is to be.
type Serve struct {
	CertificateID ID   // whom it presents; not for plain HTTP
	ClientCAs     []ID // whose clients it lets in
	Mode          testclient.Mode
	Address       string                      // of this computer, to listen on; "": loopback; testclient.AllAddresses
	Port          int                         // 0: a free one
	Plain         bool                        // plain HTTP too, at a port of its own
	PlainPort     int                         // 0: a free one
	Log           func(testclient.Connection) // nil: nobody listens

	Publish         bool          // lists of the revoked and an OCSP responder, over plain HTTP
	PublishPort     int           // 0: the next after the server's, or a free one
	Responder       ResponderKind // who signs OCSP answers; "" is RespondAuthority
	CheckRevocation bool          // refuse clients whom the vault knows to be revoked
	CRLFiles        []string      // of other authorities: files with their lists, read anew when they change; their clients are judged by them
	AskOCSP         string        // for those of whom neither vault nor lists know: a responder's address
	Outlives        bool          // it goes on without the vault (see Release), and follows its file for who is revoked
	Followed        func(error)   // nil: nobody. With Outlives: told when the file cannot be read, and with nil when it can again; from the server's goroutines
}

// Serve starts the local server. It stops when it is stopped, when the vault
// is locked, and with the program. Errors: ErrNoKey, *NotFoundError,
// *testclient.PortError, *PathError, *LacksError, ErrBadResponder.
func (d *Desk) Serve(s Serve) (*testclient.Server, error) {
	config := testclient.ServerConfig{Mode: s.Mode, Address: s.Address, Port: s.Port, Plain: s.Plain, PlainPort: s.PlainPort, Now: d.opt.Now, Log: s.Log}
	if s.Mode != testclient.ModePlain {
		pair, err := d.pair(s.CertificateID)
		if err != nil {
			return nil, err
		}
		config.Certificate = pair
	}
	for _, id := range s.ClientCAs {
		authority, err := d.trusted(id)
		if err != nil {
			return nil, err
		}
		config.ClientCAs = append(config.ClientCAs, authority)
	}
	if len(s.ClientCAs) == 0 && s.Mode != testclient.ModePlain && s.Mode != testclient.ModeTLS {
		root, err := d.rootOf(s.CertificateID)
		if err != nil {
			return nil, err
		}
		config.ClientCAs = []*x509.Certificate{root}
	}
	if err := d.addRegister(&config, s); err != nil {
		return nil, err
	}
	server, err := testclient.Start(config)
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.servers = append(d.servers, server)
	return server, nil
}

// addRegister gives a server what tells who is revoked, when it needs that.
func (d *Desk) addRegister(config *testclient.ServerConfig, s Serve) error {
	asks := len(s.CRLFiles) > 0 || s.AskOCSP != ""
	if !s.Publish && !s.CheckRevocation && !asks {
		return nil
	}
	register, err := d.newRegister(s)
	if err != nil {
		return err
	}
	config.Register, config.CheckRevocation = register, s.CheckRevocation || asks
	config.Publish, config.PublishPort = s.Publish, s.PublishPort
	if asks {
		config.Register, err = newElsewhere(register, s)
	}
	return err
}

// rootOf is the last certificate of the chain, as far as the vault has it.
func (d *Desk) rootOf(id ID) (*x509.Certificate, error) {
	chain, err := d.chain(id)
	if err != nil {
		return nil, err
	}
	return chain[len(chain)-1], nil
}

// StopServer stops a local server and waits for its connections to end, for
// two seconds at most.
func (d *Desk) StopServer(s *testclient.Server) error {
	d.Release(s)
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	return s.Close(ctx)
}

// Release hands a local server to the caller: it runs on when the vault is
// locked or closed, with its key in memory, until the caller closes it.
func (d *Desk) Release(s *testclient.Server) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.servers = slices.DeleteFunc(d.servers, func(other *testclient.Server) bool { return other == s })
}

func (d *Desk) stopServers() {
	d.mu.Lock()
	servers := d.servers
	d.servers = nil
	d.mu.Unlock()
	for _, s := range servers {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		s.Close(ctx) // it ends with the keys either way
		cancel()
	}
}

// bareURL leaves out of an address what may be secret.
func bareURL(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return ""
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}
