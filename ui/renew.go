package ui

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"countersign/pki"
	"countersign/ui/desk"
	"countersign/ui/theme"
	"countersign/ui/widgets"
)

// renewForm renews one certificate: what is and what will be beside each
// other, with everything preset, and below it what may be chosen.
type renewForm struct {
	w    *Window
	desk *desk.Desk
	old  desk.Certificate

	asked       desk.Renewal
	turn        int // of the last preview
	seen        desk.RenewalPreview
	failed      error              // why it cannot be made at all
	authorities []desk.Certificate // that can sign
	ends        []renewSpan
	keys        []renewKey
	kept        []pki.Name // the names of the old one
	readNames   bool

	now, then *widgets.Facts
	staying   *widgets.Text
	notices   *fyne.Container
	renewFields
	create *widgets.Button
	body   *fyne.Container
	root   *fyne.Container
}

// renewFields are what a person may choose.
type renewFields struct {
	valid   *widgets.Select
	until   *widgets.Input
	key     *widgets.Select
	cross   *widgets.Check
	revoke  *widgets.Check
	anyway  *widgets.Check // renew what need not be
	names   *widgets.NameField
	issuer  *widgets.Select
	change  *widgets.Disclosure
	validIn *widgets.Field
	keyIn   *widgets.Field
	namesIn *widgets.Field
	issueIn *widgets.Field
	crossIn *fyne.Container
	revokes *fyne.Container
}

// renewSpan is one choice of how long the new one is valid.
type renewSpan struct {
	years, days int
	same        bool // as long as the old one
	day         bool // until a day that is typed
}

// openRenew opens the renewal of certificates: of one its own page, of several
// the list.
func (w *Window) openRenew(list []desk.Certificate) {
	if len(list) == 1 {
		w.open(newRenewForm(w, list[0], false))
		return
	}
	w.open(newRenewMany(w, list))
}

// openReissue opens the renewal of a certificate with what else may change.
func (w *Window) openReissue(c desk.Certificate) { w.open(newRenewForm(w, c, true)) }

func newRenewForm(w *Window, c desk.Certificate, change bool) *renewForm {
	f := &renewForm{w: w, desk: w.desk, old: c, asked: desk.Renewal{ID: c.ID}}
	t := w.t
	title := t.T("renew.title", "Name", nameOf(t, c))
	if change {
		title = t.T("renew.title.change", "Name", nameOf(t, c))
	}
	f.create = widgets.NewButton(t.T("renew.create"), theme.IconRefresh, widgets.Primary, f.submit)
	cancel := widgets.NewButton(t.T("cancel"), "", widgets.Plain, w.back)
	f.now, f.then = widgets.NewFacts("", nil), widgets.NewFacts("", nil)
	f.staying = widgets.NewText("").Wrap().Tone(widgets.ToneQuiet)
	f.notices = widgets.Stack(8)
	f.buildFields()
	f.change.SetOpen(change)
	pair := widgets.Grid(280, 12,
		widgets.NewCard(widgets.Stack(8, widgets.NewLabel(t.T("renew.now")), f.now)),
		widgets.NewCard(widgets.Stack(8, widgets.NewLabel(t.T("renew.then")), f.then)))
	f.body = widgets.Stack(16, pair, f.notices, f.anyway, widgets.Grid(240, 16, f.validIn, f.keyIn), f.crossIn, f.revokes, f.staying)
	if !c.IsAuthority() || !c.IsRoot() {
		f.body.Add(f.change)
	}
	scroll := container.NewVScroll(widgets.Inset(0, gutter, 2, 2, f.body))
	head := widgets.Inset(0, 0, 12, 0, widgets.Row(12, widgets.Grow(widgets.NewTitle(title).Truncate()), cancel, f.create))
	f.root = container.NewBorder(head, nil, nil, nil,
		&fyne.Container{Layout: &settleLayout{scroll}, Objects: []fyne.CanvasObject{scroll}})
	f.show()
	return f
}

func (f *renewForm) content() fyne.CanvasObject { return f.root }

// firstFocus is the field of the change when one was asked for, else the
// button that renews.
func (f *renewForm) firstFocus() fyne.Focusable {
	if f.change.Open() && !f.old.IsAuthority() {
		return f.names.Entry()
	}
	return f.create
}

