package ui

import (
	"context"
	"errors"

	"fyne.io/fyne/v2"

	"countersign/ui/desk"
	"countersign/ui/theme"
	"countersign/ui/widgets"
)

// waysCard says in the settings what opens the vault, and changes that.
type waysCard struct {
	w       *Window
	keyring *widgets.Button
	code    *widgets.Button
	drop    *widgets.Button // takes the recovery code away
	newKey  *widgets.Button
	root    *fyne.Container
}

func newWaysCard(w *Window) *waysCard {
	c := &waysCard{w: w, root: widgets.Stack(0)}
	c.build()
	return c
}

// build shows what opens the vault now.
func (c *waysCard) build() {
	w := c.w
	t, d := w.t, w.desk
	c.keyring = widgets.NewButton(t.T("ways.keyring.add"), "", widgets.Plain, c.addKeyring)
	keyring := widgets.NewStatus(widgets.ToneQuiet, t.T("ways.off"))
	if d.Opens(desk.ByKeyring) {
		keyring = widgets.NewStatus(widgets.ToneGood, t.T("ways.on"))
		c.keyring = widgets.NewButton(t.T("ways.keyring.remove"), "", widgets.Plain, func() { c.remove(desk.ByKeyring) })
	}
	c.code = widgets.NewButton(t.T("ways.recovery.add"), "", widgets.Plain, c.makeCode)
	c.drop = widgets.NewButton(t.T("ways.recovery.remove"), "", widgets.Quiet, func() { c.remove(desk.ByRecovery) })
	recovery := widgets.NewStatus(widgets.ToneQuiet, t.T("ways.off"))
	if d.Opens(desk.ByRecovery) {
		recovery = widgets.NewStatus(widgets.ToneGood, t.T("ways.on"))
		c.code.SetText(t.T("ways.recovery.again"))
	} else {
		c.drop.Hide()
	}
	c.newKey = widgets.NewButton(t.T("ways.new-key"), "", widgets.Plain, func() { w.open(newDataKeyPage(w)) })
	c.root.Objects = []fyne.CanvasObject{widgets.NewCard(widgets.Stack(12,
		widgets.NewLabel(t.T("ways.title")),
		wayRow(t.T("ways.keyring"), t.T("ways.keyring.text"), keyring, c.keyring),
		widgets.Rule(),
		wayRow(t.T("ways.recovery"), t.T("ways.recovery.text"), recovery, c.drop, c.code),
		widgets.Rule(),
		wayRow(t.T("ways.data-key"), t.T("ways.data-key.text"), nil, c.newKey)))}
	c.root.Refresh()
}

// wayRow is a way's name with its state, what it is, and what can be done.
func wayRow(name, text string, state fyne.CanvasObject, buttons ...fyne.CanvasObject) fyne.CanvasObject {
	head := []fyne.CanvasObject{widgets.NewText(name)}
	if state != nil {
		head = append(head, state)
	}
	head = append(head, widgets.Spacer())
	return widgets.Stack(4, widgets.Row(12, append(head, buttons...)...), widgets.NewQuiet(text))
}

func (c *waysCard) addKeyring() {
	d := c.w.desk
	c.keyring.SetBusy(true)
	c.w.spawn(c.w.t.T("ways.keyring.doing"), d.AddKeyring, func(err error) {
		c.keyring.SetBusy(false)
		c.done(err, "ways.keyring.done")
	})
}

func (c *waysCard) remove(way desk.Way) {
	d := c.w.desk
	c.w.spawn("", func(ctx context.Context) error { return d.RemoveWay(ctx, way) }, func(err error) {
		c.done(err, "ways.removed."+string(way))
	})
}

func (c *waysCard) makeCode() {
	d, code := c.w.desk, ""
	c.code.SetBusy(true)
	c.w.spawn("", func(context.Context) error {
		var err error
		code, err = d.NewRecoveryCode()
		return err
	}, func(err error) {
		c.code.SetBusy(false)
		if err == nil {
			c.w.open(newRecoveryPage(c.w, code, c.w.openSettings))
			return
		}
		c.done(err, "")
	})
}

func (c *waysCard) done(err error, words string) {
	switch {
	case errors.Is(err, context.Canceled):
	case err != nil:
		c.w.fail(err)
	default:
		c.w.openSettings()
		c.w.notify(c.w.t.T(words))
	}
}

// recoveryPage shows a recovery code, this once.
type recoveryPage struct {
	w    *Window
	code string
	done *widgets.Button
	save *widgets.Button
	have *widgets.Check
	root *fyne.Container
}

