package desk

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/url"
	"strconv"
	"strings"

	"countersign/pki"
	"countersign/storage"
	"countersign/testclient"
)

// ErrNoPartnerCertificate: what a direction's try presents is not here yet.
var ErrNoPartnerCertificate = errors.New("no certificate to try with")

// PartnerTried is how a try of a direction went.
type PartnerTried struct {
	PartnerTry
	Direction Direction               `json:"direction"`
	Result    testclient.Result       `json:"-"`
	Server    []testclient.Connection `json:"-"` // what our local server saw, when it was one
	Partner   Partner                 `json:"-"` // with this as the direction's last try
}

// TryReal tells whether a try of the direction goes to the partner itself: we
// call, their address is known, and so is who signs their certificate.
func (w RoutePage) TryReal(p PartnerPage) bool {
	return w.Direction == WeCall && w.URL != "" && (len(p.Theirs) > 0 || w.TheirSigner == Us) && w.Ours != nil
}

// TryPartner tries a direction and keeps how it went: with the partner itself
// where TryReal, unless the stand-in is asked for; else with the stand-in,
// against a local server that stops with the try. When we call, the server plays
// them and lets in whom our authority signed; when they call, the server is
// ours, and the stand-in's client calls it. Errors: *NotFoundError, ErrNoRoute,
// ErrNoStandIn, ErrNoPartnerCertificate, ErrNoKey.
func (d *Desk) TryPartner(ctx context.Context, id ID, dir Direction, standIn bool, observe func(testclient.Step)) (PartnerTried, error) {
	page, w, err := d.routeOf(id, dir)
	if err != nil {
		return PartnerTried{}, err
	}
	tried := PartnerTried{Direction: dir}
	fail := func(err error) (PartnerTried, error) {
		return PartnerTried{}, fmt.Errorf("try %s, %s: %w", page.Name, dir, err)
	}
	var try Try
	if tried.StandIn = standIn || !w.TryReal(page); !tried.StandIn {
		try = d.realTry(page, w)
		tried.Result, err = d.Connect(ctx, try, observe)
	} else {
		var server *testclient.Server
		if server, try, err = d.standInServer(page, w); err != nil {
			return fail(err)
		}
		tried.Result, err = d.Connect(ctx, try, observe)
		err = errors.Join(err, d.StopServer(server))
		tried.Server = server.Connections()
	}
	if err != nil {
		return fail(err)
	}
	if ctx.Err() != nil {
		return fail(ctx.Err()) // it was stopped: that says nothing
	}
	tried.note(try, w.Last, d)
	return d.keepTried(id, tried)
}

// keepTried keeps how a direction was tried last, and what is noted of that,
// where the vault can be written.
func (d *Desk) keepTried(id ID, tried PartnerTried, events ...storage.Event) (PartnerTried, error) {
	if !d.ReadOnly() {
		err := d.vault.Update(func(tx *storage.Tx) error {
			for _, e := range events {
				if err := tx.AppendEvent(e); err != nil {
					return err
				}
			}
			return changeRoute(tx, id, tried.Direction, func(r *Route) { r.Last = tried.PartnerTry })
		})
		if err != nil {
			return PartnerTried{}, fmt.Errorf("keep how %s was tried: %w", tried.Direction, err)
		}
	}
	var err error
	tried.Partner, err = d.Partner(id)
	return tried, err
}

// note says how it went.
func (t *PartnerTried) note(try Try, before PartnerTry, d *Desk) {
	t.At, t.URL, t.Status, t.MS = d.Now(), bareURL(try.URL), t.Result.Status, t.Result.Total.Milliseconds()
	t.PassedAt = before.PassedAt
	if t.Result.Diagnosis != nil {
		t.Code, t.Facts = t.Result.Diagnosis.Code, maps.Clone(t.Result.Diagnosis.Facts)
		return
	}
	t.PassedAt = t.At
}

