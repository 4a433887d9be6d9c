package ui

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"countersign/pki"
	"countersign/ui/desk"
	"countersign/ui/widgets"
)

// clocked lets the vault's own clock stand still at another day than the
// window's, so that what it makes has other dates.
func clocked(b *bench, day time.Time, do func()) {
	b.t.Helper()
	before := b.queue.now
	b.queue.now = day.Sub(testDay)
	do()
	b.queue.now = before
}

// certify issues certificates of that kind, one a lifetime in days.
func (b *bench) certify(kind pki.Kind, issuer desk.ID, name string, days ...int) []desk.Certificate {
	b.t.Helper()
	var requests []desk.IssueRequest
	for i, n := range days {
		r := pki.NewRequest(kind)
		r.Subject.CommonName = name
		if len(days) > 1 {
			r.Subject.CommonName = fmt.Sprintf("%s-%d", name, i)
		}
		if kind == pki.Server {
			r.Names = []pki.Name{{Kind: pki.NameDNS, Value: r.Subject.CommonName + ".acme.test", Shown: r.Subject.CommonName + ".acme.test"}}
		}
		r.NotAfter = b.now().Add(time.Duration(n) * day)
		requests = append(requests, desk.IssueRequest{IssuerID: issuer, Request: r})
	}
	made, err := b.desk.IssueAll(context.Background(), requests)
	if err != nil {
		b.t.Fatal(err)
	}
	return made
}

// overview is the place, read again.
func (b *bench) overview() *overview {
	b.t.Helper()
	b.navigate("overview", "")
	b.queue.drain()
	o, ok := b.frame.at("overview").(*overview)
	if !ok {
		b.t.Fatalf("there is %T, not the overview", b.frame.at("overview"))
	}
	return o
}

// stock fills a vault with an authority of two years ago, and with certificates
// made then and since: good, expiring and expired ones.
func (b *bench) stock() desk.Certificate {
	b.t.Helper()
	var root desk.Certificate
	clocked(b, testDay.AddDate(-2, 0, 0), func() { root = b.certify(pki.Authority, "", "Acme Root", 3650)[0] })
	clocked(b, testDay.AddDate(0, 0, -200), func() {
		b.certify(pki.Client, root.ID, "laptop", 180, 196, 212, 225, 300)
	})
	b.certify(pki.Server, root.ID, "api", 365, 397, 120, 125, 700)
	return root
}

// wantWhole looks whether everything in the place has its width and height.
func (o *overview) wantWhole(t *testing.T, state string) {
	t.Helper()
	if wide, room := o.root.MinSize().Width, o.root.Size().Width; wide > room {
		t.Errorf("%s: the place needs %v of %v", state, wide, room)
	}
	if need, has := o.scroll.Content.MinSize().Height, o.scroll.Content.Size().Height; need > has {
		t.Errorf("%s: what scrolls needs %v of %v", state, need, has)
	}
	for _, s := range []*shelf{o.urgent, o.tries, o.deeds} {
		if need, has := s.root.MinSize(), s.root.Size(); need.Width > has.Width || need.Height > has.Height {
			t.Errorf("%s: a card needs %v of %v", state, need, has)
		}
	}
}

func TestOverviewIsWhole(t *testing.T) {
	for _, look := range looks {
		b := unlocked(t, func(o *Options) { o.Dark = &look.dark })
		b.win.Resize(look.size)
		b.overview().wantWhole(t, "empty-"+look.name)
		b.picture("overview-empty-" + look.name)
		b.certify(pki.Authority, "", "Acme Issuing", 3650)
		b.overview().wantWhole(t, "good-"+look.name)
		b.picture("overview-good-" + look.name)
		root := b.stock()
		b.busy(root)
		b.overview().wantWhole(t, "few-"+look.name)
		b.picture("overview-few-" + look.name)
	}
}

// busy tries two connections that nothing answers, and exports a key.
func (b *bench) busy(root desk.Certificate) {
	b.t.Helper()
	for _, path := range []string{"hello", "a-longer-address/that-needs-more-room-than-there-is"} {
		if _, err := b.desk.Connect(context.Background(), desk.Try{URL: "https://127.0.0.1:1/" + path}, nil); err != nil {
			b.t.Fatal(err)
		}
	}
	if _, err := b.desk.Export(root.ID, desk.Key, ""); err != nil {
		b.t.Fatal(err)
	}
}

