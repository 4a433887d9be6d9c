package desk

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"countersign/pki"
)

// Filter chooses what a list shows. The zero value chooses everything but
// authorities.
type Filter struct {
	Kind     pki.Kind // "" for all
	Health   Health   // "" for all; Expiring and Expired leave out what was replaced
	IssuerID ID       // "" for all
	Search   string   // in names, addresses, serial, fingerprint; letters' case does not count
}

// Certificates lists what is not an authority, by name, the newest first
// among equals.
func (d *Desk) Certificates(f Filter) ([]Certificate, error) {
	search := newSearch(f.Search)
	all, texts, err := d.searchable(search.text != "")
	if err != nil {
		return nil, err
	}
	now := d.Now()
	var chosen []int
	for n := range all {
		c := &all[n]
		if c.Kind != pki.Authority && f.allows(c, now) && (search.text == "" || search.finds(texts[n])) {
			chosen = append(chosen, n)
		}
	}
	list := make([]Certificate, len(chosen))
	for n, at := range chosen {
		list[n] = all[at]
	}
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

type search struct{ text, digits string }

func newSearch(text string) search {
	text = strings.ToLower(strings.TrimSpace(text))
	return search{text: text, digits: strings.NewReplacer(":", "", " ", "").Replace(text)}
}

func (s search) finds(in searched) bool {
	return strings.Contains(in.text[:in.digits], s.text) ||
		len(s.digits) >= 4 && strings.Contains(in.text[in.digits:], s.digits)
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
			roots = append(roots, c)
		default:
			under[c.IssuerID] = append(under[c.IssuerID], c)
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

// Counts are the numbers that Overview and the filters show. They leave
// authorities out, but for Authorities. What was replaced counts as neither
// expiring nor expired, but under Other.
type Counts struct {
	All, Server, Client, Both               int
	Good, Expiring, Expired, Revoked, Other int
	Authorities                             int
	Attention                               int // expiring or expired and not replaced, authorities too
}

// Counts counts the vault's certificates.
func (d *Desk) Counts() (Counts, error) {
	all, err := d.all()
	if err != nil {
		return Counts{}, err
	}
	now := d.Now()
	var n Counts
	for _, c := range all {
		if c.NeedsAttention(now) {
			n.Attention++
		}
		if c.IsAuthority() {
			if c.IsCurrent() {
				n.Authorities++
			}
			continue
		}
		n.All++
		n.kind(c.Kind)
		n.health(c.pressing(now))
	}
	return n, nil
}

func (n *Counts) kind(k pki.Kind) {
	switch k {
	case pki.Server:
		n.Server++
	case pki.Client:
		n.Client++
	case pki.Both:
		n.Both++
	}
}

func (n *Counts) health(h Health) {
	switch h {
	case Good:
		n.Good++
	case Expiring:
		n.Expiring++
	case Expired:
		n.Expired++
	case Revoked:
		n.Revoked++
	default:
		n.Other++
	}
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
	for n := range all {
		c := &all[n]
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
		return c, nil
	}
	return Certificate{}, &NotFoundError{What: "certificate", Name: string(id)}
}

// All gives every certificate of the vault, by name, the newest first among
// equals; of an authority all its certificates.
func (d *Desk) All() ([]Certificate, error) {
	all, err := d.all()
	return slices.Clone(all), err
}
