package desk

import (
	"crypto/x509"
	"math/big"
	"path/filepath"

	"countersign/pki"
)

// listOf is what a CRL says.
func listOf(path string, crl *x509.RevocationList) FoundList {
	list := FoundList{Path: path, Kind: ListCRL, Number: crl.Number, crl: crl}
	for _, e := range crl.RevokedCertificateEntries {
		reason := pki.ReasonOf(e.ReasonCode)
		if reason == pki.RemoveFromCRL {
			continue
		}
		list.Revoked = append(list.Revoked, FoundRevocation{
			Serial: pki.SerialText(e.SerialNumber), At: e.RevocationTime, Reason: string(reason),
		})
	}
	return list
}

// assign finds out whose each list is: a CRL's authority is the one that
// signed it, an index's the one that signed what is in it.
func (l *looker) assign(known []*x509.Certificate) {
	authorities := l.authorities()
	all := append(authorities, known...)
	for n := range l.found.Lists {
		list := &l.found.Lists[n]
		if list.Kind == ListIndex {
			list.Authority = l.authorityOfIndex(*list, all)
			list.Number = l.lastNumber(list.Path)
			continue
		}
		for _, a := range all {
			if pki.IsCRLSignedBy(list.crl, a) {
				list.Authority = a
				break
			}
		}
	}
	l.outdate()
}

// authorities are those among the certificates that were found.
func (l *looker) authorities() []*x509.Certificate {
	var list []*x509.Certificate
	for _, c := range l.found.Certificates {
		if isAuthority(c.Certificate) {
			list = append(list, c.Certificate)
		}
	}
	return list
}

// authorityOfIndex finds the authority that signed the most of what an index
// lists; failing that, the one that lies beside it, or the only one.
func (l *looker) authorityOfIndex(list FoundList, authorities []*x509.Certificate) *x509.Certificate {
	listed := map[string]bool{}
	for serial := range list.valid {
		listed[serial] = true
	}
	for _, r := range list.Revoked {
		listed[r.Serial] = true
	}
	votes := map[string]int{}
	var best *x509.Certificate
	for _, c := range l.found.Certificates {
		if !listed[pki.Serial(c.Certificate)] {
			continue
		}
		for _, a := range authorities {
			if !pki.IsSignedBy(c.Certificate, a) {
				continue
			}
			votes[sameAuthority(a)]++
			if best == nil || votes[sameAuthority(a)] > votes[sameAuthority(best)] {
				best = a
			}
			break
		}
	}
	if best != nil {
		return best
	}
	return l.authorityBeside(list.Path)
}

func (l *looker) authorityBeside(path string) *x509.Certificate {
	var beside, every []*x509.Certificate
	for _, c := range l.found.Certificates {
		if !isAuthority(c.Certificate) {
			continue
		}
		every = append(every, c.Certificate)
		if filepath.Dir(c.Path) == filepath.Dir(path) {
			beside = append(beside, c.Certificate)
		}
	}
	for _, list := range [][]*x509.Certificate{beside, every} {
		if len(list) == 1 {
			return list[0]
		}
	}
	return nil
}

// lastNumber is the number of the last CRL, from the crlnumber beside an
// index.
func (l *looker) lastNumber(index string) *big.Int {
	for _, n := range l.numbers {
		if filepath.Dir(n.path) == filepath.Dir(index) {
			return new(big.Int).Sub(n.next, big.NewInt(1))
		}
	}
	return nil
}

// outdate marks the CRLs that a newer one of the same authority replaces.
func (l *looker) outdate() {
	newest := map[string]*FoundList{}
	for n := range l.found.Lists {
		list := &l.found.Lists[n]
		if list.Kind != ListCRL || list.Authority == nil {
			continue
		}
		key := sameAuthority(list.Authority)
		switch other := newest[key]; {
		case other == nil:
			newest[key] = list
		case list.crl.ThisUpdate.After(other.crl.ThisUpdate):
			other.Outdated, newest[key] = true, list
		default:
			list.Outdated = true
		}
	}
}

// verdicts are what the lists say of one authority's certificates.
type verdicts struct {
	authority *x509.Certificate
	revoked   []FoundRevocation // each serial once
	number    *big.Int          // of the last CRL; nil: none yet
	crl       *x509.RevocationList
	said      map[string]bool // serials that something was said of
}

// verdictsOf brings together what was found of each authority. Its own index
// knows better than its last CRL: what was on hold may have been released
// since.
func verdictsOf(lists []FoundList) []*verdicts {
	var all []*verdicts
	byAuthority := map[string]*verdicts{}
	each := func(kind string, do func(*verdicts, FoundList)) {
		for _, list := range lists {
			if list.Kind != kind || list.Authority == nil || list.Outdated {
				continue
			}
			key := sameAuthority(list.Authority)
			if byAuthority[key] == nil {
				byAuthority[key] = &verdicts{authority: list.Authority, said: map[string]bool{}}
				all = append(all, byAuthority[key])
			}
			do(byAuthority[key], list)
		}
	}
	each(ListIndex, (*verdicts).take)
	each(ListIndex, func(v *verdicts, list FoundList) {
		for serial := range list.valid {
			v.said[serial] = true
		}
	})
	each(ListCRL, (*verdicts).take)
	return all
}

func (v *verdicts) take(list FoundList) {
	for _, r := range list.Revoked {
		if !v.said[r.Serial] {
			v.said[r.Serial] = true
			v.revoked = append(v.revoked, r)
		}
	}
	if list.Number != nil && (v.number == nil || list.Number.Cmp(v.number) > 0) {
		v.number = list.Number
	}
	if list.crl != nil {
		v.crl = list.crl
	}
}
