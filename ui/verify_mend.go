package ui

import (
	"context"
	"slices"

	"fyne.io/fyne/v2"

	"countersign/pki"
	"countersign/ui/desk"
	"countersign/ui/widgets"
)

// mendButtons are what can be done about it from here. Nothing can be done here
// about a date that is yet to come, nor about a file that was changed.
func (v *verifier) mendButtons(a desk.Verified) []fyne.CanvasObject {
	f := a.Worst()
	if f == nil {
		return nil
	}
	t := v.w.t
	button := func(key string, do func(), args ...any) []fyne.CanvasObject {
		return []fyne.CanvasObject{widgets.NewButton(t.T(key, args...), "", widgets.Plain, do)}
	}
	at, mine := v.mine[a.Links[f.Index].ID] // what the finding is about, when the vault has it
	switch a.Mend() {
	case desk.MendImport:
		return button("verify.do.import", func() { v.w.openImport() })
	case desk.MendName:
		if a.Name != "" && v.canReissue() {
			return button("verify.do.name", func() { v.reissue(a.Name) }, "Name", pki.Escape(a.Name))
		}
	case desk.MendRenew:
		if mine && canRenew(at) {
			return button("renew.button", func() { v.w.openRenew([]desk.Certificate{at}) })
		}
	case desk.MendPurpose:
		if v.cert.ID != "" && !v.cert.IsAuthority() {
			return button("verify.do.again", func() { v.w.openDuplicate(v.cert) })
		}
	case desk.MendReissue, desk.MendNewKey:
		if mine && canRenew(at) && !at.IsRoot() {
			return button("verify.do.again", func() { v.w.openReissue(at) })
		}
	case desk.MendAbove:
		if v.cert.ID != "" && canRenew(v.cert) && !v.cert.IsRoot() {
			return button("verify.do.above", func() { v.w.openReissue(v.cert) })
		}
	case desk.MendRelease:
		if mine {
			return button("verify.do.release", func() { v.w.openRelease(at) })
		}
	case desk.MendCRL:
		if issuer, known := v.mine[at.IssuerID]; mine && known && issuer.HasKey {
			return button("verify.do.crl", func() { v.w.navigate("authorities", issuer.ID) }, "Name", nameOf(t, issuer))
		}
	case desk.MendTrust:
		if v.trust.Selected() != 0 {
			return button("verify.do.vault", func() { v.trust.Choose(0) })
		}
		if a.Links[len(a.Links)-1].ID == "" && v.about.Path != "" {
			return button("verify.do.import", func() { v.w.openImport(v.about.Path) })
		}
	}
	return nil
}

// canReissue tells whether the certificate is of the vault, and the key of its
// authority too.
func (v *verifier) canReissue() bool {
	return v.cert.ID != "" && !v.cert.IsAuthority() && slices.ContainsFunc(v.authorities, func(a desk.Certificate) bool {
		return a.HasKey && a.ID == v.cert.IssuerID
	})
}

// reissue makes a certificate with one more name, and looks at that one.
func (v *verifier) reissue(name string) {
	from, like := v.desk, v.cert
	var made desk.Certificate
	v.w.background(v.w.t.T("mend.reissue.doing"), func(ctx context.Context) error {
		var err error
		made, err = from.Reissue(ctx, like.ID, pki.Server, name)
		return err
	}, func() {
		v.cert, v.about.ID = made, made.ID
		v.w.notify(v.w.t.T("mend.reissue.done", "Name", made.Name))
		v.ask()
	})
}

// readMine are the certificates of the vault that an answer speaks of, and
// those that signed them.
func readMine(from *desk.Desk, a desk.Verified) map[desk.ID]desk.Certificate {
	mine := map[desk.ID]desk.Certificate{}
	take := func(id desk.ID) desk.ID {
		c, err := from.Get(id)
		if err != nil {
			return "" // it is not of the vault, or not any more
		}
		mine[id] = c
		return c.IssuerID
	}
	for _, link := range a.Links {
		if link.ID != "" {
			take(take(link.ID))
		}
	}
	return mine
}
