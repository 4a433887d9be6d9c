package desk

import (
	"cmp"
	"crypto"
	"crypto/x509"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"countersign/pki"
	"countersign/storage"
)

// ID names a certificate in the vault: 32 lower-case hexadecimal digits.
type ID string

// Certificate is what lists and details show of a certificate in the vault.
// Reading it parses no DER and opens no key.
type Certificate struct {
	ID          ID          `json:"id"`
	Name        string      `json:"name"`
	Kind        pki.Kind    `json:"kind"`
	IssuerID    ID          `json:"issuerID,omitempty"` // the certificate that stands for its issuer; "" when that is not in the vault
	Issuer      string      `json:"issuer"`
	Names       []string    `json:"names,omitempty"`
	Serial      string      `json:"serial"`
	Fingerprint string      `json:"sha256"`
	NotBefore   time.Time   `json:"notBefore"`
	NotAfter    time.Time   `json:"notAfter"`
	Made        time.Time   `json:"made"`
	Revoked     bool        `json:"revoked"`              // for good or on hold
	OnHold      bool        `json:"onHold,omitempty"`     // certificateHold: may be released
	RevokedAt   time.Time   `json:"revokedAt,omitzero"`   // when, if Revoked
	Reason      string      `json:"revocation,omitempty"` // as RFC 5280 section 5.3.1 spells it
	Replaces    ID          `json:"replaces,omitempty"`   // the certificate that this one was made in place of
	Profile     string      `json:"profile,omitempty"`    // the profile it was made with
	HasKey      bool        `json:"hasKey"`
	Key         pki.KeyKind `json:"key"`
	Origin      string      `json:"origin"` // "made" or "imported"

	KeyID      ID   `json:"-"`                    // of its private key; certificates of one key share it; "" for none
	ReplacedBy ID   `json:"replacedBy,omitempty"` // the newest good certificate made in place of this one
	CurrentID  ID   `json:"-"`                    // of an authority: the certificate that stands for it
	Cross      bool `json:"cross,omitempty"`      // of an authority: self-issued, signed with another key of it
	Shared     bool `json:"-"`                    // another certificate of the vault has its name

	ReplacedSerial string `json:"-"` // the serial number of ReplacedBy

	KeyElsewhere bool      `json:"keyInOtherHands,omitempty"` // it is not revoked, but one of the same key is for that
	RefusedFrom  time.Time `json:"refusedFrom,omitzero"`      // when its authority ends, if that is before it does

	Damaged string `json:"-"` // which record of it cannot be read: "certificate" or "key"; "" for none
}

// Health is what a person wants to know of a certificate first.
type Health string

// The kinds of health. Expiring is said from ExpiringFrom on.
const (
	Good        Health = "good"
	NotYetValid Health = "not-yet-valid"
	Expiring    Health = "expiring"
	Expired     Health = "expired"
	Revoked     Health = "revoked"
)

// expiringWithin is how long before its end a certificate counts as expiring
// at most.
const expiringWithin = 30 * 24 * time.Hour

// ExpiringFrom is when a certificate begins to count as expiring: 30 days
// before its end, or when a third of its life is left, whichever comes later.
// A third is what Let's Encrypt advises to renew at (its integration guide; of
// its 90 days that is 30), so that what lives for ten days is not expiring
// from the day it was made. This is the only place that decides so.
func (c Certificate) ExpiringFrom() time.Time {
	return c.NotAfter.Add(-min(expiringWithin, c.NotAfter.Sub(c.NotBefore)/3))
}

// Health judges the certificate at a moment.
func (c Certificate) Health(now time.Time) Health {
	switch {
	case c.Damaged != "":
		return Damaged
	case c.Revoked:
		return Revoked
	case now.After(c.NotAfter):
		return Expired
	case now.Before(c.NotBefore):
		return NotYetValid
	case now.After(c.ExpiringFrom()):
		return Expiring
	}
	return Good
}

// Relied is the certificate as those see it who rely on it: it ends when its
// authority does.
func (c Certificate) Relied() Certificate {
	if !c.RefusedFrom.IsZero() {
		c.NotAfter = c.RefusedFrom
	}
	return c
}

// IsAuthority tells whether the certificate may sign others.
func (c Certificate) IsAuthority() bool { return c.Kind == pki.Authority }

// IsRoot tells whether an authority has no issuer but itself.
func (c Certificate) IsRoot() bool { return c.IsAuthority() && c.IssuerID == c.ID }

func fromEntry(e storage.Entry) (c Certificate) {
	c.take(&e)
	return c
}

// take makes the certificate what the vault has of it.
func (c *Certificate) take(e *storage.Entry) {
	*c = Certificate{
		ID: ID(e.ID), Name: e.Name, Kind: pki.Kind(e.Kind),
		IssuerID: ID(e.IssuerID), Issuer: e.Issuer, Names: e.Names,
		Serial: e.Serial, Fingerprint: e.Fingerprint,
		NotBefore: e.NotBefore, NotAfter: e.NotAfter, Made: e.Made,
		Revoked: e.State == stateRevoked || e.State == stateHold, OnHold: e.State == stateHold,
		RevokedAt: e.RevokedAt, Reason: e.Reason, Replaces: ID(e.Replaces), Profile: e.Profile,
		HasKey: e.KeyID != "", KeyID: ID(e.KeyID),
		Key: pki.KeyKind(e.KeyKind), Origin: e.Origin,
	}
}

const (
	stateValid   = "valid"
	stateRevoked = "revoked"
	stateHold    = "hold"
	originMade   = "made"
)