func TestOverviewSays(t *testing.T) {
	b := unlocked(t)
	b.busy(b.stock())
	o := b.overview()
	var numbers []string
	for _, f := range o.figures {
		numbers = append(numbers, f.Text())
	}
	wantLines(t, "numbers", numbers, "6", "2", "2", "0")
	wantLines(t, "attention", o.urgent.texts(),
		"laptop-0, expired 20 days ago, client", "laptop-1, expired 4 days ago, client",
		"laptop-2, in 12 days, client", "laptop-3, in 25 days, client")
	wantLines(t, "tries", o.tries.texts(),
		"https://127.0.0.1:1/a-longer-address/that-needs-more-room-than-there-is, Nothing listens on this address, 09:00",
		"https://127.0.0.1:1/hello, Nothing listens on this address, 09:00")
	wantLines(t, "deeds", o.deeds.texts()[:2],
		"Acme Root, Exported with its private key, 09:00", "api-4, Server certificate issued, 09:00")
	if want := []int{2, 2, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 1}; !slices.Equal(o.chart.bars.Counts(), want) {
		t.Errorf("the columns are %v, want %v", o.chart.bars.Counts(), want)
	}
	if got := o.chart.aside.Text(); got != "2 more end later" {
		t.Errorf("beside the chart stands %q", got)
	}
	if o.urgent.note.Visible() {
		t.Error("it says that nothing ends")
	}
}

func wantLines(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n%s\nwant:\n%s", what, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestOverviewOfGoodVault(t *testing.T) {
	b := unlocked(t)
	b.certify(pki.Authority, "", "Acme Root", 3650)
	o := b.overview()
	wantLines(t, "attention", o.urgent.texts(), "Acme Root, in 9 years, authority")
	if got := o.urgent.title.Text(); got != "Ends next" {
		t.Errorf("heading %q, want \"Ends next\": nothing needs attention", got)
	}
	if !o.urgent.note.Visible() || o.chart.root.Visible() || o.empty.Visible() {
		t.Error("want the good word, no chart of nothing, and not the empty vault's sentence")
	}
}

func TestOverviewLeads(t *testing.T) {
	b := unlocked(t)
	root := b.stock()
	b.busy(root)
	for i, want := range []lens{{health: desk.Good}, {health: desk.Expiring}, {health: desk.Expired}, {health: desk.Revoked}} {
		test.Tap(b.overview().figures[i])
		b.queue.drain()
		if b.frame.current != "certificates" || b.certificates().look != want {
			t.Errorf("number %d leads to %s with %+v", i, b.frame.current, b.certificates().look)
		}
	}
	for i, count := range b.overview().chart.bars.Counts() {
		o := b.overview()
		o.chart.bars.Tap(i)
		b.queue.drain()
		if count == 0 {
			if b.frame.current != "overview" {
				t.Errorf("the empty month %d leads to %s", i, b.frame.current)
			}
			continue
		}
		if got := b.certificates().list.Len(); b.frame.current != "certificates" || got != count {
			t.Errorf("month %d leads to %s with %d, want %d", i, b.frame.current, got, count)
		}
	}
	o := b.overview()
	urgent := o.urgents()[1]
	test.Tap(o.urgent.items[1])
	b.queue.drain()
	if b.frame.current != "certificates" || b.detailID() != urgent.ID {
		t.Errorf("attention leads to %s and the detail of %q", b.frame.current, b.detailID())
	}
	test.Tap(b.overview().deeds.items[0])
	b.queue.drain()
	if b.frame.current != "authorities" || b.detailID() != root.ID {
		t.Errorf("what was done leads to %s and the detail of %q", b.frame.current, b.detailID())
	}
	test.Tap(b.overview().tries.items[1])
	b.queue.drain()
	if got := b.connections().form.url.Text; b.frame.current != "connections" || got != "https://127.0.0.1:1/hello" {
		t.Errorf("the try leads to %s with %q", b.frame.current, got)
	}
}

func TestOverviewTryLeadsWithItsCertificate(t *testing.T) {
	l, made := example(t)
	for _, id := range []desk.ID{made.Client.ID, ""} {
		if _, err := l.desk.Connect(context.Background(), desk.Try{URL: "https://127.0.0.1:1/hello", CertificateID: id}, nil); err != nil {
			t.Fatal(err)
		}
		test.Tap(l.overview().tries.items[0])
		l.queue.drain()
		if got := l.connections().form.chosenCert(); got != id {
			t.Errorf("it leads to the certificate %q, want %q", got, id)
		}
	}
}

func TestOverviewOfEmptyVault(t *testing.T) {
	b := unlocked(t)
	o := b.overview()
	if !o.empty.Visible() || o.middle.Visible() || o.create.Visible() {
		t.Error("want the empty vault's sentence alone")
	}
	test.Tap(o.makeRoot)
	if _, ok := b.shown().(*issueForm); !ok {
		t.Errorf("Create my authority leads to %T", b.shown())
	}
	b.back()
	test.Tap(o.showMe)
	b.queue.drain()
	if b.frame.current != "connections" {
		t.Errorf("Show me leads to %s", b.frame.current)
	}
	if o = b.overview(); o.empty.Visible() || !o.middle.Visible() {
		t.Error("the vault is still said to be empty")
	}
}

