package terminal

import (
	"fmt"

	"countersign/pki"
	"countersign/ui/desk"
	"countersign/ui/i18n"
)

// newest finds the certificate that a person named to renew. Of one that was
// renewed it is the newest; of several that have nothing but the name in common
// none is taken.
func (s *session) newest(d *desk.Desk, name string) (desk.Certificate, error) {
	return s.onlyOf(d, name, func(c desk.Certificate) bool { return d.CanRenew(c) == nil })
}

// onlyOf finds the one certificate that a person named, by the name alone of
// those to keep. Of several none is taken, and they are listed; when none is
// kept, it is the one that the desk finds.
func (s *session) onlyOf(d *desk.Desk, name string, keep func(desk.Certificate) bool) (desk.Certificate, error) {
	c, err := d.Find(name)
	if err != nil || c.Name != name {
		return c, err
	}
	all, err := everything(d)
	if err != nil {
		return c, err
	}
	var same []desk.Certificate
	for _, other := range all {
		if other.Name == name && keep(other) {
			same = append(same, other)
		}
	}
	switch len(same) {
	case 0:
		return c, nil
	case 1:
		return same[0], nil
	}
	s.sayWhich(d, name, same)
	return c, saidError{}
}

// sayWhich lists certificates of one name.
func (s *session) sayWhich(d *desk.Desk, name string, same []desk.Certificate) {
	fmt.Fprintln(s.Err, s.t.T("terminal.which", "Count", len(same), "Name", pki.Escape(name)))
	for _, other := range same {
		fmt.Fprintln(s.Err, s.t.T("terminal.namesakes.line", "Serial", other.Serial, "Made", s.t.DateTime(other.Made), "Until", s.t.Date(other.NotAfter), "State", s.health(d, other)))
	}
}

// unsettled leaves out what need not be renewed, and says so. When that is all
// there is, it fails.
func (s *session) unsettled(d *desk.Desk, w *renewal, olds []desk.Certificate) ([]desk.Certificate, error) {
	if w.anyway {
		return olds, nil
	}
	var open []desk.Certificate
	var left desk.LeftOut
	for _, c := range olds {
		err := d.CanRenew(c)
		switch {
		case err != nil && len(olds) == 1:
			return nil, err
		case err != nil:
			left.Count(err)
		default:
			open = append(open, c)
		}
	}
	if left.Sum() > 0 {
		fmt.Fprintln(s.Err, i18n.Sentences(s.t.LeftOut(left.Revoked, left.Held, left.Replaced), s.t.T("renew.left.terminal")))
	}
	if len(open) == 0 {
		return nil, saidError{}
	}
	return open, nil
}
