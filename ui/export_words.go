package ui

import (
	"path/filepath"
	"strings"

	"fyne.io/fyne/v2"

	"countersign/pki"
	"countersign/ui/desk"
	"countersign/ui/theme"
	"countersign/ui/widgets"
)

// showWritten puts what was written in the form's place, and says what to do
// next in the program that the files are for.
func (e *export) showWritten(folder string, files []desk.File) {
	t := e.w.t
	args := e.paths(folder).args()
	parts := []fyne.CanvasObject{
		widgets.NewNotice(widgets.ToneGood, t.T("export.done", "Count", len(files)), pki.Escape(folder)),
		e.written(folder, files),
	}
	if key := "export.next." + e.target.Code; t.Has(key) {
		lines := []fyne.CanvasObject{widgets.NewHeading(t.T("export.next", "Target", t.T("export.target."+e.target.Code)))}
		for n, line := range strings.Split(t.T(key, args...), "\n") {
			lines = append(lines, widgets.RowTop(8,
				widgets.AtLeast(20, 0, widgets.NewText(t.Number(n+1)+".").Tone(widgets.ToneQuiet)),
				widgets.Grow(widgets.NewBody(line))))
		}
		parts = append(parts, widgets.Stack(8, lines...))
	}
	if config := configFor(e.target.Code, e.paths(folder)); config != "" {
		parts = append(parts, widgets.NewCode(config, t.T("copy"), e.w.copy))
	}
	other := widgets.NewButton(t.T("export.other"), theme.IconExport, widgets.Plain, e.again)
	done := widgets.NewButton(t.T("export.finish"), theme.IconCheck, widgets.Primary, e.w.back)
	parts = append(parts, leading(done, other))
	e.save.Hide()
	e.cancel.Hide() // a second click on Save must not leave the password unseen
	e.body.RemoveAll()
	e.body.Add(widgets.Stack(16, parts...))
	e.root.Refresh()
}

// again shows the form once more, for another target.
func (e *export) again() {
	e.save.Show()
	e.cancel.Show()
	e.body.RemoveAll()
	e.body.Add(e.form)
	e.chosen()
}

// written lists the files with their paths to copy, and the password for the
// one time that it is shown.
func (e *export) written(folder string, files []desk.File) fyne.CanvasObject {
	t := e.w.t
	var facts []widgets.Fact
	for _, f := range files {
		facts = append(facts, widgets.Fact{Label: f.Name, Value: filepath.Join(folder, f.Name), Mono: true, Copy: filepath.Join(folder, f.Name)})
	}
	list := widgets.NewFacts(t.T("copy"), e.w.copy, facts...)
	parts := []fyne.CanvasObject{list}
	if e.target.NeedsPassword() {
		secret := widgets.NewFacts(t.T("copy"), e.w.copySecret,
			widgets.Fact{Label: t.T("export.password"), Value: e.password.Text, Mono: true, Copy: e.password.Text})
		parts = append(parts, widgets.Rule(), secret, widgets.NewQuiet(t.T("export.password.once")))
	}
	return widgets.NewCard(widgets.Stack(8, parts...))
}

// paths are where the target's files were written.
func (e *export) paths(folder string) configFiles {
	files := configFiles{name: e.cert.Name, fingerprint: e.cert.Fingerprint}
	for _, f := range e.target.Formats {
		one, err := e.w.desk.FileNames(e.cert.ID, []desk.Format{f})
		if err != nil || len(one) != 1 {
			continue
		}
		path := filepath.Join(folder, one[0])
		switch f {
		case desk.P12, desk.P12Compatible:
			files.p12 = path
		case desk.Chain:
			files.chain = path
		case desk.Key:
			files.key = path
		case desk.CA:
			files.ca = path
		}
	}
	return files
}

// args are the paths for the words of a target.
func (f configFiles) args() []any {
	return []any{"Bundle", f.p12, "Chain", f.chain, "Key", f.key, "CA", f.ca}
}
