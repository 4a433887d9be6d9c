package ui

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"

	"countersign/pki"
	"countersign/ui/desk"
	"countersign/ui/i18n"
	"countersign/ui/theme"
	"countersign/ui/widgets"
)

// partnerTake reads what a partner sent, shows it with the fingerprints to
// compare, and takes it in by a second click.
type partnerTake struct {
	w       *Window
	desk    *desk.Desk
	partner desk.Partner
	in      desk.KitIn

	paths    *widgets.Input
	pathsIn  *widgets.Field
	secret   *widgets.Secret
	secretIn *widgets.Field
	look     *widgets.Button
	keep     *widgets.Button
	trust    map[string]*widgets.Check // by fingerprint
	keys     *widgets.Check            // nil when there is none to keep
	results  *fyne.Container
	body     *fyne.Container
	root     *fyne.Container
}

func newPartnerTake(w *Window, p desk.Partner) *partnerTake {
	f := &partnerTake{w: w, desk: w.desk, partner: p, results: widgets.Stack(12), trust: map[string]*widgets.Check{}}
	t, name := w.t, pki.Escape(p.Name)
	f.paths = widgets.NewLines(t.T("partners.take.placeholder"), 2, func(string) { f.forget() })
	file := widgets.NewButton(t.T("import.file"), theme.IconFile, widgets.Plain, f.browseFile)
	folder := widgets.NewButton(t.T("import.folder"), theme.IconFolder, widgets.Plain, f.browseFolder)
	f.pathsIn = widgets.NewField(t.T("partners.take.paths", "Name", name), t.T("partners.take.hint"),
		widgets.RowTop(8, widgets.Grow(f.paths), widgets.Stack(8, file, folder)))
	f.secret = widgets.NewSecret("", func(string) {}, func(string) { f.see() })
	f.secretIn = widgets.NewField(t.T("partners.take.password"), "", f.secret)
	f.secretIn.Hide()
	f.look = widgets.NewButton(t.T("partners.take.look"), theme.IconSearch, widgets.Primary, f.see)
	f.keep = widgets.NewButton(t.T("partners.take.do"), theme.IconImport, widgets.Primary, f.take)
	f.keep.Hide()
	cancel := widgets.NewButton(t.T("cancel"), "", widgets.Plain, w.back)
	f.body = widgets.Stack(16, f.pathsIn, f.secretIn, f.results)
	scroll := container.NewVScroll(widgets.Inset(0, gutter, 2, 2, f.body))
	middle := &fyne.Container{Layout: &settleLayout{scroll}, Objects: []fyne.CanvasObject{scroll}}
	title := widgets.NewTitle(t.T("partners.take.title", "Name", name)).Truncate()
	f.root = container.NewBorder(widgets.Inset(0, 0, 12, 0, widgets.Row(12, widgets.Grow(title), cancel, f.look, f.keep)), nil, nil, nil, middle)
	return f
}

func (f *partnerTake) content() fyne.CanvasObject { return f.root }
func (f *partnerTake) refresh()                   {}
func (f *partnerTake) firstFocus() fyne.Focusable { return f.paths }

// close leaves neither a password nor what it opened behind.
func (f *partnerTake) close() {
	f.secret.SetText("")
	f.in = desk.KitIn{}
}

// drop takes what was dropped on the window.
func (f *partnerTake) drop(paths []string) bool {
	f.paths.SetText(strings.Join(paths, "\n"))
	f.see()
	return true
}

func (f *partnerTake) settle() {
	f.body.Refresh()
	f.root.Refresh()
	f.root.Refresh() // the paragraphs know how wide they are now, and so how high
}

// forget takes away what was found: the paths are others now.
func (f *partnerTake) forget() {
	f.in = desk.KitIn{}
	f.pathsIn.SetFault("")
	f.results.RemoveAll()
	f.secretIn.Hide()
	f.keep.Hide()
	f.look.Show()
	f.settle()
}