// TestOverviewByKeyboard goes through the whole place with Tab, in a window
// too low for it: what has the keyboard is always in view.
func TestOverviewByKeyboard(t *testing.T) {
	b := unlocked(t)
	b.win.Resize(looks[2].size)
	b.busy(b.stock())
	o := b.overview()
	items := slices.Concat(o.urgent.items[:4], o.tries.items[:2], o.deeds.items)
	reached := map[fyne.Focusable]bool{}
	canvas := b.win.Canvas()
	for range 60 {
		canvas.FocusNext()
		f := canvas.Focused()
		reached[f] = true
		item, ok := f.(*widgets.Item)
		if !ok {
			continue
		}
		top := b.app.Driver().AbsolutePositionForObject(item).Y - b.app.Driver().AbsolutePositionForObject(o.scroll).Y
		if top < 0 || top+item.Size().Height > o.scroll.Size().Height {
			t.Errorf("%q has the keyboard at %v, out of view", item.Text(), top)
		}
	}
	for _, item := range items {
		if !reached[item] {
			t.Errorf("Tab does not come to %q", item.Text())
		}
	}
	for _, f := range o.figures {
		if !reached[f] {
			t.Errorf("Tab does not come to %q", f.Text())
		}
	}
}

func TestOverviewForgets(t *testing.T) {
	b := unlocked(t)
	b.stock()
	o := b.overview()
	o.refresh()
	o.close()
	b.queue.drain()
	if len(o.seen.attention) != 0 || len(o.seen.deeds) != 0 {
		t.Error("what was read after closing is kept")
	}
}

func TestSurveyMonths(t *testing.T) {
	now := time.Date(2026, time.November, 22, 9, 0, 0, 0, time.FixedZone("east", 9*3600))
	at := func(y int, m time.Month, d, h int) desk.Certificate {
		return desk.Certificate{NotAfter: time.Date(y, m, d, h, 0, 0, 0, now.Location()).UTC()}
	}
	revoked := at(2026, time.December, 5, 0)
	revoked.Revoked = true
	tests := []struct {
		name  string
		cert  desk.Certificate
		month int // -1 none, monthsShown later
		tone  widgets.Tone
	}{
		{"the month before", at(2026, time.October, 31, 23), -1, 0},
		{"the first hour of this month", at(2026, time.November, 1, 0), 0, widgets.ToneBroken},
		{"later this month", at(2026, time.November, 30, 23), 0, widgets.ToneSoon},
		{"the first hour of the next", at(2026, time.December, 1, 0), 1, widgets.ToneSoon},
		{"beyond 30 days", at(2026, time.December, 31, 23), 1, widgets.ToneAccent},
		{"revoked", revoked, -1, 0},
		{"the new year", at(2027, time.January, 1, 0), 2, widgets.ToneAccent},
		{"the last month", at(2027, time.November, 30, 23), 12, widgets.ToneAccent},
		{"after it", at(2027, time.December, 1, 0), monthsShown, 0},
	}
	for _, test := range tests {
		var s survey
		s.countMonths([]*desk.Certificate{&test.cert}, now)
		for i, m := range s.months {
			want := 0
			if i == test.month {
				want = 1
			}
			if m.ends != want {
				t.Errorf("%s: month %d counts %d, want %d", test.name, i, m.ends, want)
			}
			if m.ends > 0 && m.tone() != test.tone {
				t.Errorf("%s: the tone is %v, want %v", test.name, m.tone(), test.tone)
			}
			if in := len((lens{month: m.start}).within([]*desk.Certificate{&test.cert})); in != want {
				t.Errorf("%s: the list of month %d shows %d, its column %d", test.name, i, in, want)
			}
		}
		if later := s.later == 1; later != (test.month == monthsShown) {
			t.Errorf("%s: later counts %d", test.name, s.later)
		}
	}
}

func TestSurveyFindsUrgent(t *testing.T) {
	ends := func(days ...int) (list []desk.Certificate) {
		for _, n := range days {
			list = append(list, desk.Certificate{NotAfter: testDay.Add(time.Duration(n) * day)})
		}
		return list
	}
	tests := []struct {
		name            string
		certs           []desk.Certificate
		attention, next []desk.Certificate
	}{
		{"none", nil, nil, nil},
		{"all good", ends(400, 40, 60, 50), nil, ends(40, 50, 60)},
		{"one of them", ends(400, 29, 60), ends(29), nil},
		{"the nearest", ends(29, -2, 7, -300, 3, -1, 20), ends(-2, -1, 3, 7, 20), nil},
	}
	for _, test := range tests {
		var s survey
		var certs []*desk.Certificate
		for n := range test.certs {
			certs = append(certs, &test.certs[n])
		}
		s.findUrgent(certs, testDay)
		if diff := cmp.Diff(test.attention, s.attention, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s: attention (-want +got):\n%s", test.name, diff)
		}
		if diff := cmp.Diff(test.next, s.next, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s: next (-want +got):\n%s", test.name, diff)
		}
	}
}
