package ui

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"countersign/pki"
	"countersign/ui/desk"
	"countersign/ui/i18n"
)

// bulk is the page that is shown.
func (b *bench) bulk() *bulkPage {
	b.t.Helper()
	p, ok := b.shown().(*bulkPage)
	if !ok {
		b.t.Fatalf("%T is shown", b.shown())
	}
	return p
}

// writeTable leaves a table in a folder of its own.
func (b *bench) writeTable(text string) string {
	b.t.Helper()
	path := filepath.Join(b.t.TempDir(), "people.csv")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		b.t.Fatal(err)
	}
	return path
}

// statuses are what the list says of its rows: line, name and status.
func (p *bulkPage) statuses() []string {
	var list []string
	for i := range p.preview.list.Len() {
		cells := p.preview.list.RowAt(i).Cells
		list = append(list, cells[0].Text+" "+cells[1].Text+": "+cells[4].Text)
	}
	return list
}

func equalTexts(t *testing.T, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n%s\nwant\n%s", what, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

const mixedTable = "name,kind,email,days,Room\nalice,client,alice@example.com,90,1\nbob,robot,nobody,soon,2\n\nalice,client,,,\napi.example.com,server,,,\n"

func TestBulkFromFileToBundles(t *testing.T) {
	folder := t.TempDir()
	b := unlocked(t, func(o *Options) { o.Folder = folder })
	root := b.issue(request(t, pki.Authority, "", "Acme Root", ""))
	path := b.writeTable(mixedTable)
	b.openBulkFile(path)
	b.queue.drain()
	p := b.bulk()
	equalTexts(t, "rows", p.statuses(), []string{
		"2 alice: ready",
		"3 bob: robot is not a kind: write client, server or both.",
		"5 alice: Line 2 has the same name and kind.",
		"6 api.example.com: ready",
	})
	if got := p.preview.create.Text(); got != "Create the 3 good ones" {
		t.Errorf("the button says %q", got)
	}
	p.preview.chips.Select(bulkBad)
	p.showRows()
	if got := p.preview.list.Len(); got != 1 {
		t.Errorf("%d rows with faults are shown", got)
	}
	p.rowChosen([]int{0})
	if len(p.preview.said.Objects) != 1 {
		t.Error("the chosen row's faults are not said")
	}
	b.picture("bulk-row")

	test.Tap(p.preview.create)
	b.queue.drain()
	if len(p.made) != 0 || !p.preview.create.Disabled() || !strings.Contains(texts(p.preview.trouble), "1 row has faults and is left out.") {
		t.Fatalf("rows are left out unasked: %+v\n%s", p.made, texts(p.preview.trouble))
	}
	b.picture("bulk-leave-out")
	test.Tap(p.preview.anyway)
	b.queue.drain()
	if len(p.made) != 3 || p.made[0].Certificate.IssuerID != root.ID {
		t.Fatalf("made %+v", p.made)
	}
	b.picture("bulk-made")
	test.Tap(p.save.write)
	b.queue.drain()
	b.picture("bulk-saved")
	names := map[string]bool{}
	entries, err := os.ReadDir(filepath.Join(folder, "certificates"))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names[e.Name()] = true
	}
	for _, name := range []string{"alice.p12", "alice-2.p12", "api.example.com.p12", "Acme-Root.pem", "manifest.csv", "passwords.csv"} {
		if !names[name] {
			t.Errorf("%s is not there", name)
		}
	}
}

