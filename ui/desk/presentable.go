package desk

import "errors"

// Presentable tells whether a server or a client may show the certificate as
// its own: one that is no authority; and an authority that has names, which is
// what "openssl req -x509" makes of a server's certificate unless told
// otherwise.
func (c Certificate) Presentable() bool {
	return !c.IsAuthority() || len(c.Names) > 0
}

// FindPresentable gives the certificate that a person means by a name, when it
// is to be shown to the other side. One that is no authority comes first.
// Error: *NotFoundError.
func (d *Desk) FindPresentable(name string) (Certificate, error) {
	c, err := d.FindLeaf(name)
	if missing := (*NotFoundError)(nil); !errors.As(err, &missing) {
		return c, err
	}
	if own, other := d.find("certificate", name, Certificate.Presentable); other == nil {
		return own, nil
	}
	return c, err
}
