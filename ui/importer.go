package ui

import (
	"context"
	"maps"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"

	"countersign/ui/desk"
	"countersign/ui/i18n"
	"countersign/ui/theme"
	"countersign/ui/widgets"
)

// importer brings certificates and keys from files and folders: what is in
// them is shown first, and keeping it is a second click.
type importer struct {
	w       *Window
	paths   *widgets.Input
	pathsIn *widgets.Field
	secrets *fyne.Container // a password for each file that needs one
	asked   []askedPassword
	given   map[string]string // by path; what was typed
	look    *widgets.Button
	keep    *widgets.Button
	results *fyne.Container
	found   desk.Found
	body    fyne.CanvasObject
	scroll  *container.Scroll
	root    fyne.CanvasObject
}

// askedPassword is the password of one file, asked for where it was found.
type askedPassword struct {
	path   string
	secret *widgets.Secret
	field  *widgets.Field
}

// shownLocked is how many passwords are asked for at a time.
const shownLocked = 5

// openImport shows the importer, with paths to look at when there are some.
func (w *Window) openImport(paths ...string) {
	i := newImporter(w)
	w.open(i)
	if len(paths) > 0 {
		i.paths.SetText(strings.Join(paths, "\n"))
		i.see()
		return
	}
	w.win.Canvas().Focus(i.paths)
}

func newImporter(w *Window) *importer {
	i := &importer{w: w, results: widgets.Stack(12), secrets: widgets.Stack(12), given: map[string]string{}}
	i.paths = widgets.NewLines(w.t.T("import.paths.placeholder"), 2, func(string) { i.forget() })
	file := widgets.NewButton(w.t.T("import.file"), theme.IconFile, widgets.Plain, i.browseFile)
	folder := widgets.NewButton(w.t.T("import.folder"), theme.IconFolder, widgets.Plain, i.browseFolder)
	i.pathsIn = widgets.NewField(w.t.T("import.paths"), w.t.T("import.paths.hint"),
		widgets.RowTop(8, widgets.Grow(i.paths), widgets.Stack(8, file, folder)))
	i.secrets.Hide()
	i.look = widgets.NewButton(w.t.T("import.look"), theme.IconSearch, widgets.Primary, i.see)
	i.keep = widgets.NewButton("", theme.IconImport, widgets.Primary, i.bring)
	i.keep.Hide()
	cancel := widgets.NewButton(w.t.T("cancel"), "", widgets.Plain, w.back)
	closer := widgets.NewButton(w.t.T("inspect.closer"), "", widgets.Plain, func() { w.openInspector(i.files()...) })
	i.body = widgets.Inset(0, gutter, 4, 2, widgets.Stack(16, i.pathsIn, i.secrets, i.results))
	i.scroll = container.NewVScroll(i.body)
	middle := &fyne.Container{Layout: &settleLayout{i.scroll}, Objects: []fyne.CanvasObject{i.scroll}}
	i.root = widgets.Stack(16,
		widgets.Row(8, widgets.Grow(widgets.NewTitle(w.t.T("import.title"))), cancel, closer, i.look, i.keep),
		widgets.Grow(middle))
	return i
}

func (i *importer) content() fyne.CanvasObject { return i.root }
func (i *importer) refresh()                   {}

// watchDrops opens what is dropped on the window.
func (w *Window) watchDrops() {
	w.win.SetOnDropped(func(_ fyne.Position, dropped []fyne.URI) {
		if w.frame == nil {
			return // locked: what was dropped could be kept nowhere
		}
		w.stir()
		var paths []string
		for _, uri := range dropped {
			paths = append(paths, uri.Path())
		}
		if p, ok := w.shown().(interface{ drop([]string) bool }); ok && p.drop(paths) {
			return
		}
		if isTable(paths) {
			w.openBulkFile(paths[0])
			return
		}
		w.openImport(paths...)
	})
}

// forget takes away what was found: the paths are others now.
func (i *importer) forget() {
	i.found = desk.Found{}
	i.pathsIn.SetFault("")
	i.results.RemoveAll()
	i.clearAsked()
	i.secrets.RemoveAll()
	i.secrets.Hide()
	i.keep.Hide()
	i.look.Show()
	i.root.Refresh()
}

func (i *importer) add(path string) {
	text := strings.TrimSpace(i.paths.Text)
	if text != "" {
		text += "\n"
	}
	i.paths.SetText(text + path)
	i.see()
}

func (i *importer) browseFile() {
	dialog.ShowFileOpen(func(file fyne.URIReadCloser, err error) {
		if err != nil || file == nil {
			return
		}
		path := file.URI().Path()
		_ = file.Close() // only its path was wanted
		i.add(path)
	}, i.w.win)
}

func (i *importer) browseFolder() {
	dialog.ShowFolderOpen(func(folder fyne.ListableURI, err error) {
		if err == nil && folder != nil {
			i.add(folder.Path())
		}
	}, i.w.win)
}