func TestBulkPastedAndChosen(t *testing.T) {
	b := unlocked(t)
	first := b.issue(request(t, pki.Authority, "", "First", ""))
	b.issue(request(t, pki.Authority, "", "Second", ""))
	b.openBulk(first.ID)
	b.queue.drain()
	p := b.bulk()
	test.Tap(p.start.look)
	if p.start.textIn.Fault() == "" {
		t.Error("nothing to look at is no fault")
	}
	b.app.Clipboard().SetContent("a.example\nb.example\n")
	p.paste()
	b.queue.drain()
	if p.check.Defaults.IssuerID != first.ID {
		t.Errorf("signed by %s", p.preview.issuer.Value())
	}
	equalTexts(t, "rows", p.statuses(), []string{"1 a.example: ready", "2 b.example: ready"})
	p.preview.issuer.Choose(1)
	p.preview.kind.Choose(slices.Index(bulkKinds, pki.Server))
	p.preview.valid.Choose(2)
	b.queue.drain()
	item := p.check.Items[0]
	if item.Request.Kind != pki.Server || len(item.Request.Names) != 1 || item.Request.NotAfter.Sub(testDay) < 89*day {
		t.Errorf("the row asks for %+v", item.Request)
	}
	if p.check.Defaults.IssuerID == first.ID {
		t.Error("the other authority was not taken")
	}
}

// TestBulkLargePasteLeavesTheField: a field gets slow with much text.
func TestBulkLargePasteLeavesTheField(t *testing.T) {
	b := unlocked(t)
	b.issue(request(t, pki.Authority, "", "Acme Root", ""))
	b.openBulk("")
	b.queue.drain()
	p := b.bulk()
	p.start.text.SetText(strings.Repeat("somebody\n", 5000))
	b.queue.drain()
	if p.start.text.Text != "" || len(p.check.Items) != 5000 {
		t.Errorf("%d characters are left, %d rows were read", len(p.start.text.Text), len(p.check.Items))
	}
}

func TestBulkStops(t *testing.T) {
	b := unlocked(t)
	b.issue(request(t, pki.Authority, "", "Acme Root", ""))
	b.openBulk("")
	b.queue.drain()
	p := b.bulk()
	p.readText("alice\nbob\n")
	b.queue.drain()
	p.create()
	p.stop()
	b.queue.drain()
	if p.stop != nil || len(p.made) != 0 || p.preview.list.Len() != 2 {
		t.Errorf("%d made after the stop", len(p.made))
	}
	b.picture("bulk-stopped")
}

func TestBulkDrops(t *testing.T) {
	for _, c := range []struct {
		paths []string
		want  bool
	}{
		{[]string{"/x/people.csv"}, true}, {[]string{"/x/people.TSV"}, true},
		{[]string{"/x/people.pem"}, false}, {[]string{"/x/a.csv", "/x/b.csv"}, false}, {nil, false},
	} {
		if got := isTable(c.paths); got != c.want {
			t.Errorf("%v is a table: %v", c.paths, got)
		}
	}
	b := unlocked(t)
	b.issue(request(t, pki.Authority, "", "Acme Root", ""))
	b.openBulk("")
	b.queue.drain()
	if !b.bulk().drop([]string{b.writeTable("alice\n")}) {
		t.Error("a file dropped on the page is not taken")
	}
	b.queue.drain()
	if len(b.bulk().check.Items) != 1 {
		t.Error("the dropped table was not read")
	}
}

func TestBulkErrorsAreSaid(t *testing.T) {
	b := unlocked(t)
	b.issue(request(t, pki.Authority, "", "Acme Root", ""))
	b.openBulkFile(b.writeTable("\xa4\xfd\n"))
	b.queue.drain()
	if !b.frame.middle.notices.Visible() {
		t.Error("a table in another code page says nothing")
	}
	b.picture("bulk-encoding")
}

func TestBulkExample(t *testing.T) {
	folder := t.TempDir()
	b := unlocked(t, func(o *Options) { o.Folder = folder })
	b.openBulk("")
	b.queue.drain()
	for range 2 {
		b.bulk().saveExample()
		b.queue.drain()
	}
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) != 1 {
		t.Errorf("%d files, error %v", len(entries), err)
	}
}

// TestBulkLeftForgetsPasswords: nothing of the table stays on a page that
// nobody sees.
func TestBulkLeftForgetsPasswords(t *testing.T) {
	b := unlocked(t)
	b.issue(request(t, pki.Authority, "", "Acme Root", ""))
	b.openBulk("")
	b.queue.drain()
	p := b.bulk()
	p.readText("name,password\nalice,a secret word\n")
	b.queue.drain()
	b.back()
	b.queue.drain()
	if p.table.Rows != nil || p.check.Items != nil || p.start.text.Text != "" {
		t.Error("the table is still held")
	}
}

