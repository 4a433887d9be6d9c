package ui

import (
	"fyne.io/fyne/v2"

	"countersign/pki"
	"countersign/ui/desk"
	"countersign/ui/theme"
	"countersign/ui/widgets"
)

// profiles is the page that lists the ways of making certificates.
type profiles struct {
	w    *Window
	desk *desk.Desk

	list   *widgets.DataList
	rows   []desk.Profile
	turn   int             // of the last reading
	notice *fyne.Container // a question
	sure   *widgets.Button // says yes to it
	use    *widgets.Button
	export *widgets.Button
	remove *widgets.Button
	root   *fyne.Container
}

// openProfiles shows the profiles.
func (w *Window) openProfiles() { w.open(newProfiles(w)) }

func newProfiles(w *Window) *profiles {
	p := &profiles{w: w, desk: w.desk, notice: widgets.Stack(0)}
	t := w.t
	p.list = widgets.NewDataList(
		widgets.Column{Title: t.T("profiles.column.name"), Weight: 3, Min: 200},
		widgets.Column{Title: t.T("profiles.column.kind"), Min: 112},
		widgets.Column{Title: t.T("profiles.column.valid"), Min: 128, Priority: 1},
		widgets.Column{Title: t.T("profiles.column.key"), Min: 96, Priority: 2},
		widgets.Column{Title: t.T("profiles.column.source"), Min: 96, Priority: 3})
	p.list.OnSelected = func([]int) { p.chosen() }
	p.list.OnOpened = func(row int) {
		p.list.Select(row)
		p.begin()
	}
	p.use = widgets.NewButton(t.T("profiles.use"), "", widgets.Primary, p.begin)
	p.export = widgets.NewButton(t.T("profiles.export"), theme.IconExport, widgets.Plain, p.write)
	p.remove = widgets.NewButton(t.T("profiles.delete"), theme.IconTrash, widgets.Plain, p.askDelete)
	bring := widgets.NewButton(t.T("profiles.import"), theme.IconImport, widgets.Plain, p.browse)
	p.root = widgets.Stack(12,
		widgets.NewBackBar(t.T("profiles.back"), t.T("profiles.title"), w.back, bring),
		widgets.NewQuiet(t.T("profiles.text")),
		p.notice,
		widgets.Grow(p.list),
		widgets.Row(8, p.use, p.export, widgets.Spacer(), p.remove))
	p.notice.Hide()
	p.chosen()
	return p
}

func (p *profiles) content() fyne.CanvasObject { return p.root }

// refresh reads the profiles again.
func (p *profiles) refresh() {
	reread(p.w, &p.turn, p.desk.Profiles, func(rows []desk.Profile) { p.show(ownFirst(rows)) })
}

func (p *profiles) show(rows []desk.Profile) {
	p.rows = rows
	t := p.w.t
	p.list.SetRows(len(rows), func(i int) widgets.ListRow {
		r := rows[i]
		source := t.T("profiles.own")
		if r.BuiltIn {
			source = t.T("profiles.source.built-in")
		}
		key := r.Key
		if key == "" {
			key = pki.P256
		}
		return widgets.ListRow{Cells: []widgets.Cell{
			{Text: profileTitle(t, r), Second: profileSecond(r), Bold: !r.BuiltIn},
			{Text: t.T("kind.short." + string(r.Kind))},
			{Text: p.validity(r.Validity)},
			{Text: key.Label()},
			{Text: source, Tone: widgets.ToneQuiet},
		}}
	})
	p.chosen()
}

// profileSecond is the line below a profile's name: what its subjects share.
func profileSecond(p desk.Profile) string {
	if p.Subject == nil {
		return ""
	}
	return subjectWords(*p.Subject)
}

func (p *profiles) validity(s pki.Span) string {
	t := p.w.t
	switch {
	case s.Hours() > 0:
		return t.T("profiles.hours", "Count", s.Hours())
	case s.Days() > 0:
		return t.T("issue.valid.days", "Count", s.Days())
	case s.Years() > 0:
		return t.T("issue.valid.years", "Count", s.Years())
	}
	return t.T("profiles.standard")
}

// selected is the profile chosen, nil for none.
func (p *profiles) selected() *desk.Profile {
	if rows := p.list.Selected(); len(rows) == 1 && rows[0] < len(p.rows) {
		return &p.rows[rows[0]]
	}
	return nil
}

// chosen follows the selection: what comes with the program stays.
func (p *profiles) chosen() {
	one := p.selected()
	for _, b := range []*widgets.Button{p.use, p.export} {
		b.Enable()
		if one == nil {
			b.Disable()
		}
	}
	p.remove.Enable()
	if one == nil || one.BuiltIn || p.desk.ReadOnly() {
		p.remove.Disable()
	}
	p.dismiss()
}

// begin opens the form with the profile.
func (p *profiles) begin() {
	if one := p.selected(); one != nil {
		p.w.openIssueWith(*one)
	}
}

// write asks where to, and writes the profile there.
func (p *profiles) write() {
	one := p.selected()
	if one == nil {
		return
	}
	d, name := p.desk, one.Name
	p.w.open(newSavePage(p.w, saving{
		title: p.w.t.T("profiles.export.title", "Name", profileTitle(p.w.t, *one)), hint: p.w.t.T("profiles.export.hint"),
		name: desk.FileName(name) + ".profile.json",
		data: func() ([]byte, error) {
			file, err := d.ExportProfile(name)
			return file.Data, err
		},
	}))
}
