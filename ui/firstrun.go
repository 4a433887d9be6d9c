package ui

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"countersign/ui/desk"
)

type firstRun struct {
	entry *widget.Entry
	root  fyne.CanvasObject
}

func newFirstRun(w *Window) *firstRun {
	p := &firstRun{entry: widget.NewPasswordEntry()}
	p.entry.OnSubmitted = func(pass string) {
		var made *desk.Desk
		w.spawn("", func(context.Context) error {
			var err error
			made, err = desk.Create(w.opt.Vault, []byte(pass), w.opt.Desk)
			return err
		}, func(err error) {
			if err == nil {
				w.enter(made)
			}
		})
	}
	p.root = container.NewCenter(p.entry)
	return p
}

func (p *firstRun) content() fyne.CanvasObject { return p.root }
func (p *firstRun) focus() fyne.Focusable      { return p.entry }
