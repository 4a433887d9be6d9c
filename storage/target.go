package storage

import (
	"encoding/json"
	"fmt"
	"time"
)

// Target is a saved connection to try. Tokens and passwords of it are secrets
// (PutSecret), not fields.
type Target struct {
	ID            ID        `json:"-"`
	Name          string    `json:"name"`
	URL           string    `json:"url"`
	Method        string    `json:"method,omitempty"`
	CertificateID ID        `json:"certificate,omitempty"` // what it presents; "" for none
	TrustIDs      []ID      `json:"trust,omitempty"`       // authorities it trusts; none: the system's
	LastAt        time.Time `json:"lastAt,omitzero"`       // when it was last tried
	LastResult    string    `json:"lastResult,omitempty"`  // the code of how that went
}

// PutTarget writes a target, new or again. Errors: ErrBadID, ErrReadOnly.
func (t *Tx) PutTarget(target Target) error {
	if err := t.writable(); err != nil {
		return err
	}
	record, err := target.ID.raw()
	if err != nil {
		return fmt.Errorf("put target: %w", err)
	}
	target.LastAt = target.LastAt.UTC()
	payload, err := json.Marshal(target)
	if err != nil {
		return fmt.Errorf("put target %s: %w", target.ID, err)
	}
	return t.put(bucketTargets, record, t.checked(bucketTargets, record, payload))
}

// Target reads a target. Errors: ErrNoRecord, ErrBadID, *DamageError.
func (t *Tx) Target(id ID) (Target, error) {
	record, err := id.raw()
	if err != nil {
		return Target{}, fmt.Errorf("target: %w", err)
	}
	var target Target
	err = t.get(bucketTargets, record, func(value []byte) error {
		target, err = t.target(record, value)
		return err
	})
	if err != nil {
		return Target{}, fmt.Errorf("target: %w", err)
	}
	return target, nil
}

// target checks and decodes; to be called under guard.
func (t *Tx) target(record, value []byte) (Target, error) {
	payload, err := t.unchecked(bucketTargets, record, value)
	if err != nil {
		return Target{}, err
	}
	var target Target
	if err := json.Unmarshal(payload, &target); err != nil {
		return Target{}, damage(bucketTargets, record, "layout")
	}
	target.ID = ID(showRecord(bucketTargets, record))
	return target, nil
}

// Targets reads all targets, in no order that means anything. Errors: *DamageError.
func (t *Tx) Targets() ([]Target, error) {
	if err := t.checkWhole(bucketTargets); err != nil {
		return nil, fmt.Errorf("targets: %w", err)
	}
	var targets []Target
	err := t.scan(bucketTargets).all(func(record, value []byte) error {
		target, err := t.target(record, value)
		targets = append(targets, target)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("targets: %w", err)
	}
	return targets, nil
}

// DeleteTarget removes a target. Errors: ErrNoRecord, ErrBadID, ErrReadOnly.
func (t *Tx) DeleteTarget(id ID) error {
	if err := t.deleteRecord(bucketTargets, id); err != nil {
		return fmt.Errorf("delete target: %w", err)
	}
	return nil
}
