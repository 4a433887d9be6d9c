package desk

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"slices"
	"strings"

	"countersign/pki"
	"countersign/testclient"
)

// Mended is what a remedy did: the try to make now, and what was made for it.
type Mended struct {
	Try  Try
	Made *Certificate // nil: nothing
	// ForServer: what was made is to be given to the server, which presents the
	// old one until then.
	ForServer bool
}

// Mend does what a remedy says, and gives the try to make again. Errors: those
// of Renew, Issue and Import.
func (d *Desk) Mend(ctx context.Context, t Try, r testclient.Result, remedy Remedy) (Mended, error) {
	made, err := d.mend(ctx, &t, r, remedy)
	if err != nil {
		return Mended{}, fmt.Errorf("mend by %q: %w", remedy.Code, err)
	}
	return Mended{Try: t, Made: made, ForServer: remedy.Code == RemedyServer || remedy.Code == RemedyName}, nil
}

func (d *Desk) mend(ctx context.Context, t *Try, r testclient.Result, remedy Remedy) (*Certificate, error) {
	present := func(id ID) { t.CertificateID, t.CertFiles, t.Password = id, nil, "" }
	trust := func(id ID) { t.TrustIDs, t.TrustFiles, t.Insecure = []ID{id}, nil, false }
	switch remedy.Code {
	case RemedyTrust:
		trust(remedy.ID)
	case RemedyTrustSent:
		kept, err := d.keepSent(ctx, r)
		if err != nil {
			return nil, err
		}
		trust(kept.ID)
		return &kept, nil
	case RemedyPresent:
		present(remedy.ID)
	case RemedyRenew, RemedyUnder, RemedyClient:
		made, err := d.remade(ctx, t.CertificateID, remedy)
		if err != nil {
			return nil, err
		}
		present(made.ID)
		return &made, nil
	case RemedyServer, RemedyName:
		made, err := d.Reissue(ctx, remedy.ID, pki.Server, remedy.Value)
		if err != nil {
			return nil, err
		}
		return &made, nil
	default:
		t.change(r, remedy)
	}
	return nil, nil
}

// change does the remedies that only say the try otherwise.
func (t *Try) change(r testclient.Result, remedy Remedy) {
	switch remedy.Code {
	case RemedySendChain:
		t.SendChain = true
	case RemedyScheme:
		t.URL = remedy.Value
	case RemedyVersions:
		t.MinVersion, t.MaxVersion = 0, 0
	case RemedyLowest:
		t.MinVersion = tls.VersionTLS10
	case RemedyConnect:
		t.URL, t.ServerName = withHost(t.URL, remedy.Value), ""
		if t.Address == "" {
			t.Address = r.Address // the name may lead elsewhere
		}
	}
}

// remade makes a client certificate anew.
func (d *Desk) remade(ctx context.Context, used ID, remedy Remedy) (Certificate, error) {
	switch remedy.Code {
	case RemedyClient:
		return d.Reissue(ctx, remedy.ID, pki.Client, "")
	case RemedyUnder:
		renewed, err := d.Renew(ctx, Renewal{ID: used, IssuerID: remedy.ID})
		return renewed.Certificate, err
	}
	renewed, err := d.Renew(ctx, Renewal{ID: remedy.ID})
	return renewed.Certificate, err
}

// keepSent puts the last certificate that a server sent into the vault.
func (d *Desk) keepSent(ctx context.Context, r testclient.Result) (Certificate, error) {
	if len(r.ServerChain) == 0 {
		return Certificate{}, &NotFoundError{What: "certificate", Name: r.Address}
	}
	top := r.ServerChain[len(r.ServerChain)-1]
	if _, err := d.Import(ctx, Found{Certificates: []FoundCertificate{{Certificate: top}}}); err != nil {
		return Certificate{}, err
	}
	all, err := d.all()
	if err != nil {
		return Certificate{}, err
	}
	sum := pki.Fingerprint(top)
	i := slices.IndexFunc(all, func(c *Certificate) bool { return c.Fingerprint == sum })
	if i < 0 {
		return Certificate{}, &NotFoundError{What: "certificate", Name: sum}
	}
	return *all[i], nil
}

// Reissue makes a certificate anew under its issuer, for a purpose and with a
// name more; "" for none. One that has the purpose is renewed; else another is
// made beside it. Errors: those of Renew and Issue, and of pki.ParseName.
func (d *Desk) Reissue(ctx context.Context, id ID, kind pki.Kind, name string) (Certificate, error) {
	like, err := d.Get(id)
	if err != nil {
		return Certificate{}, err
	}
	var more []pki.Name
	if name != "" {
		extra, err := pki.ParseName(name)
		if err != nil {
			return Certificate{}, err
		}
		more = append(more, extra)
	}
	if like.Kind == kind || like.Kind == pki.Both {
		renewed, err := d.Renew(ctx, Renewal{ID: id, Add: more})
		return renewed.Certificate, err
	}
	detail, err := d.Detail(id)
	if err != nil {
		return Certificate{}, err
	}
	r, _ := pki.RequestOf(detail.X509)
	r.Kind, r.KeyUsage, r.ExtKeyUsage = kind, nil, nil
	if r.Key == "" {
		r.Key = pki.P256
	}
	for _, extra := range more {
		if !slices.Contains(r.Names, extra) {
			r.Names = append(r.Names, extra)
		}
	}
	return d.Issue(ctx, IssueRequest{IssuerID: like.IssuerID, Request: r})
}

// withHost is the address with another host, at the same port and path.
func withHost(address, host string) string {
	scheme, rest, found := strings.Cut(address, "://")
	if !found {
		scheme, rest = "https", address
	}
	path := ""
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		rest, path = rest[:i], rest[i:]
	}
	rest = rest[strings.LastIndex(rest, "@")+1:]
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if _, port, err := net.SplitHostPort(rest); err == nil {
		host += ":" + port
	}
	return scheme + "://" + host + path
}
