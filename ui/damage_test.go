package ui

import (
	"bytes"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"countersign/ui/desk"
)

// wreck is a window with a vault that was spoiled and opened for reading only.
func wreck(t *testing.T, options ...func(*Options)) *bench {
	t.Helper()
	b := unlocked(t, options...)
	b.stock()
	all, err := b.desk.All()
	if err != nil {
		t.Fatal(err)
	}
	path := b.opt.Vault
	b.leaveVault()
	breakVault(t, path, func(b []byte) []byte {
		for n, c := range all[:3] { // what lists show of it; it has its fingerprint alone
			b = bytes.ReplaceAll(b, []byte(c.Fingerprint), []byte(strings.Repeat(string(rune('a'+n)), len(c.Fingerprint))))
		}
		return b
	})
	b.openVault(path)
	b.queue.drain()
	b.tryPassphrase(testPassphrase)
	b.queue.drain()
	test.Tap(b.repair().read)
	b.queue.drain()
	b.tryPassphrase(testPassphrase)
	b.queue.drain()
	if b.frame == nil {
		t.Fatalf("there is %T", b.page)
	}
	return b
}

// TestWreckSaysSo: a damaged vault that is open is never shown as a whole one, and
// the way to the repair is in every place.
func TestWreckSaysSo(t *testing.T) {
	b := wreck(t)
	over := b.frame.at("overview").(*overview)
	if !over.damaged || !b.frame.banner.root.Visible() || !strings.Contains(b.frame.banner.said.Title(), "cannot be read") {
		t.Errorf("the overview says nothing: %q", b.frame.banner.said.Title())
	}
	b.picture("wreck-overview")
	for _, place := range []string{"certificates", "authorities", "connections", "activity", "settings"} {
		b.navigate(place, "")
		b.queue.drain()
		if !b.frame.banner.root.Visible() {
			t.Errorf("no banner in %s", place)
		}
		b.picture("wreck-" + place)
	}
	all, err := b.desk.All()
	if err != nil {
		t.Fatal(err)
	}
	marked := 0
	for _, c := range all {
		if c.Damaged == "" {
			continue
		}
		marked++
		tone, words := stateWords(b.Window.t, c, b.now())
		if words != "Damaged" || tone != healthTone(desk.Damaged) {
			t.Errorf("%s is %q", c.Name, words)
		}
		b.navigate(placeOf(c), c.ID)
		b.queue.drain()
		b.picture("wreck-detail")
	}
	if marked != 3 {
		t.Errorf("%d certificates are marked", marked)
	}
	test.Tap(b.frame.banner.repair)
	if p := b.repair(); p.read == nil || b.frame != nil {
		t.Error("the banner does not lead to the repair")
	}
}

// TestDamageMetAtWorkLeadsToTheRepair: the list is whole, and a private key is not.
func TestDamageMetAtWorkLeadsToTheRepair(t *testing.T) {
	b := unlocked(t)
	b.stock()
	b.fail(&desk.DamageError{Bucket: "keys", Record: strings.Repeat("ab", 16), Reason: "seal"})
	b.queue.drain()
	b.picture("damage-met")
	said := texts(b.frame.middle.notices)
	if !strings.Contains(said, "a private key whose certificate is not known") || !strings.Contains(said, "Repair…") || strings.Contains(said, "abab") {
		t.Errorf("it says %q", said)
	}
}

// TestReaderOffersNoDeeds: a vault that is open for reading offers nothing that it
// would refuse, in its places and details.
func TestReaderOffersNoDeeds(t *testing.T) {
	b := wreck(t)
	all, err := b.desk.All()
	if err != nil {
		t.Fatal(err)
	}
	refused := map[string]bool{}
	for _, key := range []string{"certificates.new", "authorities.new", "bulk.new", "renew.button", "detail.revoke", "detail.new",
		"requests.make", "requests.bring", "partners.add", "crl.new", "renew.all", "overview.authority"} {
		refused[b.Window.t.T(key)] = true
	}
	look := func(what string) {
		t.Helper()
		b.queue.drain()
		var seen []words
		gather(b.win.Canvas().Content(), fyne.Position{}, sight{size: b.win.Canvas().Size()}, false, &seen)
		for _, s := range seen {
			if refused[s.text] {
				t.Errorf("%s offers %q", what, s.text)
			}
		}
	}
	for _, s := range spots() {
		b.navigate(s.name, "")
		look(s.name)
	}
	for _, c := range all {
		b.navigate(placeOf(c), c.ID)
		look(c.Name)
		for _, item := range b.certificateMenu(c) {
			if item.Label == b.Window.t.T("delete.button") {
				t.Errorf("the menu of %s offers to delete", c.Name)
			}
		}
	}
}