// realTry calls the partner.
func (d *Desk) realTry(page PartnerPage, w RoutePage) Try {
	try := Try{URL: w.URL, CertificateID: w.Ours.ID}
	for _, c := range page.Theirs {
		try.TrustIDs = append(try.TrustIDs, c.ID)
	}
	if w.TheirSigner == Us && page.Authority != nil {
		try.TrustIDs = append(try.TrustIDs, page.Authority.ID)
	}
	return try
}

// PartnerTry is the try of a direction that goes to the partner itself, to be
// changed in the connection lab; false when it cannot.
func (d *Desk) PartnerTry(id ID, dir Direction) (Try, bool, error) {
	page, w, err := d.routeOf(id, dir)
	if err != nil || !w.TryReal(page) {
		return Try{}, false, err
	}
	return d.realTry(page, w), true, nil
}

// standInServer starts the server of a try with the stand-in, and says how to
// call it.
func (d *Desk) standInServer(page PartnerPage, w RoutePage) (*testclient.Server, Try, error) {
	if !d.HasStandIn(page.Partner) {
		return nil, Try{}, ErrNoStandIn
	}
	s := page.StandIn
	serve := Serve{Mode: testclient.ModeMTLS}
	var try Try
	if w.Direction == WeCall {
		ours := d.presented(w, s.OurClientID)
		serve.CertificateID, try.CertificateID, try.TrustIDs = s.ServerID, ours, []ID{s.AuthorityID}
		root, err := d.rootID(ours)
		if err != nil {
			return nil, Try{}, err
		}
		serve.ClientCAs = []ID{root}
	} else {
		ours := d.presented(w, s.OurServerID)
		serve.CertificateID, try.CertificateID = ours, s.ClientID
		root, err := d.rootID(ours)
		if err != nil {
			return nil, Try{}, err
		}
		try.TrustIDs = []ID{root}
		serve.ClientCAs = []ID{s.AuthorityID}
		for _, c := range page.Theirs {
			serve.ClientCAs = append(serve.ClientCAs, c.ID)
		}
	}
	if serve.CertificateID == "" || try.CertificateID == "" {
		return nil, Try{}, ErrNoPartnerCertificate
	}
	server, err := d.Serve(serve)
	if err != nil {
		return nil, Try{}, err
	}
	host, err := d.hostFor(serve.CertificateID, w.URL)
	if err != nil {
		return nil, Try{}, errors.Join(err, d.StopServer(server))
	}
	try.Address = server.Addr()
	try.URL = (&url.URL{Scheme: "https", Host: net.JoinHostPort(host, strconv.Itoa(server.Port())), Path: "/hello"}).String()
	return server, try, nil
}

// presented is our certificate, or what the stand-in signed in its place.
func (d *Desk) presented(w RoutePage, instead ID) ID {
	if w.Ours != nil {
		return w.Ours.ID
	}
	return instead
}

// rootID is the last of a certificate's chain, as far as the vault has it.
func (d *Desk) rootID(id ID) (ID, error) {
	if id == "" {
		return "", ErrNoPartnerCertificate
	}
	line, err := d.line(id)
	if err != nil {
		return "", err
	}
	return line[len(line)-1].ID, nil
}

// hostFor is a name to call a server by: that of the address, when the
// certificate has it or has none, else the first that the certificate has.
func (d *Desk) hostFor(id ID, address string) (string, error) {
	chain, err := d.chain(id)
	if err != nil {
		return "", err
	}
	host := hostOfURL(address)
	if host != "" && chain[0].VerifyHostname(host) == nil {
		return host, nil
	}
	for _, name := range pki.NamesOf(chain[0]) {
		switch name.Kind {
		case pki.NameDNS:
			return strings.Replace(name.Value, "*", "www", 1), nil
		case pki.NameIP:
			return name.Value, nil
		}
	}
	return cmp.Or(host, "localhost"), nil // it will be refused, and why is shown
}
