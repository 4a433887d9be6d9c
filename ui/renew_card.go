package ui

import (
	"strings"

	"fyne.io/fyne/v2"

	"countersign/pki"
	"countersign/ui/desk"
	"countersign/ui/i18n"
	"countersign/ui/widgets"
)

// show says what is, what will be, and what to know about it.
func (f *renewForm) show() {
	t, c, p := f.w.t, f.old, f.seen
	now := f.side(t.Date(c.NotBefore), t.Date(c.NotAfter), pki.Escape(c.Issuer), c.Names, c.Key.Label())
	if c.Shared {
		now = append(now, widgets.Fact{Label: t.T("detail.serial"), Value: desk.ShortSerial(c.Serial), Mono: true},
			widgets.Fact{Label: t.T("detail.made"), Value: t.Date(c.Made)})
	}
	if replaced := replacedWords(t, c); replaced != "" {
		now = append(now, widgets.Fact{Label: t.T("health.replaced"), Value: replaced, Tone: widgets.ToneSoon})
	}
	f.now.Set(now...)
	ready := p.Old.ID != "" && f.failed == nil
	if ready {
		key := t.T("renew.key.kept", "Key", c.Key.Label())
		if !p.KeepsKey {
			key = t.T("renew.key.fresh", "Key", p.Key.Label())
		}
		issuer := p.Issuer.Name
		if p.Issuer.ID == "" {
			issuer = c.Name
		}
		f.then.Set(f.side(t.Date(p.NotBefore), t.Date(p.NotAfter), pki.Escape(issuer), p.Names, key)...)
	} else {
		f.then.Set()
	}
	f.revokes.Hidden = c.IsRoot() || c.Revoked
	f.notices.Objects = f.warnings(ready)
	f.notices.Hidden = len(f.notices.Objects) == 0
	f.staying.SetText(f.oldWords())
	f.anyway.Hidden = f.desk.CanRenew(c) == nil || f.failed != nil
	if ready && len(p.Faults) == 0 && (f.anyway.Hidden || f.anyway.Checked()) {
		f.create.Enable()
	} else {
		f.create.Disable()
	}
	f.layoutAgain()
}

// side are the facts of one of the two certificates.
func (f *renewForm) side(from, until, issuer string, names []string, key string) []widgets.Fact {
	t := f.w.t
	rows := []widgets.Fact{
		{Label: t.T("renew.fact.from"), Value: from}, {Label: t.T("renew.fact.until"), Value: until},
		{Label: t.T("detail.issuer"), Value: issuer}, {Label: t.T("detail.key"), Value: key},
	}
	if len(names) > 0 {
		shown := make([]string, 0, len(names))
		for _, n := range names {
			shown = append(shown, pki.Escape(n))
		}
		if over := len(shown) - namesShown; over > 1 {
			rows = append(rows, widgets.Fact{Label: t.T("detail.names"),
				Value: t.T("detail.names.more", "Names", strings.Join(shown[:namesShown], t.T("list.comma")), "Count", over)})
		} else {
			rows = append(rows, widgets.Fact{Label: t.T("detail.names"), Value: strings.Join(shown, t.T("list.comma"))})
		}
	}
	return rows
}

// oldWords say what becomes of the old one.
func (f *renewForm) oldWords() string {
	t, c := f.w.t, f.old
	switch {
	case c.Revoked:
		return ""
	case f.revoke.Checked() && !f.revokes.Hidden:
		return t.T("renew.old.revoked")
	case c.Health(f.w.now()) == desk.Expired:
		return t.T("renew.old.ended", "Date", t.Date(c.NotAfter))
	case !c.RefusedFrom.IsZero() && !c.RefusedFrom.After(f.w.now()):
		return t.T("renew.old.refused-since", "Date", t.Date(c.RefusedFrom))
	case !c.RefusedFrom.IsZero():
		return t.T("renew.old.refused", "Date", t.Date(c.RefusedFrom))
	case c.IsAuthority() && f.seen.KeepsKey:
		return t.T("renew.old.authority", "Date", t.Date(c.NotAfter))
	}
	return t.T("renew.old.valid", "Date", t.Date(c.NotAfter))
}

func (f *renewForm) warnings(ready bool) []fyne.CanvasObject {
	t, p := f.w.t, f.seen
	var list []fyne.CanvasObject
	add := func(tone widgets.Tone, title, text string) { list = append(list, widgets.NewNotice(tone, title, text)) }
	if f.failed != nil {
		tr := explain(t, f.failed)
		add(widgets.ToneBroken, tr.title, tr.body())
		return list
	}
	if err := f.desk.CanRenew(f.old); err != nil {
		tr := explain(t, err)
		add(widgets.ToneSoon, t.T("renew.anyway.title"), i18n.Sentences(tr.title, tr.body()))
	}
	if !ready {
		return list
	}
	if len(p.Faults) > 0 {
		add(widgets.ToneBroken, t.T("issue.card.needed"), faultLines(t, p.Faults))
	}
	for _, w := range p.Warnings {
		add(widgets.ToneSoon, warningText(t, w), "")
	}
	if p.Below > 0 && !f.asked.Cross {
		add(widgets.ToneSoon, t.T("renew.below.title", "Count", p.Below), t.T("renew.below.text"))
	}
	if n := p.Outliving; n.Count > 0 {
		add(widgets.ToneSoon, t.T("renew.outliving", "Count", n.Count, "Latest", t.Date(n.Latest), "Until", t.Date(p.NotAfter)), "")
	}
	if p.CrossTight {
		add(widgets.ToneSoon, t.T("renew.tight.title"), t.T("renew.tight.text", "Limit", p.CrossLimit))
	}
	if p.Pinned {
		add(widgets.ToneSoon, t.T("renew.pinned.title"), t.T("renew.pinned.text"))
	}
	if len(p.Lost) > 0 {
		add(widgets.ToneSoon, t.T("renew.lost", "OIDs", strings.Join(p.Lost, ", ")), "")
	}
	return list
}
