package ui

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"countersign/testclient"
	"countersign/ui/desk"
)

// save keeps what the form says, as a person does.
func (l *lab) save(name, group string) {
	l.t.Helper()
	l.c.triesItems()[0].Action()
	l.queue.drain()
	l.c.saving.name.SetText(name)
	l.c.saving.group.SetText(group)
	l.c.saving.save()
	l.queue.drain()
	if fault := l.c.saving.nameField.Fault(); fault != "" {
		l.t.Fatal(fault)
	}
}

func (l *lab) page() *triesPage {
	l.t.Helper()
	p, ok := l.shown().(*triesPage)
	if !ok {
		l.t.Fatalf("%T is shown", l.shown())
	}
	return p
}

func TestSavedTries(t *testing.T) {
	for _, look := range looks {
		l, made := example(t, func(o *Options) { o.Dark = &look.dark })
		l.win.Resize(look.size)
		l.serve(testclient.ModeMTLS, made.Server.ID, made.Authority.ID)
		l.c.openLocal(false)
		l.c.form.headers.SetText("X-A: 1")
		l.try()
		l.c.triesItems()[0].Action()
		l.queue.drain()
		l.wantWhole("save-" + look.name)
		l.save("hello", "servers")
		if x, err := l.desk.FindTry("hello"); err != nil || !x.Passed() || x.Status != 200 {
			t.Errorf("%v, what was just tried is not kept: %+v", err, x)
		}
		l.c.form.url.SetText("https://api.partner.example/a/long/path/of/an/interface")
		l.c.form.address.SetText("127.0.0.1:1")
		l.save("partner", "")
		l.c.form.chooseTrust(trusted{insecure: true})
		l.c.form.headers.SetText("")
		items := l.c.triesItems()
		if len(items) != 6 || items[4].Label != "hello" && items[5].Label != "hello" {
			t.Fatalf("%d items", len(items))
		}
		hello, err := l.desk.FindTry("hello")
		if err != nil {
			t.Fatal(err)
		}
		l.c.load(hello, true)
		l.queue.drain()
		if l.c.form.headers.Text != "X-A: 1" || l.c.form.address.Text != "" || l.c.form.chosenTrust().insecure || !l.c.last.result.OK() {
			t.Errorf("loaded: %q %q", l.c.form.headers.Text, l.c.form.address.Text)
		}
		test.Tap(l.c.local.start) // stops it
		l.queue.drain()
		l.openTries(true)
		l.queue.drain()
		p := l.page()
		l.picture("tries-" + look.name)
		if p.progress.Visible() || len(p.rows) != 2 || p.rows[0].Passed() {
			t.Errorf("%+v", p.rows)
		}
		l.navigate("overview", "")
		l.queue.drain()
		l.picture("tries-overview-" + look.name)
		o := l.frame.made["overview"].(*overview)
		if !o.broken.root.Visible() || !strings.Contains(o.broken.said.Title(), "hello") {
			t.Errorf("Overview says %q", o.broken.said.Title())
		}
		o.broken.show()
		l.queue.drain()
		if l.c.last.result.OK() || l.c.last.result.Diagnosis.Code != testclient.Refused {
			t.Errorf("%+v", l.c.last.result.Diagnosis)
		}
		l.forget()
	}
}

// forget deletes all saved tries by the page.
func (l *lab) forget() {
	l.t.Helper()
	l.openTries(false)
	l.queue.drain()
	p := l.page()
	p.list.Select(0, 1)
	p.chosen()
	test.Tap(p.remove)
	l.picture("tries-forget")
	p.forget(p.selected())
	l.queue.drain()
	if all, err := l.desk.Tries(); err != nil || len(all) != 0 {
		l.t.Errorf("%v, %d left", err, len(all))
	}
	if !p.empty.Visible() {
		l.t.Error("the page does not say that there are none")
	}
	l.picture("tries-empty")
}

// TestSavedTryNeedsName: the field says so.
// TestMenuOfTheFoot: where the window ends under a button, its menu opens above
// it, and covers neither the button nor the window's edge.
func TestMenuOfTheFoot(t *testing.T) {
	l, _ := example(t)
	for range 5 {
		l.save("a try", "")
	}
	l.c.openTriesMenu()
	button := fyne.CurrentApp().Driver().AbsolutePositionForObject(l.c.triesButton)
	menus := 0
	look(l.win.Canvas().Overlays().Top(), fyne.Position{}, sight{size: l.win.Canvas().Size()}, func(s sight) {
		if _, is := s.object.(*widget.PopUpMenu); !is {
			return
		}
		menus++
		if end := s.at.Y + s.size.Height; s.at.Y < 0 || end > button.Y {
			t.Errorf("the menu is from %v to %v, its button at %v", s.at.Y, end, button.Y)
		}
	})
	if menus != 1 {
		t.Errorf("%d menus are open", menus)
	}
	l.c.form.url.SetText("https://api.acme.test/")
	l.c.loaded = nil
	l.c.saving.open(true)
	if got := l.c.saving.name.SelectedText(); got != "api.acme.test" {
		t.Errorf("marked is %q: typing does not replace what is proposed", got)
	}
}

func TestSavedTryNeedsName(t *testing.T) {
	l, _ := example(t)
	l.c.saving.open(true)
	l.c.saving.name.SetText(" ")
	l.c.saving.save()
	l.queue.drain()
	if l.c.saving.nameField.Fault() == "" {
		t.Error("no fault")
	}
}

// TestLoadedTryChanged: a changed form is no run of the saved try.
func TestLoadedTryChanged(t *testing.T) {
	l, _ := example(t)
	x, err := l.desk.SaveTry("one", "", desk.Try{URL: "https://127.0.0.1:1/"})
	if err != nil {
		t.Fatal(err)
	}
	l.c.load(x, false)
	l.queue.drain()
	l.c.form.url.SetText("https://127.0.0.1:2/")
	l.try()
	if x, err = l.desk.FindTry("one"); err != nil || !x.LastAt.IsZero() {
		t.Errorf("%v %+v", err, x)
	}
	l.c.form.url.SetText("https://127.0.0.1:1/")
	l.try()
	if x, err = l.desk.FindTry("one"); err != nil || x.Code != testclient.Refused {
		t.Errorf("%v %+v", err, x)
	}
}
