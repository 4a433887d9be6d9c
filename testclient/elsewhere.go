package testclient

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"slices"
)

// TrialElsewhere is a good certificate of an authority that is not the right
// one. It is none of TrialCodes: it is made for none, one or several.
const TrialElsewhere = "other-authority"

// MaxElsewhere is how many trials are made with certificates of other
// authorities, those that the server announces first.
const MaxElsewhere = 5

// Other is a client certificate of an authority that is not the right one's.
type Other struct {
	Authority   string           // its name, to show
	Certificate *tls.Certificate // chain leaf first, with its key
}

// elsewhere are the trials with certificates of others.
func (f Forgery) elsewhere() []Trial {
	var trials []Trial
	for _, o := range f.Others {
		trials = append(trials, Trial{Code: TrialElsewhere, Authority: o.Authority, Certificate: o.Certificate, Only: f.Only})
	}
	return trials
}

// issuers are the names of those who signed a chain, raw.
func issuers(pair *tls.Certificate) [][]byte {
	var names [][]byte
	if pair == nil {
		return nil
	}
	for _, der := range pair.Certificate {
		if c, err := x509.ParseCertificate(der); err == nil {
			names = append(names, c.RawIssuer)
		}
	}
	return names
}

func holds(names [][]byte, name []byte) bool {
	return slices.ContainsFunc(names, func(n []byte) bool { return bytes.Equal(n, name) })
}

// worthwhile are the trials of others that say something: none where no
// connection comes about, or where anyone gets in; else those whose authority
// the server announces, then the rest, for there are servers that announce
// less than they trust (nginx's ssl_trusted_certificate).
func (e Enforcement) worthwhile(ctx context.Context, trials []Trial) []Trial {
	if len(trials) == 0 || len(e.Trials) == 0 || e.over(ctx, trials[0]) || !e.Trials[0].Result.ClientAsked {
		return nil
	}
	for _, t := range e.Trials {
		if t.Judgement == LetsIn && slices.Contains([]string{TrialNone, TrialStranger, TrialSelfSigned}, t.Code) {
			return nil
		}
	}
	announced := e.Trials[0].Result.AcceptableCAs
	rank := func(t Trial) int {
		if slices.ContainsFunc(issuers(t.Certificate), func(name []byte) bool { return holds(announced, name) }) {
			return 0
		}
		return 1
	}
	trials = slices.Clone(trials)
	slices.SortStableFunc(trials, func(a, b Trial) int { return cmp.Compare(rank(a), rank(b)) })
	return trials[:min(len(trials), MaxElsewhere)]
}

// untried are the names that the server announces as authorities whose clients
// it accepts, beyond those of the right certificate and of the trials made.
func (e Enforcement) untried(trials []Trial) []string {
	var known [][]byte
	for _, t := range trials {
		if t.Code == TrialRight || t.Code == TrialElsewhere {
			known = append(known, issuers(t.Certificate)...)
		}
	}
	var names [][]byte
	for _, name := range e.Trials[0].Result.AcceptableCAs {
		if !holds(known, name) {
			names = append(names, name)
		}
	}
	return rawNames(names)
}

// LetInElsewhere are the names of the other authorities whose clients got in.
func (e Enforcement) LetInElsewhere() []string {
	var names []string
	for _, t := range e.Trials {
		if t.Code == TrialElsewhere && (t.Judgement == Lax || t.Judgement == LetsIn) {
			names = append(names, t.Facts["authority"])
		}
	}
	return names
}
