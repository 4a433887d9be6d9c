package ui

import (
	"context"
	"errors"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"countersign/ui/desk"
)

// opened shows what became of opening the vault.
func (w *Window) opened(d *desk.Desk, err error) {
	switch {
	case errors.Is(err, desk.ErrNotFound):
		w.show(newFirstRun(w))
	case err != nil:
		w.show(newTrouble(w, err))
	case d.Locked():
		w.vault = d
		w.show(newUnlock(w, d))
	default:
		w.enter(d)
	}
}

type waiting struct{ root fyne.CanvasObject }

func newWaiting(w *Window, doing string) *waiting {
	return &waiting{container.NewCenter(widget.NewLabel(doing))}
}

func (p *waiting) content() fyne.CanvasObject { return p.root }
func (p *waiting) focus() fyne.Focusable      { return nil }

func newTrouble(w *Window, err error) page { return newWaiting(w, err.Error()) }

type unlockPage struct {
	entry *widget.Entry
	root  fyne.CanvasObject
}

func newUnlock(w *Window, d *desk.Desk) *unlockPage {
	p := &unlockPage{entry: widget.NewPasswordEntry()}
	p.entry.OnSubmitted = func(pass string) {
		w.spawn("", func(ctx context.Context) error { return d.Unlock(ctx, []byte(pass)) }, func(err error) {
			if err == nil {
				w.enter(d)
			}
		})
	}
	p.root = container.NewCenter(container.NewVBox(widget.NewLabel(vaultName(d.Path())), p.entry))
	return p
}

func (p *unlockPage) content() fyne.CanvasObject { return p.root }
func (p *unlockPage) focus() fyne.Focusable      { return p.entry }
