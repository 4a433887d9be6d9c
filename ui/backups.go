package ui

import (
	"context"
	"errors"
	"path/filepath"
	"strings"

	"fyne.io/fyne/v2"

	"countersign/pki"
	"countersign/ui/desk"
	"countersign/ui/i18n"
	"countersign/ui/theme"
	"countersign/ui/widgets"
)

// backupsCard says in the settings which backups there are, makes one, and
// checks the vault.
type backupsCard struct {
	w      *Window
	last   *widgets.Text
	kept   *fyne.Container // a row for each of the newest
	back   []*widgets.Button
	folder *widgets.Input
	field  *widgets.Field
	now    *widgets.Button
	check  *widgets.Button
	plain  *widgets.Button
	result *fyne.Container
	root   *fyne.Container
}

func newBackupsCard(w *Window) *backupsCard {
	t := w.t
	c := &backupsCard{w: w, last: widgets.NewText("").Tone(widgets.ToneQuiet), result: widgets.Stack(0)}
	c.result.Hide()
	c.kept = widgets.Stack(8)
	c.now = widgets.NewButton(t.T("backups.now"), "", widgets.Plain, c.backUp)
	c.check = widgets.NewButton(t.T("backups.check"), "", widgets.Plain, c.checkNow)
	c.plain = widgets.NewButton(t.T("plain.open"), "", widgets.Plain, func() { w.open(newPlainPage(w)) })
	c.folder = widgets.NewInput("", func(string) { c.fault("") })
	c.folder.OnSubmitted = func(string) { c.choose() }
	choose := widgets.NewButton(t.T("backups.folder.do"), "", widgets.Plain, c.choose)
	c.field = widgets.NewField(t.T("backups.folder"), t.T("backups.folder.hint", "Count", desk.BackupsKept),
		widgets.Row(8, widgets.Grow(c.folder), choose))
	if folder, err := w.desk.BackupFolder(); err == nil {
		c.folder.SetText(folder)
	}
	c.root = widgets.Stack(0, widgets.NewCard(widgets.Stack(12,
		widgets.Row(8, widgets.NewLabel(t.T("backups.title")), widgets.Spacer(), c.check, c.now),
		c.last, c.kept, c.result, c.field,
		widgets.Rule(), wayRow(t.T("plain.title"), t.T("plain.row"), nil, c.plain))))
	c.read()
	return c
}

// read says when the newest backup was made.
func (c *backupsCard) read() {
	words := c.w.t.T("backups.none")
	all, err := c.w.desk.Backups()
	if err != nil {
		all = nil
	}
	if len(all) > 0 {
		words = c.w.t.T("backups.last", "Date", c.w.t.DateTime(all[0].At.Local()), "Count", len(all))
	}
	c.last.SetText(words)
	var rows []fyne.CanvasObject
	rows, c.back = backupRows(c.w, all, widgets.Plain, func(b desk.Backup) {
		c.w.leaveVault() // nothing is put in the place of a file that is open
		c.w.show(newRestorePage(c.w, nil, b))
	})
	c.kept.Objects = rows
	c.kept.Hidden = len(rows) == 0
}

// backupRows are the newest backups, each with its button; first is the kind of the
// newest one's.
func backupRows(w *Window, all []desk.Backup, first widgets.ButtonKind, restore func(desk.Backup)) (rows []fyne.CanvasObject, buttons []*widgets.Button) {
	t := w.t
	for n, b := range all[:min(len(all), backupsShown)] {
		kind := widgets.Plain
		if n == 0 {
			kind = first
		}
		do := widgets.NewButton(t.T("repair.restore"), "", kind, func() { restore(b) })
		buttons = append(buttons, do)
		rows = append(rows, widgets.Row(12, widgets.Grow(widgets.NewText(t.DateTime(b.At.Local()))),
			widgets.NewText(sizeWords(t, b.Size)).Tone(widgets.ToneQuiet), do))
	}
	return rows, buttons
}

func (c *backupsCard) fault(why string) {
	if c.field.Fault() != why {
		c.field.SetFault(why)
		c.root.Refresh()
	}
}

func (c *backupsCard) choose() {
	folder := strings.TrimSpace(c.folder.Text)
	if folder != "" && !filepath.IsAbs(folder) {
		c.fault(c.w.t.T("save.absolute"))
		return
	}
	d := c.w.desk
	c.w.background("", func(context.Context) error { return d.SetBackupFolder(folder) }, func() {
		if now, err := d.BackupFolder(); err == nil {
			c.folder.SetText(now)
		}
		c.read()
		c.w.notify(c.w.t.T("backups.folder.done"))
	})
}

func (c *backupsCard) backUp() {
	d, path := c.w.desk, ""
	c.now.SetBusy(true)
	c.w.spawn(c.w.t.T("backups.doing"), func(ctx context.Context) error {
		made, err := d.Backup(ctx)
		path = made.Path
		return err
	}, func(err error) {
		c.now.SetBusy(false)
		if err != nil {
			c.w.failUnlessCancelled(err)
			return
		}
		c.read()
		c.w.notify(c.w.t.T("backups.done", "Path", path))
	})
}

func (c *backupsCard) checkNow() {
	d := c.w.desk
	var found desk.Checked
	c.check.SetBusy(true)
	c.w.spawn(c.w.t.T("backups.checking"), func(ctx context.Context) error {
		var err error
		found, err = d.Check(ctx)
		return err
	}, func(err error) {
		c.check.SetBusy(false)
		if err != nil {
			c.w.failUnlessCancelled(err)
			return
		}
		c.say(found)
	})
}

