package desk

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"countersign/storage"
)

// Direction says who calls whom.
type Direction string

// The directions of a connection between two companies.
const (
	WeCall   Direction = "we-call"   // our client, their server
	TheyCall Direction = "they-call" // their client, our server
)

// Directions are both, in the order that a page shows them.
func Directions() []Direction { return []Direction{WeCall, TheyCall} }

// Party is one of the two companies.
type Party string

// The parties.
const (
	Us   Party = "us"
	Them Party = "them"
)

// Errors of partners.
var (
	// ErrPartnerName: a partner without a name.
	ErrPartnerName = errors.New("a partner needs a name")
	// ErrPartnerExists: a partner of that name is there.
	ErrPartnerExists = errors.New("partner exists")
	// ErrPartnerDirection: a partner whom nobody calls and who calls nobody.
	ErrPartnerDirection = errors.New("a partner needs a direction")
	// ErrPartnerURL: an address that is not https.
	ErrPartnerURL = errors.New("not an https address")
)

// Partner is another company, with its own authority, that connections go to,
// come from, or both.
type Partner struct {
	ID          ID                   `json:"id"`
	Name        string               `json:"name"`
	AuthorityID ID                   `json:"authority,omitempty"` // ours, that signs for this partner; "" for none yet
	WeCall      *Route               `json:"weCall,omitempty"`    // nil: not in this direction
	TheyCall    *Route               `json:"theyCall,omitempty"`
	TheirIDs    []ID                 `json:"theirs,omitempty"` // their authorities, whose fingerprints were confirmed
	Sent        map[string]time.Time `json:"sent,omitempty"`   // SHA-256 of the DER, as pki.Fingerprint: when we sent it
	StandIn     StandIn              `json:"standIn,omitzero"`
	Made        time.Time            `json:"made"`
}

// Route is one direction of a partner.
type Route struct {
	OurSigner      Party      `json:"ourSigner"`                  // whose authority signs our certificate
	TheirSigner    Party      `json:"theirSigner"`                // whose authority signs theirs
	OurID          ID         `json:"ours,omitempty"`             // our certificate, when we have it without a request
	OurRequestID   ID         `json:"ourRequest,omitempty"`       // the request that they sign
	TheirRequestID ID         `json:"theirRequest,omitempty"`     // the request that they sent
	TheirID        ID         `json:"theirCertificate,omitempty"` // a certificate that we made for them, key and all
	URL            string     `json:"url,omitempty"`              // of the server: theirs when we call, ours when they call
	Last           PartnerTry `json:"last,omitzero"`              // how it was tried last
}

// PartnerTry is how a direction was tried last.
type PartnerTry struct {
	At       time.Time         `json:"at,omitzero"` // zero: never tried
	StandIn  bool              `json:"standIn"`     // with the stand-in, not with the partner
	URL      string            `json:"url,omitempty"`
	Code     string            `json:"code,omitempty"` // of the diagnosis; "" when it passed
	Status   int               `json:"status,omitempty"`
	MS       int64             `json:"ms,omitempty"`      // how long it took, in milliseconds
	PassedAt time.Time         `json:"passedAt,omitzero"` // when it last passed
	Facts    map[string]string `json:"facts,omitempty"`   // of the diagnosis
}

// Passed tells whether it passed when it was tried last.
func (t PartnerTry) Passed() bool { return !t.At.IsZero() && t.Code == "" }

// Route is the partner's route of that direction, nil when it has none.
func (p Partner) Route(dir Direction) *Route {
	if dir == TheyCall {
		return p.TheyCall
	}
	return p.WeCall
}

// Directions are those that the partner has.
func (p Partner) Directions() []Direction {
	var list []Direction
	for _, dir := range Directions() {
		if p.Route(dir) != nil {
			list = append(list, dir)
		}
	}
	return list
}

