package ui

import (
	"context"
	"errors"
	"slices"

	"fyne.io/fyne/v2"

	"countersign/pki"
	"countersign/ui/desk"
	"countersign/ui/i18n"
	"countersign/ui/widgets"
)

// bulkCommon is what all rows have in common beside what stands above the
// table: the profile, and the fields that few certificates need. It is a page
// of its own.
type bulkCommon struct {
	issueMore
	profiles []desk.Profile
	choice   *widgets.Select
	open     *widgets.Button
	root     fyne.CanvasObject
}

func (b *bulkPage) buildCommon() {
	t, c := b.w.t, &b.common
	c.choice = widgets.NewSelect("", []string{t.T("issue.profile.none")}, 0, func(int) { b.profileChosen() })
	line := func(placeholder string) *widgets.Input {
		i := widgets.NewInput(placeholder, func(string) { b.commonChanged() })
		i.OnSubmitted = func(string) { b.showCommonDone() }
		return i
	}
	fields := c.build(t, line, []moreField{moreFrom}, b.commonChanged)
	c.moreFields[pki.FieldKeyUsage].SetHint(t.T("issue.key-usage.hint"))
	c.moreFields[pki.FieldExtKeyUsage].SetHint(t.T("issue.ext-key-usage.hint"))
	c.open = widgets.NewButton(t.T("bulk.common"), "", widgets.Plain, b.showCommon)
	c.root = scrolled(widgets.NewQuiet(t.T("bulk.common.hint")),
		widgets.NewField(t.T("issue.profile"), "", widgets.AtMost(320, c.choice)), widgets.AtMost(660, fields))
	b.setUsual()
}

// setUsual offers the usages of the kind that rows have who say none.
func (b *bulkPage) setUsual() {
	p := &b.preview
	b.common.setUsual(bulkKinds[max(0, p.kind.Selected())], pki.KeyKinds()[max(0, p.key.Selected())])
}

// showCommon reads the profiles and shows the page.
func (b *bulkPage) showCommon() {
	var list []desk.Profile
	b.w.spawn("", func(context.Context) error {
		var err error
		list, err = b.desk.Profiles()
		return err
	}, func(err error) {
		switch {
		case err != nil:
			b.w.fail(err)
		case !b.left:
			b.setProfiles(list)
			b.sayCommonFaults()
			b.title.SetText(b.w.t.T("bulk.common.title"))
			b.step(b.common.root, widgets.NewButton(b.w.t.T("bulk.common.done"), "", widgets.Primary, b.showCommonDone))
		}
	})
}

// showCommonDone goes back to the table, which is checked anew.
func (b *bulkPage) showCommonDone() {
	if !b.sayCommonFaults() {
		return
	}
	b.title.SetText(b.w.t.T("bulk.title"))
	b.recheck()
}

func (b *bulkPage) setProfiles(list []desk.Profile) {
	c := &b.common
	chosen := b.profile()
	name := ""
	if chosen != nil {
		name = chosen.Name
	}
	c.profiles = slices.DeleteFunc(ownFirst(list), func(p desk.Profile) bool { return p.Kind == pki.Authority })
	words, at := []string{b.w.t.T("issue.profile.none")}, 0
	for i, p := range c.profiles {
		words = append(words, profileTitle(b.w.t, p))
		if p.Name == name {
			at = i + 1
		}
	}
	c.choice.SetOptions(words, at)
}

// profile is the one that was chosen, nil for none.
func (b *bulkPage) profile() *desk.Profile {
	if i := b.common.choice.Selected() - 1; i >= 0 && i < len(b.common.profiles) {
		return &b.common.profiles[i]
	}
	return nil
}

// profileChosen fills in what a profile says; the first choice empties it.
func (b *bulkPage) profileChosen() {
	c, p := &b.common, &b.preview
	r, s := pki.NewRequest(bulkKinds[max(0, p.kind.Selected())]), span{}
	if chosen := b.profile(); chosen != nil {
		r, s = chosen.Request(b.w.now()), spanOf(chosen.Validity)
	}
	p.kind.Select(max(0, slices.Index(bulkKinds, r.Kind)))
	p.key.Select(max(0, slices.Index(pki.KeyKinds(), r.Key)))
	b.setSpans(s)
	c.setSubject(r.Subject)
	c.setAddresses(r)
	c.keyUsage.set(nil)
	c.extKeyUsage.set(nil)
	b.setUsual()
	c.keyUsage.set(r.KeyUsage)
	c.extKeyUsage.set(r.ExtKeyUsage)
	b.commonChanged()
}

// setSpans offers how long certificates are valid, a profile's own among them.
func (b *bulkPage) setSpans(s span) {
	spans, at := slices.Clone(bulkSpans), 0
	if s != (span{}) {
		if at = slices.Index(spans, s); at < 0 {
			spans, at = slices.Insert(spans, 1, s), 1
		}
	}
	var words []string
	for _, s := range spans {
		words = append(words, lengthWords(b.w, s))
	}
	b.preview.spans = spans
	b.preview.valid.SetOptions(words, at)
}

// kindChanged lets go of a profile that is for another kind.
func (b *bulkPage) kindChanged() {
	if p := b.profile(); p != nil && p.Kind != bulkKinds[max(0, b.preview.kind.Selected())] {
		b.common.choice.Select(0)
	}
	b.setUsual()
	b.recheck()
}

// commonChanged forgets what was wrong before.
func (b *bulkPage) commonChanged() {
	for _, field := range b.common.moreFields {
		field.SetFault("")
	}
	b.root.Refresh()
}

// askCommon puts into a request what all rows have in common.
func (b *bulkPage) askCommon(r *pki.Request) pki.Faults {
	c := &b.common
	var faults pki.Faults
	r.Subject, faults = c.subject()
	c.askUses(r)
	r.NotBefore, _ = c.begin(b.w.now().Location())
	return faults
}

// sayCommonFaults says at each field what is wrong with it, as far as that does
// not take an authority; false when something is.
func (b *bulkPage) sayCommonFaults() bool {
	t, c := b.w.t, &b.common
	r := b.defaults().Base
	faults := b.askCommon(&r)
	var more pki.Faults
	if errors.As(r.CheckCSR(), &more) {
		faults = append(faults, more...)
	}
	byField := map[*widgets.Field]string{}
	for _, f := range faults {
		if field := c.moreFields[f.Field]; field != nil {
			byField[field] = i18n.Sentences(byField[field], faultText(t, f))
		}
	}
	if _, ok := c.begin(b.w.now().Location()); !ok {
		byField[c.moreFields[pki.FieldNotBefore]] = t.T("issue.from.bad")
	}
	for field, text := range byField {
		field.SetFault(text)
	}
	b.root.Refresh()
	return len(byField) == 0
}
