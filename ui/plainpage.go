package ui

import (
	"context"
	"errors"
	"path/filepath"
	"strings"

	"fyne.io/fyne/v2"

	"countersign/ui/desk"
	"countersign/ui/theme"
	"countersign/ui/widgets"
)

// plainFolder is the folder's name unless another is typed.
const plainFolder = "countersign-export"

// plainPage writes the whole vault as files that other programs use.
type plainPage struct {
	w        *Window
	folder   *widgets.Input
	folderIn *widgets.Field
	pair     *passphrasePair
	clear    *widgets.Check
	warning  *widgets.Notice
	do       *widgets.Button
	root     *fyne.Container
}

func newPlainPage(w *Window) *plainPage {
	t := w.t
	p := &plainPage{w: w}
	p.folder = widgets.NewInput("", func(string) { p.fault("") })
	p.folder.OnSubmitted = func(string) { p.write() }
	p.folderIn = widgets.NewField(t.T("plain.folder"), t.T("plain.folder.hint"), p.folder)
	p.folder.SetText(filepath.Join(exportFolder(w.opt.Folder), plainFolder))
	p.pair = newPassphrasePair(w, t.T("plain.password"), t.T("settings.passphrase.again"), p.write, p.relayout)
	p.warning = widgets.NewNotice(widgets.ToneSoon, t.T("plain.clear.title"), t.T("plain.clear"))
	p.warning.Hide()
	p.clear = widgets.NewCheck(t.T("plain.without"), false, func(clear bool) {
		p.pair.first.Hidden, p.pair.second.Hidden, p.warning.Hidden = clear, clear, !clear
		p.relayout()
	})
	p.do = widgets.NewButton(t.T("plain.do"), theme.IconExport, widgets.Primary, p.write)
	cancel := widgets.NewButton(t.T("cancel"), "", widgets.Plain, w.back)
	p.root = widgets.Stack(16,
		widgets.Row(8, widgets.Grow(widgets.NewTitle(t.T("plain.title"))), cancel, p.do),
		widgets.AtMost(640, widgets.Stack(16, widgets.NewBody(t.T("plain.text")), p.folderIn,
			p.pair.first, p.pair.second, p.clear, p.warning)))
	return p
}

func (p *plainPage) content() fyne.CanvasObject { return p.root }
func (p *plainPage) refresh()                   {}
func (p *plainPage) firstFocus() fyne.Focusable { return p.pair.one.Input() }
func (p *plainPage) close()                     { p.pair.clear() }

func (p *plainPage) relayout() {
	if p.root != nil {
		p.root.Refresh()
	}
}

func (p *plainPage) fault(why string) {
	if p.folderIn.Fault() != why {
		p.folderIn.SetFault(why)
		p.relayout()
	}
}

func (p *plainPage) write() {
	if p.do.Busy() {
		return
	}
	t, d, folder := p.w.t, p.w.desk, strings.TrimSpace(p.folder.Text)
	if !filepath.IsAbs(folder) {
		p.fault(t.T("save.absolute"))
		return
	}
	o := desk.PlainOptions{
		NoPassword: p.clear.Checked(),
		Readme:     func(desk.Plain) string { return t.T("plain.readme", "Date", t.Date(d.Now())) },
	}
	if !o.NoPassword {
		password, ok := p.pair.passphrase()
		if !ok {
			return
		}
		o.Password = string(password)
		clear(password)
	}
	p.do.SetBusy(true)
	var done desk.Plain
	p.w.spawn(t.T("plain.doing"), func(ctx context.Context) error {
		var err error
		done, err = d.ExportPlain(ctx, folder, o)
		return err
	}, func(err error) {
		p.do.SetBusy(false)
		switch {
		case errors.Is(err, desk.ErrFileExists):
			p.fault(t.T("save.exists"))
		case err != nil:
			p.w.failUnlessCancelled(err)
		default:
			p.close()
			p.w.back()
			p.w.notify(t.T("plain.done", "Folder", done.Folder, "Authorities", t.Counted("authorities", done.Authorities),
				"Certificates", t.Counted("certificates", done.Certificates), "Keys", t.Counted("keys", done.Keys)))
		}
	})
}
