package ui

import (
	"context"
	"errors"
	"path/filepath"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"

	"countersign/pki"
	"countersign/ui/desk"
	"countersign/ui/theme"
	"countersign/ui/widgets"
)

// bulkSave is the last step: the bundles of what was made.
type bulkSave struct {
	format, passwords     *widgets.Select
	one, folder           *widgets.Input
	formatIn, passwordsIn *widgets.Field
	oneIn, folderIn       *widgets.Field
	plain, shared         *widgets.Notice // warnings
	write                 *widgets.Button
	form                  *fyne.Container
	root                  *fyne.Container
	fromTable             bool // a row has a password of its own
}

// bulkFormats are the files of each certificate.
var bulkFormats = []struct {
	code    string
	formats []desk.Format
}{
	{"p12", []desk.Format{desk.P12}},
	{"p12-compatible", []desk.Format{desk.P12Compatible}},
	{"pem", []desk.Format{desk.Chain, desk.Key}},
}

func (b *bulkPage) buildSave() {
	t, s := b.w.t, &b.save
	var formats []string
	for _, f := range bulkFormats {
		formats = append(formats, t.T("bulk.save.format."+f.code))
	}
	chosen := func(int) { b.saveChosen() }
	s.format = widgets.NewSelect("", formats, 0, chosen)
	s.passwords = widgets.NewSelect("", nil, -1, chosen)
	s.one = widgets.NewInput("", func(string) { s.oneIn.SetFault("") })
	again := widgets.NewButton(t.T("export.password.again"), theme.IconRefresh, widgets.Plain, b.newPassword)
	copied := widgets.NewButton(t.T("export.password.copy"), theme.IconCopy, widgets.Plain, func() { b.w.copySecret(s.one.Text) })
	s.folder = widgets.NewInput("", func(string) { s.folderIn.SetFault("") })
	s.folder.OnSubmitted = func(string) { b.saveBundles() }
	browse := widgets.NewButton(t.T("file.browse"), theme.IconFolder, widgets.Plain, b.browseFolder)
	s.formatIn = widgets.NewField(t.T("bulk.save.format"), "", s.format)
	s.passwordsIn = widgets.NewField(t.T("bulk.save.passwords"), "", s.passwords)
	s.oneIn = widgets.NewField(t.T("bulk.save.one"), "", widgets.Row(8, widgets.Grow(s.one), copied, again))
	s.folderIn = widgets.NewField(t.T("bulk.save.folder"), "", widgets.Row(8, widgets.Grow(s.folder), browse))
	s.plain = widgets.NewNotice(widgets.ToneSoon, t.T("bulk.save.format.pem.warning"), "")
	s.shared = widgets.NewNotice(widgets.ToneSoon, t.T("bulk.save.one.warning"), "")
	s.write = widgets.NewButton("", theme.IconExport, widgets.Primary, b.saveBundles)
	s.form = widgets.Stack(16, widgets.NewQuiet(t.T("bulk.save.text")),
		widgets.Grid(260, 16, s.formatIn, s.passwordsIn), s.plain, s.oneIn, s.shared, s.folderIn, leading(s.write))
	s.root = widgets.Stack(12, widgets.NewHeading(t.T("bulk.save.title")), widgets.NewCard(s.form))
}

// fillSave offers what fits what was made.
func (b *bulkPage) fillSave() {
	t, s := b.w.t, &b.save
	s.fromTable = false
	for _, m := range b.made {
		s.fromTable = s.fromTable || m.Password != ""
	}
	each := t.T("bulk.save.passwords.own")
	if s.fromTable {
		each = t.T("bulk.save.passwords.table")
	}
	s.passwords.SetOptions([]string{each, t.T("bulk.save.passwords.one")}, 0)
	s.folder.SetText(freeFolder(filepath.Join(exportFolder(b.w.opt.Folder), t.T("bulk.save.folder.name"))))
	b.saveChosen()
}

// freeFolder is a folder's path, with a number when it is not empty.
func freeFolder(path string) string {
	try := path
	for n := 2; n < 100 && desk.CheckBulkFolder(try, "") != nil; n++ {
		try = path + "-" + strconv.Itoa(n)
	}
	return try
}

// saveChosen shows what the choices need.
func (b *bulkPage) saveChosen() {
	t, s := b.w.t, &b.save
	pem := b.saveCode() == "pem"
	one := !pem && s.passwords.Selected() == 1
	s.passwordsIn.Hidden = pem
	s.oneIn.Hidden, s.shared.Hidden, s.plain.Hidden = !one, !one, !pem
	s.passwordsIn.SetHint("")
	if !one && b.needsPasswordsFile() {
		s.passwordsIn.SetHint(t.T("bulk.save.passwords.file"))
	} else if !one {
		s.passwordsIn.SetHint(t.T("bulk.save.passwords.known"))
	}
	if one && s.one.Text == "" {
		b.newPassword()
	}
	key := "bulk.save"
	if pem {
		key = "bulk.save.pem"
	}
	s.write.SetText(t.T(key, "Number", t.Number(len(b.made))))
	b.root.Refresh()
}

