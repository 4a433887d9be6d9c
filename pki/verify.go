package pki

import (
	"cmp"
	"crypto/x509"
	"errors"
	"slices"
	"time"
)

// A VerifyQuestion asks whether a certificate is trusted, and why not.
type VerifyQuestion struct {
	Leaf          *x509.Certificate
	Intermediates []*x509.Certificate // what else is known, in any order
	Roots         []*x509.Certificate // what is trusted
	CRLs          []*x509.RevocationList
	// Purpose is what the leaf is used as: a server, a client, both, an
	// authority that signs others; "" for no matter what.
	Purpose Kind
	// Name is the host, address, e-mail address or URI that the leaf must
	// have; "" for none.
	Name string
	// At is the moment that is asked about; the leaf's NotBefore when zero.
	At time.Time
	// NeedCRL refuses a certificate whose issuer has no CRL here.
	NeedCRL bool
	// Revoked, when it is not nil, tells what is known beside the CRLs about
	// a certificate of the chain.
	Revoked func(c *x509.Certificate) (Revocation, bool)
	// Policies is about certificate policies; the zero value accepts any.
	Policies PolicyQuestion
}

// A Verdict is the answer.
type Verdict struct {
	// Trusted: crypto/x509 accepts the chain, and nothing was found that any
	// client refuses.
	Trusted bool
	// OnlyStrict: not trusted, but only strict clients refuse it.
	OnlyStrict bool
	// Chain is the best chain that was found, the leaf first. When none is
	// trusted it is the one with the least wrong about it, or the longest.
	Chain []*x509.Certificate
	// Anchored: the last certificate of the chain is one of the trusted.
	Anchored bool
	// Findings are in the order of the chain, the worst of each certificate
	// first.
	Findings []Finding
}

// Of returns the findings about a certificate of the chain by itself.
func (v Verdict) Of(index int) []Finding { return v.pick(index, false) }

// Between returns the findings about a certificate's tie to its issuer, the
// next of the chain.
func (v Verdict) Between(index int) []Finding { return v.pick(index, true) }

func (v Verdict) pick(index int, link bool) []Finding {
	var picked []Finding
	for _, f := range v.Findings {
		if f.Index == index && f.Link == link {
			picked = append(picked, f)
		}
	}
	return picked
}

// Worst returns the finding that matters most, nil when there is none.
func (v Verdict) Worst() *Finding {
	var worst *Finding
	for i := range v.Findings {
		if worst == nil || v.Findings[i].Severity.rank() < worst.Severity.rank() {
			worst = &v.Findings[i]
		}
	}
	return worst
}

func (s Severity) rank() int {
	return slices.Index([]Severity{Refused, Strict, Advice}, s)
}

// Verify answers a question. Of all chains that lead up from the leaf it takes
// the one that is trusted, or has the least wrong about it. It trusts only
// what crypto/x509 trusts too, and looks beyond it at what that package lets
// pass (RFC 5280 sections 4, 6 and 6.3).
func Verify(q VerifyQuestion) Verdict {
	if q.Leaf == nil {
		return Verdict{}
	}
	if q.At.IsZero() {
		q.At = q.Leaf.NotBefore
	}
	search := newPathSearch(q.Roots, q.Intermediates)
	search.visit(path{certs: []*x509.Certificate{q.Leaf}})
	verdicts := make([]Verdict, 0, len(search.found))
	for _, p := range search.found {
		verdicts = append(verdicts, q.judge(p, search))
	}
	return slices.MinFunc(verdicts, compareVerdicts)
}

// compareVerdicts puts the verdict first that has less wrong about it.
func compareVerdicts(a, b Verdict) int {
	return cmp.Or(
		cmp.Compare(b.score(), a.score()),
		cmp.Compare(a.count(Refused), b.count(Refused)),
		cmp.Compare(a.count(Strict), b.count(Strict)),
		cmp.Compare(len(b.Chain), len(a.Chain)),
		cmp.Compare(a.count(Advice), b.count(Advice)),
	)
}

// score is how far a verdict came.
func (v Verdict) score() int {
	switch {
	case v.Trusted:
		return 4
	case v.OnlyStrict:
		return 3
	case v.Anchored && !v.torn():
		return 2
	case v.Anchored:
		return 1
	}
	return 0
}

