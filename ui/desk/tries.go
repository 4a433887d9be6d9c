package desk

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"countersign/storage"
	"countersign/testclient"
)

// ErrTryName: a try cannot be saved without a name.
var ErrTryName = errors.New("a saved try needs a name")

// SavedTry is a try that was kept under a name, with how it went last. URL is
// without what may be secret; TryOf gives the whole.
type SavedTry struct {
	ID            ID        `json:"id"`
	Name          string    `json:"name"`
	Group         string    `json:"group,omitempty"`
	URL           string    `json:"url"`
	CertificateID ID        `json:"certificate,omitempty"`
	LastAt        time.Time `json:"lastAt,omitzero"`   // zero: never tried
	Code          string    `json:"code,omitempty"`    // of the diagnosis, or of the error that kept it from beginning; "" when it passed
	Status        int       `json:"status,omitempty"`  // of the answer; 0 for none
	MS            int64     `json:"ms,omitempty"`      // how long it took, in milliseconds
	PassedAt      time.Time `json:"passedAt,omitzero"` // when it last passed
}

// Passed tells whether it passed when it was tried last.
func (s SavedTry) Passed() bool { return !s.LastAt.IsZero() && s.Code == "" }

// Broke tells whether it used to pass and fails now.
func (s SavedTry) Broke() bool { return !s.LastAt.IsZero() && s.Code != "" && !s.PassedAt.IsZero() }

// savedFields is a whole try as it is sealed.
type savedFields struct {
	URL           string        `json:"url"`
	CertificateID ID            `json:"certificate,omitempty"`
	TrustIDs      []ID          `json:"trust,omitempty"`
	Insecure      bool          `json:"insecure,omitempty"`
	Method        string        `json:"method,omitempty"`
	Header        http.Header   `json:"header,omitempty"`
	Body          []byte        `json:"body,omitempty"`
	ServerName    string        `json:"serverName,omitempty"`
	Address       string        `json:"address,omitempty"`
	MinVersion    uint16        `json:"minVersion,omitempty"`
	MaxVersion    uint16        `json:"maxVersion,omitempty"`
	ALPN          []string      `json:"alpn,omitempty"`
	Timeout       time.Duration `json:"timeout,omitempty"`
	CertFiles     []string      `json:"certFiles,omitempty"`
	Password      string        `json:"password,omitempty"`
	TrustFiles    []string      `json:"trustFiles,omitempty"`
	BodyFile      string        `json:"bodyFile,omitempty"`
	Proxy         string        `json:"proxy,omitempty"`
	Redirects     int           `json:"redirects,omitempty"`
	Stage         time.Duration `json:"stage,omitempty"`
	SendChain     bool          `json:"sendChain,omitempty"`
}

// fieldsOf leaves out the key log: secrets are written when a person asks, not
// whenever a saved try runs.
func fieldsOf(t Try) savedFields {
	return savedFields{
		URL: t.URL, CertificateID: t.CertificateID, TrustIDs: t.TrustIDs, Insecure: t.Insecure, Method: t.Method,
		Header: t.Header, Body: t.Body, ServerName: t.ServerName, Address: t.Address, MinVersion: t.MinVersion,
		MaxVersion: t.MaxVersion, ALPN: t.ALPN, Timeout: t.Timeout, CertFiles: t.CertFiles, Password: t.Password,
		TrustFiles: t.TrustFiles, BodyFile: t.BodyFile, Proxy: t.Proxy, Redirects: t.Redirects, Stage: t.Stage,
		SendChain: t.SendChain,
	}
}

func (f savedFields) try() Try {
	return Try{
		URL: f.URL, CertificateID: f.CertificateID, TrustIDs: f.TrustIDs, Insecure: f.Insecure, Method: f.Method,
		Header: f.Header, Body: f.Body, ServerName: f.ServerName, Address: f.Address, MinVersion: f.MinVersion,
		MaxVersion: f.MaxVersion, ALPN: f.ALPN, Timeout: f.Timeout, CertFiles: f.CertFiles, Password: f.Password,
		TrustFiles: f.TrustFiles, BodyFile: f.BodyFile, Proxy: f.Proxy, Redirects: f.Redirects, Stage: f.Stage,
		SendChain: f.SendChain,
	}
}

// SaveTry keeps a try under a name, in a group that may be "". One of that name
// is written over; when the same is tried as before, how it went last stays.
// Errors: ErrTryName, ErrReadOnly, ErrLocked.
func (d *Desk) SaveTry(name, group string, t Try) (SavedTry, error) {
	if name = strings.TrimSpace(name); name == "" {
		return SavedTry{}, ErrTryName
	}
	secret, err := json.Marshal(fieldsOf(t))
	if err != nil {
		return SavedTry{}, fmt.Errorf("save try %q: %w", name, err)
	}
	defer clear(secret)
	var kept storage.Target
	err = d.vault.Update(func(tx *storage.Tx) error {
		all, err := tx.Targets()
		if err != nil {
			return err
		}
		kept = storage.Target{ID: tx.NewID()}
		if i := slices.IndexFunc(all, func(old storage.Target) bool { return old.Name == name }); i >= 0 {
			kept = all[i]
			before, err := tx.Secret(kept.ID)
			if err != nil {
				return err
			}
			if string(before) != string(secret) {
				kept = storage.Target{ID: kept.ID}
			}
			clear(before)
		}
		kept.Name, kept.Group, kept.URL, kept.Method = name, strings.TrimSpace(group), bareURL(t.URL), t.Method
		kept.CertificateID, kept.TrustIDs = storage.ID(t.CertificateID), nil
		for _, id := range t.TrustIDs {
			kept.TrustIDs = append(kept.TrustIDs, storage.ID(id))
		}
		if err := tx.PutSecret(kept.ID, secret); err != nil {
			return err
		}
		return tx.PutTarget(kept)
	})
	if err != nil {
		return SavedTry{}, fmt.Errorf("save try %q: %w", name, err)
	}
	return fromTarget(kept), nil
}