// SetDirections gives the partner these directions and no others. What was
// noted of one that stays is kept.
func (p *Partner) SetDirections(list ...Direction) {
	for dir, route := range map[Direction]**Route{WeCall: &p.WeCall, TheyCall: &p.TheyCall} {
		switch wanted := slices.Contains(list, dir); {
		case !wanted:
			*route = nil
		case *route == nil:
			*route = &Route{OurSigner: Us, TheirSigner: Them}
		}
	}
}

// check trims what was typed and tells what is wrong with it.
func (p *Partner) check() error {
	if p.Name = strings.TrimSpace(p.Name); p.Name == "" {
		return ErrPartnerName
	}
	if len(p.Directions()) == 0 {
		return ErrPartnerDirection
	}
	for _, dir := range p.Directions() {
		route := p.Route(dir)
		route.OurSigner, route.TheirSigner = cmp.Or(route.OurSigner, Us), cmp.Or(route.TheirSigner, Them)
		if err := route.checkURL(); err != nil {
			return err
		}
	}
	return nil
}

// checkURL refuses an address that is not https, and cuts what may be secret of
// it: the record is not sealed.
func (r *Route) checkURL() error {
	if r.URL = strings.TrimSpace(r.URL); r.URL == "" {
		return nil
	}
	u, err := url.Parse(r.URL)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" {
		return ErrPartnerURL
	}
	r.URL = bareURL(r.URL)
	return nil
}

// Partners lists the partners, by name.
func (d *Desk) Partners() ([]Partner, error) {
	var list []Partner
	err := d.vault.View(func(tx *storage.Tx) error {
		all, err := tx.Partners()
		if err != nil {
			return err
		}
		for _, stored := range all {
			p, err := fromPartner(stored)
			if err != nil {
				return err
			}
			list = append(list, p)
		}
		return nil
	})
	slices.SortFunc(list, func(a, b Partner) int {
		return cmp.Or(strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), strings.Compare(string(a.ID), string(b.ID)))
	})
	return list, err
}

func fromPartner(stored storage.Partner) (Partner, error) {
	var p Partner
	if err := json.Unmarshal(stored.JSON, &p); err != nil {
		return p, fmt.Errorf("read partner %q: %w", stored.Name, err)
	}
	p.ID, p.Name = ID(stored.ID), stored.Name
	return p, nil
}

// FindPartner gives the partner of a name, whatever the case of its letters, or
// of an ID. Error: *NotFoundError.
func (d *Desk) FindPartner(name string) (Partner, error) {
	all, err := d.Partners()
	if err != nil {
		return Partner{}, err
	}
	name = strings.TrimSpace(name)
	for _, p := range all {
		if strings.EqualFold(p.Name, name) || string(p.ID) == name {
			return p, nil
		}
	}
	return Partner{}, &NotFoundError{What: "partner", Name: name}
}

// Partner reads one partner. Error: *NotFoundError.
func (d *Desk) Partner(id ID) (Partner, error) {
	var p Partner
	err := d.vault.View(func(tx *storage.Tx) error {
		var err error
		p, err = readPartner(tx, id)
		return err
	})
	return p, err
}

func readPartner(tx *storage.Tx, id ID) (Partner, error) {
	stored, err := tx.Partner(storage.ID(id))
	if errors.Is(err, storage.ErrNoRecord) || errors.Is(err, storage.ErrBadID) {
		return Partner{}, &NotFoundError{What: "partner", Name: string(id)}
	}
	if err != nil {
		return Partner{}, err
	}
	return fromPartner(stored)
}

func putPartner(tx *storage.Tx, p Partner) error {
	data, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return tx.PutPartner(storage.Partner{ID: storage.ID(p.ID), Name: p.Name, JSON: data})
}

