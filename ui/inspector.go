package ui

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"

	"countersign/pki"
	"countersign/testclient"
	"countersign/ui/desk"
	"countersign/ui/i18n"
	"countersign/ui/theme"
	"countersign/ui/widgets"
)

// inspector looks at anything: files, what was pasted, a server. At the left
// are the things that were found, at the right all that the chosen one says.
type inspector struct {
	w    *Window
	desk *desk.Desk

	title    *widgets.Text
	target   *widgets.Input // a path, an address, or PEM
	targetIn *widgets.Field
	look     *widgets.Button
	more     *widgets.Disclosure // how to ask a server
	starttls *widgets.Select
	client   *widgets.Select
	clients  []desk.ID // of the choices of client; "" is none
	name     *widgets.Input
	password *widgets.Secret
	locked   *widgets.Field // around the password; hidden until it is needed

	question looked
	found    findings
	chosen   int // place in found.items
	turn     int // counts what was found
	stop     context.CancelFunc

	list   *widgets.DataList
	left   fyne.CanvasObject
	detail *fyne.Container
	scroll *container.Scroll
	root   *fyne.Container
}

// looked is what was asked: files, a text, a server, or a certificate of the
// vault.
type looked struct {
	paths  []string
	text   string
	server bool
	mine   desk.ID
	name   string // of the certificate of the vault
}

// words name what was asked for.
func (q looked) words(t *i18n.Printer) string {
	switch {
	case q.mine != "":
		return t.T("inspect.title.mine", "Name", q.name)
	case q.server:
		return t.T("inspect.title.server", "Name", pki.Escape(q.text))
	case q.text != "":
		return t.T("inspect.title.pasted")
	case len(q.paths) == 1:
		return t.T("inspect.title.file", "Name", pki.Escape(baseName(q.paths[0])))
	}
	return t.T("inspect.title.files", "Count", len(q.paths))
}

// findings are what was found there.
type findings struct {
	items    []desk.Inspected
	from     []string // where each item lies; "" for what was pasted or sent
	seen     *desk.ServerSeen
	failures []desk.Unread
	locked   bool
}

// openInspector looks at files, or asks what to look at when there are none.
func (w *Window) openInspector(paths ...string) {
	i := newInspector(w)
	w.open(i)
	if len(paths) > 0 {
		i.target.SetText(paths[0])
		i.ask(looked{paths: paths})
		return
	}
	w.win.Canvas().Focus(i.target)
}

// openInspectorOf shows all fields of a certificate of the vault.
func (w *Window) openInspectorOf(c desk.Certificate) {
	i := newInspector(w)
	w.open(i)
	i.ask(looked{mine: c.ID, name: nameOf(w.t, c)})
}

func newInspector(w *Window) *inspector {
	i := &inspector{w: w, desk: w.desk, detail: widgets.Stack(12)}
	t := w.t
	i.title = widgets.NewTitle(t.T("inspect.title")).Truncate()
	i.target = widgets.NewInput(t.T("inspect.target.placeholder"), func(string) { i.targetIn.SetFault("") })
	i.target.OnSubmitted = func(string) { i.lookOrStop() }
	file := widgets.NewButton(t.T("import.file"), theme.IconFile, widgets.Plain, i.browse)
	paste := widgets.NewButton(t.T("inspect.paste"), theme.IconCopy, widgets.Plain, i.paste)
	i.look = widgets.NewButton(t.T("inspect.look"), theme.IconSearch, widgets.Primary, i.lookOrStop)
	i.targetIn = widgets.NewField(t.T("inspect.target"), t.T("inspect.target.hint"), widgets.Row(8, widgets.Grow(i.target), file, paste, i.look))
	i.buildMore()
	i.password = widgets.NewSecret("", func(string) { i.locked.SetFault("") }, func(string) { i.ask(i.question) })
	i.locked = widgets.NewField(t.T("inspect.password"), t.T("inspect.password.hint"), i.password)
	i.locked.Hide()
	i.list = widgets.NewDataList(widgets.Column{Title: t.T("inspect.found"), Weight: 1, Min: 120})
	i.list.OnSelected = func(rows []int) {
		if len(rows) > 0 {
			i.choose(rows[0])
		}
	}
	i.left = widgets.Inset(0, 12, 0, 0, widgets.AtLeast(210, 0, i.list))
	i.scroll = container.NewVScroll(widgets.Inset(0, gutter, 0, 2, i.detail))
	right := &fyne.Container{Layout: &settleLayout{i.scroll}, Objects: []fyne.CanvasObject{i.scroll}}
	i.left.Hide()
	body := container.NewBorder(nil, nil, i.left, nil, right)
	i.root = widgets.Stack(12,
		widgets.Row(8, widgets.Grow(i.title), widgets.NewButton(t.T("close"), "", widgets.Plain, w.back)),
		i.targetIn, i.more, i.locked, widgets.Grow(body))
	return i
}

