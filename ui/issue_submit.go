package ui

import (
	"context"
	"errors"
	"slices"

	"countersign/pki"
	"countersign/ui/desk"
	"countersign/ui/i18n"
	"countersign/ui/widgets"
)

// submit makes what the form says, off the window's goroutine: an RSA key
// takes seconds.
func (f *issueForm) submit() {
	if f.create.Busy() {
		return
	}
	f.names.Commit()
	f.permit.Commit()
	f.exclude.Commit()
	f.tried = true
	f.turn++ // a preview on its way says nothing any more
	f.w.dismissNotice()
	a := f.asked()
	requests := []desk.IssueRequest{a.main}
	if a.client != nil {
		requests = append(requests, *a.client)
	}
	var s foreseen
	var made []desk.Certificate
	f.create.SetBusy(true)
	f.w.spawn(f.w.t.T("issue.making", "Count", len(requests)), func(ctx context.Context) error {
		var err error
		if s, err = foresee(f.desk, a, f.card.fold.Open()); err != nil {
			return err
		}
		if a.badDay || a.badFrom || len(s.main.Faults)+len(s.client.Faults) > 0 {
			return nil
		}
		made, err = f.desk.IssueAll(ctx, requests)
		return err
	}, func(err error) {
		f.create.SetBusy(false)
		switch {
		case errors.Is(err, context.Canceled):
		case err != nil:
			f.w.fail(err)
		case len(made) == 0:
			f.card.show(a, s)
			f.showFaults(a, s)
			f.layoutAgain()
			f.focusFault()
		default:
			f.made(made)
		}
	})
}

// made goes on with what was made: to its detail, or to what was wanted when
// the authority had to be made first.
func (f *issueForm) made(made []desk.Certificate) {
	t, first := f.w.t, made[0]
	f.w.countAttention()
	if f.then != "" && first.IsAuthority() {
		f.kind, f.then, f.wanted, f.tried = f.then, "", first.ID, false
		f.tiles.Select(slices.Index(issueKinds, f.kind))
		f.name.SetText("")
		f.clearFaults()
		f.refresh()
		f.setKind(f.kind)
		f.focusFirst()
		f.w.notify(t.T("issue.made.authority", "Name", pki.Escape(first.Name)))
		return
	}
	f.w.navigate(placeOf(first), first.ID)
	if len(made) > 1 {
		f.w.notify(t.T("issue.made.two", "Name", pki.Escape(first.Name), "Client", pki.Escape(made[1].Name)))
		return
	}
	f.w.notify(t.T("issue.made", "Name", pki.Escape(first.Name)))
}

// fields are all fields that can have a fault.
func (f *issueForm) fields() map[pki.Field]*widgets.Field {
	all := map[pki.Field]*widgets.Field{
		pki.FieldName: f.nameField, pki.FieldNames: f.namesField, pki.FieldIssuer: f.issuerField,
		pki.FieldValidity: f.validField, pki.FieldKey: f.keyField, pki.FieldPathLength: f.pathField,
	}
	for name, field := range f.moreFields {
		all[name] = field
	}
	return all
}

func (f *issueForm) clearFaults() {
	for _, field := range f.fields() {
		field.SetFault("")
	}
	f.clientField.SetFault("")
	f.names.SetFaults()
	f.permit.SetFaults()
	f.exclude.SetFaults()
}

// showFaults says at each field what is wrong with it, once Create was pressed.
// A fault whose field is not shown is said at one that is.
func (f *issueForm) showFaults(a asked, s foreseen) {
	if !f.tried {
		return
	}
	f.clearFaults()
	t := f.w.t
	fields := f.fields()
	byField := map[*widgets.Field]string{}
	for _, fault := range s.main.Faults {
		field := fields[fault.Field]
		if field == nil || field.Hidden {
			field = f.shownFor(fault.Field)
		}
		byField[field] = i18n.Sentences(byField[field], faultText(t, fault))
		f.unfold(fault.Field)
	}
	if a.badFrom {
		byField[f.moreFields[pki.FieldNotBefore]] = t.T("issue.from.bad")
		f.unfold(pki.FieldNotBefore)
	}
	if a.badDay {
		byField[f.validField] = t.T("issue.valid.day.bad")
	}
	for field, text := range byField {
		field.SetFault(text)
	}
	f.clientField.SetFault(f.clientFault(s))
	f.names.SetFaults(valuesOf(a.faults, pki.FieldNames)...)
	f.permit.SetFaults(valuesOf(a.faults, pki.FieldPermitted)...)
	f.exclude.SetFaults(valuesOf(a.faults, pki.FieldExcluded)...)
}

// valuesOf are what was typed wrong in one field.
func valuesOf(faults pki.Faults, field pki.Field) []string {
	var values []string
	for _, fault := range faults.Of(field) {
		values = append(values, fault.Value)
	}
	return values
}

// unfold opens what hides a field.
func (f *issueForm) unfold(field pki.Field) {
	switch {
	case field == pki.FieldPermitted || field == pki.FieldExcluded:
		f.limits.SetOpen(true)
	case f.moreFields[field] != nil:
		f.more.SetOpen(true)
	}
}

// shownFor is the field that speaks for one that is not shown: a server is
// named by its names.
func (f *issueForm) shownFor(field pki.Field) *widgets.Field {
	if field == pki.FieldName && f.nameField.Hidden || field == pki.FieldNames {
		return f.namesField
	}
	return f.issuerField
}

// clientFault says what is wrong with the second certificate alone; what both
// have is said at the first one's fields.
func (f *issueForm) clientFault(s foreseen) string {
	text := ""
	for _, fault := range s.client.Faults {
		switch {
		case fault.Code == pki.CodeNameMissing:
			text = i18n.Sentences(text, f.w.t.T("issue.client.name-missing"))
		case fault.Field == pki.FieldName:
			text = i18n.Sentences(text, faultText(f.w.t, fault))
		}
	}
	return text
}

// focusFault puts the keyboard where the first fault is.
func (f *issueForm) focusFault() {
	canvas := f.w.win.Canvas()
	switch {
	case f.nameField.Fault() != "" && !f.nameField.Hidden:
		canvas.Focus(f.name)
	case f.namesField.Fault() != "" && !f.namesField.Hidden:
		canvas.Focus(f.names.Entry())
	case f.clientField.Fault() != "":
		canvas.Focus(f.clientName)
	default:
		f.focusMore()
	}
}

// focusMore puts the keyboard where the first fault of the folded fields is.
func (f *issueForm) focusMore() {
	for _, list := range [][]moreField{moreSubject, moreAddresses, moreRest} {
		for _, m := range list {
			if f.moreFields[m.field].Fault() != "" {
				f.w.win.Canvas().Focus(f.typed[m.field])
				return
			}
		}
	}
}