// issued is a certificate on its way into the vault.
type issued struct {
	id       storage.ID // given when it is kept
	cert     *x509.Certificate
	key      crypto.Signer // nil when the key is somebody else's
	issuer   string
	issuerID storage.ID   // of an issuer that the vault has; "" with under
	profile  string       // the name of the profile that was followed, "" for none
	under    *issued      // an issuer that is kept in the same act, itself for a root
	keyID    storage.ID   // of a key that the vault has already; "" for none
	keyOf    *issued      // whose key it has, of what was kept before it in the same act
	replaces storage.ID   // the certificate that it is made in place of
	renews   *Certificate // that one, when all else stays
	verb     string       // of the activity; "" for "issue"
}

func (i *issued) entry(now time.Time) storage.Entry {
	var shown []string
	for _, name := range pki.NamesOf(i.cert) {
		if text := shortName(name.Shown); text != "" {
			shown = append(shown, text)
		}
	}
	e := storage.Entry{
		ID: i.id, Name: nameOf(i.cert), Kind: string(pki.KindOfCertificate(i.cert)),
		IssuerID: i.issuerID, Issuer: i.issuer,
		Serial: pki.Serial(i.cert), Fingerprint: pki.Fingerprint(i.cert), Names: shown,
		NotBefore: i.cert.NotBefore, NotAfter: i.cert.NotAfter, Made: now,
		Profile: i.profile, State: stateValid, KeyKind: string(pki.KindOf(i.cert.PublicKey)), Origin: originMade,
	}
	switch {
	case i.key != nil:
		e.KeyID = i.id
	case i.keyOf != nil:
		e.KeyID = i.keyOf.ownKeyID()
	default:
		e.KeyID = i.keyID
	}
	e.Replaces = i.replaces
	if i.renews != nil {
		e.Replaces, e.Profile = storage.ID(i.renews.ID), i.renews.Profile
	}
	return e
}

// ownKeyID is the ID of the key that it was kept with.
func (i *issued) ownKeyID() storage.ID {
	if i.key != nil {
		return i.id
	}
	return i.keyID
}

// activity is what its making is noted as.
func (i *issued) activity(entry storage.Entry, now time.Time) storage.Event {
	e := issueEvent(entry, now)
	if i.verb != "" {
		e.Verb = i.verb
	}
	if i.renews != nil {
		e.Verb, e.Detail["old"] = "renew", i.renews.Serial
	}
	return e
}

// maxName bounds a name in lists, in characters. RFC 5280 appendix A bounds a
// common name at 64; those of harm have megabytes.
const maxName = 200

// nameOf is what a person calls the certificate: its common name, or the first
// of its names, else its serial number. It is escaped and short enough to be
// shown.
func nameOf(c *x509.Certificate) string {
	if name := shortName(c.Subject.CommonName); name != "" {
		return name
	}
	for _, name := range pki.NamesOf(c) {
		if name := shortName(name.Shown); name != "" {
			return name
		}
	}
	if name := shortName(c.Subject.String()); name != "" {
		return name
	}
	return cmp.Or(pki.Serial(c), "?")
}

// shortName escapes a name and cuts it to what can be shown; "" for one that
// shows nothing.
func shortName(name string) string {
	name = name[:min(len(name), 8*maxName)] // what is behind is never shown
	if strings.TrimSpace(name) == "" {
		return ""
	}
	name = pki.Escape(name)
	if utf8.RuneCountInString(name) > maxName {
		name = string([]rune(name)[:maxName-1]) + "…"
	}
	return name
}

// keep writes the certificate, its sealed key and the event.
func (i *issued) keep(tx *storage.Tx, now time.Time) (Certificate, error) {
	i.id = tx.NewID()
	if i.under != nil {
		i.issuerID, i.issuer = i.under.id, nameOf(i.under.cert)
	}
	entry := i.entry(now)
	if i.key != nil {
		der, err := pki.MarshalKey(i.key)
		if err != nil {
			return Certificate{}, fmt.Errorf("encode key of %q: %w", entry.Name, err)
		}
		err = tx.PutKey(storage.Key{ID: entry.KeyID, Kind: entry.KeyKind, PKCS8: der})
		clear(der)
		if err != nil {
			return Certificate{}, fmt.Errorf("keep key of %q: %w", entry.Name, err)
		}
	}
	if err := tx.PutCertificate(storage.Certificate{Entry: entry, DER: i.cert.Raw}); err != nil {
		return Certificate{}, fmt.Errorf("keep certificate %q: %w", entry.Name, err)
	}
	err := tx.AppendEvent(i.activity(entry, now))
	if err != nil {
		return Certificate{}, fmt.Errorf("note the issue of %q: %w", entry.Name, err)
	}
	c := fromEntry(entry)
	if c.IsAuthority() {
		c.CurrentID = c.ID
	}
	return c, nil
}

// issueEvent says that a certificate was made.
func issueEvent(e storage.Entry, now time.Time) storage.Event {
	return storage.Event{
		At: now, Verb: "issue", Subject: e.ID, Name: e.Name,
		Detail: map[string]string{"kind": e.Kind, "issuer": e.Issuer, "serial": e.Serial},
	}
}

// signer reads and opens the private key of a certificate.
func signer(tx *storage.Tx, e storage.Entry) (crypto.Signer, error) {
	if e.KeyID == "" {
		return nil, ErrNoKey
	}
	k, err := tx.Key(e.KeyID)
	if err != nil {
		return nil, fmt.Errorf("open key of %q: %w", e.Name, err)
	}
	defer k.Wipe()
	key, err := pki.ParseKey(k.PKCS8)
	if err != nil {
		return nil, fmt.Errorf("read key of %q: %w", e.Name, err)
	}
	return key, nil
}
