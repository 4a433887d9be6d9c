package desk

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"countersign/storage"
)

// What is deleted stays in the vault's file, under a record of its own and
// with its keys, until the vault is closed: so it can be undone, and a locked
// vault holds no key in memory. Closing removes it; after a crash the next
// unlocking does.

// Deleted is what one act of deleting took, and Undelete brings back.
type Deleted struct {
	ID    ID
	At    time.Time
	Names []string // of certificates, then of requests
}

// Undeleted is what came back.
type Undeleted struct {
	Certificates []Certificate
	Requests     []Request
}

// Deleted lists what can be brought back, the newest first.
func (d *Desk) Deleted() ([]Deleted, error) {
	var list []Deleted
	err := d.vault.View(func(tx *storage.Tx) error {
		ids, err := trashed(tx)
		if err != nil {
			return err
		}
		for _, id := range ids {
			t, err := readTrash(tx, id)
			if err != nil {
				return err
			}
			x := Deleted{ID: ID(id), At: t.At}
			for _, c := range t.Certificates {
				x.Names = append(x.Names, c.Name)
			}
			for _, r := range t.Requests {
				x.Names = append(x.Names, r.Name)
			}
			list = append(list, x)
		}
		return nil
	})
	slices.Reverse(list)
	return list, err
}

// Undelete brings back what one act of deleting took. Error: *NotFoundError
// when the vault was closed since.
func (d *Desk) Undelete(id ID) (Undeleted, error) {
	d.revoking.Lock()
	defer d.revoking.Unlock()
	all, err := d.all()
	if err != nil {
		return Undeleted{}, err
	}
	var back Undeleted
	err = d.vault.Update(func(tx *storage.Tx) error {
		back = Undeleted{}
		t, err := readTrash(tx, storage.ID(id))
		if errors.Is(err, storage.ErrNoRecord) {
			return &NotFoundError{What: "certificate", Name: string(id)}
		}
		if err != nil {
			return err
		}
		if back.Certificates, err = d.putBack(tx, t.Certificates, all); err != nil {
			return err
		}
		for _, r := range t.Requests {
			if err := keepRequest(tx, r.whole(), verbUndelete, d.Now()); err != nil {
				return err
			}
			back.Requests = append(back.Requests, fromRequest(r.whole()))
		}
		return dropTrash(tx, storage.ID(id))
	})
	d.forget()
	return back, err
}

// verbUndelete notes what was brought back.
const verbUndelete = "undelete"

// putBack puts certificates where they were; all are those that are there.
func (d *Desk) putBack(tx *storage.Tx, gone []storage.Certificate, all []*Certificate) ([]Certificate, error) {
	var back []Certificate
	for _, c := range gone {
		if err := tx.PutCertificate(c); err != nil {
			return nil, err
		}
		back = append(back, fromEntry(c.Entry))
	}
	together := slices.Clone(all)
	for n := range back {
		together = append(together, &back[n])
	}
	if err := looseIssuers(tx, back, together); err != nil {
		return nil, err
	}
	for _, c := range back {
		if c.Revoked {
			if err := listElsewhere(tx, together, c, false); err != nil {
				return nil, err
			}
		}
		err := tx.AppendEvent(storage.Event{
			At: d.Now(), Verb: verbUndelete, Subject: storage.ID(c.ID), Name: c.Name,
			Detail: map[string]string{"kind": string(c.Kind), "issuer": c.Issuer, "serial": c.Serial},
		})
		if err != nil {
			return nil, err
		}
	}
	return back, nil
}

// looseIssuers ties what came back to another certificate of its issuer when
// the one that it hung under is gone.
func looseIssuers(tx *storage.Tx, back []Certificate, all []*Certificate) error {
	loose := false
	for _, c := range back {
		if _, there := byID(all, c.IssuerID); there || c.IssuerID == "" {
			continue
		}
		e, err := tx.Entry(storage.ID(c.ID))
		if err != nil {
			return err
		}
		e.IssuerID, loose = "", true
		if err := tx.PutEntry(e); err != nil {
			return err
		}
	}
	if !loose {
		return nil
	}
	return attach(tx)
}

// trash is what one act of deleting took, as it is kept.
type trash struct {
	At           time.Time
	Certificates []storage.Certificate `json:",omitempty"`
	Requests     []trashedRequest      `json:",omitempty"`
}

// trashedRequest is a request with its ID, which its record has not in it.
type trashedRequest struct {
	RequestID storage.ID
	storage.Request
}

// whole is the request as it was.
func (t trashedRequest) whole() storage.Request {
	t.Request.ID = t.RequestID
	return t.Request
}

// settingTrash lists the trash's records, as JSON.
const settingTrash = "trash"

func trashed(tx *storage.Tx) ([]storage.ID, error) {
	var ids []storage.ID
	text, ok := tx.Setting(settingTrash)
	if !ok || text == "" {
		return nil, nil
	}
	if err := json.Unmarshal([]byte(text), &ids); err != nil {
		return nil, fmt.Errorf("read what was deleted: %w", err)
	}
	return ids, nil
}

func setTrashed(tx *storage.Tx, ids []storage.ID) error {
	text, err := json.Marshal(ids)
	if err != nil {
		return err
	}
	return tx.SetSetting(settingTrash, string(text))
}

func keepTrash(tx *storage.Tx, id storage.ID, t trash) error {
	data, err := json.Marshal(t)
	if err != nil {
		return err
	}
	if err := tx.PutSecret(id, data); err != nil {
		return err
	}
	ids, err := trashed(tx)
	if err != nil {
		return err
	}
	return setTrashed(tx, append(ids, id))
}

func readTrash(tx *storage.Tx, id storage.ID) (trash, error) {
	var t trash
	data, err := tx.Secret(id)
	if err != nil {
		return t, err
	}
	if err := json.Unmarshal(data, &t); err != nil {
		return t, fmt.Errorf("read what was deleted: %w", err)
	}
	return t, nil
}

func dropTrash(tx *storage.Tx, id storage.ID) error {
	ids, err := trashed(tx)
	if err != nil {
		return err
	}
	if err := setTrashed(tx, slices.DeleteFunc(ids, func(other storage.ID) bool { return other == id })); err != nil {
		return err
	}
	return tx.DeleteSecret(id)
}

// emptyTrash removes for good what was deleted, with the keys that nothing
// else uses.
func (d *Desk) emptyTrash() error {
	if d.Locked() || d.ReadOnly() {
		return nil
	}
	any := false
	err := d.vault.View(func(tx *storage.Tx) error {
		ids, err := trashed(tx)
		any = len(ids) > 0
		return err
	})
	if err != nil || !any {
		return err
	}
	return d.vault.Update(func(tx *storage.Tx) error {
		ids, err := trashed(tx)
		if err != nil {
			return err
		}
		var gone []Certificate
		var requests []storage.Request
		for _, id := range ids {
			t, err := readTrash(tx, id)
			if err != nil {
				return err
			}
			for _, c := range t.Certificates {
				gone = append(gone, fromEntry(c.Entry))
			}
			for _, r := range t.Requests {
				requests = append(requests, r.whole())
			}
			if err := dropTrash(tx, id); err != nil {
				return err
			}
		}
		keys, err := d.unusedKeys(tx, gone, requests...)
		if err != nil {
			return err
		}
		for _, id := range keys {
			if err := tx.DeleteKey(id); err != nil && !errors.Is(err, storage.ErrNoRecord) {
				return err
			}
		}
		return nil
	})
}
