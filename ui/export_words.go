package ui

import (
	"context"
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
	paths, err := e.w.desk.ConfigFiles(e.cert.ID, e.target, folder)
	if err != nil {
		e.w.fail(err)
		return
	}
	parts := []fyne.CanvasObject{
		widgets.NewNotice(widgets.ToneGood, t.T("export.done", "Count", len(files)), pki.Escape(folder)),
		e.written(folder, files),
	}
	config, configured := desk.ConfigFor(e.target.Code, paths)
	if key := "export.next." + e.target.Code; t.Has(key) {
		next := []fyne.CanvasObject{widgets.Grow(widgets.NewHeading(e.nextTitle()))}
		if config.File != "" {
			next = append(next, e.keep(filepath.Join(folder, config.File), config.Text))
		}
		lines := []fyne.CanvasObject{widgets.Row(12, next...)}
		for n, line := range strings.Split(t.T(key, "Bundle", paths.Bundle, "Chain", paths.Chain, "Key", paths.Key, "CA", paths.CA, "File", config.File, "Run", config.Run), "\n") {
			lines = append(lines, widgets.RowTop(8,
				widgets.AtLeast(20, 0, widgets.NewText(t.Number(n+1)+".").Tone(widgets.ToneQuiet)),
				widgets.Grow(widgets.NewBody(line))))
		}
		parts = append(parts, widgets.Stack(8, lines...))
	}
	if configured {
		parts = append(parts, widgets.NewCode(config.Text, t.T("copy"), e.w.copy))
	}
	if e.target.Code == "partner" {
		parts = append(parts, widgets.NewCard(e.w.fingerprint(paths.Fingerprint)))
	}
	e.isWritten(true)
	e.body.RemoveAll()
	e.body.Add(widgets.Stack(16, parts...))
	e.root.Refresh()
}

// nextTitle is the heading of what to do next, there where the files go.
func (e *export) nextTitle() string {
	if key := "export.next.title." + e.target.Code; e.w.t.Has(key) {
		return e.w.t.T(key)
	}
	return e.w.t.T("export.next", "Target", e.w.t.T("export.target."+e.target.Code))
}

// isWritten puts what goes on from here in the place of Save: a second click on
// it must not leave the password unseen.
func (e *export) isWritten(yes bool) {
	e.save.Hidden, e.cancel.Hidden = yes, yes
	e.other.Hidden, e.done.Hidden = !yes, !yes
}

// again shows the form once more, for another target.
func (e *export) again() {
	e.isWritten(false)
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
	list.SetLabelWidth(240)
	parts := []fyne.CanvasObject{list}
	if e.target.NeedsPassword() {
		secret := widgets.NewFacts(t.T("copy"), e.w.copySecret,
			widgets.Fact{Label: t.T("export.password"), Value: e.password.Text, Mono: true, Copy: e.password.Text})
		secret.SetLabelWidth(240)
		parts = append(parts, widgets.Rule(), secret, widgets.NewQuiet(t.T("export.password.once")))
	}
	return widgets.NewCard(widgets.Stack(8, parts...))
}

// keep is a button that writes a configuration beside the files that it names.
func (e *export) keep(path, text string) *widgets.Button {
	t := e.w.t
	var button *widgets.Button
	button = widgets.NewButton(t.T("export.keep", "File", filepath.Base(path)), theme.IconExport, widgets.Plain, func() {
		e.w.background("", func(context.Context) error {
			return desk.WriteFile(path, desk.File{Data: []byte(text)}, false)
		}, func() {
			button.Disable()
			e.w.notify(t.T("export.kept", "Path", pki.Escape(path)))
		})
	})
	return button
}
