package ui

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"countersign/pki"
	"countersign/ui/desk"
	"countersign/ui/widgets"
)

// fake is a place that writes down what it is asked.
type fake struct {
	root  fyne.CanvasObject
	asked []string
	entry *widgets.Input
}

func newFake() *fake {
	f := &fake{entry: widgets.NewInput("", nil)}
	f.root = container.NewVBox(f.entry)
	return f
}

func (f *fake) note(what string)           { f.asked = append(f.asked, what) }
func (f *fake) content() fyne.CanvasObject { return f.root }
func (f *fake) refresh()                   { f.note("refresh") }
func (f *fake) selectID(id desk.ID)        { f.note("select " + string(id)) }
func (f *fake) focusSearch()               { f.note("search") }
func (f *fake) exportSelected() bool       { f.note("export"); return true }
func (f *fake) try()                       { f.note("try") }
func (f *fake) create()                    { f.note("create") }
func (f *fake) close()                     { f.note("close") }

// put puts a fake in a place of the rail.
func (b *bench) put(name string) *fake {
	f := newFake()
	b.frame.made[name] = f
	return f
}

// menuAction does what the menu's item with that word does.
func (b *bench) menuAction(label string) {
	b.t.Helper()
	for _, m := range b.win.MainMenu().Items {
		for _, i := range m.Items {
			if i.Label == label || strings.HasPrefix(i.Label, label+"  (") {
				i.Action()
				return
			}
		}
	}
	b.t.Fatalf("the menu has no %q", label)
}

// press presses Ctrl and a key, as the toolkit does: by the menu.
func (b *bench) press(key fyne.KeyName) {
	b.t.Helper()
	name := shortcutName(key)
	for _, m := range b.win.MainMenu().Items {
		for _, i := range m.Items {
			if i.Shortcut != nil && i.Shortcut.ShortcutName() == name {
				i.Action()
				return
			}
		}
	}
	b.t.Fatalf("no item of the menu has %s", name)
}

func (b *bench) key(name fyne.KeyName) {
	b.win.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: name})
}

func said(f *fake) string {
	all := strings.Join(f.asked, ", ")
	f.asked = nil
	return all
}

func TestNavigate(t *testing.T) {
	b := unlocked(t)
	certificates := b.put("certificates")
	b.navigate("certificates", "ab12")
	if got, want := said(certificates), "refresh, select ab12"; got != want {
		t.Errorf("the place was asked %q, want %q", got, want)
	}
	if !b.frame.rail.items["certificates"].Selected() || b.frame.rail.items["overview"].Selected() {
		t.Error("the rail shows another place")
	}
	form := newFake()
	b.open(form)
	b.changed()
	if got, want := said(form), "refresh, refresh"; got != want {
		t.Errorf("the form was asked %q, want %q", got, want)
	}
	b.back()
	if got, want := said(form), "close"; got != want {
		t.Errorf("the form was asked %q, want %q", got, want)
	}
	if got, want := said(certificates), "refresh"; got != want {
		t.Errorf("the place was asked %q, want %q", got, want)
	}
	if b.shown() != certificates {
		t.Errorf("%T is shown", b.shown())
	}
	b.navigate("no such place", "")
	if b.shown() != certificates {
		t.Error("went to a place that is not there")
	}
}

func TestShortcuts(t *testing.T) {
	b := unlocked(t)
	shown := b.put("certificates")
	b.navigate("certificates", "")
	said(shown)
	for _, c := range []struct {
		key  fyne.KeyName
		want string
	}{
		{fyne.KeyN, "create"}, {fyne.KeyF, "search"}, {fyne.KeyE, "export"}, {fyne.KeyT, "try"},
	} {
		b.press(c.key)
		if got := said(shown); got != c.want {
			t.Errorf("Ctrl+%s asked %q, want %q", c.key, got, c.want)
		}
	}
	b.key(fyne.KeyF5)
	if got := said(shown); got != "refresh" {
		t.Errorf("F5 asked %q", got)
	}
	b.press(fyne.KeyL)
	b.unlockPage()
}

// A shortcut that needs a selection says so when there is none.
func TestShortcutsWithoutASelection(t *testing.T) {
	b := unlocked(t)
	root, _, leaves := b.acme()
	away := leaves["alice"]
	away.HasKey = false
	for _, c := range []struct {
		name string
		key  fyne.KeyName
		set  func()
		want string
	}{
		{"nothing selected", fyne.KeyE, func() { b.navigate("certificates", "") }, "menu.export.what"},
		{"no authority selected", fyne.KeyE, func() { b.navigate("authorities", "") }, "menu.export.what"},
		{"on Overview", fyne.KeyE, func() { b.navigate("overview", "") }, "menu.export.what"},
		{"in a form", fyne.KeyE, func() { b.openIssue(pki.Server, "") }, "menu.export.what"},
		{"no request selected", fyne.KeyE, func() { b.navigate("requests", "") }, "menu.export.request"},
		{"several selected", fyne.KeyT, func() {
			c := inCertificates(b)
			c.list.Select(0, 1)
			c.chosen([]int{0, 1})
		}, "menu.try.one"},
	} {
		b.frame.foot.clear()
		c.set()
		b.queue.drain()
		b.press(c.key)
		b.queue.drain()
		if got, want := texts(b.frame.foot.root), b.say(c.want); got != want {
			t.Errorf("%s: it says %q, want %q", c.name, got, want)
		}
	}
	b.picture("shortcut-nothing")
	b.showDetail(root)
	b.queue.drain()
	b.press(fyne.KeyE)
	if e, ok := b.shown().(*export); !ok || e.cert.ID != root.ID {
		t.Errorf("Ctrl+E shows %T, not the export of the open detail", b.shown())
	}
	b.frame.foot.clear()
	b.tryIfKey(away)
	if got := texts(b.frame.foot.root); !strings.Contains(got, "private key of alice") {
		t.Errorf("it says %q", got)
	}
}

