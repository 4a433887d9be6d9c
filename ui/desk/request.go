package desk

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/pki"
	"countersign/storage"
)

// RequestState says what a request waits for.
type RequestState string

// The states of a request. What was made here goes from waiting to done, what
// came in from came to signed.
const (
	RequestWaiting RequestState = "waiting" // its key is here, its certificate is not
	RequestDone    RequestState = "done"    // its certificate is here and has its key
	RequestCame    RequestState = "came"    // somebody else's, not signed yet
	RequestSigned  RequestState = "signed"  // somebody else's, signed here
)

// Errors of requests.
var (
	// ErrNoRequest: the data holds no certification request.
	ErrNoRequest = errors.New("no certification request")
	// ErrNotAwaited: none of the certificates belongs to a request whose key
	// is in the vault.
	ErrNotAwaited = errors.New("no request waits for this certificate")
)

// Request is a certification request (PKCS #10) in the vault.
type Request struct {
	ID            ID           `json:"id"`
	Name          string       `json:"name"`
	Kind          pki.Kind     `json:"kind"`
	Names         []string     `json:"names,omitempty"`
	State         RequestState `json:"state"`
	Made          time.Time    `json:"made"`   // when it came into the vault
	Origin        string       `json:"origin"` // "made" or "imported"
	HasKey        bool         `json:"hasKey"`
	Key           pki.KeyKind  `json:"key,omitempty"`
	CertificateID ID           `json:"certificateID,omitempty"` // what was made of it last
}

// Open tells whether something is still to be done with it.
func (r Request) Open() bool { return r.State == RequestWaiting || r.State == RequestCame }

func fromRequest(r storage.Request) Request {
	return Request{
		ID: ID(r.ID), Name: r.Name, Kind: pki.Kind(r.Kind), Names: r.Names, State: RequestState(r.State), Made: r.Made,
		Origin: r.Origin, HasKey: r.KeyID != "", Key: pki.KeyKind(r.KeyKind), CertificateID: ID(r.CertificateID),
	}
}

// RequestDetail is all that there is to know of a request.
type RequestDetail struct {
	Request
	X509    *x509.CertificateRequest
	Asked   pki.Asked
	Problem error         // why it cannot be signed, as pki.ReadCSR says, or *KnownKeyError; nil when it can
	SameKey []Certificate // certificates of the vault that have its key
}

// MakeRequest makes a key, which stays in the vault, and a request with it for
// somebody else to sign. Errors: pki.Faults, ErrLocked, and the context's.
func (d *Desk) MakeRequest(ctx context.Context, r pki.Request) (Request, error) {
	return d.makeRequestAnd(ctx, r, nil)
}

// makeRequestAnd makes a request, and does in the same transaction what also
// does with it; also may be nil.
func (d *Desk) makeRequestAnd(ctx context.Context, r pki.Request, also func(*storage.Tx, Request) error) (Request, error) {
	fail := func(err error) (Request, error) {
		return Request{}, fmt.Errorf("make request %q: %w", IssueRequest{Request: r}.title(), err)
	}
	if err := r.CheckCSR(); err != nil {
		return fail(err)
	}
	key, err := pki.GenerateKey(r.Key, d.opt.Random)
	if err != nil {
		return fail(err)
	}
	csr, err := pki.MakeCSR(r, key, d.opt.Random)
	if err != nil {
		return fail(err)
	}
	if err := ctx.Err(); err != nil {
		return fail(err)
	}
	der, err := pki.MarshalKey(key)
	if err != nil {
		return fail(err)
	}
	defer clear(der)
	var made storage.Request
	err = d.vault.Update(func(tx *storage.Tx) error {
		if made, err = newRequest(tx, csr, d.Now()); err != nil {
			return err
		}
		made.Kind, made.State, made.Origin, made.KeyID = string(r.Kind), string(RequestWaiting), originMade, made.ID
		if err := tx.PutKey(storage.Key{ID: made.KeyID, Kind: made.KeyKind, PKCS8: der}); err != nil {
			return err
		}
		if err := keepRequest(tx, made, "request-make", d.Now()); err != nil || also == nil {
			return err
		}
		return also(tx, fromRequest(made))
	})
	if err != nil {
		return fail(err)
	}
	return fromRequest(made), nil
}

