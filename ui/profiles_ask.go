package ui

import (
	"context"
	"errors"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"

	"countersign/pki"
	"countersign/ui/desk"
	"countersign/ui/widgets"
)

// ask puts a question above the list.
func (p *profiles) ask(tone widgets.Tone, title, text, yes string, kind widgets.ButtonKind, do func()) {
	cancel := widgets.NewButton(p.w.t.T("cancel"), "", widgets.Plain, p.dismiss)
	p.sure = widgets.NewButton(yes, "", kind, do)
	p.notice.Objects = []fyne.CanvasObject{widgets.NewNotice(tone, title, text, p.sure, cancel)}
	p.notice.Show()
	p.root.Refresh()
}

// dismiss takes the question away.
func (p *profiles) dismiss() {
	if p.notice.Hidden {
		return
	}
	p.notice.Objects = nil
	p.notice.Hide()
	p.root.Refresh()
}

// askDelete asks once before a profile is gone.
func (p *profiles) askDelete() {
	one := p.selected()
	if one == nil || one.BuiltIn {
		return
	}
	t, name := p.w.t, one.Name
	p.ask(widgets.ToneBroken, t.T("profiles.delete.title", "Name", pki.Escape(name)), t.T("profiles.delete.text"),
		t.T("profiles.delete.yes"), widgets.Danger, func() {
			p.dismiss()
			d := p.desk
			p.w.background("", func(context.Context) error { return d.DeleteProfile(name) }, func() {
				p.refresh()
				p.w.notify(t.T("profiles.deleted", "Name", pki.Escape(name)))
			})
		})
}

func (p *profiles) browse() {
	dialog.ShowFileOpen(func(file fyne.URIReadCloser, err error) {
		if err != nil || file == nil {
			return
		}
		path := file.URI().Path()
		_ = file.Close() // only its path was wanted
		p.bring(path)
	}, p.w.win)
}

// bring reads a profile from a file and keeps it. One of its name is replaced
// after a question only.
func (p *profiles) bring(path string) {
	d, t := p.desk, p.w.t
	var read pki.Profile
	p.w.spawn("", func(context.Context) error {
		var err error
		if read, err = desk.ReadProfile(path); err != nil {
			return err
		}
		_, err = d.SaveProfile(read, false)
		return err
	}, func(err error) {
		switch {
		case errors.Is(err, desk.ErrProfileExists):
			p.ask(widgets.ToneSoon, t.T("profiles.replace.title", "Name", pki.Escape(read.Name)), t.T("profiles.replace.text"),
				t.T("profiles.replace.yes"), widgets.Danger, func() { p.replace(read) })
		case err != nil:
			p.w.fail(err)
		default:
			p.brought(read)
		}
	})
}

func (p *profiles) replace(read pki.Profile) {
	p.dismiss()
	d := p.desk
	p.w.background("", func(context.Context) error {
		_, err := d.SaveProfile(read, true)
		return err
	}, func() { p.brought(read) })
}

func (p *profiles) brought(read pki.Profile) {
	p.refresh()
	p.w.notify(p.w.t.T("profiles.imported", "Name", pki.Escape(read.Name)))
}
