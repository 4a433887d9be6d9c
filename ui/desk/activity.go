package desk

import (
	"time"

	"countersign/storage"
)

// Activity is something that was done. Verb is a code: "create", "issue",
// "export", "passphrase", "connect"; Detail holds its facts, no secret among
// them.
type Activity struct {
	At      time.Time
	Verb    string
	Subject ID
	Name    string
	Detail  map[string]string
}

// Activities gives the last things that were done, the newest first.
func (d *Desk) Activities(limit int) ([]Activity, error) {
	var list []Activity
	err := d.vault.View(func(tx *storage.Tx) error {
		events, err := tx.Events(limit)
		for _, e := range events {
			list = append(list, Activity{At: e.At, Verb: e.Verb, Subject: ID(e.Subject), Name: e.Name, Detail: e.Detail})
		}
		return err
	})
	return list, err
}
