package ui

import (
	"countersign/testclient"
	"countersign/ui/widgets"
)

// attempts is the choice of what is tried, beside the right certificate, and of
// what other authorities' clients mean.
type attempts struct {
	codes []string
	take  []*widgets.Check // of the codes
	only  *widgets.Check
	fold  *widgets.Disclosure
}

// newAttempts offers all, as they are tried when nobody chooses.
func newAttempts(w *Window, changed func()) *attempts {
	a := &attempts{codes: append(testclient.TrialCodes()[1:], testclient.TrialElsewhere)}
	t := w.t
	grid := widgets.Grid(280, 4)
	for _, code := range a.codes {
		words := t.T("enforce.attempt." + code)
		if code == testclient.TrialElsewhere {
			words = t.T("enforce.options.other-authority")
		}
		check := widgets.NewCheck(words, true, nil)
		a.take = append(a.take, check)
		grid.Add(check)
	}
	a.only = widgets.NewCheck(t.T("enforce.options.only"), false, nil)
	a.fold = widgets.NewDisclosure(t.T("enforce.options"), widgets.NewCard(widgets.Stack(8, grid, widgets.Rule(), a.only)),
		func(bool) { changed() })
	return a
}

// skip are the codes that are not chosen.
func (a *attempts) skip() []string {
	var left []string
	for n, code := range a.codes {
		if !a.take[n].Checked() {
			left = append(left, code)
		}
	}
	return left
}

// count is how many are tried, the right certificate too; other authorities are
// not counted, whose number nobody knows before.
func (a *attempts) count() int {
	n := 1
	for i, code := range a.codes {
		if a.take[i].Checked() && code != testclient.TrialElsewhere {
			n++
		}
	}
	return n
}
