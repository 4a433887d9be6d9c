package ui

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"countersign/ui/desk"
	"countersign/ui/i18n"
	"countersign/ui/widgets"
)

// activity is the place, read again.
func (b *bench) activity() *activity {
	b.t.Helper()
	b.navigate("activity", "")
	b.queue.drain()
	a, ok := b.frame.at("activity").(*activity)
	if !ok {
		b.t.Fatalf("there is %T, not the activities", b.frame.at("activity"))
	}
	return a
}

// lines are the first rows of the list: what was done, its facts, to what.
func (a *activity) lines(most int) []string {
	var lines []string
	for i := range min(most, a.list.Len()) {
		cells := a.list.RowAt(i).Cells
		lines = append(lines, cells[0].Text+" | "+cells[0].Second+" | "+cells[1].Text)
	}
	return lines
}

func TestActivityLists(t *testing.T) {
	b := unlocked(t)
	b.busy(b.stock())
	a := b.activity()
	wantLines(t, "rows", a.lines(4),
		"Exported with its private key | key as PEM, not encrypted | Acme Root",
		"Connection failed | Nothing listens on this address | https://127.0.0.1:1/a-longer-address/that-needs-more-room-than-there-is",
		"Connection failed | Nothing listens on this address | https://127.0.0.1:1/hello",
		"Server certificate issued | signed by Acme Root | api-4")
	if got := a.list.RowAt(1).Cells[0].Tone; got != widgets.ToneBroken {
		t.Errorf("the tone of a failed try is %v", got)
	}
	if got := a.list.RowAt(a.list.Len() - 2).Cells; got[0].Text != "Authority created" || got[0].Second != "" || got[2].Second != "22 Nov 2024" {
		t.Errorf("the first thing done is %+v", got)
	}
}

func TestActivitySearches(t *testing.T) {
	b := unlocked(t)
	root := b.stock()
	b.busy(root)
	a := b.activity()
	all := a.list.Len()
	tests := []struct {
		typed string
		want  int
	}{
		{"", all}, {"  ", all}, {"LAPTOP", 5}, {"api-3", 1}, {"authority created", 1}, {"nothing listens", 2},
		{"6 may 2026", 5}, {"/hello", 1}, {root.Serial, 1}, {"no such thing", 0},
	}
	for _, test := range tests {
		a.search.SetText(test.typed)
		if got := a.list.Len(); got != test.want {
			t.Errorf("%q finds %d, want %d", test.typed, got, test.want)
		}
		if none := test.want == 0; a.none.Visible() != none || a.list.Visible() == none || a.save.Disabled() != none {
			t.Errorf("%q: the word that nothing matches shows: %v, the list: %v, export can be pressed: %v",
				test.typed, a.none.Visible(), a.list.Visible(), !a.save.Disabled())
		}
	}
	b.menuAction(b.say("menu.find"))
	if b.win.Canvas().Focused() != fyne.Focusable(a.search) {
		t.Error("Find does not go to the search")
	}
}

// say is a message in English.
func (b *bench) say(key string) string { return b.Window.t.T(key) }

func TestActivityLeads(t *testing.T) {
	l, made := example(t)
	if _, err := l.desk.Connect(context.Background(), desk.Try{URL: "https://127.0.0.1:1/hello", CertificateID: made.Client.ID}, nil); err != nil {
		t.Fatal(err)
	}
	a := l.activity()
	wantLines(t, "rows", a.lines(9),
		"Connection failed | Nothing listens on this address, as "+desk.ExampleClient+" | https://127.0.0.1:1/hello",
		"Client certificate issued | signed by "+desk.ExampleAuthority+" | "+desk.ExampleClient,
		"Server certificate issued | signed by "+desk.ExampleAuthority+" | "+desk.ExampleServer,
		"Authority created |  | "+desk.ExampleAuthority,
		"Vault created |  | ")
	wants := []struct {
		detail desk.ID
		place  string
	}{
		{made.Client.ID, "connections"}, {made.Client.ID, "certificates"},
		{made.Server.ID, "certificates"}, {made.Authority.ID, "authorities"},
	}
	for i, want := range wants {
		a = l.activity()
		a.list.OnSelected([]int{i})
		l.queue.drain()
		if l.frame.current != "activity" || l.detailID() != want.detail {
			t.Errorf("row %d shows the detail of %q in %s", i, l.detailID(), l.frame.current)
		}
		a.list.OnOpened(i)
		l.queue.drain()
		if l.frame.current != want.place {
			t.Errorf("row %d leads to %s, want %s", i, l.frame.current, want.place)
		}
		if want.place != "connections" && l.detailID() != want.detail {
			t.Errorf("row %d leads to the detail of %q", i, l.detailID())
		}
	}
	if got := l.connections().form; got.url.Text != "https://127.0.0.1:1/hello" || got.chosenCert() != made.Client.ID {
		t.Errorf("the try leads to %q as %q", got.url.Text, got.chosenCert())
	}
	a = l.activity()
	a.list.OnSelected([]int{1})
	a.list.OnSelected(nil)
	if l.detailID() != "" {
		t.Error("the detail stays open when nothing is chosen")
	}
}

