package ui

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"countersign/pki"
	"countersign/ui/desk"
	"countersign/ui/i18n"
)

// twins fills a vault with two of one name, one in place of the other, and one on
// hold.
func (b *bench) twins() (old, fresh, held, calm desk.Certificate) {
	b.t.Helper()
	root := b.issue(request(b.t, pki.Authority, "", "Acme Root", ""))
	old = b.issue(request(b.t, pki.Client, root.ID, "alice", ""))
	calm = b.issue(request(b.t, pki.Server, root.ID, "api.acme.test", "api.acme.test 10.0.0.7"))
	held = b.issue(request(b.t, pki.Client, root.ID, "billing", ""))
	must(b.desk.Revoke(b.t.Context(), []desk.ID{held.ID}, pki.CertificateHold, testDay))
	fresh = must(b.desk.Renew(b.t.Context(), desk.Renewal{ID: old.ID})).Certificate
	for _, c := range []*desk.Certificate{&old, &fresh, &held, &calm} {
		*c = must(b.desk.Get(c.ID))
	}
	return old, fresh, held, calm
}

func TestTwinsAreToldApart(t *testing.T) {
	b := unlocked(t)
	old, fresh, held, _ := b.twins()
	was, is := desk.ShortSerial(old.Serial), desk.ShortSerial(fresh.Serial)
	c := inCertificates(b)
	second := map[desk.ID]string{}
	for i, x := range c.rows {
		second[x.ID] = c.list.RowAt(i).Cells[0].Second
		if x.ID == held.ID {
			if cell := c.list.RowAt(i).Cells[3]; cell.Text != "on hold" {
				t.Errorf("it is %q", cell.Text)
			}
		}
	}
	if want := "replaced by " + is + " · serial " + was + ", made 22 Nov 2026"; second[old.ID] != want {
		t.Errorf("the old one says %q, want %q", second[old.ID], want)
	}
	if want := "serial " + is + ", made 22 Nov 2026"; second[fresh.ID] != want {
		t.Errorf("the new one says %q, want %q", second[fresh.ID], want)
	}
	if second[held.ID] != "" {
		t.Errorf("a name of its own has %q beside it", second[held.ID])
	}

	whole := "alice (serial " + was + ", made 22 Nov 2026)"
	for name, want := range map[string]struct {
		open func([]desk.Certificate)
		says []string
	}{
		"revoke": {b.openRevoke, []string{"Revoke alice (" + was + ")", whole}},
		"delete": {b.openDelete, []string{"Delete alice (" + was + ")", whole}},
		"renew":  {b.openRenew, []string{"Renew alice (" + was + ")", was, "replaced by " + is}},
	} {
		want.open([]desk.Certificate{old})
		b.queue.drain()
		b.picture("twins-" + name)
		for _, words := range want.says {
			if said := texts(b.shown().content()); !strings.Contains(said, words) {
				t.Errorf("%s does not say %q but\n%s", name, words, said)
			}
		}
		b.back()
		b.queue.drain()
	}
	b.openDelete([]desk.Certificate{old, fresh})
	b.queue.drain()
	b.picture("twins-delete-both")
	if said := texts(b.shown().content()); !strings.Contains(said, whole+"\nalice (serial "+is) {
		t.Errorf("delete does not tell both apart:\n%s", said)
	}
	b.back()
	b.openRenew([]desk.Certificate{old, fresh})
	b.queue.drain()
	b.picture("twins-renew-both")
	m := b.shown().(*renewMany)
	for i, x := range m.rows {
		if got, want := m.row(i).Cells[0].Text, "alice ("+desk.ShortSerial(x.Serial)+")"; got != want {
			t.Errorf("renewing several says %q, want %q", got, want)
		}
	}

	b.navigate("connections", "")
	b.queue.drain()
	if options := strings.Join(b.connections().form.cert.Options(), "\n"); !strings.Contains(options, "as alice ("+is+")") ||
		!strings.Contains(options, "as billing (on hold)") {
		t.Errorf("Connections offers\n%s", options)
	}
}

func TestActivityTellsTwinsApart(t *testing.T) {
	b := unlocked(t)
	old, fresh, held, calm := b.twins()
	must(b.desk.Delete(t.Context(), []desk.ID{old.ID}, false))
	a := b.activity()
	want := map[desk.ID]string{
		old.ID: "serial " + desk.ShortSerial(old.Serial), fresh.ID: "serial " + desk.ShortSerial(fresh.Serial), held.ID: "", calm.ID: "",
	}
	seen := 0
	for i := range a.rows {
		d, _ := a.at(i)
		if second, known := want[d.Subject]; known {
			seen++
			if got := a.row(i).Cells[1].Second; got != second {
				t.Errorf("%s of %s says %q, want %q", d.Verb, d.Name, got, second)
			}
		}
	}
	if seen < 6 {
		t.Errorf("only %d of the deeds are listed", seen)
	}
	b.picture("twins-activity")
}

func TestLooksOfTwins(t *testing.T) {
	for _, lang := range []string{"en", "zh-TW", "ja"} {
		dark := lang == "ja"
		b := unlocked(t, func(o *Options) { o.Printer = i18n.New(lang); o.Dark = &dark })
		old, _, held, _ := b.twins()
		for _, size := range []fyne.Size{{Width: firstWidth, Height: firstHeight}, {Width: leastWidth, Height: leastHeight}} {
			b.win.Resize(size)
			name := "twins-" + lang + map[bool]string{true: "-narrow"}[size.Width == leastWidth]
			b.navigate("certificates", "")
			b.queue.drain()
			b.picture(name + "-list")
			b.navigate("authorities", "")
			b.queue.drain()
			b.picture(name + "-authorities")
			b.navigate("certificates", held.ID)
			b.queue.drain()
			b.picture(name + "-held")
			b.openRenew([]desk.Certificate{old})
			b.queue.drain()
			b.picture(name + "-renew")
			b.navigate("activity", "")
			b.queue.drain()
			b.picture(name + "-activity")
			b.navigate("overview", "")
			b.queue.drain()
			b.picture(name + "-overview")
		}
	}
}
