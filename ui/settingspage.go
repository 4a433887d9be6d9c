package ui

import (
	"context"
	"errors"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"countersign/ui/desk"
	"countersign/ui/i18n"
	"countersign/ui/theme"
	"countersign/ui/widgets"
)

// settingsSpot is a place that the rail shows at its foot.
func settingsSpot() spot {
	return spot{"settings", theme.IconSettings, func(w *Window) place { return newSettings(w) }}
}

// openSettings shows the settings.
func (w *Window) openSettings() { w.navigate("settings", "") }

// ownNames are the languages in their own words.
var ownNames = map[string]string{"en": "English", "zh-TW": "正體中文", "ja": "日本語"}

// settings is the place where the program and the vault are adjusted.
type settings struct {
	w        *Window
	look     *widgets.Select
	language *widgets.Select
	lock     *widgets.Select

	old      *widgets.Secret
	oldField *widgets.Field
	pair     *passphrasePair
	change   *widgets.Button
	ways     *waysCard    // nil for a vault without a passphrase
	backups  *backupsCard // nil for one that can only be read
	root     fyne.CanvasObject
}

func newSettings(w *Window) *settings {
	s := &settings{w: w}
	version := widgets.NewText(w.t.T("settings.about", "Version", w.opt.Version)).Small().Tone(widgets.ToneQuiet)
	passphrase := s.passphrase()
	if w.desk.ReadOnly() {
		passphrase.Hide()
	}
	form := widgets.Stack(12,
		widgets.Row(12, widgets.Grow(widgets.NewTitle(w.t.T("settings.title"))), version),
		s.window(),
		s.vault(),
		s.profiles(),
		passphrase)
	if w.desk.Protected() && !w.desk.ReadOnly() {
		s.ways = newWaysCard(w)
		form.Add(s.ways.root)
	}
	if !w.desk.ReadOnly() {
		s.backups = newBackupsCard(w)
		form.Add(s.backups.root)
	}
	s.root = container.NewVScroll(widgets.AtMost(600, widgets.Inset(0, 12, 0, 0, form)))
	return s
}

func (s *settings) content() fyne.CanvasObject { return s.root }
func (s *settings) relayout()                  { s.root.Refresh() }

// refresh shows what opens the vault and which backups there are, as it is now.
func (s *settings) refresh() {
	if s.ways != nil {
		s.ways.build()
	}
	if s.backups != nil {
		s.backups.read()
	}
	s.relayout()
}

// window is the part about how the program looks and speaks.
func (s *settings) window() fyne.CanvasObject {
	looks := []string{"", "light", "dark"}
	at := max(0, slices.Index(looks, s.w.app.Preferences().String(prefLook)))
	s.look = widgets.NewSelect("", []string{
		s.w.t.T("settings.look.system"), s.w.t.T("settings.look.light"), s.w.t.T("settings.look.dark"),
	}, at, func(i int) { s.w.setLook(looks[i]) })

	tags := append([]string{""}, i18n.Languages()...)
	names := []string{s.w.t.T("settings.language.system")}
	for _, tag := range tags[1:] {
		names = append(names, ownNames[tag])
	}
	at = max(0, slices.Index(tags, s.w.app.Preferences().String(prefLanguage)))
	s.language = widgets.NewSelect("", names, at, func(i int) { s.w.setLanguage(tags[i]) })
	return widgets.NewCard(widgets.Columns(16,
		widgets.NewField(s.w.t.T("settings.look"), "", s.look),
		widgets.NewField(s.w.t.T("settings.language"), "", s.language)))
}

// profiles is the part that leads to the profiles.
func (s *settings) profiles() fyne.CanvasObject {
	return widgets.NewCard(widgets.Row(12,
		widgets.Grow(widgets.Stack(4, widgets.NewLabel(s.w.t.T("profiles.settings")), widgets.NewQuiet(s.w.t.T("profiles.settings.text")))),
		widgets.NewButton(s.w.t.T("profiles.manage"), "", widgets.Plain, s.w.openProfiles)))
}

