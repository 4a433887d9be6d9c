package desk

import (
	"context"
	"errors"

	"countersign/pki"
	"countersign/testclient"
)

// Names of what the example makes. They are names of certificates, so they
// are the same in every language.
const (
	ExampleAuthority = "Example Root"
	ExampleServer    = "localhost"
	ExampleClient    = "alice"
)

// Example is an authority with a server certificate and a client certificate:
// the least that a mutual TLS handshake takes.
type Example struct{ Authority, Server, Client Certificate }

// MakeExample makes the example in one transaction. Asked again, it gives
// what it made before, as long as that is good; whatever of it has ended is
// made anew.
func (d *Desk) MakeExample(ctx context.Context) (Example, error) {
	authority, err := d.FindAuthority(ExampleAuthority)
	var missing *NotFoundError
	switch {
	case errors.As(err, &missing):
		return d.makeExample(ctx)
	case err != nil:
		return Example{}, err
	}
	example := Example{Authority: authority}
	if example.Server, err = d.exampleLeaf(ctx, authority, exampleServer()); err != nil {
		return Example{}, err
	}
	example.Client, err = d.exampleLeaf(ctx, authority, exampleClient())
	return example, err
}

func (d *Desk) makeExample(ctx context.Context) (Example, error) {
	now := d.Now()
	root := pki.NewRequest(pki.Authority)
	root.Subject.CommonName = ExampleAuthority
	top, err := d.prepareRoot(ctx, IssueRequest{Request: root}, now)
	if err != nil {
		return Example{}, err
	}
	all := []*issued{top}
	issuer := pki.Issuer{Certificate: top.cert, Key: top.key}
	for _, r := range []pki.Request{exampleServer(), exampleClient()} {
		leaf, err := d.prepareUnder(ctx, issuer, IssueRequest{Request: r}, now)
		if err != nil {
			return Example{}, err
		}
		leaf.under = top
		all = append(all, leaf)
	}
	made, err := d.keepAll(ctx, all, now)
	if err != nil {
		return Example{}, err
	}
	return Example{made[0], made[1], made[2]}, nil
}

func exampleServer() pki.Request {
	r := pki.NewRequest(pki.Server)
	r.Subject.CommonName = ExampleServer
	r.Names = []pki.Name{
		{Kind: pki.NameDNS, Value: "localhost", Shown: "localhost"},
		{Kind: pki.NameIP, Value: "127.0.0.1", Shown: "127.0.0.1"},
		{Kind: pki.NameIP, Value: "::1", Shown: "::1"},
	}
	return r
}

func exampleClient() pki.Request {
	r := pki.NewRequest(pki.Client)
	r.Subject.CommonName = ExampleClient
	return r
}

// exampleLeaf gives the example's certificate of that request, made anew when
// it is missing or not good any more.
func (d *Desk) exampleLeaf(ctx context.Context, authority Certificate, r pki.Request) (Certificate, error) {
	list, err := d.Certificates(Filter{Kind: r.Kind, IssuerID: authority.ID})
	if err != nil {
		return Certificate{}, err
	}
	for _, c := range list {
		if h := c.Health(d.Now()); c.Name == r.Subject.CommonName && c.HasKey && (h == Good || h == Expiring) {
			return c, nil
		}
	}
	return d.Issue(ctx, IssueRequest{IssuerID: authority.ID, Request: r})
}

// Shown is what the main job ended with.
type Shown struct {
	Example
	Local  *testclient.Server // still running
	Result testclient.Result
}

// ShowMe does the main job: the example, a local server that demands client
// certificates, and one request to it. The server is left running, for more.
// made, which may be nil, is told when the server runs; observe as in Connect.
func (d *Desk) ShowMe(ctx context.Context, log func(testclient.Connection), made func(Shown), observe func(testclient.Step)) (Shown, error) {
	example, err := d.MakeExample(ctx)
	if err != nil {
		return Shown{}, err
	}
	shown := Shown{Example: example}
	shown.Local, err = d.Serve(Serve{
		CertificateID: example.Server.ID, ClientCAs: []ID{example.Authority.ID}, Mode: testclient.ModeMTLS, Log: log,
	})
	if err != nil {
		return Shown{}, err
	}
	if made != nil {
		made(shown)
	}
	shown.Result, err = d.Connect(ctx, shown.Try(), observe)
	return shown, err
}

// Try is the request that the main job makes.
func (s Shown) Try() Try {
	return Try{
		URL:           s.Local.URL() + "/hello",
		CertificateID: s.Client.ID,
		TrustIDs:      []ID{s.Authority.ID},
	}
}