func TestShortcutsFromAPlaceWithoutThem(t *testing.T) {
	b := unlocked(t)
	certificates, connections := b.put("certificates"), b.put("connections")
	b.frame.made["overview"] = newBlank("x")
	b.navigate("overview", "")
	b.press(fyne.KeyF)
	if got, want := said(certificates), "refresh, search"; got != want {
		t.Errorf("Ctrl+F asked %q, want %q", got, want)
	}
	b.navigate("overview", "")
	b.press(fyne.KeyT)
	if got, want := said(connections), "refresh, try"; got != want {
		t.Errorf("Ctrl+T asked %q, want %q", got, want)
	}
}

func TestEscape(t *testing.T) {
	b := unlocked(t)
	b.put("certificates")
	b.navigate("certificates", "")
	b.open(newFake())
	b.key(fyne.KeyEscape)
	if len(b.frame.forms) != 0 {
		t.Error("Esc did not leave the form")
	}
	b.setDetail(newBrand())
	b.key(fyne.KeyEscape)
	if b.frame.detail.Visible() {
		t.Error("Esc did not close the detail")
	}
	b.fail(desk.ErrReadOnly)
	b.key(fyne.KeyEscape)
	if b.frame.middle.notices.Visible() {
		t.Error("Esc did not close the notice")
	}
	b.key(fyne.KeyEscape) // nothing left to close
}

func TestDetailBesideOrInsteadOfTheMiddle(t *testing.T) {
	for _, c := range []struct {
		name          string
		size          fyne.Size
		middle        bool
		left, breadth float32
	}{
		{"wide", fyne.NewSize(1180, 760), true, 1180 - detailWidth, detailWidth},
		{"narrow", fyne.NewSize(900, 600), false, railWidth, 900 - railWidth},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := unlocked(t)
			b.win.Resize(c.size)
			b.put("certificates")
			b.navigate("certificates", "")
			b.setDetail(newBrand())
			d := b.frame.detail
			if got := b.frame.root.Objects[1].Visible(); got != c.middle {
				t.Errorf("the middle is shown: %v, want %v", got, c.middle)
			}
			if d.Position().X != c.left || d.Size().Width != c.breadth || d.Size().Height != c.size.Height {
				t.Errorf("the detail is at %v, %v", d.Position(), d.Size())
			}
			if d.bar.Visible() == c.middle {
				t.Errorf("the way back is shown: %v", d.bar.Visible())
			}
			b.picture("detail-" + c.name)
			b.closeDetail()
			if !b.frame.root.Objects[1].Visible() || d.Visible() {
				t.Error("closing does not show the middle")
			}
		})
	}
}

func TestFrameIsWholeAtItsLeastSize(t *testing.T) {
	b := unlocked(t)
	for _, s := range append(spots(), settingsSpot()) {
		b.navigate(s.name, "")
		b.queue.drain()
		if m := b.frame.root.MinSize(); m.Width > leastWidth || m.Height > leastHeight-30 {
			t.Errorf("%s needs %v", s.name, m)
		}
	}
}

func TestBadgeCountsWhatNeedsAttention(t *testing.T) {
	b := unlocked(t)
	r := pki.NewRequest(pki.Authority)
	r.Subject.CommonName = "Ends Soon"
	r.NotBefore, r.NotAfter = testDay.AddDate(0, 0, -60), testDay.AddDate(0, 0, 3)
	if _, err := b.desk.Issue(t.Context(), desk.IssueRequest{Request: r}); err != nil {
		t.Fatal(err)
	}
	b.changed()
	b.queue.drain()
	if got := b.frame.rail.attention; got != 1 {
		t.Errorf("the badge says %d, want 1", got)
	}
	b.picture("badge")
}

// What is said in short is seen too where the detail takes the middle's place.
func TestNarrowDetailSaysWhatWasDone(t *testing.T) {
	b := unlocked(t)
	root, _, _ := b.acme()
	b.win.Resize(fyne.NewSize(leastWidth, leastHeight))
	b.navigate("authorities", root.ID)
	b.queue.drain()
	b.copy(root.Fingerprint)
	if got := texts(b.frame.root); !strings.Contains(got, b.say("copied")) {
		t.Errorf("it shows\n%s", got)
	}
	b.picture("narrow-detail-copied")
}

// What was selected before a form is selected after it, when it is there still.
func TestBackKeepsTheSelection(t *testing.T) {
	b := unlocked(t)
	root, _, leaves := b.acme()
	alice := leaves["alice"]
	for _, c := range []struct {
		place string
		id    desk.ID
		open  func()
	}{
		{"certificates", alice.ID, func() { b.openRenew([]desk.Certificate{alice}) }},
		{"certificates", alice.ID, func() { b.openVerify(alice) }},
		{"authorities", root.ID, func() { b.openExport(root) }},
	} {
		b.navigate(c.place, c.id)
		b.queue.drain()
		c.open()
		b.queue.drain()
		b.back()
		b.queue.drain()
		if got := b.detailID(); got != c.id {
			t.Errorf("%s: after the form the detail is of %q", c.place, got)
		}
	}
	b.navigate("certificates", alice.ID)
	b.queue.drain()
	b.openDelete([]desk.Certificate{alice})
	b.queue.drain()
	must(b.desk.Delete(t.Context(), []desk.ID{alice.ID}, false))
	b.back()
	b.queue.drain()
	if got := b.detailID(); got != "" || len(b.certificates().list.Selected()) != 0 {
		t.Errorf("what was deleted is shown: %q", got)
	}
}
