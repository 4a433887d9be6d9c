package ui

import (
	"slices"

	"countersign/pki"
	"countersign/ui/widgets"
)

// issueLimits are what an authority may sign.
type issueLimits struct {
	path      *widgets.Select
	paths     []int // what the choices stand for
	pathField *widgets.Field
	permit    *widgets.NameField
	exclude   *widgets.NameField
	limits    *widgets.Disclosure
}

func (f *issueForm) buildLimits() {
	t := f.w.t
	changed := func([]string) {
		f.preview()
		f.layoutAgain()
	}
	f.path = widgets.NewSelect("", nil, -1, func(int) { f.preview() })
	f.pathField = widgets.NewField(t.T("issue.path"), "", f.path)
	f.permit = widgets.NewNameField("acme.test, 10.0.0.0/8", f.recogniseLimit, changed)
	f.exclude = widgets.NewNameField("", f.recogniseLimit, changed)
	f.permit.Whole, f.exclude.Whole = pki.IsDirectoryConstraint, pki.IsDirectoryConstraint
	f.permit.OnSubmitted, f.exclude.OnSubmitted = f.submit, f.submit
	f.moreFields[pki.FieldPermitted] = widgets.NewField(t.T("issue.permit"), t.T("issue.permit.hint"), f.permit)
	f.moreFields[pki.FieldExcluded] = widgets.NewField(t.T("issue.exclude"), "", f.exclude)
	f.limits = widgets.NewDisclosure(t.T("issue.constraints"),
		widgets.Stack(12, f.moreFields[pki.FieldPermitted], f.moreFields[pki.FieldExcluded]), func(bool) { f.layoutAgain() })
}

// recogniseLimit says what a typed name constraint is, for its chip.
func (f *issueForm) recogniseLimit(typed string) (shown, kind string, ok bool) {
	name, err := pki.ParseConstraint(typed)
	if err != nil {
		return pki.Escape(typed), "", false
	}
	return name.Shown, f.w.t.T("issue.names." + string(name.Kind)), true
}

// setPaths offers how many authorities may stand below: a root is not limited
// by default, others sign certificates only. What was chosen stays chosen.
func (f *issueForm) setPaths() {
	t := f.w.t
	chosen, picked := 0, false
	if i := f.path.Selected(); i > 0 && i < len(f.paths) {
		chosen, picked = f.paths[i], true
	}
	f.paths = []int{pki.PathUnlimited, 0, 1, 2, 3}
	if f.issuerID() != "" {
		f.paths = []int{0, 1, 2, 3, pki.PathUnlimited}
	}
	if picked && !slices.Contains(f.paths, chosen) {
		f.paths = append(f.paths, chosen)
	}
	words := make([]string, len(f.paths))
	for i, n := range f.paths {
		words[i] = t.T("issue.path.n", "Count", n)
		switch n {
		case 0:
			words[i] = t.T("issue.path.0")
		case pki.PathUnlimited:
			words[i] = t.T("issue.path.unlimited")
		}
	}
	at := 0
	if picked {
		at = slices.Index(f.paths, chosen)
	}
	f.path.SetOptions(words, at)
}

// choosePath shows a path length; PathProfile for the usual one.
func (f *issueForm) choosePath(n int) {
	at := slices.Index(f.paths, n)
	if at < 0 && n >= 0 {
		f.paths = append(f.paths, n)
		at = len(f.paths) - 1
		f.path.SetOptions(append(slices.Clone(f.path.Options()), f.w.t.T("issue.path.n", "Count", n)), at)
	}
	f.path.Select(max(0, at))
}

// askLimits reads what the authority may sign.
func (f *issueForm) askLimits(r *pki.Request) pki.Faults {
	if i := f.path.Selected(); i > 0 && i < len(f.paths) { // the first is what the profile says
		r.PathLength = f.paths[i]
	}
	permitted, faults := pki.ParseConstraintLists(f.permit.Names(), pki.FieldPermitted)
	excluded, more := pki.ParseConstraintLists(f.exclude.Names(), pki.FieldExcluded)
	r.Constraints = pki.NameConstraints{Permitted: permitted, Excluded: excluded}
	return append(faults, more...)
}

// setLimits shows what an authority may sign.
func (f *issueForm) setLimits(r pki.Request) {
	f.choosePath(r.PathLength)
	f.permit.SetNames(typedConstraints(r.Constraints.Permitted)...)
	f.exclude.SetNames(typedConstraints(r.Constraints.Excluded)...)
	f.limits.SetOpen(!r.Constraints.IsZero())
}

// typedConstraints are name constraints as a person types them, so that each is
// taken for what it is.
func typedConstraints(names []pki.Name) []string {
	var list []string
	for _, n := range names {
		text := n.Value
		if n.Kind != pki.NameIP {
			text = string(n.Kind) + ":" + n.Value
		}
		list = append(list, text)
	}
	return list
}
