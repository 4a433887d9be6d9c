package desk

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strconv"

	"countersign/pki"
	"countersign/storage"
	"countersign/testclient"
)

// ErrNoTheirAuthority: whom to let in is not known: the partner's authority is
// not here yet.
var ErrNoTheirAuthority = errors.New("no authority of the partner")

// CanWait tells whether their client can be waited for: they call, our
// certificate is here, and so is whom to let in.
func (r RoutePage) CanWait(p PartnerPage) bool {
	return r.Direction == TheyCall && r.Ours != nil && len(r.letIn(p)) > 0
}

// WaitNext tells whether the direction is tried next by waiting for their client:
// that can be, and there is no stand-in, or it was let in already.
func (r RoutePage) WaitNext(p PartnerPage, standIn bool) bool {
	return r.CanWait(p) && (!standIn || r.Last.StandIn && r.Last.Passed())
}

// letIn are the authorities whose clients our server lets in for the partner.
func (r RoutePage) letIn(p PartnerPage) []ID {
	var ids []ID
	for _, c := range p.Theirs {
		ids = append(ids, c.ID)
	}
	if r.TheirSigner == Us && p.Authority != nil {
		ids = append(ids, p.Authority.ID)
	}
	return ids
}

// PartnerWait is how the partner's real client is waited for.
type PartnerWait struct {
	Address string                      // of this computer, to listen on; "": loopback; testclient.AllAddresses
	Port    int                         // 0: a free one
	Started func(PartnerWaiting)        // told when our server listens; nil: nobody
	Seen    func(testclient.Connection) // told of each connection, refused ones too; nil: nobody
}

// OurPort is the port of our address, which they call; 0 when it names none.
func (r Route) OurPort() int {
	u, err := url.Parse(r.URL)
	if err != nil {
		return 0
	}
	port, err := strconv.Atoi(u.Port())
	if err != nil {
		return 0
	}
	return port
}

// Host is the name in the direction's address; "" for none.
func (r Route) Host() string { return hostOfURL(r.URL) }

// Elsewhere is the host of our address when that is not this computer's
// loopback, so that calls of it come to other addresses; else "".
func (r Route) Elsewhere() string {
	host := r.Host()
	if a, err := netip.ParseAddr(host); host == "localhost" || err == nil && a.IsLoopback() {
		return ""
	}
	return host
}

// PartnerWaiting is a server of ours that waits for the partner's client.
type PartnerWaiting struct {
	URL         string             // to call it from this computer
	All         bool               // it listens on every address of this computer
	Reaches     []testclient.Reach // from other computers; none: it is for this computer only
	Certificate string             // the name of the one that it presents
	Elsewhere   string             // as of Route
}

// WaitForPartner starts our server for the partner's real client and waits until
// that was let in, or ctx ends. How it went is kept as the direction's last try.
// Errors: ErrNoRoute, ErrNoPartnerCertificate, ErrNoTheirAuthority,
// *testclient.PortError, ErrNoKey, and the context's.
func (d *Desk) WaitForPartner(ctx context.Context, id ID, wait PartnerWait) (PartnerTried, error) {
	page, r, err := d.routeOf(id, TheyCall)
	if err != nil {
		return PartnerTried{}, err
	}
	fail := func(err error) (PartnerTried, error) {
		return PartnerTried{}, fmt.Errorf("wait for %s: %w", page.Name, err)
	}
	switch {
	case r.Ours == nil:
		return fail(ErrNoPartnerCertificate)
	case len(r.letIn(page)) == 0:
		return fail(ErrNoTheirAuthority)
	}
	calls := make(chan testclient.Connection, 64)
	server, err := d.Serve(Serve{CertificateID: r.Ours.ID, ClientCAs: r.letIn(page), Mode: testclient.ModeMTLS,
		Address: wait.Address, Port: wait.Port,
		Log: func(c testclient.Connection) {
			select {
			case calls <- c:
			default: // nobody reads that fast
			}
		}})
	if err != nil {
		return fail(err)
	}
	if wait.Started != nil {
		wait.Started(waitingAt(server, r, wait.Address))
	}
	call, err := awaitCall(ctx, calls, wait.Seen)
	if err = errors.Join(err, d.StopServer(server)); err != nil {
		return fail(err)
	}
	tried := PartnerTried{Direction: TheyCall, Server: []testclient.Connection{call}}
	tried.At, tried.URL, tried.Status = d.Now(), server.URL(), call.Status
	tried.PassedAt = tried.At
	return d.keepTried(id, tried, storage.Event{At: tried.At, Verb: "partner-call", Subject: storage.ID(id), Name: page.Name,
		Detail: map[string]string{"client": call.ClientName}})
}

// waitingAt says how a server is called; the partner knows the direction's own
// address, which may lead here by another way.
func waitingAt(server *testclient.Server, r RoutePage, address string) PartnerWaiting {
	w := PartnerWaiting{URL: server.URL(), All: address == testclient.AllAddresses, Certificate: r.Ours.Name, Elsewhere: r.Elsewhere()}
	if w.Reaches = server.Reaches(""); len(w.Reaches) > 0 {
		w.Reaches = server.Reaches(hostOfURL(r.URL))
	}
	return w
}

// Say tells how our server is called, and from where, in the order to read it:
// the user interface has the sentence "partners.wait.CODE".
func (w PartnerWaiting) Say() []Said {
	if len(w.Reaches) == 0 {
		said := []Said{{Code: "at", Facts: []any{"URL", w.URL}}, {Code: "here"}}
		if w.All {
			said[1] = Said{Code: "no-address", Wary: true}
		} else if w.Elsewhere != "" {
			said = append(said, Said{Code: "elsewhere", Facts: []any{"Host", pki.Escape(w.Elsewhere)}, Wary: true})
		}
		return said
	}
	said := []Said{{Code: "open", Facts: []any{"Address", w.Reaches[len(w.Reaches)-1].Host}, Wary: true}}
	if w.All {
		said[0] = Said{Code: "all", Wary: true}
	}
	named := true
	for _, r := range w.Reaches {
		named = named && r.Named
		one := Said{Code: "at", Facts: []any{"URL", r.URL}}
		if !r.Named {
			one = Said{Code: "unnamed", Facts: []any{"URL", r.URL, "Name", pki.Escape(w.Certificate)}, Wary: true}
		}
		said = append(said, one)
	}
	if !named {
		said = append(said, Said{Code: "unnamed-mend", Facts: []any{"Name", pki.Escape(w.Certificate)}, Wary: true})
	}
	return said
}

// awaitCall waits for a client that was let in.
func awaitCall(ctx context.Context, calls <-chan testclient.Connection, seen func(testclient.Connection)) (testclient.Connection, error) {
	for {
		select {
		case <-ctx.Done():
			return testclient.Connection{}, ctx.Err()
		case c := <-calls:
			if seen != nil {
				seen(c)
			}
			if c.Refusal == "" && c.ClientName != "" && c.Status != 0 {
				return c, nil
			}
		}
	}
}
