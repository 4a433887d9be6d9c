package ui

import (
	"context"
	"crypto/x509"

	"fyne.io/fyne/v2"

	"countersign/pki"
	"countersign/ui/desk"
	"countersign/ui/i18n"
	"countersign/ui/theme"
	"countersign/ui/widgets"
)

// factWidth is the width of the labels of facts, in device-independent pixels.
const factWidth float32 = 168

// itemParts are all that there is to see of a thing: in short and in plain
// words, whether it is ours, what can be done, and then every field.
func (i *inspector) itemParts(item desk.Inspected) []fyne.CanvasObject {
	parts := []fyne.CanvasObject{i.summary(item)}
	parts = append(parts, i.mine(item)...)
	parts = append(parts, i.warnings(item)...)
	if item.Err != nil {
		tr := explain(i.w.t, item.Err)
		parts = append(parts, widgets.NewNotice(widgets.ToneSoon, tr.title, tr.body()))
	}
	if buttons := i.actions(item); buttons != nil {
		parts = append(parts, buttons)
	}
	parts = append(parts, i.sections(item)...)
	if item.CRL != nil && len(item.CRL.RevokedCertificateEntries) > 0 {
		parts = append(parts, i.entries(item.CRL.RevokedCertificateEntries))
	}
	if item.DER() != nil {
		parts = append(parts, i.tree(item.DER()), i.pem(item))
	}
	return parts
}

// summary is a thing in a few plain words.
func (i *inspector) summary(item desk.Inspected) fyne.CanvasObject {
	t := i.w.t
	lines := []fyne.CanvasObject{widgets.NewTitle(i.nameOf(item))}
	second := i.kindOf(item) + " · " + item.Source
	if from := i.found.from[i.chosen]; from != "" {
		second += " · " + shortPath(from)
	}
	lines = append(lines, widgets.NewText(second).Tone(widgets.ToneQuiet).Truncate())
	say := func(text string) { lines = append(lines, widgets.NewText(text).Wrap()) }
	switch {
	case item.Certificate != nil:
		d := pki.Describe(item.Certificate)
		if d.SelfSigned {
			say(t.T("inspect.say.self", "Key", d.Key))
		} else {
			say(t.T("inspect.say.signed", "Issuer", d.IssuerCommonName, "Key", d.Key))
		}
		if len(d.Names) > 0 {
			var names []string
			for _, n := range d.Names {
				names = append(names, n.Shown)
			}
			say(t.T("inspect.say.names", "Names", t.List(names)))
		}
		lines = append(lines, widgets.Inset(4, 0, 0, 0, i.life(item.Certificate)))
	case item.Request != nil:
		say(t.T("inspect.say.request", "Key", pki.KeyLabel(item.Request.PublicKey)))
	case item.CRL != nil:
		say(t.T("inspect.say.crl", "Count", len(item.CRL.RevokedCertificateEntries), "Date", t.Date(item.CRL.ThisUpdate)))
		if next := item.CRL.NextUpdate; !next.IsZero() {
			key := "inspect.say.crl-until"
			if i.w.now().After(next) {
				key = "inspect.say.crl-lapsed"
			}
			say(t.T(key, "Date", t.Date(next)))
		}
	case item.Key != nil:
		say(t.T("inspect.say.key"))
		if item.PairedWith >= 0 {
			say(t.T("inspect.say.pair", "Name", i.nameOf(i.found.items[item.PairedWith])))
		}
	}
	return widgets.Stack(4, lines...)
}

// life shows how much of a certificate's time is over.
func (i *inspector) life(c *x509.Certificate) fyne.CanvasObject {
	t, now := i.w.t, i.w.now()
	as := desk.Certificate{NotBefore: c.NotBefore, NotAfter: c.NotAfter}
	return widgets.NewLifeBar(lifeUsed(c.NotBefore, c.NotAfter, now), healthTone(as.Health(now)),
		t.Date(c.NotBefore), expiryWords(t, as, now), t.Date(c.NotAfter))
}

// mine says what the vault knows of a thing, with a way to it.
func (i *inspector) mine(item desk.Inspected) []fyne.CanvasObject {
	var parts []fyne.CanvasObject
	for _, said := range item.Say() {
		tone := widgets.ToneGood
		switch {
		case said.Wary:
			tone = widgets.ToneSoon
		case said.Code == "stranger", said.Code == "revokes-none":
			tone = widgets.ToneQuiet
		}
		notice := widgets.NewNotice(tone, i.w.t.T("inspect.mine."+said.Code, said.Facts...), "")
		if said.ID != "" && said.ID != i.question.mine {
			notice.SetButtons(widgets.NewButton(i.w.t.T("inspect.mine.show"), "", widgets.Plain, func() { i.w.showSubject(said.ID) }))
		}
		parts = append(parts, notice)
	}
	return parts
}

