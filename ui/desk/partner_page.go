package desk

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"

	"countersign/pki"
)

// PartnerPage is all that there is to see of a partner.
type PartnerPage struct {
	Partner
	Authority *Certificate  `json:"ourAuthority"` // nil: none that can sign
	Theirs    []Certificate `json:"theirAuthorities"`
	Routes    []RoutePage   `json:"routes"`
}

// Count counts the lines of all directions in a state.
func (p PartnerPage) Count(state LineState) int {
	n := 0
	for _, w := range p.Routes {
		for _, l := range w.Lines {
			if l.State == state {
				n++
			}
		}
	}
	return n
}

// RoutePage is one direction, with what it names.
type RoutePage struct {
	Direction Direction `json:"direction"`
	Route
	Ours             *Certificate  `json:"ourCertificate"`
	OurRequest       *Request      `json:"ourRequestIs"`
	TheirRequest     *Request      `json:"theirRequestIs"`
	TheirCertificate *Certificate  `json:"theirCertificateIs"` // that we signed, or made, for them
	Provides         []Provision   `json:"provides"`
	Lines            []PartnerLine `json:"lines"`
}

// Provision is one thing that a side of a direction needs.
type Provision struct {
	Holder Party  `json:"holder"` // who has it in use
	What   string `json:"what"`   // "certificate", "key" or "authority"
	Role   string `json:"role"`   // of a certificate and key: "client" or "server"; of an authority, whom it is to check
	From   Party  `json:"from"`   // whose authority signs it; of a key, whose it is
	Name   string `json:"name,omitempty"`
	ID     ID     `json:"id,omitempty"` // "" when it is not in the vault
	Have   bool   `json:"have"`         // of what we hold or give: it is here
}

// PartnerPage reads a partner with the state of everything that the connection
// takes. Error: *NotFoundError.
func (d *Desk) PartnerPage(id ID) (PartnerPage, error) {
	p, err := d.Partner(id)
	if err != nil {
		return PartnerPage{}, err
	}
	page := PartnerPage{Partner: p}
	if page.Authority, err = d.mayBe(p.AuthorityID); err != nil {
		return page, err
	}
	for _, id := range p.TheirIDs {
		c, err := d.mayBe(id)
		if err != nil {
			return page, err
		}
		if c != nil {
			page.Theirs = append(page.Theirs, *c)
		}
	}
	for _, dir := range p.Directions() {
		w := RoutePage{Direction: dir, Route: *p.Route(dir)}
		if err := d.readRoute(&w); err != nil {
			return page, err
		}
		w.Provides = page.provides(w)
		if w.Lines, err = d.lines(page, w); err != nil {
			return page, err
		}
		page.Routes = append(page.Routes, w)
	}
	return page, nil
}

// PartnerPages are the pages of all partners, by name.
func (d *Desk) PartnerPages() ([]PartnerPage, error) {
	all, err := d.Partners()
	if err != nil {
		return nil, err
	}
	pages := make([]PartnerPage, len(all))
	for n, p := range all {
		if pages[n], err = d.PartnerPage(p.ID); err != nil {
			return nil, err
		}
	}
	return pages, nil
}

// mayBe is a certificate, or the newest that was made in its place; nil when it
// is not in the vault any more.
func (d *Desk) mayBe(id ID) (*Certificate, error) {
	if id == "" {
		return nil, nil
	}
	c, err := d.Get(id)
	if err == nil && c.IsAuthority() {
		id = cmp.Or(c.CurrentID, c.ReplacedBy, c.ID)
	} else if err == nil {
		id = cmp.Or(c.ReplacedBy, c.ID)
	}
	if err == nil && id != c.ID {
		c, err = d.Get(id)
	}
	var missing *NotFoundError
	if errors.As(err, &missing) {
		return nil, nil
	}
	return &c, err
}

// requestMayBe is a request; nil when it is not in the vault any more.
func (d *Desk) requestMayBe(id ID) (*Request, error) {
	if id == "" {
		return nil, nil
	}
	r, err := d.Request(id)
	var missing *NotFoundError
	if errors.As(err, &missing) {
		return nil, nil
	}
	return &r.Request, err
}

// readRoute finds what a direction names.
func (d *Desk) readRoute(w *RoutePage) error {
	var err error
	if w.OurRequest, err = d.requestMayBe(w.OurRequestID); err != nil {
		return err
	}
	if w.TheirRequest, err = d.requestMayBe(w.TheirRequestID); err != nil {
		return err
	}
	ours, theirs := w.OurID, w.TheirID
	if w.OurSigner == Them && w.OurRequest != nil {
		ours = w.OurRequest.CertificateID
	}
	if w.TheirRequest != nil {
		theirs = w.TheirRequest.CertificateID
	}
	if w.Ours, err = d.mayBe(ours); err != nil {
		return err
	}
	if w.TheirSigner == Us {
		w.TheirCertificate, err = d.mayBe(theirs)
	}
	return err
}

// roles are what our end and their end of a direction are.
func (dir Direction) roles() (ours, theirs pki.Kind) {
	if dir == TheyCall {
		return pki.Server, pki.Client
	}
	return pki.Client, pki.Server
}

// provides says who provides what in a direction.
func (p PartnerPage) provides(w RoutePage) []Provision {
	ours, theirs := w.Direction.roles()
	list := []Provision{
		{Holder: Us, What: "certificate", Role: string(ours), From: w.OurSigner},
		{Holder: Us, What: "key", Role: string(ours), From: Us},
		{Holder: Us, What: "authority", Role: string(theirs), From: w.TheirSigner},
		{Holder: Them, What: "certificate", Role: string(theirs), From: w.TheirSigner},
		{Holder: Them, What: "key", Role: string(theirs), From: Them},
		{Holder: Them, What: "authority", Role: string(ours), From: w.OurSigner},
	}
	name := func(n int, c *Certificate) {
		if c != nil {
			list[n].Name, list[n].ID, list[n].Have = c.Name, c.ID, true
		}
	}
	authority := func(n int) {
		if list[n].From == Us {
			name(n, p.Authority)
		} else if len(p.Theirs) > 0 {
			name(n, &p.Theirs[0])
		}
	}
	name(0, w.Ours)
	list[1].Have = w.Ours != nil && w.Ours.HasKey || w.OurRequest != nil && w.OurRequest.HasKey
	authority(2)
	name(3, w.TheirCertificate)
	authority(5)
	return list
}

// rootFor is the root that they need to check our certificate: of that, or of
// our authority; nil when there is neither.
func (d *Desk) rootFor(p PartnerPage, w RoutePage) (*Certificate, error) {
	from := p.Authority
	if w.Ours != nil {
		from = w.Ours
	}
	if from == nil {
		return nil, nil
	}
	line, err := d.line(from.ID)
	if err != nil {
		return nil, err
	}
	return &line[len(line)-1], nil
}

// requestPrint is the SHA-256 of a request's DER, as pki.Fingerprint writes
// that of a certificate.
func (d *Desk) requestPrint(id ID) (string, error) {
	r, err := d.Request(id)
	if err != nil {
		return "", err
	}
	return printOf(r.X509.Raw), nil
}

func printOf(der []byte) string {
	sum := sha256.Sum256(der)
	var parts []string
	for _, b := range sum {
		parts = append(parts, hex.EncodeToString([]byte{b}))
	}
	return strings.Join(parts, ":")
}
