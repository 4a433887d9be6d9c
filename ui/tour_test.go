package ui

import (
	"fmt"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"

	"countersign/pki"
	"countersign/ui/desk"
	"countersign/ui/i18n"
)

// stop is a place of the tour.
type stop struct {
	name string
	open func(b *bench)
}

// tour is the places and forms that a vault with certificates has. Each is opened
// from wherever the one before has led.
func tour(b *bench) []stop {
	root, issuing, leaves := b.acme()
	api, alice := leaves["api.acme.test"], leaves["alice"]
	if _, err := b.desk.Revoke(b.t.Context(), []desk.ID{leaves["billing"].ID}, "superseded", b.now()); err != nil {
		b.t.Fatal(err)
	}
	asked := b.cameIn(csr(b.t, pki.Server, "db.partner.example", "db.partner.example 10.1.2.3"))
	p := desk.Partner{Name: "Globex Corporation of the Far East", AuthorityID: root.ID}
	p.SetDirections(desk.Directions()...)
	p, err := b.desk.AddPartner(p)
	if err != nil {
		b.t.Fatal(err)
	}
	stops := []stop{
		{"certificate", func(b *bench) { b.navigate("certificates", api.ID) }},
		{"certificate-revoked", func(b *bench) { b.navigate("certificates", leaves["billing"].ID) }},
		{"authority", func(b *bench) { b.navigate("authorities", issuing.ID) }},
		{"request", func(b *bench) { b.navigate("requests", asked.ID) }},
		{"partner", func(b *bench) { b.navigate("partners", p.ID) }},
		{"settings", func(b *bench) { b.openSettings() }},
		{"issue-server", func(b *bench) { b.openIssue(pki.Server, issuing.ID) }},
		{"issue-client", func(b *bench) { b.openIssue(pki.Client, issuing.ID) }},
		{"issue-authority", func(b *bench) { b.openIssue(pki.Authority, root.ID) }},
		{"export", func(b *bench) { b.openExport(api) }},
		{"export-client", func(b *bench) { b.openExport(alice) }},
		{"renew", func(b *bench) { b.openRenew([]desk.Certificate{api}) }},
		{"renew-root", func(b *bench) { b.openRenew([]desk.Certificate{root}) }},
		{"renew-expiring", func(b *bench) { b.openRenewExpiring() }},
		{"reissue", func(b *bench) { b.openReissue(api) }},
		{"revoke", func(b *bench) { b.openRevoke([]desk.Certificate{api, alice}) }},
		{"delete", func(b *bench) { b.openDelete([]desk.Certificate{issuing}) }},
		{"verify", func(b *bench) { b.openVerify(api) }},
		{"inspect", func(b *bench) { b.openInspectorOf(api) }},
		{"inspect-empty", func(b *bench) { b.openInspector() }},
		{"import", func(b *bench) { b.openImport() }},
		{"bulk", func(b *bench) { b.openBulk(issuing.ID) }},
		{"profiles", func(b *bench) { b.openProfiles() }},
		{"request-new", func(b *bench) { b.openRequestNew() }},
		{"request-sign", func(b *bench) { b.openSign(asked.ID) }},
		{"tries", func(b *bench) { b.openTries(false) }},
		{"enforce", func(b *bench) {
			b.openEnforce(desk.Try{URL: "https://api.partner.example:8443/", CertificateID: alice.ID})
		}},
	}
	for _, s := range spots() {
		stops = append(stops, stop{s.name, func(b *bench) { b.navigate(s.name, "") }})
	}
	return stops
}