// vault is the part about the vault's file and when it locks.
func (s *settings) vault() fyne.CanvasObject {
	minutes := []int{1, 5, 15, 60, 0}
	var names []string
	for _, m := range minutes[:len(minutes)-1] {
		names = append(names, s.w.t.T("settings.lock.minutes", "Count", m))
	}
	names = append(names, s.w.t.T("settings.lock.never"))
	now := s.w.app.Preferences().IntWithFallback(prefLockAfter, defaultLockAfter)
	s.lock = widgets.NewSelect("", names, slices.Index(minutes, now), func(i int) {
		s.w.app.Preferences().SetInt(prefLockAfter, minutes[i])
	})
	other := widgets.NewButton(s.w.t.T("settings.vault.open"), theme.IconFolder, widgets.Plain, s.w.chooseVault)
	parts := []fyne.CanvasObject{
		widgets.NewLabel(s.w.t.T("settings.vault")),
		widgets.Row(8, widgets.Grow(widgets.NewText(s.w.desk.Path()).Tone(widgets.ToneQuiet).Truncate()), other),
	}
	if s.w.desk.Protected() {
		parts = append(parts, widgets.NewField(s.w.t.T("settings.lock"), s.w.t.T("settings.lock.hint"),
			widgets.AtMost(272, s.lock)))
	}
	return widgets.NewCard(widgets.Stack(12, parts...))
}

// passphrase is the form that changes it, or gives one to a vault without.
func (s *settings) passphrase() fyne.CanvasObject {
	t := s.w.t
	s.old = newPassphrase(func() { s.pair.fault(s.oldField, "") }, s.doChange)
	s.oldField = widgets.NewField(t.T("settings.passphrase.old"), t.T("settings.passphrase.old.hint"), s.old)
	s.pair = newPassphrasePair(s.w, t.T("settings.passphrase.new"), t.T("settings.passphrase.again"), s.doChange, s.relayout)
	s.change = widgets.NewButton(t.T("settings.passphrase.do"), "", widgets.Plain, s.doChange)
	title := t.T("settings.passphrase")
	if !s.w.desk.Protected() {
		s.oldField.Hide()
		title = t.T("settings.passphrase.give")
		s.change.SetText(t.T("settings.passphrase.give.do"))
	}
	return widgets.NewCard(widgets.Stack(12, widgets.NewLabel(title),
		s.oldField, s.pair.first, s.pair.second, leading(s.change)))
}

func (s *settings) doChange() {
	if s.change.Busy() {
		return
	}
	fresh, ok := s.pair.passphrase()
	if !ok {
		return
	}
	old := []byte(s.old.Text())
	s.change.SetBusy(true)
	d := s.w.desk
	s.w.spawn(s.w.t.T("settings.passphrase.doing"), func(ctx context.Context) error {
		defer clear(old)
		defer clear(fresh)
		return d.ChangePassphrase(ctx, old, fresh)
	}, s.changed)
}

func (s *settings) changed(err error) {
	s.change.SetBusy(false)
	switch {
	case errors.Is(err, context.Canceled):
	case errors.Is(err, desk.ErrWrongPassphrase):
		s.pair.fault(s.oldField, s.w.t.T("unlock.wrong"))
		s.w.win.Canvas().Focus(s.old.Input())
	case err != nil:
		s.w.fail(err)
	default:
		s.forget()
		s.w.rebuild() // the frame no longer says that there is none
		s.w.notify(s.w.t.T("settings.passphrase.done"))
		s.w.watchIdle()
		s.w.watchScreen()
	}
}

func (s *settings) forget() {
	s.old.SetText("")
	s.pair.clear()
}

// close lets go of what was typed.
func (s *settings) close() { s.forget() }

// chooseVault leaves this vault for another.
func (w *Window) chooseVault() {
	w.leaveVault()
	w.show(newChooser(w))
}
