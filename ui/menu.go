package ui

import (
	"runtime"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"countersign/pki"
	"countersign/ui/desk"
)

// setMenu gives the window its menu. Every shortcut is an item of it: the
// toolkit hands keys to a field that has the focus, but for those of the menu
// (fyne#3038). While there is no frame, there is nothing to do but to leave.
func (w *Window) setMenu() {
	if w.frame == nil {
		w.win.SetMainMenu(nil)
		return
	}
	quit := w.menuItem(w.t.T("menu.quit"), fyne.KeyQ, w.close)
	quit.IsQuit = true
	file := fyne.NewMenu(w.t.T("menu.file"),
		w.menuItem(w.t.T("menu.new"), fyne.KeyN, w.doNew),
		w.menuItem(w.t.T("menu.new-authority"), "", func() { w.openIssue(pki.Authority, "") }),
		w.menuItem(w.t.T("bulk.menu"), "", func() { w.openBulk("") }),
		w.menuItem(w.t.T("requests.menu"), "", w.openRequestNew),
		w.menuItem(w.t.T("menu.import"), fyne.KeyI, func() { w.openImport() }),
		w.menuItem(w.t.T("inspect.menu"), "", func() { w.openInspector() }),
		w.menuItem(w.t.T("menu.export"), fyne.KeyE, w.doExport),
		fyne.NewMenuItemSeparator(),
		w.menuItem(w.t.T("menu.settings"), "", w.openSettings),
		w.menuItem(w.t.T("menu.lock"), fyne.KeyL, w.lock),
		fyne.NewMenuItemSeparator(), quit)
	places := fyne.NewMenu(w.t.T("menu.go"),
		w.menuItem(w.t.T("menu.find"), fyne.KeyF, w.doFind),
		w.menuItem(w.t.T("menu.try"), fyne.KeyT, w.doTry),
		w.menuItem(w.t.T("menu.again"), "", w.changed),
		fyne.NewMenuItemSeparator())
	for _, s := range spots() {
		places.Items = append(places.Items, w.menuItem(w.t.T("place."+s.name), "", func() { w.navigate(s.name, "") }))
	}
	w.win.SetMainMenu(fyne.NewMainMenu(file, places))
}

// menuItem is an item that Ctrl and a key does too; "" is no key.
func (w *Window) menuItem(label string, key fyne.KeyName, do func()) *fyne.MenuItem {
	item := fyne.NewMenuItem(label, func() {
		w.stir()
		do()
	})
	if key == "" {
		return item
	}
	if runtime.GOOS == "darwin" { // the system draws the menu
		item.Shortcut = &desktop.CustomShortcut{KeyName: key, Modifier: fyne.KeyModifierShortcutDefault}
		return item
	}
	item.Label += "  (Ctrl+" + string(key) + ")"
	item.Shortcut = plainShortcut(shortcutName(key))
	return item
}

// shortcutName is what the toolkit calls Ctrl (or Command) and a key.
func shortcutName(key fyne.KeyName) string {
	return (&desktop.CustomShortcut{KeyName: key, Modifier: fyne.KeyModifierShortcutDefault}).ShortcutName()
}

// plainShortcut is a shortcut by its name. The toolkit draws the keys of its
// own shortcuts in a fifth of the text's weight, too faint to read; those of
// this kind it does not draw, so the item's words say them.
type plainShortcut string

// ShortcutName is what the toolkit compares.
func (s plainShortcut) ShortcutName() string { return string(s) }

// watchKeys takes the keys without Ctrl, which cannot be menu shortcuts. Parts
// that have the focus hand them on.
func (w *Window) watchKeys() {
	w.win.Canvas().SetOnTypedKey(func(e *fyne.KeyEvent) {
		w.stir()
		switch e.Name {
		case fyne.KeyEscape:
			w.escape()
		case fyne.KeyF5:
			w.changed()
		default:
			w.strayKey(e)
		}
	})
	w.win.Canvas().SetOnTypedRune(w.strayRune)
}

// escape closes the topmost of what can be closed.
func (w *Window) escape() {
	if w.frame == nil {
		if p, ok := w.page.(interface{ escape() }); ok {
			p.escape()
		}
		return
	}
	overlays := w.win.Canvas().Overlays()
	switch top := overlays.Top(); {
	case top != nil:
		overlays.Remove(top)
	case w.frame.detail.Visible() && len(w.frame.forms) == 0:
		w.leaveDetail()
	case len(w.frame.forms) > 0:
		w.back()
	case w.frame.middle.notices.Visible():
		w.frame.middle.dismiss()
	}
}

// doNew makes what the shown place holds, else a certificate.
func (w *Window) doNew() {
	if c, ok := w.shown().(creator); ok {
		c.create()
		return
	}
	w.openIssue(pki.Server, "")
}

// doFind goes to the search of the shown place, else to that of Certificates.
func (w *Window) doFind() {
	if _, ok := w.shown().(searcher); !ok {
		w.navigate("certificates", "")
	}
	if s, ok := w.shown().(searcher); ok {
		s.focusSearch()
	}
}

// doExport exports what is selected in the shown place, or whose detail is
// open there. With nothing selected it says what to select.
func (w *Window) doExport() {
	if c, open := w.detailed(); open {
		w.openExport(c)
		return
	}
	if e, ok := w.shown().(exporter); ok && e.exportSelected() {
		return
	}
	w.notify(w.t.T("menu.export.what"))
}

// detailed is the certificate whose detail is open.
func (w *Window) detailed() (desk.Certificate, bool) {
	if d, ok := w.frame.detail.inner.(*certDetail); ok && w.frame.detail.Visible() {
		return d.cert, true
	}
	return desk.Certificate{}, false
}

// doTry tries what is selected in the shown place, or whose detail is open
// there, else goes to Connections.
func (w *Window) doTry() {
	if c, open := w.detailed(); open && !c.IsAuthority() {
		w.tryIfKey(c)
		return
	}
	if _, ok := w.shown().(trier); !ok {
		w.navigate("connections", "")
	}
	if t, ok := w.shown().(trier); ok {
		t.try()
	}
}

// tryIfKey tries a certificate whose key is here, and says so when it is not.
func (w *Window) tryIfKey(c desk.Certificate) {
	if !c.HasKey {
		w.notify(w.t.T("menu.try.key", "Name", nameOf(w.t, c)))
		return
	}
	w.tryCertificate(c.ID)
}