// AddPartner keeps a new partner. Errors: ErrPartnerName, ErrPartnerExists,
// ErrPartnerDirection, ErrPartnerURL, ErrReadOnly, ErrLocked.
func (d *Desk) AddPartner(p Partner) (Partner, error) {
	err := p.check()
	if err == nil {
		err = d.vault.Update(func(tx *storage.Tx) error {
			if err := nameFree(tx, p); err != nil {
				return err
			}
			p.ID, p.Made = ID(tx.NewID()), d.Now()
			if err := putPartner(tx, p); err != nil {
				return err
			}
			return tx.AppendEvent(d.partnerEvent("partner-new", p, nil))
		})
	}
	if err != nil {
		return Partner{}, fmt.Errorf("add partner %q: %w", p.Name, err)
	}
	return p, nil
}

// ChangePartner changes what is kept of a partner. Errors: *NotFoundError, and
// those of AddPartner.
func (d *Desk) ChangePartner(id ID, change func(*Partner)) (Partner, error) {
	var p Partner
	err := d.vault.Update(func(tx *storage.Tx) error {
		var err error
		p, err = changePartner(tx, id, change)
		return err
	})
	if err != nil {
		return Partner{}, fmt.Errorf("change partner: %w", err)
	}
	return p, nil
}

// changePartner is ChangePartner within a transaction.
func changePartner(tx *storage.Tx, id ID, change func(*Partner)) (Partner, error) {
	p, err := readPartner(tx, id)
	if err != nil {
		return p, err
	}
	change(&p)
	if err := p.check(); err != nil {
		return p, err
	}
	if err := nameFree(tx, p); err != nil {
		return p, err
	}
	return p, putPartner(tx, p)
}

// nameFree is ErrPartnerExists when another partner has the name.
func nameFree(tx *storage.Tx, p Partner) error {
	all, err := tx.Partners()
	for _, other := range all {
		if strings.EqualFold(other.Name, p.Name) && ID(other.ID) != p.ID {
			return ErrPartnerExists
		}
	}
	return err
}

// DeletePartner forgets a partner, and its stand-in. Certificates, and the
// partner's authorities, stay in the vault. Error: *NotFoundError.
func (d *Desk) DeletePartner(id ID) error {
	p, err := d.Partner(id)
	if err != nil {
		return err
	}
	if err := d.deleteStandIn(p); err != nil {
		return fmt.Errorf("delete partner %q: %w", p.Name, err)
	}
	return d.vault.Update(func(tx *storage.Tx) error {
		if err := tx.DeletePartner(storage.ID(id)); err != nil {
			return fmt.Errorf("delete partner %q: %w", p.Name, err)
		}
		return tx.AppendEvent(d.partnerEvent("partner-delete", p, nil))
	})
}

// AuthorityOf is the authority of ours that signs for a partner: the one noted,
// else the nearest one with its key over a certificate of ours; "" for none.
// Error: *NotFoundError.
func (d *Desk) AuthorityOf(p Partner) (ID, error) {
	if p.AuthorityID != "" {
		return p.AuthorityID, nil
	}
	for _, dir := range p.Directions() {
		route := p.Route(dir)
		if route.OurID == "" || route.OurSigner == Them {
			continue
		}
		detail, err := d.Detail(route.OurID)
		if err != nil {
			return "", err
		}
		for _, above := range slices.Backward(detail.Chain) {
			c, err := d.Get(above.ID)
			if err != nil {
				return "", err
			}
			if c.IsAuthority() && c.HasKey {
				return c.ID, nil
			}
		}
	}
	return "", nil
}

func (d *Desk) partnerEvent(verb string, p Partner, detail map[string]string) storage.Event {
	return storage.Event{At: d.Now(), Verb: verb, Subject: storage.ID(p.ID), Name: p.Name, Detail: detail}
}

// SetOurSigner says whose authority signs our certificate. What was made or
// asked for under the other stays in the vault, but is not ours to use here any
// more.
func (r *Route) SetOurSigner(p Party) {
	if r.OurSigner != p {
		r.OurSigner, r.OurID = p, ""
	}
}