func (b *bulkPage) saveCode() string { return bulkFormats[max(0, b.save.format.Selected())].code }

// needsPasswordsFile tells whether a password would have to be made.
func (b *bulkPage) needsPasswordsFile() bool {
	for _, m := range b.made {
		if m.Password == "" {
			return true
		}
	}
	return false
}

func (b *bulkPage) newPassword() {
	made, err := b.desk.NewPassword()
	if err != nil {
		b.w.fail(err)
		return
	}
	b.save.one.SetText(made)
}

func (b *bulkPage) browseFolder() {
	dialog.ShowFolderOpen(func(folder fyne.ListableURI, err error) {
		if err == nil && folder != nil {
			b.save.folder.SetText(freeFolder(filepath.Join(folder.Path(), b.w.t.T("bulk.save.folder.name"))))
		}
	}, b.w.win)
}

// saveBundles writes the folder, off the window's goroutine.
func (b *bulkPage) saveBundles() {
	s, t := &b.save, b.w.t
	o := desk.BulkExport{
		Folder:  strings.TrimSpace(s.folder.Text),
		Formats: bulkFormats[max(0, s.format.Selected())].formats,
	}
	switch {
	case o.Folder == "":
		b.fault(s.folderIn, t.T("export.folder.empty"))
		return
	case b.saveCode() == "pem":
	case s.passwords.Selected() == 1 && s.one.Text == "":
		b.fault(s.oneIn, t.T("export.password.empty"))
		return
	case s.passwords.Selected() == 1:
		o.Password = s.one.Text
	case b.needsPasswordsFile():
		o.Passwords = filepath.Join(o.Folder, desk.PasswordsFile)
	}
	var at *desk.PathError
	if err := desk.CheckBulkFolder(o.Folder, o.Passwords); errors.As(err, &at) && errors.Is(err, desk.ErrFileExists) {
		b.fault(s.folderIn, t.T("error.file-exists", "Path", pki.Escape(at.Path)))
		return
	}
	made := b.made
	var wrote desk.BulkWritten
	b.run("bulk.saving", func(ctx context.Context, told func(desk.BulkProgress)) error {
		var err error
		wrote, err = b.desk.ExportBulk(ctx, made, o, told)
		return err
	}, func(err error) {
		if b.left {
			return
		}
		b.showSaved(o, wrote, err)
	})
}

// showSaved says what was written; after a failure the form is there again.
func (b *bulkPage) showSaved(o desk.BulkExport, wrote desk.BulkWritten, err error) {
	t := b.w.t
	cancelled := errors.Is(err, context.Canceled)
	if err != nil && !cancelled {
		b.w.fail(err)
	}
	if wrote.Manifest == "" {
		b.showMade(len(b.made), nil)
		return
	}
	notice := widgets.NewNotice(widgets.ToneGood, t.T("bulk.saved", "Count", wrote.Certificates), "")
	if err != nil {
		notice.Set(widgets.ToneSoon, t.T("bulk.saved", "Count", wrote.Certificates), t.T("bulk.saved.part"))
	}
	facts := []widgets.Fact{
		{Label: t.T("bulk.saved.folder"), Value: o.Folder, Mono: true, Copy: o.Folder},
		{Label: t.T("bulk.saved.manifest"), Value: desk.ManifestFile, Mono: true},
	}
	if wrote.Passwords != "" {
		facts = append(facts, widgets.Fact{Label: t.T("bulk.saved.passwords"), Value: filepath.Base(wrote.Passwords), Mono: true})
	}
	parts := []fyne.CanvasObject{notice, widgets.NewCard(widgets.NewFacts(t.T("copy"), b.w.copy, facts...))}
	if wrote.Passwords != "" {
		parts = append(parts, widgets.NewQuiet(t.T("bulk.passwords-written", "Path", filepath.Base(wrote.Passwords))))
	}
	var goOn []fyne.CanvasObject
	if err != nil {
		goOn = append(goOn, widgets.NewButton(t.T("bulk.saved.go-on"), "", widgets.Plain, b.saveBundles))
	}
	b.step(scrolled(parts...), append(goOn,
		widgets.NewButton(t.T("bulk.show"), theme.IconCertificate, widgets.Plain, func() { b.w.navigate("certificates", b.made[0].Certificate.ID) }),
		widgets.NewButton(t.T("bulk.finish"), "", widgets.Primary, b.w.back))...)
}
