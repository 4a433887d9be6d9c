package desk

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"countersign/pki"
	"countersign/storage"
)

// Profile is a way of making certificates: one that comes with the program, or
// one that the person keeps in the vault.
type Profile struct {
	ID      ID   `json:"id,omitempty"` // "" for those that come with the program
	BuiltIn bool `json:"builtIn"`      // Name is a code, for which the user interface has words
	pki.Profile
}

var (
	// ErrProfileExists: a profile of that name is there.
	ErrProfileExists = errors.New("profile exists")
	// ErrProfileBuiltIn: a profile that comes with the program stays.
	ErrProfileBuiltIn = errors.New("profile comes with the program")
)

// maxProfileFile is one octet over what a profile may have: reading stops
// there.
const maxProfileFile = 64<<10 + 1

// Profiles lists the profiles: those that come with the program, then the
// person's by name.
func (d *Desk) Profiles() ([]Profile, error) {
	var own []Profile
	err := d.vault.View(func(tx *storage.Tx) error {
		stored, err := tx.Profiles()
		if err != nil {
			return err
		}
		for _, s := range stored {
			p, err := pki.ParseProfile(s.JSON)
			if err != nil {
				return fmt.Errorf("read profile %q: %w", s.Name, err)
			}
			own = append(own, Profile{ID: ID(s.ID), Profile: p})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(own, func(a, b Profile) int {
		return cmp.Or(strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), strings.Compare(string(a.ID), string(b.ID)))
	})
	var all []Profile
	for _, p := range pki.BuiltInProfiles() {
		all = append(all, Profile{BuiltIn: true, Profile: p})
	}
	return append(all, own...), nil
}

// FindProfile gives the profile of a name, whatever the case of its letters.
// Error: *NotFoundError.
func (d *Desk) FindProfile(name string) (Profile, error) {
	all, err := d.Profiles()
	if err != nil {
		return Profile{}, err
	}
	name = strings.TrimSpace(name)
	at := slices.IndexFunc(all, func(p Profile) bool { return strings.EqualFold(p.Name, name) })
	if at < 0 {
		return Profile{}, &NotFoundError{What: "profile", Name: name}
	}
	return all[at], nil
}

// SaveProfile keeps a profile in the vault. A profile of its own name is
// written over when replace is set. Errors: pki.Faults, ErrProfileExists,
// ErrProfileBuiltIn, ErrReadOnly, ErrLocked.
func (d *Desk) SaveProfile(p pki.Profile, replace bool) (Profile, error) {
	p.Name = strings.TrimSpace(p.Name)
	if err := p.Check(); err != nil {
		return Profile{}, err
	}
	if d.ReadOnly() {
		return Profile{}, ErrReadOnly
	}
	data, err := pki.MarshalProfile(p)
	if err != nil {
		return Profile{}, err
	}
	saved := Profile{Profile: p}
	before, err := d.FindProfile(p.Name)
	var missing *NotFoundError
	switch {
	case errors.As(err, &missing):
	case err != nil:
		return Profile{}, err
	case before.BuiltIn:
		return Profile{}, fmt.Errorf("save profile %q: %w", p.Name, ErrProfileBuiltIn)
	case !replace:
		return Profile{}, fmt.Errorf("save profile %q: %w", p.Name, ErrProfileExists)
	}
	saved.ID = before.ID
	err = d.vault.Update(func(tx *storage.Tx) error {
		if saved.ID == "" {
			saved.ID = ID(tx.NewID())
		}
		return tx.PutProfile(storage.Profile{ID: storage.ID(saved.ID), Name: p.Name, JSON: data})
	})
	if err != nil {
		return Profile{}, fmt.Errorf("save profile %q: %w", p.Name, err)
	}
	return saved, nil
}

// DeleteProfile removes a profile from the vault. Certificates that were made
// with it stay as they are. Errors: *NotFoundError, ErrProfileBuiltIn.
func (d *Desk) DeleteProfile(name string) error {
	p, err := d.FindProfile(name)
	if err != nil {
		return err
	}
	if p.BuiltIn {
		return fmt.Errorf("delete profile %q: %w", p.Name, ErrProfileBuiltIn)
	}
	return d.vault.Update(func(tx *storage.Tx) error { return tx.DeleteProfile(storage.ID(p.ID)) })
}

// ProfileOf makes a profile from a certificate of the vault, without keeping
// it. The OIDs are those of extensions that no profile can say.
func (d *Desk) ProfileOf(id ID, name string) (pki.Profile, []string, error) {
	chain, err := d.chain(id)
	if err != nil {
		return pki.Profile{}, nil, err
	}
	p, missing := pki.ProfileOfCertificate(name, chain[0])
	return p, missing, nil
}

// ExportProfile gives a profile as a JSON file.
func (d *Desk) ExportProfile(name string) (File, error) {
	p, err := d.FindProfile(name)
	if err != nil {
		return File{}, err
	}
	data, err := pki.MarshalProfile(p.Profile)
	if err != nil {
		return File{}, err
	}
	return File{Name: FileName(p.Name) + ".profile.json", Data: data}, nil
}

// ReadProfile reads a profile from a JSON file, without keeping it. Errors:
// *PathError, and those of pki.ParseProfile.
func ReadProfile(path string) (pki.Profile, error) {
	file, _, err := openInput(path)
	if err != nil {
		return pki.Profile{}, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxProfileFile))
	if err != nil {
		return pki.Profile{}, aboutFile("read", path, err)
	}
	return pki.ParseProfile(data)
}