func newRecoveryPage(w *Window, code string, leave func()) *recoveryPage {
	t := w.t
	p := &recoveryPage{w: w, code: code}
	p.done = widgets.NewButton(t.T("recovery.done"), theme.IconCheck, widgets.Primary, leave)
	p.done.Disable()
	p.have = widgets.NewCheck(t.T("recovery.have"), false, func(have bool) {
		if have {
			p.done.Enable()
		} else {
			p.done.Disable()
		}
	})
	p.save = widgets.NewButton(t.T("recovery.save"), theme.IconExport, widgets.Plain, func() {
		w.open(newRecoverySheet(w, code))
	})
	shown := widgets.NewCode(code, t.T("copy"), w.copySecret)
	p.root = widgets.Stack(16,
		widgets.NewTitle(t.T("recovery.title")),
		widgets.AtMost(640, widgets.Stack(16,
			widgets.NewBody(t.T("recovery.text")),
			shown,
			leading(p.save),
			p.have,
			leading(p.done))))
	return p
}

func (p *recoveryPage) content() fyne.CanvasObject { return p.root }
func (p *recoveryPage) refresh()                   {}
func (p *recoveryPage) firstFocus() fyne.Focusable { return p.have }
func (p *recoveryPage) close()                     { p.code = "" }

// newRecoverySheet asks where to write the code, for printing.
func newRecoverySheet(w *Window, code string) *savePage {
	t, path := w.t, w.desk.Path()
	return newSavePage(w, saving{
		title: t.T("recovery.sheet"), hint: t.T("recovery.sheet.hint"),
		name: "countersign-recovery.txt", secret: true,
		data: func() ([]byte, error) {
			return []byte(t.T("recovery.sheet.text", "Path", path, "Code", code, "Date", t.Date(w.now())) + "\n"), nil
		},
		forget: func() { code = "" },
	})
}

// dataKeyPage makes a new data key, for which it asks the passphrase again.
type dataKeyPage struct {
	w     *Window
	pass  *widgets.Secret
	field *widgets.Field
	do    *widgets.Button
	root  *fyne.Container
}

func newDataKeyPage(w *Window) *dataKeyPage {
	t := w.t
	p := &dataKeyPage{w: w}
	p.pass = newPassphrase(func() { p.fault("") }, p.make)
	p.field = widgets.NewField(t.T("settings.passphrase.old"), "", p.pass)
	p.do = widgets.NewButton(t.T("ways.new-key.do"), "", widgets.Primary, p.make)
	cancel := widgets.NewButton(t.T("cancel"), "", widgets.Plain, w.back)
	p.root = widgets.Stack(16,
		widgets.Row(8, widgets.Grow(widgets.NewTitle(t.T("ways.new-key.title"))), cancel, p.do),
		widgets.AtMost(640, widgets.Stack(16, widgets.NewBody(t.T("ways.new-key.text")), p.field)))
	if !w.desk.Opens(desk.ByPassphrase) {
		p.field.Hide()
	}
	return p
}

func (p *dataKeyPage) content() fyne.CanvasObject { return p.root }
func (p *dataKeyPage) refresh()                   {}
func (p *dataKeyPage) firstFocus() fyne.Focusable { return p.pass.Input() }
func (p *dataKeyPage) close()                     { p.pass.SetText("") }

func (p *dataKeyPage) fault(why string) {
	if p.field.Fault() != why {
		p.field.SetFault(why)
		p.root.Refresh()
	}
}

func (p *dataKeyPage) make() {
	if p.do.Busy() {
		return
	}
	pass, d, code := []byte(p.pass.Text()), p.w.desk, ""
	p.do.SetBusy(true)
	p.w.spawn(p.w.t.T("ways.new-key.doing"), func(ctx context.Context) error {
		defer clear(pass)
		var err error
		code, err = d.NewDataKey(ctx, pass)
		return err
	}, func(err error) {
		p.do.SetBusy(false)
		switch {
		case errors.Is(err, desk.ErrWrongPassphrase):
			p.fault(p.w.t.T("unlock.wrong"))
			p.w.win.Canvas().Focus(p.pass.Input())
		case errors.Is(err, context.Canceled):
		case err != nil:
			p.w.fail(err)
		case code != "":
			p.close()
			p.w.open(newRecoveryPage(p.w, code, p.w.openSettings))
			p.w.notify(p.w.t.T("ways.new-key.done"))
		default:
			p.w.openSettings()
			p.w.notify(p.w.t.T("ways.new-key.done"))
		}
	})
}
