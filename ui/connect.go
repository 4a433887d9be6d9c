package ui

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"countersign/pki"
	"countersign/testclient"
	"countersign/ui/desk"
	"countersign/ui/theme"
	"countersign/ui/widgets"
)

// connections is the place where connections are tried: the form, what became
// of the try, the picture of its steps, and the local server.
type connections struct {
	w    *Window
	desk *desk.Desk
	book book

	form    *tryForm
	verdict *verdict
	strip   *mendedStrip
	picture *picture
	answer  *answer
	saving  *savePanel
	local   *localServer

	asButton    *widgets.Button
	triesButton *widgets.Button
	localButton *widgets.Button
	body        *fyne.Container
	scroll      *container.Scroll
	root        *fyne.Container

	tries  []desk.SavedTry
	loaded *loaded            // nil when the form was not filled from a saved try
	stop   context.CancelFunc // ends the try that runs; nil when none does
	last   *outcome           // nil before the first try
	given  *outcome           // a failed try for whose server something was made; nil when none waits for that
	wanted desk.ID            // a certificate to choose when the book is read
	filled bool               // the form was filled once
	closed bool
}

func newConnections(w *Window) *connections {
	c := &connections{w: w, desk: w.desk}
	c.form = newTryForm(w, c.tryOrStop)
	c.verdict = newVerdict(c)
	c.strip = newMendedStrip(w)
	c.picture = newPicture(w)
	c.answer = newAnswer(w)
	c.local = newLocalServer(c)
	c.local.root.Hide()
	c.saving = newSavePanel(c)
	c.asButton = widgets.NewButton(w.t.T("try.copy-as"), theme.IconCopy, widgets.Plain, c.openCopyAs)
	c.triesButton = widgets.NewButton(w.t.T("tries.button"), theme.IconDown, widgets.Plain, c.openTriesMenu)
	c.asButton.Disable()
	c.localButton = widgets.NewButton("", theme.IconServer, widgets.Plain, c.toggleLocal)
	foot := widgets.Row(8, c.asButton, c.triesButton, widgets.Spacer(), c.localButton)
	c.body = widgets.Stack(12, c.saving.root, c.form.more, c.verdict.root, c.strip.root, c.picture.root, c.answer.root, c.local.root)
	c.scroll = container.NewVScroll(widgets.Inset(0, gutter, 0, 2, c.body))
	middle := &fyne.Container{Layout: &settleLayout{c.scroll}, Objects: []fyne.CanvasObject{c.scroll}}
	c.root = container.NewBorder(widgets.Inset(0, 0, 12, 0, c.form.root), widgets.Inset(12, 0, 0, 0, foot), nil, nil, middle)
	c.local.say()
	c.verdict.empty()
	return c
}

// connections is the place of that name, when there is one.
func (w *Window) connections() *connections {
	if w.frame == nil {
		return nil
	}
	c, _ := w.frame.made["connections"].(*connections)
	return c
}

func (c *connections) content() fyne.CanvasObject { return c.root }

// refresh reads again what the vault holds.
func (c *connections) refresh() {
	var b book
	c.w.spawn("", func(context.Context) error {
		var err error
		b, err = readBook(c.desk)
		return err
	}, func(err error) {
		if err != nil {
			c.w.fail(err)
			return
		}
		c.takeBook(b)
	})
	c.readTries()
}

func (c *connections) takeBook(b book) {
	c.book = b
	c.form.setBook(b)
	c.local.setBook(b)
	if c.wanted != "" {
		c.choose(c.wanted)
		c.wanted = ""
	} else if !c.filled && c.form.url.Text == "" {
		c.suggest()
	}
	if c.last == nil {
		c.verdict.empty()
	}
	c.layoutAgain()
}

// suggest chooses a client and its authority, so that only an address is
// missing.
func (c *connections) suggest() {
	for _, cert := range c.book.certs {
		if root := c.book.root(cert.ID); c.usable(cert) && root != "" {
			c.form.chooseCert(cert.ID)
			c.form.chooseTrust(trusted{ids: []desk.ID{root}})
			c.filled = true
			return
		}
	}
}

// usable tells whether a certificate is within its dates and not revoked.
func (c *connections) usable(cert desk.Certificate) bool {
	h := cert.Health(c.w.now())
	return h == desk.Good || h == desk.Expiring
}

// selectID chooses a certificate to try: a client's to present, a server's for
// the local server.
func (c *connections) selectID(id desk.ID) {
	if _, known := c.book.byID[id]; known {
		c.choose(id)
		return
	}
	c.wanted = id
	c.refresh()
}

