package ui

import (
	"cmp"
	"path/filepath"

	"fyne.io/fyne/v2"

	"countersign/pki"
	"countersign/ui/desk"
	"countersign/ui/i18n"
	"countersign/ui/widgets"
)

// shownFound is how many things of a group the importer lists one by one.
const shownFound = 50

// foundRow is one thing that was found: its name, what it is and where it
// lies, and what will become of it.
type foundRow struct {
	name, what string
	tone       widgets.Tone
	state      string
	notes      []string // what clients will not like about it
}

// parts are what was found, in words.
func (i *importer) parts() []fyne.CanvasObject {
	t := i.w.t
	var parts []fyne.CanvasObject
	for _, f := range i.found.Folders {
		parts = append(parts, widgets.NewNotice(widgets.ToneGood, t.T("import.recognised", "Tool", string(f.Kind)), pki.Escape(f.Path)))
	}
	for _, l := range i.found.Lost() {
		parts = append(parts, widgets.NewNotice(widgets.ToneSoon, t.T("import.lost", "Count", l.Count),
			t.T("import.lost."+l.Why, "Count", l.Count, "Path", pki.Escape(l.Path), "Name", pki.Escape(l.Name))))
	}
	if n := i.found.InOtherHands(); n > 0 {
		parts = append(parts, widgets.NewNotice(widgets.ToneBroken, t.T("import.in-other-hands", "Count", n), t.T("import.in-other-hands.text")))
	}
	if i.found.Truncated {
		parts = append(parts, widgets.NewNotice(widgets.ToneSoon, t.T("import.truncated"), t.T("import.truncated.text")))
	}
	authorities, certificates := i.certificateRows()
	groups := []fyne.CanvasObject{
		i.group("import.group.authorities", authorities), i.group("import.group.certificates", certificates),
		i.group("import.group.requests", i.requestRows()), i.group("import.group.lists", i.listRows()),
		i.group("import.group.keys", i.keyRows()),
		i.group("import.group.left", i.unreadRows()),
	}
	some := false
	for _, g := range groups {
		if g != nil {
			parts, some = append(parts, g), true
		}
	}
	if !some && len(i.found.Locked) == 0 {
		parts = append(parts, widgets.NewNotice(widgets.ToneQuiet, t.T("import.nothing"), t.T("import.nothing.text")))
	}
	return parts
}

// group is a card with a heading and a line for each thing; nil when there is
// none.
func (i *importer) group(heading string, rows []foundRow) fyne.CanvasObject {
	t := i.w.t
	if len(rows) == 0 {
		return nil
	}
	lines := []fyne.CanvasObject{widgets.Row(8, widgets.NewHeading(t.T(heading)),
		widgets.NewText(t.Number(len(rows))).Tone(widgets.ToneQuiet))}
	if text := heading + ".text"; t.Has(text) {
		lines = append(lines, widgets.NewQuiet(t.T(text)))
	}
	for n, r := range rows {
		if n == shownFound {
			lines = append(lines, widgets.NewQuiet(t.T("import.more", "Count", len(rows)-n)))
			break
		}
		if n > 0 {
			lines = append(lines, widgets.Rule())
		}
		said := widgets.Stack(2, widgets.NewText(r.name).Bold().Truncate())
		if r.what != "" {
			said.Add(widgets.NewText(r.what).Small().Tone(widgets.ToneQuiet).Truncate())
		}
		for _, note := range r.notes {
			said.Add(widgets.NewText(note).Small().Tone(widgets.ToneSoon).Wrap())
		}
		lines = append(lines, widgets.Row(12, widgets.Grow(said), widgets.NewStatus(r.tone, r.state)))
	}
	return widgets.NewCard(widgets.Stack(8, lines...))
}