// newRequest is the record of somebody else's request that can be signed.
func newRequest(tx *storage.Tx, csr *x509.CertificateRequest, now time.Time) (storage.Request, error) {
	_, err := pki.ReadCSR(csr)
	return requestRecord(tx.NewID(), csr, now), err
}

// requestRecord is the record of somebody else's request, whatever is wrong
// with it.
func requestRecord(id storage.ID, csr *x509.CertificateRequest, now time.Time) storage.Request {
	asked, _ := pki.ReadCSR(csr)
	r := storage.Request{
		ID: id, Name: requestName(csr), Kind: string(asked.Request.Kind), State: string(RequestCame), Made: now,
		Origin: originImported, KeyKind: string(pki.KindOf(csr.PublicKey)), DER: csr.Raw,
	}
	for _, n := range asked.Request.Names {
		r.Names = append(r.Names, n.Shown)
	}
	return r
}

// requestName is what a person calls a request: its common name, or the first
// of its names.
func requestName(csr *x509.CertificateRequest) string {
	return nameOf(&x509.Certificate{
		Subject: csr.Subject, DNSNames: csr.DNSNames, IPAddresses: csr.IPAddresses, EmailAddresses: csr.EmailAddresses, URIs: csr.URIs,
	})
}

func keepRequest(tx *storage.Tx, r storage.Request, verb string, now time.Time) error {
	if err := tx.PutRequest(r); err != nil {
		return err
	}
	return tx.AppendEvent(storage.Event{At: now, Verb: verb, Subject: r.ID, Name: r.Name, Detail: map[string]string{"kind": r.Kind}})
}

// DecodeRequests gives the certification requests that some bytes hold, in
// whatever form. Errors: ErrNoRequest, and those of pki.Decode.
func DecodeRequests(data []byte) ([]*x509.CertificateRequest, error) {
	items, err := pki.Decode(data, "")
	if err != nil {
		return nil, err
	}
	var list []*x509.CertificateRequest
	for _, item := range items {
		if item.Request != nil {
			list = append(list, item.Request)
		}
	}
	if len(list) == 0 {
		return nil, ErrNoRequest
	}
	return list, nil
}