func TestBulkCodesAreWorded(t *testing.T) {
	p := i18n.New("en")
	for _, code := range desk.BulkFaultCodes() {
		if !p.Has("fault." + code) {
			t.Errorf("no words for the fault %q", code)
		}
	}
	for _, code := range desk.BulkWarningCodes() {
		if !p.Has("warning." + code) {
			t.Errorf("no words for the warning %q", code)
		}
	}
	for _, c := range desk.BulkColumns() {
		if !p.Has("bulk.column." + string(c)) {
			t.Errorf("no words for the column %q", c)
		}
	}
	a := desk.Activity{Verb: verbIssueMany, Name: "Acme Root", Detail: map[string]string{"made": "3", "of": "4"}}
	if got := deedWords(p, a) + ": " + deedFacts(p, a, ""); got != "Certificates issued in bulk: 3 of 4" {
		t.Errorf("the activity says %q", got)
	}
}

// TestLooksOfBulk draws the page with 10,000 rows.
func TestLooksOfBulk(t *testing.T) {
	var rows strings.Builder
	rows.WriteString("name,kind,names,email,days\n")
	for n := range 10_000 {
		switch {
		case n == 3:
			rows.WriteString("bob,robot,,nobody,soon\n")
		case n == 5:
			rows.WriteString("device-00004,,,,\n")
		case n == 7:
			rows.WriteString("api.acme.test,server,\"api.acme.test, 10.0.0.7\",,2y\n")
		case n == 9:
			rows.WriteString(",client,,,\n")
		default:
			fmt.Fprintf(&rows, "device-%05d,client,,device-%05d@acme.test,\n", n, n)
		}
	}
	sizes := map[string]fyne.Size{"": fyne.NewSize(firstWidth, firstHeight), "-small": fyne.NewSize(900, 600)}
	for _, lang := range []string{"en", "zh-TW", "ja"} {
		for _, dark := range []bool{false, true} {
			for size, wanted := range sizes {
				if dark && lang != "en" || testing.Short() && (dark || lang != "en") {
					continue
				}
				look := lang + map[bool]string{false: "-light", true: "-dark"}[dark] + size
				b := unlocked(t, func(o *Options) { o.Dark, o.Printer, o.Folder = &dark, i18n.New(lang), "/home/me/Downloads" })
				b.win.Resize(wanted)
				root := b.issue(request(t, pki.Authority, "", "Acme Root", ""))
				b.openBulk(root.ID)
				b.queue.drain()
				b.picture("bulk-start-" + look)
				p := b.bulk()
				p.readText(rows.String())
				b.queue.drain()
				if p.check.Bad != 2 || p.preview.list.Len() != 10_000 {
					t.Fatalf("%d bad of %d", p.check.Bad, p.preview.list.Len())
				}
				p.preview.list.Select(3)
				p.rowChosen([]int{3})
				b.picture("bulk-table-" + look)
				p.run("bulk.makes", func(context.Context, func(desk.BulkProgress)) error { return nil }, func(error) {})
				p.making.SetFraction(0.4)
				p.making.SetText(p.progressWords(desk.BulkProgress{Done: 4000, Of: 9998, Took: 1e9}))
				b.picture("bulk-making-" + look)
				b.queue.drain()
				p.made = []desk.BulkMade{{Line: 1, Certificate: desk.Certificate{ID: "00", Name: "alice", Issuer: "Acme Root"}, Password: "x"}, {}}
				p.showMade(2, nil)
				p.save.passwords.Choose(1)
				b.picture("bulk-done-" + look)
				p.showSaved(desk.BulkExport{Folder: "/home/me/Downloads/certificates"},
					desk.BulkWritten{Certificates: 9998, Manifest: "x", Passwords: "/x/passwords.csv"}, nil)
				b.picture("bulk-saved-" + look)
			}
		}
	}
}
