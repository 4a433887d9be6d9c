package ui

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"countersign/pki"
	"countersign/ui/desk"
	"countersign/ui/i18n"
	"countersign/ui/widgets"
)

// certDetail is one certificate in the column at the right. It shows at once
// what the list knew, and the rest when the certificate was read.
type certDetail struct {
	widget.BaseWidget
	w      *Window
	cert   desk.Certificate
	whole  *desk.Detail // nil until it was read
	issued desk.Issued  // by this authority
	kin    kin          // what replaces what

	status   *widgets.Status
	life     *widgets.LifeBar
	chain    *widgets.ChainPath
	facts    *widgets.Facts
	more     *widgets.Disclosure
	crl      *crlPart // of an authority with its key
	buttons  []*widgets.Button
	kinLinks []*widgets.Item // to what it replaces, and what replaces it
	box      *fyne.Container
}

// showDetail shows a certificate in the column at the right.
func (w *Window) showDetail(c desk.Certificate) {
	d := newDetail(w, c)
	w.setDetail(d)
	d.read()
}

// detailID is the certificate whose detail is open; "" when none is.
func (w *Window) detailID() desk.ID {
	if w.frame == nil || !w.frame.detail.Visible() {
		return ""
	}
	if d, ok := w.frame.detail.inner.(*certDetail); ok {
		return d.cert.ID
	}
	return ""
}

func newDetail(w *Window, c desk.Certificate) *certDetail {
	d := &certDetail{w: w, cert: c, box: widgets.Stack(16)}
	d.ExtendBaseWidget(d)
	d.build()
	return d
}

// CreateRenderer draws the detail.
func (d *certDetail) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(d.box) }

// refresh reads the certificate again.
func (d *certDetail) refresh() { d.read() }

func (d *certDetail) read() {
	if d.cert.Damaged == "certificate" {
		return // what is known of it is there
	}
	var whole desk.Detail
	var issued desk.Issued
	var family kin
	from := d.w.desk
	d.w.spawn("", func(context.Context) error {
		var err error
		if whole, err = from.Detail(d.cert.ID); err != nil {
			return err
		}
		if family, err = readKin(from, whole.Certificate); err != nil {
			return err
		}
		if whole.IsAuthority() {
			all, err := from.Issued()
			issued = all[d.cert.ID]
			return err
		}
		return nil
	}, func(err error) {
		if err != nil {
			d.w.fail(err)
			return
		}
		if d.w.detailID() != d.cert.ID {
			return
		}
		d.whole, d.cert, d.issued, d.kin = &whole, whole.Certificate, issued, family
		d.build()
		d.w.frame.root.Refresh()
	})
}

func (d *certDetail) build() {
	t, c, now := d.w.t, d.cert, d.w.now()
	if c.Damaged != "" {
		d.buildDamaged()
		return
	}
	d.status = widgets.NewStatus(stateWords(t, c, now))
	title := widgets.Inset(0, 28, 0, 0, widgets.NewTitle(pki.Escape(c.Name)))
	kind := widgets.NewText(t.T("detail.kind." + string(c.Kind))).Tone(widgets.ToneQuiet).Truncate()
	d.life = d.lifeBar()
	d.chain = widgets.NewChainPath(d.chainNames(), d.chainTapped)
	d.facts = widgets.NewFacts(t.T("copy"), d.w.copy, d.factRows()...)
	d.box.Objects = []fyne.CanvasObject{
		widgets.Stack(2, title, widgets.Row(8, d.status, widgets.Grow(kind))),
		d.life, d.chain,
	}
	d.addWarnings(true)
	d.box.Add(d.facts)
	d.box.Add(d.actions())
	if links := d.relatives(); links != nil {
		d.box.Add(links)
	}
	if d.whole != nil {
		d.addWarnings(false)
		open := d.more != nil && d.more.Open()
		d.more = d.moreFacts()
		d.more.SetOpen(open)
		d.box.Add(d.more)
	}
	d.addCRL()
	d.box.Refresh()
	d.Refresh()
}

// revokedFact says since when it is revoked, and why.
func (d *certDetail) revokedFact() widgets.Fact {
	t, c := d.w.t, d.cert
	label := t.T("revoke.fact")
	if c.OnHold {
		return widgets.Fact{Label: t.T("health.hold"), Value: t.T("revoke.fact.hold", "Date", t.Date(c.RevokedAt)), Tone: widgets.ToneSoon}
	}
	reason := t.T("reason." + cmp.Or(c.Reason, string(pki.Unspecified)))
	return widgets.Fact{Label: label, Value: t.T("revoke.fact.since", "Date", t.Date(c.RevokedAt), "Reason", reason), Tone: widgets.ToneBroken}
}

// addCRL shows the list of an authority that has its key, read anew.
func (d *certDetail) addCRL() {
	if !d.cert.IsAuthority() || !d.cert.HasKey || d.whole == nil {
		return
	}
	if d.crl == nil {
		d.crl = newCRLPart(d.w, d.cert)
	}
	d.crl.read()
	d.box.Add(widgets.Rule())
	d.box.Add(d.crl)
}

func (d *certDetail) lifeBar() *widgets.LifeBar {
	t, c, now := d.w.t, d.cert.Relied(), d.w.now()
	whole := int(c.NotAfter.Sub(c.NotBefore) / day)
	left := min(whole, pki.CalendarDays(now, c.NotAfter))
	middle := t.T("detail.left", "Left", t.Number(max(0, left)), "Days", t.Days(whole))
	tone, _ := stateWords(t, c, now)
	switch c.Health(now) {
	case desk.Expired:
		middle = spanWords(t, "expiry.ended.", -pki.CalendarDays(now, c.NotAfter))
	case desk.NotYetValid:
		middle = t.T("detail.begins", "Date", t.Date(c.NotBefore))
	}
	return widgets.NewLifeBar(lifeUsed(c.NotBefore, c.NotAfter, now), tone, t.Date(c.NotBefore), middle, t.Date(c.NotAfter))
}