func (f *renewForm) buildFields() {
	t := f.w.t
	f.valid = widgets.NewSelect("", nil, -1, func(int) { f.chosen() })
	f.until = widgets.NewInput(t.T("issue.valid.day.placeholder"), func(string) { f.chosen() })
	f.until.OnSubmitted = func(string) { f.submit() }
	f.until.Hide()
	f.ends = []renewSpan{{same: true}, {days: 30}, {days: 90}, {years: 1}, {years: 2}, {day: true}}
	if f.old.IsAuthority() {
		f.ends = []renewSpan{{same: true}, {years: 1}, {years: 5}, {years: 10}, {years: 20}, {day: true}}
	}
	f.valid.SetOptions(f.spanWords(), 0)
	f.validIn = widgets.NewField(t.T("issue.valid"), "", widgets.Stack(8, f.valid, f.until))
	f.buildKey()
	f.cross = widgets.NewCheck(t.T("renew.cross"), false, func(bool) { f.chosen() })
	f.crossIn = widgets.Stack(2, f.cross, widgets.Inset(0, 0, 0, 28, widgets.NewQuiet(t.T("renew.cross.hint"))))
	f.crossIn.Hide()
	f.revoke = widgets.NewCheck(t.T("renew.revoke"), false, func(bool) { f.chosen() })
	f.anyway = widgets.NewCheck(t.T("renew.anyway"), false, func(bool) { f.show() })
	f.revokes = widgets.Stack(2, f.revoke, widgets.Inset(0, 0, 0, 28, widgets.NewQuiet(t.T("renew.revoke.hint"))))
	f.names = widgets.NewNameField(t.T("issue.names.placeholder"), f.w.recogniseName, func([]string) { f.chosen() })
	f.names.OnSubmitted = f.submit
	f.namesIn = widgets.NewField(t.T("detail.names"), "", f.names)
	f.issuer = widgets.NewSelect("", nil, -1, func(int) { f.chosen() })
	f.issueIn = widgets.NewField(t.T("issue.issuer"), "", f.issuer)
	inside := widgets.Stack(16, f.namesIn, f.issueIn)
	f.namesIn.Hidden = f.old.IsAuthority()
	f.change = widgets.NewDisclosure(t.T("renew.change"), inside, func(bool) { f.layoutAgain() })
}

// buildKey offers what is usual for the certificate first.
func (f *renewForm) buildKey() {
	t := f.w.t
	hint := "renew.key.hint.own"
	keep, fresh := renewKey{choice: desk.KeyKept}, renewKey{choice: desk.KeyNew}
	words := map[renewKey]string{keep: t.T("renew.key.keep"), fresh: t.T("renew.key.like")}
	f.keys = []renewKey{fresh, keep}
	switch {
	case f.old.IsAuthority():
		hint, f.keys = "renew.key.hint.authority", []renewKey{keep}
	case !f.old.HasKey:
		hint, f.keys = "renew.key.hint.away", []renewKey{keep}
	}
	words[f.keys[0]] = t.T("renew.key.usual", "Key", words[f.keys[0]])
	for _, k := range pki.KeyKinds() {
		of := renewKey{desk.KeyNew, k}
		f.keys, words[of] = append(f.keys, of), t.T("renew.key.new", "Key", k.Label())
	}
	var options []string
	for _, k := range f.keys {
		options = append(options, words[k])
	}
	f.key = widgets.NewSelect("", options, 0, func(int) { f.chosen() })
	f.keyIn = widgets.NewField(t.T("issue.key"), t.T(hint), f.key)
}

// renewKey is one choice of key; of no kind it is like the old one.
type renewKey struct {
	choice desk.KeyChoice
	kind   pki.KeyKind
}

func (f *renewForm) spanWords() []string {
	t := f.w.t
	words := make([]string, len(f.ends))
	for i, s := range f.ends {
		switch {
		case s.same:
			words[i] = t.T("renew.valid.same", "Days", t.Days(int(f.old.NotAfter.Sub(f.old.NotBefore)/day)))
		case s.day:
			words[i] = t.T("issue.valid.day")
		case s.years > 0:
			words[i] = t.T("issue.valid.years", "Count", s.years)
		default:
			words[i] = t.T("issue.valid.days", "Count", s.days)
		}
	}
	return words
}

// refresh reads the authorities and foresees the renewal.
func (f *renewForm) refresh() {
	var list []desk.Certificate
	var detail desk.Detail
	f.w.spawn("", func(context.Context) error {
		var err error
		if list, err = f.desk.Authorities(); err != nil {
			return err
		}
		detail, err = f.desk.Detail(f.old.ID)
		return err
	}, func(err error) {
		if err != nil {
			f.w.fail(err)
			return
		}
		f.setAuthorities(list)
		if !f.readNames {
			f.readNames, f.kept = true, pki.NamesOf(detail.X509)
			f.names.SetNames(shownNames(f.kept)...)
		}
		f.chosen()
	})
}