func TestActivityOfNewVault(t *testing.T) {
	b := unlocked(t)
	a := b.activity()
	wantLines(t, "rows", a.lines(9), "Vault created |  | ")
	b.picture("activity-new")
	b.certify("authority", "", "Acme Root", 3650)
	b.changed()
	b.queue.drain()
	if a.empty.Visible() || a.list.Len() != 2 || !a.search.Visible() {
		t.Errorf("after one deed there are %d rows", a.list.Len())
	}
	a.close()
	if len(a.all) != 0 || a.list.Len() != 0 {
		t.Error("what was read is kept after closing")
	}
}

func TestActivityIsWhole(t *testing.T) {
	for _, look := range looks {
		b := unlocked(t, func(o *Options) { o.Dark = &look.dark })
		b.win.Resize(look.size)
		b.busy(b.stock())
		a := b.activity()
		b.picture("activity-" + look.name)
		if wide, room := a.root.MinSize().Width, a.root.Size().Width; wide > room {
			t.Errorf("%s: the place needs %v of %v", look.name, wide, room)
		}
		test.Tap(a.save)
		b.picture("activity-file-" + look.name)
		if f := b.activityFile(); f.root.MinSize().Width > f.root.Size().Width {
			t.Errorf("%s: the form needs %v of %v", look.name, f.root.MinSize(), f.root.Size())
		}
	}
}

func (b *bench) activityFile() *savePage {
	b.t.Helper()
	f, ok := b.shown().(*savePage)
	if !ok {
		b.t.Fatalf("there is %T, not the form for a file", b.shown())
	}
	return f
}

func TestActivityFile(t *testing.T) {
	b := unlocked(t)
	b.busy(b.stock())
	a := b.activity()
	a.search.SetText("/hello")
	test.Tap(a.save)
	f := b.activityFile()
	path := filepath.Join(t.TempDir(), "done.csv")
	for _, typed := range []string{"", "done.csv"} {
		f.path.SetText(typed)
		test.Tap(f.save)
		b.queue.drain()
		if got := f.field.Fault(); got != b.say("save.absolute") {
			t.Errorf("%q: the field says %q", typed, got)
		}
	}
	f.path.SetText(path)
	f.path.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	b.queue.drain()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want := "time,verb,what,facts,name,certificate\r\n" +
		"2026-11-22T09:00:00Z,connect,Connection failed,Nothing listens on this address,https://127.0.0.1:1/hello,\r\n"
	if string(data) != want {
		t.Errorf("the file is\n%s\nwant\n%s", data, want)
	}
	if b.shown() != place(a) {
		t.Errorf("afterwards there is %T", b.shown())
	}
	test.Tap(a.save)
	f = b.activityFile()
	f.path.SetText(path)
	test.Tap(f.save)
	b.queue.drain()
	if got := f.field.Fault(); got != b.say("save.exists") || f.save.Busy() {
		t.Errorf("a file in the way: the field says %q, busy is %v", got, f.save.Busy())
	}
}

