package ui

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"fyne.io/fyne/v2"

	"countersign/ui/desk"
	"countersign/ui/theme"
	"countersign/ui/widgets"
)

// saving is a file to be written where the person says.
type saving struct {
	title, hint string
	name        string // the file's name when nobody says otherwise
	secret      bool   // readable by its owner only
	data        func() ([]byte, error)
	forget      func() // lets go of what data holds; may be nil
}

// savePage asks where to write a file, and writes it, never over another.
type savePage struct {
	w     *Window
	s     saving
	path  *widgets.Input
	field *widgets.Field
	save  *widgets.Button
	root  *fyne.Container
}

func newSavePage(w *Window, s saving) *savePage {
	f := &savePage{w: w, s: s}
	t := w.t
	f.path = widgets.NewInput("", func(string) { f.field.SetFault("") })
	f.path.OnSubmitted = func(string) { f.write() }
	f.field = widgets.NewField(t.T("save.path"), s.hint, f.path)
	f.path.SetText(homePath(s.name))
	f.save = widgets.NewButton(t.T("save.do"), theme.IconExport, widgets.Primary, f.write)
	cancel := widgets.NewButton(t.T("cancel"), "", widgets.Plain, w.back)
	f.root = widgets.Stack(16,
		widgets.Row(8, widgets.Grow(widgets.NewTitle(s.title)), cancel, f.save),
		widgets.AtMost(640, f.field))
	return f
}

// homePath is where a file goes when nobody says otherwise.
func homePath(name string) string {
	home, err := os.UserHomeDir()
	if err != nil {
		return name
	}
	return filepath.Join(home, name)
}

func (f *savePage) content() fyne.CanvasObject { return f.root }
func (f *savePage) refresh()                   {}
func (f *savePage) firstFocus() fyne.Focusable { return f.path }

// close forgets what was to be written.
func (f *savePage) close() {
	if f.s.forget != nil {
		f.s.forget()
	}
	f.s.data, f.s.forget = nil, nil
}

func (f *savePage) write() {
	path := strings.TrimSpace(f.path.Text)
	if !filepath.IsAbs(path) {
		f.fault("save.absolute")
		return
	}
	t, data, secret := f.w.t, f.s.data, f.s.secret
	f.save.SetBusy(true)
	f.w.spawn(t.T("save.doing"), func(context.Context) error {
		content, err := data()
		if err != nil {
			return err
		}
		return desk.WriteFile(path, desk.File{Name: filepath.Base(path), Data: content, Secret: secret}, false)
	}, func(err error) {
		f.save.SetBusy(false)
		switch {
		case errors.Is(err, desk.ErrFileExists):
			f.fault("save.exists")
		case errors.Is(err, context.Canceled):
		case err != nil:
			f.w.fail(err)
		default:
			f.w.back()
			f.w.notify(t.T("save.done", "Path", path))
		}
	})
}

func (f *savePage) fault(words string) {
	f.field.SetFault(f.w.t.T(words))
	f.root.Refresh()
}
