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

// requestFile asks where to write a request, and writes it.
type requestFile struct {
	w       *Window
	request desk.Request
	path    *widgets.Input
	field   *widgets.Field
	save    *widgets.Button
	root    *fyne.Container
}

func newRequestFile(w *Window, r desk.Request) *requestFile {
	f := &requestFile{w: w, request: r}
	t := w.t
	f.path = widgets.NewInput("", func(string) { f.field.SetFault("") })
	f.path.OnSubmitted = func(string) { f.write() }
	f.field = widgets.NewField(t.T("requests.save.path"), t.T("requests.save.hint"), f.path)
	name := desk.FileName(r.Name) + ".csr"
	if home, err := os.UserHomeDir(); err == nil {
		name = filepath.Join(home, name)
	}
	f.path.SetText(name)
	f.save = widgets.NewButton(t.T("requests.save.doit"), theme.IconExport, widgets.Primary, f.write)
	cancel := widgets.NewButton(t.T("cancel"), "", widgets.Plain, w.back)
	f.root = widgets.Stack(16,
		widgets.Row(8, widgets.Grow(widgets.NewTitle(t.T("requests.save.title"))), cancel, f.save),
		widgets.AtMost(640, f.field))
	return f
}

func (f *requestFile) content() fyne.CanvasObject { return f.root }
func (f *requestFile) refresh()                   {}
func (f *requestFile) firstFocus() fyne.Focusable { return f.path }

// write writes the file, never over another.
func (f *requestFile) write() {
	path, t, from := strings.TrimSpace(f.path.Text), f.w.t, f.w.desk
	if !filepath.IsAbs(path) {
		f.fault("requests.save.absolute")
		return
	}
	f.save.SetBusy(true)
	f.w.spawn("", func(context.Context) error {
		file, err := from.RequestFile(f.request.ID, strings.EqualFold(filepath.Ext(path), ".der"))
		if err != nil {
			return err
		}
		return desk.WriteFile(path, file, false)
	}, func(err error) {
		f.save.SetBusy(false)
		switch {
		case errors.Is(err, desk.ErrFileExists):
			f.fault("requests.save.exists")
		case err != nil:
			f.w.fail(err)
		default:
			f.w.navigate("requests", f.request.ID)
			f.w.notify(t.T("requests.save.done", "Path", path))
		}
	})
}

func (f *requestFile) fault(key string) {
	f.field.SetFault(f.w.t.T(key))
	f.root.Refresh()
}