// buildMore makes the fields that only servers need.
func (i *inspector) buildMore() {
	t := i.w.t
	protocols := []string{t.T("inspect.starttls.none")}
	for _, p := range testclient.Protocols() {
		protocols = append(protocols, t.T("inspect.starttls."+string(p)))
	}
	i.starttls = widgets.NewSelect("", protocols, 0, nil)
	i.client = widgets.NewSelect("", []string{t.T("connect.as.nobody")}, 0, nil)
	i.clients = []desk.ID{""}
	i.name = widgets.NewInput(t.T("connect.server-name.placeholder"), nil)
	i.more = widgets.NewDisclosure(t.T("inspect.server.more"), widgets.NewCard(widgets.Grid(188, 12,
		widgets.NewField(t.T("inspect.starttls"), "", i.starttls),
		widgets.NewField(t.T("inspect.client"), "", i.client),
		widgets.NewField(t.T("connect.server-name"), "", i.name))), func(bool) { i.root.Refresh() })
}

func (i *inspector) content() fyne.CanvasObject { return i.root }

// firstFocus is where typing begins.
func (i *inspector) firstFocus() fyne.Focusable { return i.target }

// refresh reads which certificates can be presented, and asks the vault again
// about what is shown.
func (i *inspector) refresh() {
	var b book
	items, before := slices.Clone(i.found.items), i.turn
	from := i.desk
	i.w.spawn("", func(ctx context.Context) error {
		var err error
		if b, err = readBook(from); err != nil {
			return err
		}
		return from.Recognise(ctx, items)
	}, func(err error) {
		if err != nil {
			i.w.fail(err)
			return
		}
		i.setClients(b)
		if i.turn == before { // else something else was looked at meanwhile
			i.found.items = items
			i.show()
		}
	})
}

func (i *inspector) setClients(b book) {
	before := i.clients[max(0, i.client.Selected())]
	i.clients = append([]desk.ID{""}, b.presentable(before)...)
	words, at := []string{i.w.t.T("connect.as.nobody")}, 0
	for n, id := range i.clients[1:] {
		words = append(words, b.byID[id].Name)
		if id == before {
			at = n + 1
		}
	}
	i.client.SetOptions(words, at)
}

// close stops what is under way and forgets the password.
func (i *inspector) close() {
	if i.stop != nil {
		i.stop()
	}
	i.password.SetText("")
}

func (i *inspector) browse() {
	dialog.ShowFileOpen(func(file fyne.URIReadCloser, err error) {
		if err != nil || file == nil {
			return
		}
		path := file.URI().Path()
		_ = file.Close() // only its path was wanted
		i.target.SetText(path)
		i.ask(looked{paths: []string{path}})
	}, i.w.win)
}

func (i *inspector) paste() {
	text := i.w.app.Clipboard().Content()
	if strings.TrimSpace(text) == "" {
		i.targetIn.SetFault(i.w.t.T("inspect.paste.empty"))
		return
	}
	if strings.Contains(text, "-----BEGIN") || len(text) > longestName {
		i.target.SetText("")
		i.ask(looked{text: text})
		return
	}
	i.target.SetText(strings.TrimSpace(text))
	i.lookOrStop()
}

// longestName is more than any path or address has, in octets.
const longestName = 1024

func (i *inspector) lookOrStop() {
	if i.stop != nil {
		i.stop()
		return
	}
	text := strings.Trim(strings.TrimSpace(i.target.Text), `"'`)
	if text == "" {
		i.targetIn.SetFault(i.w.t.T("inspect.target.empty"))
		return
	}
	i.ask(meant(text))
}

// meant tells what a person typed: PEM, a file that is there, an address, else
// a file that is not.
func meant(text string) looked {
	if strings.Contains(text, "-----BEGIN") || len(text) > longestName {
		return looked{text: text}
	}
	path := strings.TrimPrefix(text, "file://")
	if _, err := os.Lstat(path); err == nil || strings.HasPrefix(text, "file://") {
		return looked{paths: []string{path}}
	}
	switch strings.ToLower(filepath.Ext(text)) {
	case ".pem", ".crt", ".cer", ".der", ".p12", ".pfx", ".p7b", ".p7c", ".key", ".csr", ".crl":
		return looked{paths: []string{path}}
	}
	if desk.LooksLikeAddress(text) || !strings.ContainsAny(text, `/\`) {
		return looked{text: text, server: true}
	}
	return looked{paths: []string{path}}
}

// ask looks at something, away from the window.
func (i *inspector) ask(q looked) {
	if i.stop != nil {
		return
	}
	same := q.text == i.question.text && strings.Join(q.paths, "\n") == strings.Join(i.question.paths, "\n")
	if !same {
		i.password.SetText("")
	}
	i.question = q
	i.title.SetText(q.words(i.w.t))
	i.w.dismissNotice()
	server := desk.ServerQuestion{Address: q.text, CertificateID: i.clients[max(0, i.client.Selected())],
		ServerName: strings.TrimSpace(i.name.Text)}
	if n := i.starttls.Selected(); n > 0 {
		server.StartTLS = testclient.Protocols()[n-1]
	}
	password, from := i.password.Text(), i.desk
	var found findings
	i.look.SetText(i.w.t.T("connect.stop"))
	i.look.SetIcon(theme.IconStop)
	i.targetIn.Refresh()
	i.stop = i.w.spawn(i.w.t.T("inspect.looking"), func(ctx context.Context) error {
		var err error
		found, err = find(ctx, from, q, server, password)
		return err
	}, func(err error) {
		i.stop = nil
		i.look.SetText(i.w.t.T("inspect.look"))
		i.look.SetIcon(theme.IconSearch)
		i.targetIn.Refresh()
		switch {
		case errors.Is(err, context.Canceled):
		case err != nil:
			i.w.fail(err)
		default:
			i.saw(found, password != "")
		}
	})
}