// certificateRows tell each certificate: whose it is, whether its key came
// along, whether it was revoked, and whether the vault has it already.
func (i *importer) certificateRows() (authorities, others []foundRow) {
	t := i.w.t
	for _, c := range i.found.Certificates {
		kind := pki.KindOfCertificate(c.Certificate)
		row := foundRow{name: pki.Escape(c.Name()), what: t.T("import.kind.other")}
		if kind != "" {
			row.what = t.T("import.kind." + string(kind))
		}
		row.tone, row.state = foundState(c)
		row.state = t.T(row.state)
		if kind == pki.Authority && c.Key == nil && c.Mine == "" {
			row.what += " · " + t.T("import.partner")
		}
		if c.Revoked != nil && c.New() {
			key := "import.without-key"
			if c.Key != nil {
				key = "import.with-key"
			}
			row.what = dotted(row.what, t.T(key), t.T("reason."+cmp.Or(c.Revoked.Reason, string(pki.Unspecified))), t.Date(c.Revoked.At))
		}
		if c.Path != "" {
			row.what += " · " + shortPath(c.Path)
		}
		row.notes = warningLines(t, c.Warnings(i.w.now()))
		if kind == pki.Authority {
			authorities = append(authorities, row)
		} else {
			others = append(others, row)
		}
	}
	return authorities, others
}

// foundState is the key of the words on what will become of a certificate.
func foundState(c desk.FoundCertificate) (widgets.Tone, string) {
	switch {
	case !c.New():
		return widgets.ToneQuiet, "import.known"
	case c.Revoked != nil && pki.Reason(c.Revoked.Reason).IsHold():
		return widgets.ToneSoon, "import.held"
	case c.Revoked != nil:
		return widgets.ToneBroken, "import.revoked"
	case c.Mine != "":
		return widgets.ToneGood, "import.key.here"
	case c.Key != nil:
		return widgets.ToneGood, "import.with-key"
	}
	return widgets.ToneSoon, "import.without-key"
}

func (i *importer) requestRows() []foundRow {
	t := i.w.t
	var rows []foundRow
	for _, r := range i.found.Requests {
		row := foundRow{name: pki.Escape(r.Name()), what: shortPath(r.Path), tone: widgets.ToneGood, state: t.T("import.asks"),
			notes: warningLines(t, r.Doubts)}
		switch {
		case r.Mine != "":
			row.tone, row.state = widgets.ToneQuiet, t.T("import.known")
		case r.Answered != "":
			row.tone, row.state = widgets.ToneQuiet, t.T("import.answered", "Name", pki.Escape(r.Answered))
		case r.Key != nil:
			row.state = t.T("import.waiting")
		}
		rows = append(rows, row)
	}
	return rows
}

func (i *importer) listRows() []foundRow {
	t := i.w.t
	var rows []foundRow
	for _, l := range i.found.Lists {
		row := foundRow{name: t.T("import.list.nobody"), what: shortPath(l.Path), tone: widgets.ToneGood,
			state: t.T("import.list.count", "Count", len(l.Revoked))}
		if l.Authority != nil {
			row.name = t.T("import.list."+l.Kind, "Name", pki.Escape(l.AuthorityName()))
		}
		switch {
		case l.Authority == nil:
			row.tone, row.state = widgets.ToneSoon, t.T("import.list.left")
		case l.Outdated:
			row.tone, row.state = widgets.ToneQuiet, t.T("import.list.outdated")
		case !l.New:
			row.tone, row.state = widgets.ToneQuiet, t.T("import.known")
		}
		rows = append(rows, row)
	}
	return rows
}

func (i *importer) keyRows() []foundRow {
	t := i.w.t
	var rows []foundRow
	for _, k := range i.found.Keys {
		rows = append(rows, foundRow{name: shortPath(k.Path), what: pki.KeyLabel(k.Key.Public()), tone: widgets.ToneSoon, state: t.T("import.list.left")})
	}
	return rows
}

// unreadRows are the files that were not read, and what to do about each.
func (i *importer) unreadRows() []foundRow {
	var rows []foundRow
	for _, u := range i.found.Unread {
		tr := explain(i.w.t, u.Err)
		rows = append(rows, foundRow{name: shortPath(u.Path), tone: widgets.ToneQuiet, state: i.w.t.T("import.list.left"),
			notes: []string{i18n.Sentences(tr.title, tr.body())}})
	}
	return rows
}

// shortPath is a file and the folder that it is in.
func shortPath(path string) string {
	folder := filepath.Base(filepath.Dir(path))
	if folder == "." || folder == string(filepath.Separator) {
		return pki.Escape(filepath.Base(path))
	}
	return pki.Escape(filepath.Join(folder, filepath.Base(path)))
}
