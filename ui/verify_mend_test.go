package ui

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"countersign/pki"
	"countersign/pki/pkitest"
	"countersign/ui/desk"
	"countersign/ui/i18n"
)

// pressMend presses the button beside the verdict.
func (v *verifier) pressMend(b *bench) {
	b.t.Helper()
	buttons := v.mendButtons(*v.last)
	if len(buttons) != 1 {
		b.t.Fatalf("%d buttons for %s", len(buttons), v.last.Mend())
	}
	b.tap(v.root, buttons[0].(interface{ Text() string }).Text())
}

// What is wrong with a certificate of the vault is mended from its verdict.
func TestVerifyMends(t *testing.T) {
	at := func(day string) func(*bench, *verifier) {
		return func(b *bench, v *verifier) { b.pauseAfter(func() { v.at.SetText(day) }) }
	}
	for _, tc := range []struct {
		name  string
		spoil func(*bench, *verifier)
		mend  desk.Mend
		opens func(place) bool
	}{
		{"it ended", at("2028-11-22"), desk.MendRenew, func(p place) bool {
			f, ok := p.(*renewForm)
			return ok && f.old.Name == "api.acme.test"
		}},
		{"as a client", func(b *bench, v *verifier) { b.pauseAfter(func() { v.purpose.Choose(1) }) }, desk.MendPurpose, func(p place) bool {
			_, ok := p.(*issueForm)
			return ok
		}},
		{"revoked", func(b *bench, v *verifier) {
			must(b.desk.Revoke(b.t.Context(), []desk.ID{v.cert.ID}, pki.KeyCompromise, testDay))
			b.pauseAfter(v.ask)
		}, desk.MendNewKey, func(p place) bool {
			f, ok := p.(*renewForm)
			return ok && f.change.Open()
		}},
		{"its authority on hold", func(b *bench, v *verifier) {
			must(b.desk.Revoke(b.t.Context(), []desk.ID{v.cert.IssuerID}, pki.CertificateHold, testDay))
			b.pauseAfter(v.ask)
		}, desk.MendRelease, func(p place) bool {
			r, ok := p.(*releasing)
			return ok && r.cert.Name == "Acme Issuing"
		}},
		{"a list that lapsed", func(b *bench, v *verifier) {
			must(b.desk.MakeCRL(b.t.Context(), v.cert.IssuerID, 0))
			at("2027-11-22")(b, v)
		}, desk.MendCRL, func(p place) bool {
			_, ok := p.(*authorities)
			return ok
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b, v := verifying(t)
			tc.spoil(b, v)
			if got := v.last.Mend(); got != tc.mend {
				t.Fatalf("the mend is %q: %+v", got, v.last.Findings)
			}
			b.picture("verify-mend-" + string(tc.mend))
			v.pressMend(b)
			if !tc.opens(b.shown()) {
				t.Errorf("it opens %T", b.shown())
			}
		})
	}
}

// What was pasted can be asked about, with what was pasted beside it.
func TestVerifyWhatWasPasted(t *testing.T) {
	b := unlocked(t)
	root := pkitest.Root(t, "Foreign Root")
	leaf, _ := pkitest.Leaf(t, root, nil)
	b.openInspector()
	b.queue.drain()
	b.app.Clipboard().SetContent(string(pki.EncodeCertificates(leaf, root.Certificate)))
	i := b.inspector()
	i.paste()
	b.queue.drain()
	if len(i.found.items) != 2 {
		t.Fatalf("%d things were found", len(i.found.items))
	}
	b.tap(i.detail, b.say("verify.open"))
	v, ok := b.shown().(*verifier)
	if !ok {
		t.Fatalf("there is %T", b.shown())
	}
	if v.last == nil || len(v.last.Links) != 2 || v.last.Trusted {
		t.Fatalf("it says %+v", v.last)
	}
	if head := texts(v.root); !strings.Contains(head, i.nameOf(i.found.items[0])) {
		t.Errorf("it does not name the certificate:\n%s", head)
	}
	b.picture("verify-pasted")
}

func TestVerifyMendLooks(t *testing.T) {
	for _, lang := range []string{"zh-TW", "ja"} {
		dark := lang == "ja"
		b, v := verifying(t, func(o *Options) { o.Printer = i18n.New(lang); o.Dark = &dark })
		b.win.Resize(fyne.NewSize(leastWidth, leastHeight))
		b.pauseAfter(func() { v.at.SetText("2028-11-22") })
		b.picture("verify-mend-" + lang)
	}
}
