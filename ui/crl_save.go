package ui

import (
	"context"
	"errors"
	"path/filepath"
	"strings"

	"fyne.io/fyne/v2"

	"countersign/pki"
	"countersign/ui/desk"
	"countersign/ui/theme"
	"countersign/ui/widgets"
)

// crlFormats are the formats of lists, in the order of the choice.
var crlFormats = []desk.CRLFormat{desk.CRLPEM, desk.CRLDER}

// crlSaving asks where to write a list, and as what. It may take the place of
// an older one, when a person says so.
type crlSaving struct {
	w       *Window
	list    desk.CRL
	format  *widgets.Select
	path    *widgets.Input
	field   *widgets.Field
	save    *widgets.Button
	trouble *fyne.Container
	root    *fyne.Container
}

// openSaveCRL shows where an authority's newest list is to be written.
func (w *Window) openSaveCRL(c desk.CRL) { w.open(newCRLSaving(w, c)) }

func newCRLSaving(w *Window, c desk.CRL) *crlSaving {
	s := &crlSaving{w: w, list: c}
	t := w.t
	var words []string
	for _, f := range crlFormats {
		words = append(words, t.T("crl.format."+string(f)))
	}
	s.format = widgets.NewSelect("", words, 0, func(int) { s.name() })
	s.path = widgets.NewInput("", func(string) {
		s.field.SetFault("")
		s.ask(nil)
	})
	s.path.OnSubmitted = func(string) { s.write(false) }
	s.field = widgets.NewField(t.T("save.path"), "", s.path)
	s.save = widgets.NewButton(t.T("save.do"), theme.IconExport, widgets.Primary, func() { s.write(false) })
	cancel := widgets.NewButton(t.T("cancel"), "", widgets.Plain, w.back)
	s.trouble = widgets.Stack(0)
	s.trouble.Hide()
	title := widgets.NewTitle(t.T("crl.save.title", "Name", pki.Escape(c.Authority))).Truncate()
	s.root = widgets.Stack(16, widgets.Row(8, widgets.Grow(title), cancel, s.save), s.trouble,
		widgets.AtMost(640, widgets.Stack(16, widgets.NewField(t.T("crl.format"), "", s.format), s.field)))
	s.path.SetText(filepath.Join(exportFolder(w.opt.Folder), s.fileName()))
	return s
}

func (s *crlSaving) content() fyne.CanvasObject { return s.root }
func (s *crlSaving) refresh()                   {}
func (s *crlSaving) firstFocus() fyne.Focusable { return s.path }

func (s *crlSaving) chosen() desk.CRLFormat { return crlFormats[max(0, s.format.Selected())] }

func (s *crlSaving) fileName() string {
	if s.chosen() == desk.CRLDER {
		return s.list.FileName + ".crl"
	}
	return s.list.FileName + "-crl.pem"
}

// name gives the file the ending of its format.
func (s *crlSaving) name() {
	s.path.SetText(filepath.Join(filepath.Dir(s.path.Text), s.fileName()))
}

func (s *crlSaving) write(replace bool) {
	path := strings.TrimSpace(s.path.Text)
	if !filepath.IsAbs(path) {
		s.field.SetFault(s.w.t.T("save.absolute"))
		s.root.Refresh()
		return
	}
	d, id, format := s.w.desk, s.list.AuthorityID, s.chosen()
	s.save.SetBusy(true)
	s.w.spawn(s.w.t.T("save.doing"), func(context.Context) error {
		file, err := d.CRLFile(id, format)
		if err != nil {
			return err
		}
		return desk.WriteFile(path, file, replace)
	}, func(err error) {
		s.save.SetBusy(false)
		t := s.w.t
		switch {
		case errors.Is(err, desk.ErrFileExists):
			s.ask(widgets.NewNotice(widgets.ToneSoon, t.T("export.exists", "Name", filepath.Base(path)), t.T("crl.save.exists"),
				widgets.NewButton(t.T("export.replace"), "", widgets.Danger, func() { s.write(true) })))
		case err != nil:
			s.w.fail(err)
		default:
			s.w.back()
			s.w.notify(t.T("save.done", "Path", path))
		}
	})
}

// ask shows a question above the fields, or takes it away.
func (s *crlSaving) ask(question fyne.CanvasObject) {
	s.trouble.RemoveAll()
	s.trouble.Hidden = question == nil
	if question != nil {
		s.trouble.Add(question)
	}
	if s.root != nil {
		s.root.Refresh()
	}
}