// links are the chain above the certificate, as far as it is known.
func (d *certDetail) links() []desk.Link {
	if d.whole != nil {
		return d.whole.Chain
	}
	self := desk.Link{ID: d.cert.ID, Name: d.cert.Name}
	if d.cert.IssuerID == d.cert.ID || d.cert.Issuer == "" {
		return []desk.Link{self}
	}
	return []desk.Link{{ID: d.cert.IssuerID, Name: d.cert.Issuer}, self}
}

func (d *certDetail) chainNames() []string {
	var names []string
	for _, l := range d.links() {
		names = append(names, pki.Escape(l.Name))
	}
	return names
}

func (d *certDetail) chainTapped(i int) {
	links := d.links()
	if i < len(links)-1 && links[i].ID != "" {
		d.w.navigate("authorities", links[i].ID)
	}
}

// namesShown is how many names a detail says before it counts the rest.
const namesShown = 12

func (d *certDetail) factRows() []widgets.Fact {
	t, c := d.w.t, d.cert
	var rows []widgets.Fact
	if len(c.Names) > 0 {
		rows = append(rows, widgets.Fact{Label: t.T("detail.names"), Value: d.names()})
	}
	if c.Revoked {
		rows = append(rows, d.revokedFact())
	}
	rows = append(rows, widgets.Fact{Label: t.T("detail.use"), Value: t.T("detail.use." + string(c.Kind))})
	key, label := "detail.key.kept", c.Key.Label()
	if d.whole != nil {
		label = d.whole.Described.Key
	}
	if !c.HasKey {
		key = "detail.key.missing"
	}
	rows = append(rows,
		widgets.Fact{Label: t.T("detail.key"), Value: t.T(key, "Key", label)},
		widgets.Fact{Label: t.T("detail.issuer"), Value: d.issuer()},
		widgets.Fact{Label: t.T("detail.serial"), Value: c.Serial, Mono: true, Copy: c.Serial},
		widgets.Fact{Label: t.T("detail.fingerprint"), Value: shortened(c.Fingerprint), Mono: true, Copy: c.Fingerprint})
	made := "detail.made"
	if c.Origin == "imported" {
		made = "detail.imported"
	}
	rows = append(rows, widgets.Fact{Label: t.T(made), Value: t.Date(c.Made)})
	if c.IsAuthority() && d.whole != nil {
		first, second := issuedWords(t, d.issued)
		value := dotted(first, second)
		rows = append(rows, widgets.Fact{Label: t.T("detail.issued"), Value: value})
	}
	return rows
}

func (d *certDetail) names() string { return shortList(d.w.t, d.cert.Names) }

// shortList says so many names, escaped, and counts the rest.
func shortList(t *i18n.Printer, names []string) string {
	names = slices.Clone(names)
	for i := range names {
		names[i] = pki.Escape(names[i])
	}
	if over := len(names) - namesShown; over > 1 {
		return t.T("detail.names.more", "Names", strings.Join(names[:namesShown], t.T("list.comma")), "Count", over)
	}
	return strings.Join(names, t.T("list.comma"))
}

func (d *certDetail) issuer() string {
	if d.cert.IsRoot() {
		return d.w.t.T("detail.issuer.self")
	}
	return pki.Escape(d.cert.Issuer)
}

// shortened keeps both ends of a fingerprint, enough to compare at a glance.
func shortened(hex string) string {
	if len(hex) <= 20 {
		return hex
	}
	return hex[:11] + "…" + hex[len(hex)-5:]
}

func (d *certDetail) moreFacts() *widgets.Disclosure {
	t, x := d.w.t, d.whole.Described
	var rows []widgets.Fact
	add := func(label, value string, mono bool) {
		if value == "" {
			return
		}
		f := widgets.Fact{Label: label, Value: value}
		if mono {
			f.Mono, f.Copy, f.Value = true, value, shortened(value)
		}
		rows = append(rows, f)
	}
	add(t.T("detail.subject"), x.Subject, false)
	add(t.T("detail.key-usage"), strings.Join(x.KeyUsage, ", "), false)
	add(t.T("detail.extended"), strings.Join(x.ExtKeyUsage, ", "), false)
	if x.IsCA {
		add(t.T("detail.constraints"), d.below(x.PathLength), false)
	}
	add(t.T("detail.signature"), x.SignatureAlgorithm, false)
	add(t.T("detail.sha1"), x.SHA1, true)
	add(t.T("detail.key-id"), x.SubjectKeyID, true)
	add(t.T("detail.authority-key-id"), x.AuthorityKeyID, true)
	return widgets.NewDisclosure(t.T("detail.more"), widgets.NewFacts(t.T("copy"), d.w.copy, rows...), func(bool) {
		d.box.Refresh()
		d.w.frame.root.Refresh()
	})
}

func (d *certDetail) below(pathLength int) string {
	switch {
	case pathLength < 0:
		return d.w.t.T("detail.constraints.any")
	case pathLength == 0:
		return d.w.t.T("detail.constraints.none")
	}
	return d.w.t.T("detail.constraints.some", "Count", pathLength)
}

// copyPEM puts a certificate, never its key, on the clipboard.
func (w *Window) copyPEM(id desk.ID) {
	var text string
	from := w.desk
	w.background("", func(context.Context) error {
		var err error
		text, err = from.PEM(id)
		return err
	}, func() {
		w.app.Clipboard().SetContent(text)
		w.notify(w.t.T("detail.pem.copied"))
	})
}