// TakeRequests checks and keeps requests that came in. One that the vault has
// already is given as it is there. One with a fault keeps them all out: see
// pki.ReadCSR for the errors, and DecodeRequests.
func (d *Desk) TakeRequests(ctx context.Context, data []byte) ([]Request, error) {
	list, err := DecodeRequests(data)
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var taken []Request
	err = d.vault.Update(func(tx *storage.Tx) error {
		known, err := tx.Requests()
		if err != nil {
			return err
		}
		for n, csr := range list {
			r, err := takeRequest(tx, known, csr, d.Now())
			if err != nil {
				return fmt.Errorf("take requests: %w", &BadRequestError{pki.Escape(requestName(csr)), n + 1, len(list), err})
			}
			known, taken = append(known, r), append(taken, fromRequest(r))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return taken, nil
}

func takeRequest(tx *storage.Tx, known []storage.Request, csr *x509.CertificateRequest, now time.Time) (storage.Request, error) {
	for _, r := range known {
		if string(r.DER) == string(csr.Raw) {
			return r, nil
		}
	}
	r, err := newRequest(tx, csr, now)
	if err != nil {
		return r, err
	}
	return r, keepRequest(tx, r, "request-import", now)
}

// Requests lists the requests: what is still to be done first, the newest
// first among equals.
func (d *Desk) Requests() ([]Request, error) {
	var list []Request
	err := d.vault.View(func(tx *storage.Tx) error {
		all, err := tx.Requests()
		for _, r := range all {
			list = append(list, fromRequest(r))
		}
		return err
	})
	slices.SortFunc(list, func(a, b Request) int {
		if a.Open() != b.Open() {
			return compareBools(b.Open(), a.Open())
		}
		if c := b.Made.Compare(a.Made); c != 0 {
			return c
		}
		return strings.Compare(a.Name+string(a.ID), b.Name+string(b.ID))
	})
	return list, err
}

// FindRequest gives the request that a person means by a text: its ID, or the
// newest of that name, one that is still open before others.
func (d *Desk) FindRequest(name string) (Request, error) {
	list, err := d.Requests()
	if err != nil {
		return Request{}, err
	}
	for _, r := range list {
		if string(r.ID) == strings.ToLower(name) {
			return r, nil
		}
	}
	for _, r := range list {
		if r.Name == name {
			return r, nil
		}
	}
	return Request{}, &NotFoundError{What: "request", Name: name}
}

// Request reads one request. Error: *NotFoundError.
func (d *Desk) Request(id ID) (RequestDetail, error) {
	var whole RequestDetail
	var same []ID
	err := d.vault.View(func(tx *storage.Tx) error {
		r, err := readRequest(tx, id)
		if err != nil {
			return err
		}
		if whole.X509, err = x509.ParseCertificateRequest(r.DER); err != nil {
			return fmt.Errorf("read request %q: %w", r.Name, err)
		}
		whole.Request = fromRequest(r)
		whole.Asked, whole.Problem = pki.ReadCSR(whole.X509)
		same, err = withKey(tx, whole.X509)
		return err
	})
	if err != nil {
		return RequestDetail{}, err
	}
	if whole.Problem == nil {
		c, known, err := d.compromised(whole.X509.PublicKey)
		if err != nil {
			return RequestDetail{}, err
		}
		if known {
			whole.Problem = &KnownKeyError{c.Name, c.Serial}
		}
	}
	for _, id := range same {
		c, err := d.Get(id)
		if err != nil {
			return RequestDetail{}, err
		}
		whole.SameKey = append(whole.SameKey, c)
	}
	return whole, nil
}

func readRequest(tx *storage.Tx, id ID) (storage.Request, error) {
	r, err := tx.Request(storage.ID(id))
	if errors.Is(err, storage.ErrNoRecord) || errors.Is(err, storage.ErrBadID) {
		err = &NotFoundError{What: "request", Name: string(id)}
	}
	return r, err
}

// RequestFile gives a request as a file to send to who signs: PEM, or DER.
func (d *Desk) RequestFile(id ID, der bool) (File, error) {
	r, err := d.Request(id)
	if err != nil {
		return File{}, err
	}
	f := File{Name: FileName(r.Name) + ".csr", Data: pki.EncodeRequest(r.X509)}
	if der {
		f.Name, f.Data = FileName(r.Name)+".der", r.X509.Raw
	}
	return f, nil
}

// DeleteRequest removes a request, and with it its key when no certificate has
// that. Undelete brings both back until the vault is closed. Error:
// *NotFoundError.
func (d *Desk) DeleteRequest(id ID) error {
	return d.vault.Update(func(tx *storage.Tx) error {
		r, err := readRequest(tx, id)
		if err != nil {
			return err
		}
		if err := tx.DeleteRequest(r.ID); err != nil {
			return err
		}
		batch := tx.NewID()
		err = tx.AppendEvent(storage.Event{
			At: d.Now(), Verb: "request-delete", Subject: r.ID, Name: r.Name,
			Detail: map[string]string{"kind": r.Kind, "batch": string(batch)},
		})
		if err != nil {
			return err
		}
		return keepTrash(tx, batch, trash{At: d.Now(), Requests: []trashedRequest{{r.ID, r}}})
	})
}