// setAuthorities offers who can sign: the same first.
func (f *renewForm) setAuthorities(list []desk.Certificate) {
	f.authorities = slices.DeleteFunc(slices.Clone(list), func(c desk.Certificate) bool {
		h := c.Health(f.w.now())
		return !c.HasKey || c.ID == f.old.ID || c.ID == f.old.IssuerID || h == desk.Expired || h == desk.Revoked
	})
	words := []string{f.w.t.T("renew.issuer.same")}
	for _, a := range f.authorities {
		words = append(words, nameOf(f.w.t, a))
	}
	f.issuer.SetOptions(words, max(0, f.issuer.Selected()))
}

func (f *renewForm) chosenKey() renewKey { return f.keys[max(0, f.key.Selected())] }

// ask reads what was chosen; false when a day that was typed is none.
func (f *renewForm) ask() (desk.Renewal, bool) {
	r := desk.Renewal{ID: f.old.ID, RevokeOld: f.revoke.Checked()}
	good := true
	switch s := f.ends[max(0, f.valid.Selected())]; {
	case s.day:
		at, err := time.ParseInLocation(time.DateOnly, strings.TrimSpace(f.until.Text), f.w.now().Location())
		r.NotAfter, good = at.AddDate(0, 0, 1).Add(-time.Second), err == nil
	case !s.same:
		r.NotAfter = f.w.now().AddDate(s.years, 0, s.days)
	}
	key := f.chosenKey()
	r.Key, r.KeyKind = key.choice, key.kind
	r.Cross = key.choice == desk.KeyNew && f.old.IsRoot() && f.cross.Checked()
	if i := f.issuer.Selected(); i > 0 && i <= len(f.authorities) {
		r.IssuerID = f.authorities[i-1].ID
	}
	if f.readNames && !f.old.IsAuthority() {
		r.Add, r.Remove = f.changedNames()
	}
	return r, good
}

// changedNames tells which names were added and which were taken away.
func (f *renewForm) changedNames() (add, remove []pki.Name) {
	typed, _ := pki.ParseNames(strings.Join(f.names.Names(), " "))
	kept := map[string]bool{}
	for _, n := range f.kept {
		kept[n.Shown] = true
	}
	still := map[string]bool{}
	for _, n := range typed {
		still[n.Shown] = true
		if !kept[n.Shown] {
			add = append(add, n)
		}
	}
	for _, n := range f.kept {
		if !still[n.Shown] && !slices.Contains(f.names.Names(), n.Shown) {
			remove = append(remove, n)
		}
	}
	return add, remove
}

// chosen foresees what was chosen.
func (f *renewForm) chosen() {
	f.until.Hidden = !f.ends[max(0, f.valid.Selected())].day
	f.crossIn.Hidden = !f.old.IsRoot() || f.chosenKey().choice != desk.KeyNew
	f.turn++
	turn := f.turn
	r, good := f.ask()
	f.asked = r
	f.validIn.SetFault("")
	if !good {
		if f.until.Text != "" {
			f.validIn.SetFault(f.w.t.T("issue.valid.day.bad"))
		}
		f.create.Disable()
		f.layoutAgain()
		return
	}
	var p desk.RenewalPreview
	f.w.spawn("", func(context.Context) error {
		var err error
		p, err = f.desk.PreviewRenewal(r)
		return err
	}, func(err error) {
		if turn == f.turn {
			f.seen, f.failed = p, err
			f.show()
		}
	})
}

func (f *renewForm) layoutAgain() {
	f.body.Refresh()
	f.root.Refresh()
}

// submit renews, off the window's goroutine.
func (f *renewForm) submit() {
	if f.create.Busy() || f.create.Disabled() {
		return
	}
	f.names.Commit()
	r, good := f.ask()
	if !good {
		return
	}
	var made desk.Renewed
	f.create.SetBusy(true)
	f.w.spawn(f.w.t.T("renew.doing", "Name", pki.Escape(f.old.Name)), func(ctx context.Context) error {
		var err error
		made, err = f.desk.Renew(ctx, r)
		return err
	}, func(err error) {
		f.create.SetBusy(false)
		switch {
		case errors.Is(err, context.Canceled):
		case err != nil:
			f.failed = err
			f.show()
			f.w.fail(err)
		default:
			f.w.countAttention()
			f.w.navigate(placeOf(made.Certificate), made.ID)
			f.w.notify(f.w.t.T("renew.done", "Name", pki.Escape(made.Name), "Until", f.w.t.Date(made.NotAfter)))
		}
	})
}