// warnings are what clients will not like about a certificate.
func (i *inspector) warnings(item desk.Inspected) []fyne.CanvasObject {
	var lines []string
	for _, w := range item.Warnings(i.w.now()) {
		lines = append(lines, warningText(i.w.t, w))
	}
	if len(lines) == 0 {
		return nil
	}
	return []fyne.CanvasObject{widgets.NewNotice(widgets.ToneSoon,
		i.w.t.T("inspect.warnings", "Count", len(lines)), i18n.Sentences(lines...))}
}

// actions are what can be done with a thing.
func (i *inspector) actions(item desk.Inspected) fyne.CanvasObject {
	t := i.w.t
	if item.PEM() == "" {
		return nil
	}
	var buttons []fyne.CanvasObject
	if i.canKeep(item) {
		buttons = append(buttons, widgets.NewButton(t.T("inspect.keep"), theme.IconImport, widgets.Plain, func() { i.keep(item) }))
	}
	if b := i.trusted(item); b != nil {
		buttons = append(buttons, b)
	}
	buttons = append(buttons,
		widgets.NewButton(t.T("inspect.copy-pem"), theme.IconCopy, widgets.Plain, func() { i.w.copy(item.PEM()) }),
		widgets.NewButton(t.T("inspect.save"), theme.IconExport, widgets.Plain, func() { i.save("pem", item.PEM()) }))
	if i.found.seen != nil && len(i.found.items) > 1 {
		buttons = append(buttons, widgets.NewButton(t.T("inspect.save-chain"), theme.IconExport, widgets.Plain, func() {
			all := ""
			for _, one := range i.found.items {
				all += one.PEM()
			}
			i.save("chain.pem", all)
		}))
	}
	return widgets.Flow(8, buttons...)
}

// trusted leads to whether a certificate is trusted; nil for what is none. What
// else was found where it was may stand above it.
func (i *inspector) trusted(item desk.Inspected) fyne.CanvasObject {
	path, same := i.found.from[i.chosen], item.Mine.Same
	look := func() { i.w.openVerify(*same) }
	switch {
	case item.Certificate == nil:
		return nil
	case same == nil:
		look = func() { i.w.openVerifyFound(i.nameOf(item), path, item.Certificate, i.beside(path)) }
	}
	return widgets.NewButton(i.w.t.T("verify.open"), "", widgets.Plain, look)
}

// beside are the other certificates of a file, or of what was sent or pasted.
func (i *inspector) beside(path string) []*x509.Certificate {
	var list []*x509.Certificate
	for n, one := range i.found.items {
		if n != i.chosen && one.Certificate != nil && i.found.from[n] == path {
			list = append(list, one.Certificate)
		}
	}
	return list
}

func (i *inspector) save(ending, text string) {
	i.w.open(newSavePage(i.w, saving{title: i.w.t.T("inspect.save"), name: desk.FileName(i.nameOf(i.found.items[i.chosen])) + "." + ending,
		data: func() ([]byte, error) { return []byte(text), nil }}))
}

// canKeep tells whether the vault lacks a thing that it can keep by itself.
func (i *inspector) canKeep(item desk.Inspected) bool {
	switch {
	case i.desk.ReadOnly():
		return false
	case item.Certificate != nil:
		return item.Mine.Same == nil || !item.Mine.HasKey && i.keyOf(item) != nil
	case item.Request != nil:
		return item.Mine.Request == ""
	}
	return false
}

// keyOf is the private key of a certificate, when it was found beside it.
func (i *inspector) keyOf(item desk.Inspected) *desk.Inspected {
	for n := range i.found.items {
		other := &i.found.items[n]
		if other.Key != nil && string(other.Public()) == string(item.Public()) {
			return other
		}
	}
	return nil
}

// keep takes a certificate, with its key when that was found too, or a request
// into the vault.
func (i *inspector) keep(item desk.Inspected) {
	from := i.desk
	found := desk.FoundCertificate{Certificate: item.Certificate}
	if key := i.keyOf(item); key != nil && item.Certificate != nil {
		found.Key = key.Key
	}
	if item.Mine.Same != nil {
		found.Mine, found.MineHasKey = item.Mine.Same.ID, item.Mine.Same.HasKey
	}
	name := i.nameOf(item)
	i.w.background(i.w.t.T("import.keeping"), func(ctx context.Context) error {
		if item.Request != nil {
			_, err := from.TakeRequests(ctx, []byte(item.PEM()))
			return err
		}
		_, err := from.Import(ctx, desk.Found{Certificates: []desk.FoundCertificate{found}})
		return err
	}, func() {
		i.w.notify(i.w.t.T("inspect.kept", "Name", name))
		i.w.changed()
	})
}