func (f *partnerTake) browseFile() {
	dialog.ShowFileOpen(func(file fyne.URIReadCloser, err error) {
		if err != nil || file == nil {
			return
		}
		path := file.URI().Path()
		_ = file.Close() // only its path was wanted
		f.drop([]string{path})
	}, f.w.win)
}

func (f *partnerTake) browseFolder() {
	dialog.ShowFolderOpen(func(folder fyne.ListableURI, err error) {
		if err == nil && folder != nil {
			f.drop([]string{folder.Path()})
		}
	}, f.w.win)
}

// named are the paths, one a line.
func (f *partnerTake) named() []string {
	var paths []string
	for line := range strings.SplitSeq(f.paths.Text, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			paths = append(paths, line)
		}
	}
	return paths
}

// see reads the files and shows what is in them.
func (f *partnerTake) see() {
	paths := f.named()
	if len(paths) == 0 {
		f.pathsIn.SetFault(f.w.t.T("import.paths.empty"))
		f.settle()
		return
	}
	f.w.dismissNotice()
	d, id := f.desk, f.partner.ID
	passwords := desk.Passwords{Any: []string{f.secret.Text()}}
	var in desk.KitIn
	f.look.SetBusy(true)
	f.w.spawn(f.w.t.T("import.looking"), func(ctx context.Context) error {
		var err error
		in, err = d.ReadKit(ctx, id, paths, passwords)
		return err
	}, func(err error) {
		f.look.SetBusy(false)
		if err != nil {
			f.results.RemoveAll()
			said := explain(f.w.t, err)
			f.results.Add(widgets.NewNotice(widgets.ToneBroken, said.title, said.body()))
			f.settle()
			return
		}
		f.in = in
		f.show()
	})
}

// show lists what was found: whom to trust first, what is wrong before the rest.
func (f *partnerTake) show() {
	t := f.w.t
	f.results.RemoveAll()
	f.trust, f.keys = map[string]*widgets.Check{}, nil
	for _, k := range f.in.Keys {
		f.results.Add(widgets.NewNotice(widgets.ToneBroken, pki.Escape(baseName(k.Path)), sentence(t.T("partners.in."+keyWords(k), "Name", pki.Escape(k.Of)))))
	}
	for _, a := range f.in.Authorities {
		f.results.Add(f.authority(a))
	}
	for _, a := range f.in.Answers {
		f.results.Add(f.found(theme.IconCertificate, t.T("partners.in.answer", "Name", pki.Escape(a.Name), "Request", pki.Escape(a.Request.Name)), a.Path, a.Fingerprint))
	}
	for _, r := range f.in.Requests {
		f.results.Add(f.found(theme.IconRequest, t.T("partners.in.request", "Name", pki.Escape(r.Name), "Kind", t.T("kind.short."+string(r.Kind))), r.Path, r.Fingerprint))
		if r.Problem != nil {
			said := explain(t, r.Problem)
			f.results.Add(widgets.NewNotice(widgets.ToneBroken, t.T("requests.detail.problem"), i18n.Sentences(said.title, said.body())))
		}
	}
	for _, o := range f.in.Others {
		f.results.Add(f.found(theme.IconCertificate, t.T("partners.in.other", "Name", pki.Escape(o.Name)), o.Path, ""))
	}
	for _, u := range f.in.Unread {
		f.results.Add(widgets.NewNotice(widgets.ToneNone, pki.Escape(baseName(u.Path)), explain(t, u.Err).title))
	}
	if f.ownKeys() {
		f.keys = widgets.NewCheck(t.T("partners.take.keep-keys"), false, nil)
		f.results.Add(f.keys)
	}
	f.secretIn.Hidden = len(f.in.Locked) == 0
	for _, l := range f.in.Locked {
		f.results.Add(widgets.NewNotice(widgets.ToneSoon, t.T("partners.in.locked", "Path", pki.Escape(baseName(l.Path))), ""))
	}
	if f.in.Empty() && len(f.in.Locked) == 0 {
		f.results.Add(widgets.NewNotice(widgets.ToneSoon, t.T("partners.take.none"), t.T("partners.take.none.text")))
	}
	f.keep.Hidden, f.look.Hidden = f.in.Empty(), !f.in.Empty()
	f.settle()
}

