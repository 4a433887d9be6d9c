package desk

import (
	"context"
	"errors"
	"fmt"

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

// WaitForPartner starts our server for the partner's real client, on this
// computer's own address and the port, 0 for a free one, and waits until that
// was let in, or ctx ends. started is told the address, seen each connection,
// refused ones too; both may be nil. How it went is kept as the direction's last
// try. Errors: ErrNoRoute, ErrNoPartnerCertificate, ErrNoTheirAuthority,
// *testclient.PortError, ErrNoKey, and the context's.
func (d *Desk) WaitForPartner(ctx context.Context, id ID, port int, started func(url string), seen func(testclient.Connection)) (PartnerTried, error) {
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
	server, err := d.Serve(Serve{CertificateID: r.Ours.ID, ClientCAs: r.letIn(page), Mode: testclient.ModeMTLS, Port: port,
		Log: func(c testclient.Connection) {
			select {
			case calls <- c:
			default: // nobody reads that fast
			}
		}})
	if err != nil {
		return fail(err)
	}
	if started != nil {
		started(server.URL())
	}
	call, err := awaitCall(ctx, calls, seen)
	if err = errors.Join(err, d.StopServer(server)); err != nil {
		return fail(err)
	}
	tried := PartnerTried{Direction: TheyCall, Server: []testclient.Connection{call}}
	tried.At, tried.URL, tried.Status = d.Now(), server.URL(), call.Status
	tried.PassedAt = tried.At
	return d.keepTried(id, tried)
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