// torn reports whether some certificate of the chain was not signed by the
// next.
func (v Verdict) torn() bool {
	return slices.ContainsFunc(v.Findings, func(f Finding) bool { return f.Link && f.Severity == Refused })
}

func (v Verdict) count(s Severity) int {
	n := 0
	for _, f := range v.Findings {
		if f.Severity == s {
			n++
		}
	}
	return n
}

// judge looks at one chain.
func (q VerifyQuestion) judge(p path, search *pathSearch) Verdict {
	j := &judge{q: q, path: p, chain: p.certs, search: search}
	for i := range p.certs {
		j.certificate(i)
		j.link(i)
	}
	j.top()
	j.name()
	j.purpose()
	j.pathLengths()
	j.constraints()
	j.policies()
	j.revocation()
	v := Verdict{Chain: p.certs, Anchored: p.anchored, Findings: j.findings}
	refusals := v.count(Refused) + v.count(Strict)
	if v.Anchored && v.count(Refused) == 0 {
		if err := q.askGo(p.certs); err != nil && !slices.ContainsFunc(v.Findings, explainsGo) {
			v.Findings = append(v.Findings, fromGo(err, p.certs))
			refusals++
		}
		v.Trusted = refusals == 0
		v.OnlyStrict = !v.Trusted && v.count(Refused) == 0
	}
	slices.SortStableFunc(v.Findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Index, b.Index), compareBool(a.Link, b.Link), cmp.Compare(a.Severity.rank(), b.Severity.rank()))
	})
	return v
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// explainsGo reports whether a finding says why crypto/x509 refuses.
func explainsGo(f Finding) bool { return f.Severity == Strict && f.Client == clientGo }

// askGo asks crypto/x509 about a chain that ends at a trusted certificate.
func (q VerifyQuestion) askGo(chain []*x509.Certificate) error {
	options := x509.VerifyOptions{
		Roots: x509.NewCertPool(), Intermediates: x509.NewCertPool(),
		CurrentTime: q.At, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
		CertificatePolicies: q.Policies.Acceptable,
	}
	for i, c := range chain {
		switch i {
		case len(chain) - 1:
			options.Roots.AddCert(c)
		case 0:
		default:
			options.Intermediates.AddCert(c)
		}
	}
	options.DNSName = askedHost(q.Name)
	wanted := extKeyUsage(q.Purpose)
	if len(wanted) == 0 {
		_, err := chain[0].Verify(options)
		return err
	}
	for _, usage := range wanted { // each: crypto/x509 is content with one of several
		options.KeyUsages = []x509.ExtKeyUsage{usage}
		if _, err := chain[0].Verify(options); err != nil {
			return err
		}
	}
	return nil
}

// fromGo makes a finding of an error of crypto/x509 that nothing else here
// shares: by RFC 5280 the chain is good.
func fromGo(err error, chain []*x509.Certificate) Finding {
	f := Finding{Code: FindingRefusedByGo, Severity: Strict, Field: "certificate", Value: Escape(err.Error()), Client: clientGo}
	var invalid x509.CertificateInvalidError
	var critical x509.UnhandledCriticalExtension
	switch {
	case errors.As(err, &critical):
		f.Field = "extensions"
	case errors.As(err, &invalid):
		f.Index = max(0, slices.Index(chain, invalid.Cert))
		switch invalid.Reason {
		case x509.Expired:
			f.Field = "validity"
		case x509.NotAuthorizedToSign:
			f.Field = "basicConstraints.cA"
		case x509.TooManyIntermediates:
			f.Field = "basicConstraints.pathLenConstraint"
		case x509.IncompatibleUsage:
			f.Field = "extKeyUsage"
		case x509.CANotAuthorizedForThisName, x509.UnconstrainedName, x509.TooManyConstraints, x509.NameConstraintsWithoutSANs:
			f.Field = "nameConstraints"
		case x509.NameMismatch:
			f.Field = "issuer"
		case x509.NoValidChains:
			f.Field = "certificatePolicies"
		}
	}
	return f
}
