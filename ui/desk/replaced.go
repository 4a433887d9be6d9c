package desk

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"countersign/pki"
	"countersign/storage"
)

// Why it cannot be told what a vault knows beyond a backup.
const (
	UnreadOther      = "other"      // it is another vault
	UnreadPassphrase = "passphrase" // it does not open with the passphrase
	UnreadBackup     = "backup"     // the backup does not
	UnreadDamaged    = "damaged"    // nothing can be read of it
)

// Replaced says what the vault that a backup takes the place of knows beyond it.
type Replaced struct {
	Kept          string    // where it is kept, once it is done; "" where there was none
	Of            time.Time // when the last thing was done that the backup knows of
	Unread        string    // why the two were not compared; "" where they were
	Salvaged      bool      // it is damaged, and of it was compared what can be read
	OldPassphrase bool      // the backup opens with the passphrase of its day only
	Unprotected   bool      // the backup opens without a passphrase, and it does not
	Activities    int       // how many more things were done

	Made     []Certificate // not in the backup, nor their keys; the newest first
	Requests []string      // likewise, by name
	Back     []Certificate // deleted since: they come back
	Held     []Certificate // on hold in the backup, and not in what is left of a damaged vault: they are held
	// What stays as it is now: revoked since, and taken off hold since.
	Revoked, Released []Certificate
	Lists             []LaterList
}

// LaterList is a list of the revoked that is newer than the one of the backup.
type LaterList struct {
	Authority    string
	Number, Then uint64 // of the newest list; of that in the backup, 0 for none
}

// Loses tells whether something is lost, or may be.
func (r Replaced) Loses() bool {
	return r.Unread != "" || r.Salvaged || r.OldPassphrase || r.Unprotected || r.Activities > 0 || len(r.Made)+len(r.Requests)+len(r.Back)+len(r.Held) > 0
}

// Consequence is one thing that restoring a backup does, as a code and facts:
// the words are "restore.CODE".
type Consequence struct {
	Code  string
	Grave bool // something is lost, or may be
	Facts []any
}

// Consequences are what restoring does, the gravest first. Names in them are
// escaped (pki.Escape).
func (r Replaced) Consequences() []Consequence {
	var list []Consequence
	add := func(code string, grave bool, facts ...any) {
		list = append(list, Consequence{Code: code, Grave: grave, Facts: facts})
	}
	certificates := func(code string, grave bool, some []Certificate, at func(Certificate) time.Time) {
		if len(some) == 0 {
			return
		}
		var names []string
		for _, c := range some {
			names = append(names, pki.Escape(c.Name))
		}
		add(code, grave, "Count", len(some), "Names", names, "Date", at(some[0]))
	}
	made := func(c Certificate) time.Time { return c.Made }
	revoked := func(c Certificate) time.Time { return c.RevokedAt }
	if r.Unread != "" {
		add("unread."+r.Unread, true)
	}
	if r.Salvaged {
		add("salvaged", true)
	}
	certificates("made", true, r.Made, made)
	if len(r.Requests) > 0 {
		var names []string
		for _, name := range r.Requests {
			names = append(names, pki.Escape(name))
		}
		add("requests", true, "Count", len(names), "Names", names)
	}
	certificates("back", true, r.Back, made)
	certificates("held", true, r.Held, made)
	if r.Activities > 0 {
		add("activities", true, "Count", r.Activities)
	}
	if r.OldPassphrase {
		add("old-passphrase", true)
	}
	if r.Unprotected {
		add("unprotected", true)
	}
	certificates("revoked", false, r.Revoked, revoked)
	certificates("released", false, r.Released, made)
	for _, l := range r.Lists {
		code := "list"
		if l.Then == 0 {
			code = "list-first"
		}
		add(code, false, "Name", pki.Escape(l.Authority), "Number", l.Number, "Then", l.Then)
	}
	if len(list) == 0 {
		add("nothing", false)
	}
	return list
}

// known is what is compared of a vault.
type known struct {
	entries     map[storage.ID]storage.Entry
	authorities map[storage.ID]storage.Authority
	requests    map[storage.ID]string // their names
	commits     uint64
	activities  uint64
	last        time.Time // of the last activity
}

func know(v *storage.Vault) (known, error) {
	k := known{entries: map[storage.ID]storage.Entry{}, authorities: map[storage.ID]storage.Authority{}, requests: map[storage.ID]string{}}
	err := v.View(func(tx *storage.Tx) error {
		entries, err := tx.Entries()
		if err != nil {
			return err
		}
		for _, e := range entries {
			k.entries[e.ID] = e
		}
		authorities, err := tx.Authorities()
		if err != nil {
			return err
		}
		for _, a := range authorities {
			k.authorities[a.ID] = a
		}
		requests, err := tx.Requests()
		if err != nil {
			return err
		}
		for _, r := range requests {
			k.requests[r.ID] = r.Name
		}
		events, err := tx.Events(1)
		for _, e := range events {
			k.activities, k.last = e.Sequence, e.At
		}
		if err != nil {
			return err
		}
		k.commits, err = tx.Commits()
		return err
	})
	return k, err
}

// lister is what the authority that signed a certificate keeps its list by; ""
// where it is not in the vault.
func (k known) lister(e storage.Entry) storage.ID {
	if e.IssuerID == e.ID {
		return "" // a root stands in no list
	}
	return listsBy(k.entries[e.IssuerID])
}

// listsBy is what an authority keeps its list by.
func listsBy(e storage.Entry) storage.ID { return cmp.Or(e.KeyID, e.ID) }

// newestFirst orders certificates by a time of theirs, then by name.
func newestFirst(list []Certificate, at func(Certificate) time.Time) {
	slices.SortFunc(list, func(a, b Certificate) int {
		return cmp.Or(at(b).Compare(at(a)), strings.Compare(a.Name, b.Name), strings.Compare(a.Serial, b.Serial))
	})
}
