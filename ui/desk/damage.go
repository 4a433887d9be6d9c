package desk

import (
	"cmp"
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"countersign/pki"
	"countersign/storage"
)

// Part is a damaged part of a vault as a person knows it. The user interface has
// words for each Code: "part.CODE", and "part.CODE.unknown" where nothing tells
// whose it is.
type Part struct {
	Code   string // "file", "head", "way", "certificate", "entry", "key", …: see partCodes
	Name   string // of the certificate, try, partner or profile; a setting's key; "": nothing tells
	Kind   pki.Kind
	Serial string    // of the certificate that it is, or is of
	From   time.Time // of an activity: when the one before it was done; zero: nothing tells
	To     time.Time // and the one after it
	Count  int       // how many of its kind; 0: one
	Gone   bool      // not there; else it is there and cannot be read
	ID     ID        // of that certificate; "" where nothing tells
	Damage *DamageError
}

// partCodes are what the storage's buckets hold, by their names.
var partCodes = map[string]string{
	"": "file", "countersign": "head", "slots": "way", "certificates": "certificate", "index": "entry",
	"keys": "key", "secrets": "secret", "events": "activity", "targets": "try", "settings": "setting",
	"requests": "request", "authorities": "list", "profiles": "profile", "partners": "partner",
}

// Known tells whether it is known whose it is, or which.
func (p Part) Known() bool {
	switch p.Code {
	case "file", "head":
		return true
	case "activity":
		return !p.From.IsZero() || !p.To.IsZero()
	}
	return p.Name != ""
}

// Facts are what its words say: moments as RFC 3339 has them, Known where it is.
func (p Part) Facts() map[string]string {
	facts := map[string]string{"Name": pki.Escape(p.Name), "Kind": string(p.Kind), "Serial": p.Serial}
	if p.Known() {
		facts["Known"] = "yes"
	}
	for name, at := range map[string]time.Time{"From": p.From, "To": p.To} {
		if !at.IsZero() {
			facts[name] = at.Local().Format(time.RFC3339)
		}
	}
	if p.Damage != nil {
		facts["Raw"] = p.Damage.Reason
	}
	if p.Count > 0 {
		facts["Count"] = strconv.Itoa(p.Count)
	}
	if p.Gone {
		facts["Gone"] = "yes"
	}
	return facts
}

// PartsError is damage to a vault, with what of it is damaged. It is the error
// that it came of.
type PartsError struct {
	Parts []Part // at least one
	Err   error
}

func (e *PartsError) Error() string { return e.Err.Error() }

// Unwrap gives the error that came of the damage.
func (e *PartsError) Unwrap() error { return e.Err }

// Parts are what of a vault is damaged, as an error tells it: none for an error
// of another kind, or where only the file is known to be damaged.
func Parts(err error) []Part {
	var parts *PartsError
	var damage *DamageError
	switch {
	case errors.As(err, &parts):
		return parts.Parts
	case errors.As(err, &damage):
		return []Part{partOf(damage)}
	}
	return nil
}

// partOf is what is known without looking into the vault.
func partOf(damage *DamageError) Part {
	p := Part{Code: partCodes[damage.Bucket], Count: damage.Missing, Gone: damage.Missing > 0, Damage: damage}
	if p.Code == "setting" {
		p.Name = damage.Record
	}
	if p.Code == "way" {
		p.Name = string(damage.Way())
	}
	return p
}

// Readable tells whether OpenToRead may open a vault that Open refused with this
// error: some damage leaves only Salvage.
func Readable(err error) bool {
	var damage *DamageError
	if !errors.As(err, &damage) {
		return false
	}
	return !damage.Pages && damage.Bucket != "slots" && (damage.Bucket != "countersign" || damage.Record != "header")
}

// Damaged adds to an error about damage of an open vault what else is damaged;
// another error stays as it is. It reads the whole vault.
func (d *Desk) Damaged(ctx context.Context, err error) error {
	var damage *DamageError
	if !errors.As(err, &damage) || d.Locked() {
		return err
	}
	_ = d.vault.View(func(tx *storage.Tx) error { // where it fails the part that was met has its name
		err = nameDamage(ctx, tx, err, true)
		return nil
	})
	return err
}

// nameDamage names what an error of damage is about, or all that is damaged.
func nameDamage(ctx context.Context, tx *storage.Tx, err error, whole bool) error {
	var damage *DamageError
	var named *PartsError
	if !errors.As(err, &damage) || errors.As(err, &named) && !whole {
		return err
	}
	all := []*DamageError{damage}
	if whole {
		if found, checking := tx.Check(ctx); checking == nil && len(found) > 0 {
			all = found
		}
	}
	return &PartsError{Parts: nameParts(tx, all), Err: err}
}