// ownKeys tells whether a key could be ours to use.
func (f *partnerTake) ownKeys() bool {
	for _, k := range f.in.Keys {
		if k.Ours {
			return true
		}
	}
	return false
}

func keyWords(k desk.KitInKey) string {
	switch {
	case k.Authority:
		return "key.authority"
	case k.Of == "":
		return "key.loose"
	}
	return "key"
}

// found is one thing, with its fingerprint.
func (f *partnerTake) found(icon theme.IconName, words, path, print string) fyne.CanvasObject {
	all := widgets.Stack(4, widgets.NewBody(sentence(words)), widgets.NewQuiet(pki.Escape(baseName(path))))
	if print != "" {
		all.Add(f.w.fingerprint(print))
	}
	return widgets.NewCard(widgets.RowTop(12, newMark(icon), widgets.Grow(all)))
}

// authority is one of theirs, to be trusted when its fingerprint was compared.
func (f *partnerTake) authority(a desk.KitInAuthority) fyne.CanvasObject {
	t, name := f.w.t, pki.Escape(f.partner.Name)
	code := "authority.new"
	switch {
	case a.Ours:
		code = "authority.ours"
	case a.Trusted:
		code = "authority.trusted"
	case !a.Top:
		code = "authority.between"
	}
	words := t.T("partners.in."+code, "Name", pki.Escape(a.Name), "Partner", name, "Until", t.Date(a.Certificate.NotAfter))
	all := widgets.Stack(8, f.found(theme.IconAuthority, words, a.Path, a.Fingerprint))
	if a.Namesake {
		all.Add(widgets.NewNotice(widgets.ToneSoon, t.T("partners.in.namesake", "Name", pki.Escape(a.Name)), ""))
	}
	if a.Health == desk.Expired || a.Health == desk.NotYetValid {
		all.Add(widgets.NewStatus(widgets.ToneBroken, t.T("health."+string(a.Health))))
	}
	if code == "authority.new" {
		check := widgets.NewCheck(t.T("partners.take.compared", "Name", name), false, nil)
		f.trust[a.Fingerprint] = check
		all.Add(check)
	}
	return all
}

// take takes in what was found.
func (f *partnerTake) take() {
	var choice desk.KitChoice
	for print, check := range f.trust {
		if check.Checked() {
			choice.Trust = append(choice.Trust, print)
		}
	}
	choice.KeepKeys = f.keys != nil && f.keys.Checked()
	d, id, in := f.desk, f.partner.ID, f.in
	var done desk.KitTaken
	f.keep.SetBusy(true)
	f.w.spawn(f.w.t.T("import.keeping"), func(ctx context.Context) error {
		var err error
		done, err = d.TakeKit(ctx, id, in, choice)
		return err
	}, func(err error) {
		f.keep.SetBusy(false)
		if err != nil {
			f.w.fail(err)
			return
		}
		f.w.back()
		f.w.notify(f.taken(done))
	})
}

// taken says what came in.
func (f *partnerTake) taken(done desk.KitTaken) string {
	t := f.w.t
	var said []string
	for _, a := range done.Authorities {
		said = append(said, t.T("partners.taken.authority", "Name", pki.Escape(a.Name), "Partner", pki.Escape(f.partner.Name)))
	}
	for _, r := range done.Requests {
		said = append(said, t.T("partners.taken.request", "Name", pki.Escape(r.Name)))
	}
	for _, c := range done.Answers {
		said = append(said, t.T("partners.taken.answer", "Name", pki.Escape(c.Name)))
	}
	switch {
	case len(said) == 0 && len(f.trust) > 0:
		return t.T("partners.taken.unconfirmed.window")
	case len(said) == 0:
		return t.T("partners.take.nothing")
	}
	return i18n.Sentences(said...)
}