// choose takes a certificate to try. A client's is presented; for a server's
// the local server is offered, with it.
func (c *connections) choose(id desk.ID) {
	cert := c.book.byID[id]
	c.filled = true
	if cert.Kind == pki.Server || cert.IsAuthority() {
		if i := indexOf(c.local.certIDs, id); i >= 0 {
			c.local.cert.Select(i)
			c.local.certChosen()
		}
		c.openLocal(true)
		return
	}
	c.form.chooseCert(id)
	if root := c.book.root(id); root != "" {
		c.form.chooseTrust(trusted{ids: []desk.ID{root}})
	}
}

// tryCertificate goes to Connections with that certificate chosen.
func (w *Window) tryCertificate(id desk.ID) { w.navigate("connections", id) }

// try is what Ctrl+T does.
func (c *connections) try() {
	switch {
	case c.stop != nil: // one is under way
	case strings.TrimSpace(c.form.url.Text) == "":
		c.w.win.Canvas().Focus(c.form.url)
	default:
		c.run()
	}
}

func (c *connections) tryOrStop() {
	if c.stop != nil {
		c.stop()
		return
	}
	c.run()
}

// firstFocus is where typing begins.
func (c *connections) firstFocus() fyne.Focusable { return c.form.url }

// close lets go of what was typed that may be secret, and of the local server;
// one that a lock has stopped is stopped already.
func (c *connections) close() {
	c.closed = true
	c.form.forgetSecrets()
	if c.stop != nil {
		c.stop()
	}
	c.local.drop()
}

func (c *connections) copyText() {
	if c.last != nil {
		c.w.copy(c.w.resultText(c.last.result))
	}
}

func (c *connections) toggleLocal() { c.openLocal(!c.local.root.Visible()) }

// openLocal shows the local server's panel, scrolled to, or hides it.
func (c *connections) openLocal(open bool) {
	c.local.root.Hidden = !open
	c.layoutAgain()
	if open {
		c.scrollTo(c.local.root)
	}
}

func (c *connections) scrollTo(o fyne.CanvasObject) {
	most := max(0, c.body.Size().Height-c.scroll.Size().Height)
	c.scroll.Offset = fyne.NewPos(0, min(o.Position().Y, most))
	c.scroll.Refresh()
}

// layoutAgain follows changed words: lines may have become more or fewer.
func (c *connections) layoutAgain() {
	c.body.Refresh()
	c.root.Refresh()
}

// finished shows what became of a try.
func (c *connections) finished(o *outcome) {
	c.last = o
	c.picture.setHost(hostOf(o.try.URL))
	c.picture.result(o.result)
	c.answer.show(o.result)
	c.verdict.show(o)
	c.strip.show(o)
	c.asButton.Enable()
	c.scroll.Offset = fyne.Position{}
	c.layoutAgain()
	if c.form.more.Visible() { // it would hide what became of the try
		c.scrollTo(c.verdict.root)
	}
}

// begin shows that a try is under way.
func (c *connections) begin(host string) {
	c.w.frame.middle.dismiss()
	c.answer.root.Hide()
	c.strip.show(nil)
	c.verdict.running(host)
	c.picture.begin(host)
	c.form.button.SetText(c.w.t.T("connect.stop"))
	c.form.button.SetIcon(theme.IconStop)
	c.form.relayout()
	c.layoutAgain()
}

// ended gives the button its word back.
func (c *connections) ended() {
	c.stop = nil
	c.form.button.SetText(c.w.t.T("connect.try"))
	c.form.button.SetIcon(theme.IconPlay)
	c.form.relayout()
}

// observe brings the steps to the picture as they end.
func (c *connections) observe(s testclient.Step) {
	c.w.run.UI(func() {
		if c.stop != nil {
			c.picture.step(s)
		}
	})
}

// gutter is the room for the scroll bar, at the right of what else is there.
const gutter float32 = 14

// settleLayout lays a scroll out twice: only its first layout tells the
// paragraphs inside how wide they are, and so how high. It gives the scroll
// the gutter at its right, where the bar hides nothing, and 2 at its left, for
// the lines of cards.
type settleLayout struct{ scroll *container.Scroll }

// Layout is for the toolkit.
func (l *settleLayout) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	l.scroll.Move(fyne.NewPos(-2, 0))
	l.scroll.Resize(size.AddWidthHeight(gutter+2, 0))
	for range 2 {
		need := max(size.Height, l.scroll.Content.MinSize().Height)
		if l.scroll.Content.Size().Height == need {
			return
		}
		l.scroll.Refresh()
	}
}

// MinSize is for the toolkit.
func (l *settleLayout) MinSize([]fyne.CanvasObject) fyne.Size {
	return l.scroll.MinSize().SubtractWidthHeight(gutter+2, 0)
}