// see looks into the files and shows what is in them.
func (i *importer) see() {
	paths := i.named()
	if len(paths) == 0 {
		i.pathsIn.SetFault(i.w.t.T("import.paths.empty"))
		return
	}
	for _, a := range i.asked {
		if text := a.secret.Text(); text != "" {
			i.given[a.path] = text
		}
	}
	passwords, d := i.passwords(), i.w.desk
	var found desk.Found
	i.w.background(i.w.t.T("import.looking"), func(ctx context.Context) error {
		var err error
		found, err = d.Look(ctx, paths, passwords)
		return err
	}, func() { i.saw(found) })
}

// passwords are those that were typed: each for its file first, and for all
// others too, since most people have one for all.
func (i *importer) passwords() desk.Passwords {
	p := desk.Passwords{ByPath: maps.Clone(i.given)}
	for _, path := range slices.Sorted(maps.Keys(i.given)) {
		if !slices.Contains(p.Any, i.given[path]) {
			p.Any = append(p.Any, i.given[path])
		}
	}
	return p
}

func (i *importer) saw(found desk.Found) {
	i.found = found
	i.results.RemoveAll()
	i.ask()
	for _, part := range i.parts() {
		i.results.Add(part)
	}
	fresh := found.Fresh()
	i.keep.SetText(i.w.t.T("import.keep", "Count", fresh))
	if fresh == 0 {
		i.keep.SetText(i.w.t.T("import.keep.lists"))
	}
	i.keep.Hidden, i.look.Hidden = !found.New(), found.New()
	i.root.Refresh()
	i.root.Refresh() // the paragraphs know how wide they are now, and so how high
}

// ask asks for the password of each file that needs one, or another one.
func (i *importer) ask() {
	t := i.w.t
	i.clearAsked()
	i.secrets.RemoveAll()
	i.secrets.Hidden = len(i.found.Locked) == 0
	var fields []fyne.CanvasObject
	for n, l := range i.found.Locked {
		if n == shownLocked {
			fields = append(fields, widgets.NewQuiet(t.T("import.password.more", "Count", len(i.found.Locked)-n)))
			break
		}
		a := askedPassword{path: l.Path}
		a.secret = widgets.NewSecret("", func(string) { a.field.SetFault("") }, func(string) { i.see() })
		hint := ""
		if n == 0 {
			hint = t.T("import.password.hint")
		}
		a.field = widgets.NewField(t.T("import.password.of", "Path", shortPath(l.Path)), hint, a.secret)
		if i.given[l.Path] != "" {
			a.secret.SetText(i.given[l.Path])
			a.field.SetFault(t.T("import.password.wrong"))
		}
		i.asked = append(i.asked, a)
		fields = append(fields, a.field)
	}
	if len(i.asked) == 0 {
		return
	}
	open := widgets.NewButton(t.T("import.open"), theme.IconUnlock, widgets.Plain, i.see)
	i.secrets.Add(widgets.NewCard(widgets.Stack(12, append(fields, widgets.Row(8, open, widgets.Spacer()))...)))
	i.w.win.Canvas().Focus(i.asked[0].secret.Input())
}

// bring keeps what was found and shows it.
func (i *importer) bring() {
	found, d := i.found, i.w.desk
	var done desk.Imported
	i.keep.SetBusy(true)
	i.w.spawn(i.w.t.T("import.keeping"), func(ctx context.Context) error {
		var err error
		done, err = d.Import(ctx, found)
		return err
	}, func(err error) {
		i.keep.SetBusy(false)
		if err != nil {
			i.w.fail(err)
			return
		}
		i.forgetPasswords()
		i.w.changed()
		i.w.notify(i.brought(done))
		i.leadTo(done)
	})
}

func (i *importer) forgetPasswords() {
	i.clearAsked()
	i.given = map[string]string{}
}

// clearAsked lets go of the lines for passwords and what was typed there.
func (i *importer) clearAsked() {
	for _, a := range i.asked {
		a.secret.SetText("")
	}
	i.asked = nil
}

// close leaves neither passwords nor what they opened behind.
func (i *importer) close() {
	i.forgetPasswords()
	i.found = desk.Found{}
}

// brought says what came into the vault.
func (i *importer) brought(done desk.Imported) string {
	t := i.w.t
	var said []string
	for _, part := range []struct {
		key   string
		count int
	}{
		{"import.done", len(done.Certificates)}, {"import.done.requests", done.Requests},
		{"import.done.revoked", done.Revoked}, {"import.done.elsewhere", done.Elsewhere},
		{"import.done.in-other-hands", done.InOtherHands},
	} {
		if part.count > 0 {
			said = append(said, t.T(part.key, "Count", part.count))
		}
	}
	if len(said) == 0 {
		return t.T("import.done.nothing")
	}
	return i18n.Sentences(said...)
}

// leadTo shows what came in: an authority first, where there is one.
func (i *importer) leadTo(done desk.Imported) {
	for _, c := range done.Certificates {
		if c.IsAuthority() {
			i.w.navigate("authorities", c.ID)
			return
		}
	}
	if len(done.Certificates) > 0 {
		i.w.navigate("certificates", done.Certificates[0].ID)
		return
	}
	if done.Requests > 0 {
		i.w.navigate("requests", "")
		return
	}
	i.w.back()
}
