package ui

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"

	"countersign/ui/widgets"
)

// usageChoice is a box for each usage, and a line for others by OID. As long as
// it says what is usual, the request leaves it to its profile.
type usageChoice struct {
	names  []string
	checks []*widgets.Check
	other  *widgets.Input // nil for none
	usual  []string
	root   fyne.CanvasObject
}

func newUsageChoice(names []string, other *widgets.Input, changed func()) *usageChoice {
	u := &usageChoice{names: names, other: other}
	var boxes []fyne.CanvasObject
	for _, name := range names {
		check := widgets.NewCheck(name, false, func(bool) { changed() })
		u.checks = append(u.checks, check)
		boxes = append(boxes, check)
	}
	u.root = widgets.Grid(168, 0, boxes...)
	if other != nil {
		u.root = widgets.Stack(4, u.root, other)
	}
	return u
}

// chosen is what is ticked and typed.
func (u *usageChoice) chosen() []string {
	var list []string
	for i, check := range u.checks {
		if check.Checked() {
			list = append(list, u.names[i])
		}
	}
	if u.other != nil {
		list = append(list, strings.FieldsFunc(u.other.Text, func(r rune) bool { return strings.ContainsRune(" ,;，；、\t", r) })...)
	}
	return list
}

// value is what the request says: nil for what is usual.
func (u *usageChoice) value() []string {
	if chosen := u.chosen(); !slices.Equal(chosen, u.usual) {
		return chosen
	}
	return nil
}

// set shows usages; nil for the usual ones.
func (u *usageChoice) set(list []string) {
	if len(list) == 0 {
		list = u.usual
	}
	var others []string
	for _, name := range list {
		if !slices.Contains(u.names, name) {
			others = append(others, name)
		}
	}
	for i, check := range u.checks {
		check.SetChecked(slices.Contains(list, u.names[i]))
	}
	if u.other != nil {
		u.other.SetText(strings.Join(others, ", "))
	}
}

// setUsual changes what is usual, and shows it unless something else was
// chosen.
func (u *usageChoice) setUsual(list []string) {
	chosen := u.value()
	u.usual = list
	u.set(chosen)
}
