package ui

import (
	"testing"

	"fyne.io/fyne/v2"

	"countersign/pki"
	"countersign/ui/desk"
	"countersign/ui/i18n"
)

// TestLooksOfPartners draws the page in all languages, light and dark, at both
// sizes.
func TestLooksOfPartners(t *testing.T) {
	for _, x := range []struct {
		language string
		dark     bool
		size     fyne.Size
	}{
		{"en", true, fyne.NewSize(1180, 760)}, {"en", false, fyne.NewSize(900, 600)},
		{"zh-TW", false, fyne.NewSize(1180, 760)}, {"ja", false, fyne.NewSize(900, 600)}, {"ja", true, fyne.NewSize(1180, 760)},
	} {
		b := unlocked(t, func(o *Options) { o.Printer, o.Dark = i18n.New(x.language), &x.dark })
		b.win.Resize(x.size)
		root := b.issue(request(t, pki.Authority, "", "Acme Root", ""))
		p := desk.Partner{Name: "Globex Corporation", AuthorityID: root.ID}
		p.SetDirections(desk.Directions()...)
		p, err := b.desk.AddPartner(p)
		if err != nil {
			t.Fatal(err)
		}
		b.navigate("partners", p.ID)
		b.queue.drain()
		name := "partners-" + x.language
		if x.dark {
			name += "-dark"
		}
		if x.size.Width < 1000 {
			name += "-narrow"
		}
		b.picture(name)
		b.partnerShown().press(b, "edit")
		b.picture(name + "-form")
		b.back()
		b.queue.drain()
		b.partnerShown().press(b, "take")
		b.shown().(*partnerTake).drop([]string{globexKit(t)})
		b.queue.drain()
		b.picture(name + "-take")
	}
}