func fromTarget(t storage.Target) SavedTry {
	return SavedTry{
		ID: ID(t.ID), Name: t.Name, Group: t.Group, URL: t.URL, CertificateID: ID(t.CertificateID),
		LastAt: t.LastAt, Code: t.LastResult, Status: t.LastStatus, MS: t.LastMS, PassedAt: t.PassedAt,
	}
}

// Tries are all saved tries, by group and name.
func (d *Desk) Tries() ([]SavedTry, error) {
	var list []SavedTry
	err := d.vault.View(func(tx *storage.Tx) error {
		all, err := tx.Targets()
		for _, t := range all {
			list = append(list, fromTarget(t))
		}
		return err
	})
	slices.SortFunc(list, func(a, b SavedTry) int {
		return cmp.Or(strings.Compare(a.Group, b.Group), strings.Compare(a.Name, b.Name))
	})
	return list, err
}

// BrokenTries are the saved tries that used to pass and fail now.
func (d *Desk) BrokenTries() ([]SavedTry, error) {
	all, err := d.Tries()
	return slices.DeleteFunc(all, func(s SavedTry) bool { return !s.Broke() }), err
}

// FindTry finds a saved try by its name. Error: *NotFoundError.
func (d *Desk) FindTry(name string) (SavedTry, error) {
	all, err := d.Tries()
	if err != nil {
		return SavedTry{}, err
	}
	for _, s := range all {
		if s.Name == name {
			return s, nil
		}
	}
	return SavedTry{}, &NotFoundError{What: "try", Name: name}
}

// TryOf reads the whole of a saved try, secrets too. Error: *NotFoundError.
func (d *Desk) TryOf(id ID) (Try, error) {
	var fields savedFields
	err := d.vault.View(func(tx *storage.Tx) error {
		secret, err := tx.Secret(storage.ID(id))
		if err != nil {
			return err
		}
		defer clear(secret)
		return json.Unmarshal(secret, &fields)
	})
	if errors.Is(err, storage.ErrNoRecord) {
		return Try{}, &NotFoundError{What: "try", Name: string(id)}
	}
	if err != nil {
		return Try{}, fmt.Errorf("read try %s: %w", id, err)
	}
	return fields.try(), nil
}

// DeleteTry forgets a saved try. Error: *NotFoundError.
func (d *Desk) DeleteTry(id ID) error {
	err := d.vault.Update(func(tx *storage.Tx) error {
		if err := tx.DeleteTarget(storage.ID(id)); err != nil {
			return err
		}
		return tx.DeleteSecret(storage.ID(id))
	})
	if errors.Is(err, storage.ErrNoRecord) {
		return &NotFoundError{What: "try", Name: string(id)}
	}
	if err != nil {
		return fmt.Errorf("delete try %s: %w", id, err)
	}
	return nil
}

// wentWell notes in a target how a try of it went. err is why it did not begin.
func wentWell(t *storage.Target, at time.Time, r testclient.Result, err error) {
	t.LastAt, t.LastResult, t.LastStatus, t.LastMS = at, "", r.Status, r.Total.Milliseconds()
	switch {
	case err != nil:
		t.LastResult = Explain(err).Code
	case r.Diagnosis != nil:
		t.LastResult = r.Diagnosis.Code
	default:
		t.PassedAt = at
	}
}

// Same tells whether two tries ask for the same.
func (t Try) Same(other Try) bool {
	a, err := json.Marshal(fieldsOf(t))
	if err != nil {
		return false
	}
	b, err := json.Marshal(fieldsOf(other))
	return err == nil && string(a) == string(b)
}

// NoteTry keeps for a saved try how the same request just went; one that was
// stopped says nothing of it. Error: *NotFoundError.
func (d *Desk) NoteTry(id ID, r testclient.Result) error {
	if r.Diagnosis != nil && r.Diagnosis.Code == testclient.Cancelled {
		return nil
	}
	err := d.vault.Update(func(tx *storage.Tx) error {
		t, err := tx.Target(storage.ID(id))
		if err != nil {
			return err
		}
		wentWell(&t, d.Now(), r, nil)
		return tx.PutTarget(t)
	})
	if errors.Is(err, storage.ErrNoRecord) {
		return &NotFoundError{What: "try", Name: string(id)}
	}
	if err != nil {
		return fmt.Errorf("note try %s: %w", id, err)
	}
	return nil
}
