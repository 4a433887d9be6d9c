package ui

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"

	"countersign/ui/desk"
	"countersign/ui/theme"
	"countersign/ui/widgets"
)

// importer brings certificates and keys from files and folders: what is in
// them is shown first, and keeping it is a second click.
type importer struct {
	w        *Window
	paths    *widgets.Input
	pathsIn  *widgets.Field
	password *widgets.Secret
	locked   *widgets.Field // around the password; hidden until a file needs one
	look     *widgets.Button
	keep     *widgets.Button
	results  *fyne.Container
	found    desk.Found
	root     fyne.CanvasObject
}

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
	i := &importer{w: w, results: widgets.Stack(12)}
	i.paths = widgets.NewLines(w.t.T("import.paths.placeholder"), 2, func(string) { i.forget() })
	file := widgets.NewButton(w.t.T("import.file"), theme.IconFile, widgets.Plain, i.browseFile)
	folder := widgets.NewButton(w.t.T("import.folder"), theme.IconFolder, widgets.Plain, i.browseFolder)
	i.pathsIn = widgets.NewField(w.t.T("import.paths"), w.t.T("import.paths.hint"),
		widgets.RowTop(8, widgets.Grow(i.paths), widgets.Stack(8, file, folder)))
	i.password = widgets.NewSecret("", func(string) { i.locked.SetFault("") }, func(string) { i.see() })
	i.locked = widgets.NewField(w.t.T("import.password"), w.t.T("import.password.hint"), i.password)
	i.locked.Hide()
	i.look = widgets.NewButton(w.t.T("import.look"), theme.IconSearch, widgets.Primary, i.see)
	i.keep = widgets.NewButton("", theme.IconImport, widgets.Primary, i.bring)
	i.keep.Hide()
	cancel := widgets.NewButton(w.t.T("cancel"), "", widgets.Plain, w.back)
	i.root = widgets.Stack(16,
		widgets.Row(8, widgets.Grow(widgets.NewTitle(w.t.T("import.title"))), cancel, i.look, i.keep),
		widgets.Grow(container.NewVScroll(widgets.Inset(0, 12, 0, 0, widgets.Stack(16, i.pathsIn, i.locked, i.results)))))
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
		w.openImport(paths...)
	})
}

// forget takes away what was found: the paths are others now.
func (i *importer) forget() {
	i.found = desk.Found{}
	i.pathsIn.SetFault("")
	i.results.RemoveAll()
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
	var paths []string
	for _, line := range strings.Split(i.paths.Text, "\n") {
		if line = strings.Trim(strings.TrimSpace(line), `"'`); line != "" {
			paths = append(paths, strings.TrimPrefix(line, "file://"))
		}
	}
	if len(paths) == 0 {
		i.pathsIn.SetFault(i.w.t.T("import.paths.empty"))
		return
	}
	password, d := i.password.Text(), i.w.desk
	var found desk.Found
	i.w.background(i.w.t.T("import.looking"), func(ctx context.Context) error {
		var err error
		found, err = d.Look(ctx, paths, password)
		return err
	}, func() { i.saw(found, password != "") })
}

func (i *importer) saw(found desk.Found, tried bool) {
	i.found = found
	i.results.RemoveAll()
	i.locked.Hidden = len(found.Locked) == 0
	if len(found.Locked) > 0 {
		i.locked.SetHint(i.w.t.T("import.locked", "Count", len(found.Locked), "Path", found.Locked[0]))
		if tried {
			i.locked.SetFault(i.w.t.T("error.password-wrong"))
		}
		i.w.win.Canvas().Focus(i.password.Input())
	}
	for _, part := range i.parts() {
		i.results.Add(part)
	}
	fresh := i.fresh()
	i.keep.SetText(i.w.t.T("import.keep", "Count", fresh))
	i.keep.Hidden, i.look.Hidden = fresh == 0, fresh > 0
	i.root.Refresh()
}

// fresh counts what keeping would add.
func (i *importer) fresh() int {
	n := 0
	for _, c := range i.found.Certificates {
		if c.New() {
			n++
		}
	}
	return n
}

// bring keeps what was found and shows it.
func (i *importer) bring() {
	found, d := i.found.Certificates, i.w.desk
	var added []desk.Certificate
	i.keep.SetBusy(true)
	i.w.spawn(i.w.t.T("import.keeping"), func(ctx context.Context) error {
		var err error
		added, err = d.Import(ctx, found)
		return err
	}, func(err error) {
		i.keep.SetBusy(false)
		if err != nil {
			i.w.fail(err)
			return
		}
		i.password.SetText("")
		i.w.changed()
		i.w.notify(i.w.t.T("import.done", "Count", len(added)))
		first := added[0]
		if first.IsAuthority() {
			i.w.navigate("authorities", first.ID)
			return
		}
		i.w.navigate("certificates", first.ID)
	})
}
