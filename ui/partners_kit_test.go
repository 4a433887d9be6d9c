package ui

import (
	"testing"

	"countersign/ui/desk"
)

// TestKitWithNothingInIt: before there is anything to send, the page says what
// to do first, and asks for nothing.
func TestKitWithNothingInIt(t *testing.T) {
	b := unlocked(t)
	p := desk.Partner{Name: "Initech"}
	p.SetDirections(desk.WeCall)
	p, err := b.desk.AddPartner(p)
	if err != nil {
		t.Fatal(err)
	}
	b.navigate("partners", p.ID)
	b.queue.drain()
	b.partnerShown().press(b, "kit")
	b.picture("partners-kit-empty")
	k := b.shown().(*partnerKit)
	if k.rest.Visible() || !k.save.Disabled() || !k.trouble.Visible() {
		t.Errorf("the form is shown: %v, may be sent: %v, says why: %v", k.rest.Visible(), !k.save.Disabled(), k.trouble.Visible())
	}
}
