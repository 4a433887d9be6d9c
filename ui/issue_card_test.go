package ui

import (
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2/test"

	"countersign/pki"
)

func TestCardShowsTheCertificateAsItWillBe(t *testing.T) {
	b, f, _ := issuing(t, pki.Server)
	notices := func() []string {
		var titles []string
		for _, o := range f.card.notices.Objects {
			titles = append(titles, o.(interface{ Title() string }).Title())
		}
		return titles
	}
	if got := notices(); !slices.Equal(got, []string{"Still needed"}) {
		t.Errorf("at first it says %q", got)
	}
	test.Type(f.names.Entry(), "api.acme.test ")
	b.queue.drain()
	if got := notices(); !slices.Equal(got, []string{"Every client accepts this"}) {
		t.Errorf("of a good one it says %q", got)
	}
	f.valid.Choose(6)
	f.key.Choose(5)
	b.queue.drain()
	if got := strings.Join(notices(), "; "); !strings.Contains(got, "Browsers refuse") || !strings.Contains(got, "825 days") ||
		!strings.Contains(got, "It ends with its authority") || strings.Contains(got, "Every client") {
		t.Errorf("of a bad one it says %q", got)
	}
	facts := map[string]string{}
	for _, x := range f.card.facts.Values() {
		facts[x.Label] = x.Value
	}
	if facts["Names"] != "api.acme.test" || facts["Key"] != "P-521, made here, kept in the vault" ||
		facts["Valid"] != "22 Nov 2026 to 22 Nov 2036" {
		t.Errorf("it says %q", facts)
	}
}

func TestCommandsMakeTheSame(t *testing.T) {
	b, f, _ := issuing(t, pki.Server)
	f.card.fold.SetOpen(true)
	f.preview()
	b.queue.drain()
	if got := f.card.commands.Text(); got != "Fill in what is needed first." {
		t.Errorf("at first it says %q", got)
	}
	test.Type(f.names.Entry(), "api.acme.test ")
	f.clientName.SetText("alice")
	b.queue.drain()
	for _, part := range []string{"subjectAltName=DNS:api.acme.test", "-CA Acme-Root.pem", "CN=alice", "clientAuth"} {
		if !strings.Contains(f.card.commands.Text(), part) {
			t.Errorf("%q is not in\n%s", part, f.card.commands.Text())
		}
	}
}