// say shows what the check found.
func (c *backupsCard) say(found desk.Checked) {
	t := c.w.t
	notice := widgets.NewNotice(widgets.ToneGood, t.T("backups.sound"),
		t.T("vault.check.sound", "Certificates", t.Counted("certificates", found.Certificates),
			"Authorities", t.Counted("authorities", found.Authorities), "Events", t.Counted("activities", found.Events)))
	if !found.Sound() {
		var lines []string
		for _, line := range partLines(t, found.Damage) {
			lines = append(lines, t.T("vault.check.damage", "Where", line))
		}
		for _, wrong := range found.Wrong {
			lines = append(lines, t.T("vault.check."+wrong.Code, "Name", pki.Escape(wrong.Name)))
		}
		if over := len(lines) - partsShown - 1; over > 0 {
			lines = append(lines[:partsShown+1], t.T("part.more", "Count", over))
		}
		notice = widgets.NewNotice(widgets.ToneBroken, t.T("backups.unsound"), strings.Join(lines, "\n"))
		if err := found.Err(); err != nil {
			notice.SetButtons(c.w.repairButton(err))
		}
	}
	c.result.Objects = []fyne.CanvasObject{notice}
	c.result.Show()
	c.root.Refresh()
	c.w.frame.root.Refresh()
}

// backUpWhenDue makes the day's backup in the background of a vault that was
// changed since the last.
func (w *Window) backUpWhenDue() {
	d := w.desk
	w.spawn("", func(ctx context.Context) error {
		due, err := d.BackupDue()
		if err == nil && due {
			_, err = d.Backup(ctx)
		}
		return err
	}, func(err error) {
		if err != nil {
			w.failUnlessCancelled(err)
		}
	})
}

// repairPage is what stands in the place of a damaged vault: the newest
// backups, and what can be read.
type repairPage struct {
	w       *Window
	restore []*widgets.Button // one a backup, the newest first
	read    *widgets.Button
	save    *widgets.Button
	again   *widgets.Button
	notice  *fyne.Container
	root    fyne.CanvasObject
}

// backupsShown is how many backups a repair offers.
const backupsShown = 4

func newRepairPage(w *Window, err error) *repairPage {
	t, tr := w.t, explain(w.t, err)
	p := &repairPage{w: w, notice: widgets.Stack(0)}
	p.notice.Hide()
	p.read = widgets.NewButton(t.T("repair.read"), "", widgets.Plain, p.openToRead)
	p.save = widgets.NewButton(t.T("repair.save"), "", widgets.Plain, func() { w.show(newSalvagePage(w, err)) })
	parts := []fyne.CanvasObject{
		widgets.NewTitle(tr.title),
		widgets.NewBody(i18n.Sentences(tr.cause, t.T("repair.text"))),
		widgets.NewQuiet(w.opt.Vault),
		p.notice,
	}
	if damaged := desk.Parts(err); len(damaged) > 1 {
		parts[1] = widgets.NewBody(i18n.Sentences(t.T("damage.cause"), t.T("repair.text")))
		parts = append(parts, widgets.NewLabel(t.T("damage.what")), widgets.NewCard(newPartLines(t, damaged)))
	}
	parts = append(parts, widgets.NewLabel(t.T("repair.backups")))
	all := desk.Backups(w.opt.Vault)
	if len(all) == 0 {
		parts = append(parts, widgets.NewQuiet(t.T("repair.backups.none")))
	}
	rows, buttons := backupRows(w, all, widgets.Primary, func(b desk.Backup) { w.show(newRestorePage(w, err, b)) })
	p.restore = buttons
	parts = append(parts, rows...)
	p.again = widgets.NewButton(t.T("trouble.again"), theme.IconRefresh, widgets.Quiet, func() { w.openVault(w.opt.Vault) })
	choices := []fyne.CanvasObject{p.again,
		widgets.NewButton(t.T("trouble.other"), theme.IconFolder, widgets.Quiet, func() { w.show(newChooser(w)) })}
	switch {
	case errors.Is(err, desk.ErrEmptyFile): // there is nothing left to save or read
	case desk.Readable(err):
		parts = append(parts, widgets.Rule(), widgets.NewLabel(t.T("repair.rest")), widgets.NewQuiet(t.T("repair.rest.text")))
		choices = append([]fyne.CanvasObject{p.save, p.read}, choices...)
	default:
		parts = append(parts, widgets.Rule(), widgets.NewLabel(t.T("repair.rest")), widgets.NewQuiet(t.T("repair.rest.save")))
		choices = append([]fyne.CanvasObject{p.save}, choices...)
	}
	parts = append(parts, widgets.Flow(8, choices...),
		widgets.NewDisclosure(t.T("details.show"), widgets.NewText(tr.raw).Small().Wrap(), func(bool) { p.root.Refresh() }))
	p.root = newSheet(560, parts...)
	return p
}

func (p *repairPage) content() fyne.CanvasObject { return p.root }

// focus is what changes nothing: Enter restores no backup.
func (p *repairPage) focus() fyne.Focusable { return p.again }

// openToRead opens what is there, for looking only.
func (p *repairPage) openToRead() {
	w, path := p.w, p.w.opt.Vault
	w.spawnOpening(func(context.Context) (*desk.Desk, error) {
		return desk.OpenToRead(path, w.opt.Desk)
	}, func(opened *desk.Desk, err error) {
		if err != nil {
			p.say(err)
			return
		}
		w.opened(opened, nil)
	})
}

func (p *repairPage) say(err error) {
	p.notice.Objects = []fyne.CanvasObject{p.w.troubleNotice(explain(p.w.t, err), nil)}
	p.notice.Show()
	p.root.Refresh()
}
