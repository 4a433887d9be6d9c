package desk

import (
	"time"

	"countersign/pki"
)

// Outliving is what is under an authority and ends later than it.
type Outliving struct {
	Count  int
	Latest time.Time // the end of the last of them
}

// outliving counts what an authority has signed, at any depth, that is good and
// ends after a time.
func outliving(below []Certificate, end, now time.Time) Outliving {
	var o Outliving
	for _, c := range below {
		if c.Revoked || c.NotAfter.Before(now) || !c.NotAfter.After(end) {
			continue
		}
		o.Count++
		if c.NotAfter.After(o.Latest) {
			o.Latest = c.NotAfter
		}
	}
	return o
}

// foresee fills in what a renewal means for what is under an authority.
func (v *RenewalPreview) foresee(d *Desk, p *renewal, now time.Time) error {
	if !p.old.IsAuthority() {
		return nil
	}
	below, err := d.descendants(p.old.ID)
	if err != nil {
		return err
	}
	if !p.keep {
		v.Below = len(below)
	}
	if p.keep || p.Cross {
		v.Outliving = outliving(below, v.NotAfter, now)
	}
	if !p.Cross {
		return nil
	}
	if limit := pki.Describe(p.cert).PathLength; limit >= 0 {
		levels, err := d.levels(p.old.ID, below, now)
		if err != nil {
			return err
		}
		v.CrossTight = levels+1 > limit
		v.CrossLimit = limit
	}
	return nil
}

// levels is how many authorities stand between one and a leaf, at most.
func (d *Desk) levels(id ID, below []Certificate, now time.Time) (int, error) {
	most := 0
	for _, c := range below {
		if !c.IsAuthority() || !c.IsCurrent() || !c.validAt(now) {
			continue
		}
		line, err := d.line(c.ID)
		if err != nil {
			return 0, err
		}
		for n := range line {
			if line[n].ID == id {
				most = max(most, n)
			}
		}
	}
	return most, nil
}
