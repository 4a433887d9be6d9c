package ui

import (
	"context"

	"fyne.io/fyne/v2"

	"countersign/pki"
	"countersign/testclient"
	"countersign/ui/desk"
	"countersign/ui/theme"
	"countersign/ui/widgets"
)

// menuTries is how many saved tries the menu offers; the page has all.
const menuTries = 12

// loaded is the saved try that the form was filled from.
type loaded struct {
	saved desk.SavedTry
	try   desk.Try // as the form reads it
}

// savePanel keeps what the form says under a name.
type savePanel struct {
	c           *connections
	name, group *widgets.Input
	nameField   *widgets.Field
	root        *fyne.Container
}

func newSavePanel(c *connections) *savePanel {
	p := &savePanel{c: c}
	t := c.w.t
	p.name = widgets.NewInput("", func(string) { p.nameField.SetFault("") })
	p.group = widgets.NewInput("", nil)
	p.nameField = widgets.NewField(t.T("tries.name"), "", p.name)
	p.name.OnSubmitted = func(string) { p.save() }
	p.group.OnSubmitted = func(string) { p.save() }
	keep := widgets.NewButton(t.T("tries.save"), "", widgets.Primary, p.save)
	cancel := widgets.NewButton(t.T("cancel"), "", widgets.Plain, func() { p.open(false) })
	p.root = widgets.NewCard(widgets.Stack(12, widgets.NewHeading(t.T("tries.save.title")),
		widgets.Grid(240, 12, p.nameField, widgets.NewField(t.T("tries.group"), "", p.group)),
		widgets.Row(8, keep, cancel)))
	p.root.Hide()
	return p
}

// open shows the panel, with the name that the try has or its host, or hides it.
func (p *savePanel) open(open bool) {
	p.root.Hidden = !open
	if open {
		p.nameField.SetFault("")
		name, group := hostOf(p.c.form.url.Text), ""
		if from := p.c.loaded; from != nil {
			name, group = from.saved.Name, from.saved.Group
		}
		p.name.SetText(name)
		p.group.SetText(group)
	}
	p.c.layoutAgain()
	if open {
		p.c.scrollTo(p.root)
		p.c.w.win.Canvas().Focus(p.name)
		p.name.TypedShortcut(&fyne.ShortcutSelectAll{}) // so that typing replaces what is proposed
	}
}

// save keeps the try; when it was just tried, how it went is kept too.
func (p *savePanel) save() {
	c := p.c
	t, good := c.form.read()
	if !good {
		return
	}
	var result *testclient.Result
	if c.last != nil && c.last.try.Same(t) {
		result = &c.last.result
	}
	name, group, d := p.name.Text, p.group.Text, c.desk
	var saved desk.SavedTry
	c.w.spawn("", func(context.Context) error {
		var err error
		if saved, err = d.SaveTry(name, group, t); err == nil && result != nil {
			err = d.NoteTry(saved.ID, *result)
		}
		return err
	}, func(err error) {
		if err != nil {
			p.nameField.SetFault(explain(c.w.t, err).title)
			return
		}
		p.open(false)
		c.loaded = &loaded{saved, t}
		c.w.notify(c.w.t.T("tries.saved", "Name", pki.Escape(saved.Name)))
		c.readTries()
	})
}

// readTries reads the saved tries for the menu.
func (c *connections) readTries() {
	d := c.desk
	var all []desk.SavedTry
	c.w.spawn("", func(context.Context) error {
		var err error
		all, err = d.Tries()
		return err
	}, func(err error) {
		if err != nil {
			c.w.fail(err)
			return
		}
		c.tries = all
		c.triesButton.SetText(c.w.t.T("tries.button"))
		if len(all) > 0 {
			c.triesButton.SetText(c.w.t.T("tries.button.count", "Count", len(all)))
		}
		c.root.Refresh()
	})
}

func (c *connections) openTriesMenu() { menuUnder(c.triesButton, c.triesItems()...) }