func TestPlainCell(t *testing.T) {
	tests := map[string]string{
		"": "", "alice": "alice", "=1+1": "'=1+1", "+1": "'+1", "-1": "'-1", "@sum": "'@sum", "\tx": "'\tx", "\rx": "'\rx", "a=b": "a=b",
	}
	for text, want := range tests {
		if got := desk.HarmlessCell(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}

func TestDeedWords(t *testing.T) {
	p := i18n.New("en")
	with := func(pairs ...string) map[string]string {
		detail := map[string]string{}
		for i := 0; i < len(pairs); i += 2 {
			detail[pairs[i]] = pairs[i+1]
		}
		return detail
	}
	tests := []struct {
		deed               desk.Activity
		as                 string
		words, facts, name string
	}{
		{desk.Activity{Verb: "issue", Name: "a\u202eb", Detail: with("kind", "both", "issuer", "Acme\u202e")}, "a",
			"Server and client certificate issued", `signed by Acme\u{202E}`, `a\u{202E}b`},
		{desk.Activity{Verb: "issue", Name: "x", Detail: with("kind", "new kind")}, "", "Certificate issued", "", "x"},
		{desk.Activity{Verb: "import", Name: "x", Detail: with("kind", "authority")}, "", "Authority brought in", "", "x"},
		{desk.Activity{Verb: "export", Name: "x", Detail: with("formats", "p12-compatible, ca, zip")}, "",
			"Exported with its private key", "PKCS #12 for old programs, its authority, zip", "x"},
		{desk.Activity{Verb: "connect", Name: "u", Detail: with("state", "ok", "status", "200")}, "alice",
			"Connection passed", "Passed, HTTP 200, as alice", "u"},
		{desk.Activity{Verb: "connect", Name: "u", Detail: with("state", "ok")}, "", "Connection passed", "Passed", "u"},
		{desk.Activity{Verb: "connect", Name: "u", Detail: with("state", "failed", "code", "http-status", "status", "403")}, "",
			"Connection failed", "Connected, but the server answered 403", "u"},
		{desk.Activity{Verb: "passphrase"}, "", "Passphrase changed", "", "Passphrase changed"},
		{desk.Activity{Verb: "way-added", Detail: with("way", "recovery")}, "", "New recovery code made", "", "New recovery code made"},
		{desk.Activity{Verb: "way-added", Detail: with("way", "keyring")}, "", "A computer's keyring added as a way to open the vault", "",
			"A computer's keyring added as a way to open the vault"},
		{desk.Activity{Verb: "way-removed", Detail: with("way", "passphrase")}, "", "Passphrase removed", "", "Passphrase removed"},
		{desk.Activity{Verb: "way-added", Detail: with("way", "eye")}, "", "A way to open the vault added", "", "A way to open the vault added"},
		{desk.Activity{Verb: "restore", Detail: with("of", "2026-11-20T08:00:00Z", "activities", "12")}, "", "Vault restored from a backup",
			"As of 20 Nov 2026; 12 later activities replaced", "Vault restored from a backup"},
		{desk.Activity{Verb: "restore", Detail: with("of", "2026-11-20T08:00:00Z", "activities", "0", "unread", "damaged")}, "",
			"Vault restored from a backup", "What was replaced could not be compared", "Vault restored from a backup"},
		{desk.Activity{Verb: "restore"}, "", "Vault restored from a backup", "", "Vault restored from a backup"},
		{desk.Activity{Verb: "dance", Name: "x"}, "", "Something else: dance", "", "x"},
	}
	for _, test := range tests {
		words, facts, name := deedWords(p, test.deed), deedFacts(p, test.deed, test.as), deedTitle(p, test.deed)
		if words != test.words || facts != test.facts || name != test.name {
			t.Errorf("%s %v: %q, %q, %q\nwant %q, %q, %q", test.deed.Verb, test.deed.Detail, words, facts, name, test.words, test.facts, test.name)
		}
	}
}

func TestWhenWords(t *testing.T) {
	b := unlocked(t)
	tests := []struct {
		at   time.Time
		want string
	}{
		{testDay, "09:00"}, {testDay.Add(-9 * time.Hour), "00:00"}, {testDay.Add(time.Hour), "10:00"}, {testDay.Add(-10 * time.Hour), "21 Nov 2026"},
		{testDay.AddDate(-1, 0, 0), "22 Nov 2025"}, {testDay.In(time.FixedZone("west", -10*3600)), "09:00"},
	}
	for _, test := range tests {
		if got := b.whenWords(test.at); got != test.want {
			t.Errorf("%v is %q, want %q", test.at, got, test.want)
		}
	}
}
