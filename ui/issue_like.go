package ui

import (
	"context"

	"countersign/pki"
	"countersign/ui/desk"
)

// openDuplicate opens the form for a new certificate that says what another
// one says.
func (w *Window) openDuplicate(c desk.Certificate) {
	var whole desk.Detail
	from := w.desk
	w.background("", func(context.Context) error {
		var err error
		whole, err = from.Detail(c.ID)
		return err
	}, func() {
		p, _ := pki.ProfileOfCertificate("", whole.X509)
		r, _ := pki.RequestOf(whole.X509)
		issuer := whole.IssuerID
		if whole.IsRoot() {
			issuer = ""
		}
		f := newIssueForm(w, r.Kind, issuer)
		w.open(f)
		f.fill(p.Request(w.now()), spanOf(p.Validity))
		f.setSubject(r.Subject)
		if r.Kind != pki.Authority { // two authorities of one name nobody can tell apart
			f.name.SetText(r.Subject.CommonName)
			f.names.SetNames(shownNames(r.Names)...)
		}
		f.preview()
		f.layoutAgain()
		f.focusFirst()
	})
}
