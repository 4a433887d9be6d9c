package desk

import (
	"cmp"
	"strings"
	"time"

	"countersign/pki"
)

// Filter chooses what a list shows, and in which order. The zero value chooses
// everything but authorities, by name.
type Filter struct {
	Kind       pki.Kind // "" for all
	Health     Health   // "" for all; Expiring and Expired leave out what was replaced
	IssuerID   ID       // "" for all
	Search     string   // in names, addresses, serial, fingerprint; letters' case does not count
	By         By
	Descending bool
}

// By is what a list is sorted by; equals are by name, the newest first.
type By int

// The orders of lists.
const (
	ByName By = iota
	ByKind
	ByIssuer
	ByEnd // NotAfter
	ByMade
)

// Certificates lists what is not an authority, copied; see List.
func (d *Desk) Certificates(f Filter) ([]Certificate, error) {
	chosen, err := d.List(f)
	if err != nil {
		return nil, err
	}
	return copied(chosen), nil
}

// copied is a list of one's own.
func copied(list []*Certificate) []Certificate {
	own := make([]Certificate, len(list))
	for n, c := range list {
		own[n] = *c
	}
	return own
}

// List lists what is not an authority. The certificates are everybody's: nobody
// changes them.
func (d *Desk) List(f Filter) ([]*Certificate, error) {
	search := newSearch(f.Search)
	m, err := d.sorted(f.listOrder(), search)
	if err != nil {
		return nil, err
	}
	now := d.Now()
	count := len(m.cache)
	if search.text != "" {
		count = len(m.found.places)
	}
	list := make([]*Certificate, 0, count)
	m.each(f.listOrder(), search.text != "", func(c *Certificate) {
		if c.Kind != pki.Authority && f.allows(c, now) {
			list = append(list, c)
		}
	})
	return list, nil
}

func (f Filter) allows(c *Certificate, now time.Time) bool {
	return (f.Kind == "" || c.Kind == f.Kind || c.Kind == pki.Both && (f.Kind == pki.Server || f.Kind == pki.Client)) &&
		(f.Health == "" || c.pressing(now) == f.Health) &&
		(f.IssuerID == "" || c.IssuerID == f.IssuerID)
}

// pressing is the health of a certificate, but "" for one that expires or has
// and was replaced: nobody has to do anything about it.
func (c Certificate) pressing(now time.Time) Health {
	health := c.Health(now)
	if c.ReplacedBy != "" && (health == Expiring || health == Expired) {
		return ""
	}
	return health
}

// Authorities lists the authorities, each by the certificate that stands for
// it: each root, and after it what it signed.
func (d *Desk) Authorities() ([]Certificate, error) {
	all, err := d.all()
	if err != nil {
		return nil, err
	}
	under := map[ID][]Certificate{}
	var list []Certificate
	var known = map[ID]bool{}
	for _, c := range all {
		if c.IsAuthority() && c.IsCurrent() {
			known[c.ID] = true
		}
	}
	var roots []Certificate
	for _, c := range all {
		switch {
		case !known[c.ID]:
		case c.IsRoot() || !known[c.IssuerID]:
			roots = append(roots, *c)
		default:
			under[c.IssuerID] = append(under[c.IssuerID], *c)
		}
	}
	var walk func(cs []Certificate)
	walk = func(cs []Certificate) {
		for _, c := range cs {
			list = append(list, c)
			below := under[c.ID]
			delete(under, c.ID)
			walk(below)
		}
	}
	walk(roots)
	for _, c := range all { // what signed each other in a ring
		if below, left := under[c.IssuerID]; left && known[c.ID] {
			delete(under, c.IssuerID)
			walk(below)
		}
	}
	return list, nil
}

// is tells whether a text names this certificate and no other: its ID, its
// serial number or its SHA-256 fingerprint, with or without colons.
func (c Certificate) is(text string) bool {
	plain := strings.ToLower(strings.ReplaceAll(text, ":", ""))
	return len(plain) >= 16 && (plain == string(c.ID) ||
		plain == strings.ReplaceAll(c.Serial, ":", "") || plain == strings.ReplaceAll(c.Fingerprint, ":", ""))
}

// Namesakes counts the certificates of a name, as Find looks for them.
func (d *Desk) Namesakes(name string) (int, error) {
	name = shortName(name)
	all, err := d.all()
	n := 0
	for _, c := range all {
		if c.Name == name && c.IsCurrent() {
			n++
		}
	}
	return n, err
}

// Find gives the certificate that a person means by a text: its ID, serial
// number or fingerprint, the newest of that name, or a part of its serial
// number (the beginning, or both ends: see ShortSerials), authorities included.
// By name an authority is the certificate that stands for it. Errors:
// *NotFoundError, *AmbiguousError.
func (d *Desk) Find(name string) (Certificate, error) {
	return d.find("certificate", name, func(Certificate) bool { return true })
}

// FindAuthority gives the authority that a person means by a name.
func (d *Desk) FindAuthority(name string) (Certificate, error) {
	return d.find("authority", name, Certificate.IsAuthority)
}

// FindLeaf gives the certificate that a person means by a name, when only
// one that is not an authority will do.
func (d *Desk) FindLeaf(name string) (Certificate, error) {
	return d.find("certificate", name, func(c Certificate) bool { return !c.IsAuthority() })
}

func (d *Desk) find(what, name string, wanted func(Certificate) bool) (Certificate, error) {
	all, err := d.all()
	if err != nil {
		return Certificate{}, err
	}
	name = cmp.Or(shortName(name), name) // as it is kept
	serial := serialText(name)
	begin, end, isPart := serialPart(name)
	var found *Certificate
	var short []*Certificate // by a serial number that is too short to be of one alone
	var parts []*Certificate // by a part of their serial number
	for _, c := range all {
		if !wanted(*c) {
			continue
		}
		if c.is(name) {
			return *c, nil
		}
		if c.Serial == serial {
			short = append(short, c)
		}
		if plain := bareSerial(c.Serial); isPart && strings.HasPrefix(plain, begin) && strings.HasSuffix(plain, end) {
			parts = append(parts, c)
		}
		if c.Name != name || !c.IsCurrent() {
			continue
		}
		if found == nil || c.Made.After(found.Made) {
			found = c
		}
	}
	if found == nil {
		return onlyOne(what, name, short, parts)
	}
	return *found, nil
}

// onlyOne is the one certificate that a serial number, or else a part of one,
// names.
func onlyOne(what, name string, lists ...[]*Certificate) (Certificate, error) {
	for _, list := range lists {
		if len(list) == 1 {
			return *list[0], nil
		}
		if len(list) > 1 {
			e := &AmbiguousError{Part: name}
			for _, c := range list {
				e.Serials = append(e.Serials, c.Serial+" ("+c.Name+")")
			}
			return Certificate{}, e
		}
	}
	return Certificate{}, &NotFoundError{What: what, Name: name}
}

// Get gives a certificate by its ID. Error: *NotFoundError.
func (d *Desk) Get(id ID) (Certificate, error) {
	find, err := d.finder()
	if err != nil {
		return Certificate{}, err
	}
	if c, ok := find(id); ok {
		return *c, nil
	}
	return Certificate{}, &NotFoundError{What: "certificate", Name: string(id)}
}

// Ready reads what lists show, unless it is in memory, so that damage to it is
// found before any of it is shown. Errors: *DamageError.
func (d *Desk) Ready() error {
	_, err := d.stock()
	return err
}

// All gives every certificate of the vault, by name, the newest first among
// equals; of an authority all its certificates.
func (d *Desk) All() ([]Certificate, error) {
	all, err := d.all()
	return copied(all), err
}
