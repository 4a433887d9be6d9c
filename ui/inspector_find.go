package ui

import (
	"context"
	"errors"

	"countersign/pki"
	"countersign/ui/desk"
)

// find looks at what was asked for, and asks the vault about it.
func find(ctx context.Context, from *desk.Desk, q looked, server desk.ServerQuestion, password string) (findings, error) {
	switch {
	case q.mine != "":
		whole, err := from.Detail(q.mine)
		if err != nil {
			return findings{}, err
		}
		return recognised(ctx, from, findings{items: desk.InspectCertificates("DER", whole.X509), from: []string{""}})
	case q.server:
		seen, err := from.InspectServer(ctx, server)
		if err == nil {
			err = ctx.Err()
		}
		return findings{items: seen.Items, from: make([]string, len(seen.Items)), seen: &seen}, err
	}
	var found findings
	add := func(path string, items []desk.Inspected, err error) {
		if errors.Is(err, pki.ErrPasswordNeeded) || errors.Is(err, pki.ErrWrongPassword) {
			found.locked = true
		} else if err != nil {
			found.failures = append(found.failures, desk.Unread{Path: path, Err: err})
		}
		before := len(found.items)
		for _, item := range items {
			if item.PairedWith >= 0 {
				item.PairedWith += before
			}
			found.items, found.from = append(found.items, item), append(found.from, path)
		}
	}
	if q.text != "" {
		items, err := desk.Inspect([]byte(q.text), password)
		add("", items, err)
	}
	for _, path := range q.paths {
		if err := ctx.Err(); err != nil {
			return found, err
		}
		items, err := desk.InspectFile(path, password)
		add(path, items, err)
	}
	return recognised(ctx, from, found)
}

func recognised(ctx context.Context, from *desk.Desk, found findings) (findings, error) {
	return found, from.Recognise(ctx, found.items)
}