// remains are where names are found for damaged records in what is whole of the vault.
type remains struct {
	tx      *storage.Tx
	entries map[storage.ID]storage.Entry // by the certificate's ID
	byKey   map[storage.ID]storage.Entry // by the ID of its private key
	last    map[storage.ID]storage.Event // the newest with a kind, of each subject
	done    map[uint64]time.Time         // when each activity was done, by its number
}

// nameParts names damage, in the same order.
func nameParts(tx *storage.Tx, damage []*DamageError) []Part {
	if len(damage) == 0 {
		return nil
	}
	n := remains{tx: tx, entries: map[storage.ID]storage.Entry{}, byKey: map[storage.ID]storage.Entry{},
		last: map[storage.ID]storage.Event{}, done: map[uint64]time.Time{}}
	n.read()
	parts := make([]Part, len(damage))
	for i, d := range damage {
		parts[i] = n.name(d)
	}
	return together(parts)
}

// together counts those of one kind of which nothing tells whose they are.
func together(parts []Part) []Part {
	var all []Part
	at := map[Part]int{} // by kind
	for _, p := range parts {
		kind := Part{Code: p.Code, Gone: p.Gone}
		n, again := at[kind]
		switch {
		case p.Known():
		case again:
			all[n].Count = max(1, all[n].Count) + max(1, p.Count)
			continue
		default:
			at[kind] = len(all)
		}
		all = append(all, p)
	}
	return all
}

// read takes what it can get: what cannot be read is what all this is about.
func (n remains) read() {
	_ = n.tx.SoundEntries(func(e storage.Entry) {
		n.entries[e.ID] = e
		if old, ok := n.byKey[e.KeyID]; e.KeyID != "" && (!ok || old.Made.Before(e.Made)) {
			n.byKey[e.KeyID] = e
		}
	})
	_ = n.tx.SoundEvents(func(e storage.Event) bool {
		n.done[e.Sequence] = e.At
		old, ok := n.last[e.Subject]
		if e.Subject != "" && (!ok || old.Detail["kind"] == "" && e.Detail["kind"] != "") {
			n.last[e.Subject] = e
		}
		return true
	})
}

func (n remains) name(d *DamageError) Part {
	p := partOf(d)
	id := storage.ID(d.Record)
	switch p.Code {
	case "certificate", "entry":
		n.certificate(&p, id)
	case "key":
		n.key(&p, id)
	case "list":
		if n.key(&p, id); p.Name == "" {
			n.certificate(&p, id)
		}
	case "activity":
		if at, err := strconv.ParseUint(d.Record, 10, 64); err == nil {
			p.From, p.To = n.done[at-1], n.done[at+1]
		}
	case "try":
		n.try(&p, id)
	case "secret":
		n.secret(&p, id)
	case "request", "profile", "partner":
		p.Name = n.last[id].Name
	}
	return p
}

// certificate names a certificate by the list, by itself, or by what was done
// to it.
func (n remains) certificate(p *Part, id storage.ID) {
	p.ID = ID(id)
	if e, ok := n.entries[id]; ok {
		p.Name, p.Kind, p.Serial = e.Name, pki.Kind(e.Kind), e.Serial
		return
	}
	if cert := n.parsed(id); cert != nil {
		p.Name, p.Kind, p.Serial = nameOf(cert), pki.KindOfCertificate(cert), pki.Serial(cert)
		return
	}
	e := n.last[id]
	p.Name, p.Kind, p.Serial = e.Name, pki.Kind(e.Detail["kind"]), e.Detail["serial"]
}

func (n remains) parsed(id storage.ID) *x509.Certificate {
	der, err := n.tx.CertificateDER(id)
	if err != nil {
		return nil
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil
	}
	return cert
}

// key names what a private key is of: most have the ID of their certificate.
func (n remains) key(p *Part, id storage.ID) {
	if e, ok := n.byKey[id]; ok {
		n.certificate(p, e.ID)
		return
	}
	if n.certificate(p, id); p.Name != "" {
		return
	}
	p.ID = ""
	requests, _ := n.tx.Requests() // one that cannot be read names nothing
	for _, r := range requests {
		if r.KeyID == id {
			p.Name = r.Name
		}
	}
}

// try names a saved try whose record is damaged by where it goes.
func (n remains) try(p *Part, id storage.ID) {
	secret, err := n.tx.Secret(id)
	if err != nil {
		return
	}
	defer clear(secret)
	var kept savedFields
	if json.Unmarshal(secret, &kept) == nil {
		p.Name = bareURL(kept.URL)
	}
}

// secret names a saved try, or what was deleted.
func (n remains) secret(p *Part, id storage.ID) {
	if t, err := n.tx.Target(id); err == nil {
		p.Code, p.Name = "try-secret", cmp.Or(t.Name, t.URL)
		return
	}
	ids, err := trashed(n.tx)
	for _, deleted := range ids {
		if err == nil && deleted == id {
			p.Code = "deleted"
		}
	}
}
