package ui

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"countersign/ui/desk"
	"countersign/ui/theme"
	"countersign/ui/widgets"
)

// activityFile asks where to write activities as CSV, and writes them.
type activityFile struct {
	w     *Window
	deeds []deed
	path  *widgets.Input
	field *widgets.Field
	save  *widgets.Button
	root  *fyne.Container
}

func newActivityFile(w *Window, deeds []deed) *activityFile {
	f := &activityFile{w: w, deeds: deeds}
	t := w.t
	f.path = widgets.NewInput("", func(string) { f.field.SetFault("") })
	f.path.OnSubmitted = func(string) { f.write() }
	f.field = widgets.NewField(t.T("activity.file.path"), t.T("activity.file.hint", "Count", len(deeds)), f.path)
	f.path.SetText(activityPath())
	f.save = widgets.NewButton(t.T("activity.file.save"), theme.IconExport, widgets.Primary, f.write)
	cancel := widgets.NewButton(t.T("cancel"), "", widgets.Plain, w.back)
	f.root = widgets.Stack(16,
		widgets.Row(8, widgets.Grow(widgets.NewTitle(t.T("activity.file.title"))), cancel, f.save),
		widgets.AtMost(640, f.field))
	return f
}

// activityPath is where the file goes when nobody says otherwise.
func activityPath() string {
	const name = "countersign-activity.csv"
	home, err := os.UserHomeDir()
	if err != nil {
		return name
	}
	return filepath.Join(home, name)
}

func (f *activityFile) content() fyne.CanvasObject { return f.root }
func (f *activityFile) refresh()                   {}
func (f *activityFile) firstFocus() fyne.Focusable { return f.path }

// close forgets what was read of the vault.
func (f *activityFile) close() { f.deeds = nil }

// write writes the file, never over another.
func (f *activityFile) write() {
	path := strings.TrimSpace(f.path.Text)
	if !filepath.IsAbs(path) {
		f.field.SetFault(f.w.t.T("activity.file.absolute"))
		f.root.Refresh()
		return
	}
	deeds, t := f.deeds, f.w.t
	f.save.SetBusy(true)
	f.w.spawn(t.T("activity.file.saving"), func(context.Context) error {
		data, err := deedsCSV(deeds)
		if err != nil {
			return err
		}
		return desk.WriteFile(path, desk.File{Name: filepath.Base(path), Data: data}, false)
	}, func(err error) {
		f.save.SetBusy(false)
		switch {
		case errors.Is(err, desk.ErrFileExists):
			f.field.SetFault(t.T("activity.file.exists"))
			f.root.Refresh()
		case errors.Is(err, context.Canceled):
		case err != nil:
			f.w.fail(err)
		default:
			f.w.back()
			f.w.notify(t.T("activity.file.done", "Path", path))
		}
	})
}

// deedsCSV is RFC 4180 in UTF-8: times as RFC 3339 in UTC, the verb's code,
// what was done, its facts, the name, the certificate's ID. Cells that a
// spreadsheet would take for a formula begin with an apostrophe.
func deedsCSV(deeds []deed) ([]byte, error) {
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	w.UseCRLF = true
	records := [][]string{{"time", "verb", "what", "facts", "name", "certificate"}}
	for _, d := range deeds {
		record := []string{d.At.UTC().Format(time.RFC3339), d.Verb, d.words, d.facts, d.Name, string(d.Subject)}
		for i := range record {
			record[i] = plainCell(record[i])
		}
		records = append(records, record)
	}
	err := w.WriteAll(records)
	return out.Bytes(), err
}

// plainCell keeps a spreadsheet from running what a certificate's name says.
func plainCell(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return "'" + text
	}
	return text
}