// triesItems are what can be done with saved tries; those that broke first.
func (c *connections) triesItems() []*fyne.MenuItem {
	t := c.w.t
	items := []*fyne.MenuItem{fyne.NewMenuItem(t.T("tries.save.this"), func() { c.saving.open(true) })}
	if len(c.tries) == 0 {
		return items
	}
	items = append(items,
		fyne.NewMenuItem(t.T("tries.run.all"), func() { c.w.openTries(true) }),
		fyne.NewMenuItem(t.T("tries.page"), func() { c.w.openTries(false) }), fyne.NewMenuItemSeparator())
	shown := 0
	for _, broke := range []bool{true, false} {
		for _, x := range c.tries {
			if x.Broke() != broke || shown == menuTries {
				continue
			}
			shown++
			label := pki.Escape(x.Name)
			if !x.LastAt.IsZero() && !x.Passed() {
				label = t.T("tries.item.failed", "Name", label)
			}
			items = append(items, fyne.NewMenuItem(label, func() { c.load(x, true) }))
		}
	}
	return items
}

// load fills the form from a saved try, and tries it when asked to.
func (c *connections) load(x desk.SavedTry, run bool) {
	d := c.desk
	var t desk.Try
	c.w.background("", func(context.Context) error {
		var err error
		t, err = d.TryOf(x.ID)
		return err
	}, func() {
		c.filled = true
		c.form.fillAll(t)
		read, good := c.form.read()
		if !good {
			return
		}
		c.loaded = &loaded{x, read}
		if run && c.stop == nil {
			c.run()
		}
	})
}

// goOn tries what the form says: a saved try keeps how it went.
func (c *connections) goOn(ctx context.Context, from *loaded, t desk.Try) (testclient.Result, error) {
	if from == nil || !from.try.Same(t) {
		return c.desk.Connect(ctx, t, c.observe)
	}
	run, err := c.desk.RunTry(ctx, from.saved.ID, c.observe)
	if err == nil {
		err = run.Err
	}
	return run.Result, err
}

// openTries shows the page of saved tries, and runs them all when asked to.
func (w *Window) openTries(run bool) {
	p := newTriesPage(w)
	p.runWhenRead = run
	w.open(p)
}

// showTry opens a saved try in Connections.
func (w *Window) showTry(x desk.SavedTry, run bool) {
	w.navigate("connections", "")
	if c := w.connections(); c != nil {
		c.load(x, run)
	}
}

// brokenNotice says on Overview that saved tries that used to pass fail now.
type brokenNotice struct {
	w     *Window
	tries []desk.SavedTry
	said  *widgets.Notice
	root  *fyne.Container
}

func newBrokenNotice(w *Window) *brokenNotice {
	n := &brokenNotice{w: w}
	show := widgets.NewButton(w.t.T("tries.broken.show"), theme.IconConnection, widgets.Plain, n.show)
	n.said = widgets.NewNotice(widgets.ToneBroken, "", "", show)
	n.root = widgets.Stack(0, n.said)
	n.root.Hide()
	return n
}

// take tells of tries that broke.
func (n *brokenNotice) take(broken []desk.SavedTry) {
	n.tries = broken
	n.root.Hidden = len(broken) == 0
	if len(broken) == 0 {
		return
	}
	t, first := n.w.t, broken[0]
	why := t.LastTry(first.Code, nil, first.Status, true, false)
	text := t.T("tries.broken.text", "Date", t.Date(first.PassedAt.In(n.w.now().Location())), "Why", why)
	if len(broken) > 1 {
		names := make([]string, 0, 3)
		for _, x := range broken[:min(len(broken), 3)] {
			names = append(names, pki.Escape(x.Name))
		}
		text = t.List(names)
		if len(broken) > 3 {
			text += "…"
		}
	}
	title := t.T("tries.broken", "Name", pki.Escape(first.Name))
	if len(broken) > 1 {
		title = t.T("tries.broken.many", "Count", len(broken))
	}
	n.said.Set(widgets.ToneBroken, title, text)
}

// show tries the one again, or lists the several.
func (n *brokenNotice) show() {
	if len(n.tries) == 1 {
		n.w.showTry(n.tries[0], true)
		return
	}
	n.w.navigate("connections", "")
	n.w.openTries(false)
}
