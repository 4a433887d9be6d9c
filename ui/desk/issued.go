package desk

// Issued is how many certificates an authority signed.
type Issued struct {
	Certificates int // that are no authorities
	Authorities  int // each once, however often it was renewed
}

// Issued counts what each authority of the vault signed, with whichever of its
// certificates; an authority's own other certificates do not count.
func (d *Desk) Issued() (map[ID]Issued, error) {
	all, err := d.all()
	if err != nil {
		return nil, err
	}
	issued := map[ID]Issued{}
	current := map[ID]ID{} // the certificate that stands for each authority
	for _, c := range all {
		if c.IsAuthority() {
			current[c.ID] = c.CurrentID
		}
	}
	for _, c := range all {
		n := issued[c.IssuerID]
		switch {
		case c.IssuerID == "" || c.IssuerID == c.ID:
			continue
		case !c.IsAuthority():
			n.Certificates++
		case c.IsCurrent() && current[c.IssuerID] != c.CurrentID:
			n.Authorities++
		}
		issued[c.IssuerID] = n
	}
	for id, standing := range current {
		if id != standing {
			issued[id] = issued[standing]
		}
	}
	return issued, nil
}