// TestTour goes everywhere in each language, look and size: no text is cut off at
// the edge of what it stands in, and none lies on another.
func TestTour(t *testing.T) {
	for _, language := range i18n.Languages() {
		for _, size := range []fyne.Size{fyne.NewSize(firstWidth, firstHeight), fyne.NewSize(leastWidth, leastHeight)} {
			for _, dark := range []bool{false, true} {
				look := fmt.Sprintf("%s-%.0f-%s", language, size.Width, map[bool]string{false: "light", true: "dark"}[dark])
				t.Run(look, func(t *testing.T) {
					b := unlocked(t, func(o *Options) { o.Printer, o.Dark = i18n.New(language), &dark })
					stops := tour(b)
					b.win.Resize(size)
					for _, s := range stops {
						s.open(b)
						b.queue.drain()
						b.picture("tour-" + s.name + "-" + look)
						for _, fault := range cramped(b.win.Canvas()) {
							t.Errorf("%s: %s", s.name, fault)
						}
					}
				})
			}
		}
	}
}

// words is a line of text as it is to be seen: where it is drawn, and where it may be.
type words struct {
	text     string
	at       fyne.Position
	size     fyne.Size
	room     sight
	scrolled bool // on what scrolls sideways: what is outside can be brought in
}

// cramped says which texts are cut off or lie on one another.
func cramped(c fyne.Canvas) []string {
	var all []words
	gather(c.Content(), fyne.Position{}, sight{size: c.Size()}, false, &all)
	var faults []string
	const grace = 1.5
	for i, a := range all {
		right, edge := a.at.X+a.size.Width, a.room.at.X+a.room.size.Width
		if !a.scrolled && (a.at.X < a.room.at.X-grace || right > edge+grace) {
			faults = append(faults, fmt.Sprintf("%q is cut off: %.0f to %.0f in %.0f to %.0f", a.text, a.at.X, right, a.room.at.X, edge))
		}
		for _, b := range all[i+1:] {
			across := min(right, b.at.X+b.size.Width) - max(a.at.X, b.at.X)
			down := min(a.at.Y+a.size.Height, b.at.Y+b.size.Height) - max(a.at.Y, b.at.Y)
			if across > 2*grace && down > 4*grace {
				faults = append(faults, fmt.Sprintf("%q at %v lies on %q at %v", b.text, b.at, a.text, a.at))
			}
		}
	}
	return faults
}

// gather collects the texts under an object whose middle is to be seen.
func gather(o fyne.CanvasObject, from fyne.Position, clip sight, scrolled bool, all *[]words) {
	if !o.Visible() {
		return
	}
	s := sight{object: o, at: from.Add(o.Position()), size: o.Size()}
	var parts []fyne.CanvasObject
	switch o := o.(type) {
	case *canvas.Text:
		if w, ok := drawn(o, s, clip, scrolled); ok {
			*all = append(*all, w)
		}
	case *fyne.Container:
		parts = o.Objects
	case *container.Scroll:
		clip = cut(clip, s)
		scrolled = scrolled || o.Direction != container.ScrollVerticalOnly
		parts = test.WidgetRenderer(o).Objects()
	case fyne.Widget:
		parts = test.WidgetRenderer(o).Objects()
	}
	for _, part := range parts {
		if _, is := part.(*canvas.Text); is && s.size.Width > 0 {
			room := s
			room.at.Y, room.size.Height = clip.at.Y, clip.size.Height
			gather(part, s.at, cut(clip, room), scrolled, all)
			continue
		}
		gather(part, s.at, clip, scrolled, all)
	}
}

// drawn is where a text is drawn, in what it has of the place given to it.
func drawn(o *canvas.Text, s, clip sight, scrolled bool) (words, bool) {
	size := o.MinSize()
	w := words{text: o.Text, at: s.at, size: size, room: clip, scrolled: scrolled}
	switch o.Alignment {
	case fyne.TextAlignCenter:
		w.at.X += (s.size.Width - size.Width) / 2
	case fyne.TextAlignTrailing:
		w.at.X += s.size.Width - size.Width
	}
	w.at.Y += (s.size.Height - size.Height) / 2
	middle := w.at.AddXY(0, size.Height/2)
	return w, o.Text != "" && middle.Y >= clip.at.Y && middle.Y <= clip.at.Y+clip.size.Height
}
