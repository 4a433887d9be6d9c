package testclient

import (
	"cmp"
	"context"
	"slices"
	"time"
)

// What happened in a trial, with the facts that say more.
const (
	HappenedAnswered = "answered" // status, status-text: what was asked for was answered
	HappenedServed   = "served"   // let in by TLS; what followed is no HTTP
	HappenedAgreed   = "agreed"   // version: the server agreed on it
	HappenedAlert    = "alert"    // alert, alert-name: refused in TLS
	HappenedRefused  = "refused"  // status, status-text: refused in HTTP
	HappenedDenied   = "denied"   // status, status-text: the handshake was accepted, and what is behind refused
	HappenedSentOn   = "sent-on"  // status, location: sent elsewhere
	HappenedClosed   = "closed"   // hung up with no word
	HappenedVersion  = "version"  // the server wants another version
	HappenedSilent   = "silent"   // after: no answer in time
	HappenedNoTLS    = "no-tls"   // the port speaks no TLS
	HappenedOther    = "other"    // code, and the facts of the diagnosis: something else went wrong
	HappenedSkipped  = "skipped"  // why: not made; one of the Without constants, or "ended"
)

// Judgement is what a trial shows about the server.
type Judgement string

// The judgements.
const (
	Right    Judgement = "ok"
	LetsIn   Judgement = "lets-in"   // whom it must not
	ShutsOut Judgement = "shuts-out" // whom it must let in
	Lax      Judgement = "lax"       // it could be stricter
	Unclear  Judgement = "unclear"
	Skipped  Judgement = "skipped"
)

// Judgements are all of them.
func Judgements() []Judgement { return []Judgement{Right, LetsIn, ShutsOut, Lax, Unclear, Skipped} }

// The verdicts on a server, gravest first.
const (
	VerdictNoTLS       = "no-tls"          // plain HTTP: nobody is asked for anything
	VerdictNotAsked    = "not-asked"       // it asks for no certificate, and lets anyone in
	VerdictAnyone      = "any-certificate" // it takes a certificate of whatever authority, or of none
	VerdictOptional    = "no-certificate"  // it asks for one, and lets in who has none
	VerdictLetsIn      = "lets-in"         // it lets in something else that it must not
	VerdictShutsOut    = "shuts-out"       // it refuses the right certificate
	VerdictUnreachable = "unreachable"     // no handshake came about, or its certificate is not trusted
	VerdictUnclear     = "unclear"         // it lets in nobody that it must not, as far as could be told
	VerdictEnded       = "ended"           // the person stopped it
	VerdictAlso        = "also"            // it insists, and lets in clients of another authority too
	VerdictLax         = "lax"             // it insists, and could be stricter
	VerdictInsists     = "insists"
)

// Verdicts are all of them, gravest first.
func Verdicts() []string {
	return []string{VerdictNoTLS, VerdictNotAsked, VerdictAnyone, VerdictOptional, VerdictLetsIn, VerdictShutsOut,
		VerdictUnreachable, VerdictUnclear, VerdictEnded, VerdictAlso, VerdictLax, VerdictInsists}
}

// TrialResult is what became of a trial.
type TrialResult struct {
	Code      string            `json:"attempt"`
	Demand    Demand            `json:"expected"`
	Happened  string            `json:"happened"`
	Judgement Judgement         `json:"verdict"`
	Facts     map[string]string `json:"facts,omitempty"`
	Took      time.Duration     `json:"-"`
	Result    Result            `json:"-"` // the zero value when it was not made
}

// Enforcement tells whether a server insists on the right client certificate.
type Enforcement struct {
	URL     string // without user, query and fragment
	Address string // host:port that was connected to; empty when none was
	At      time.Time
	Took    time.Duration
	Verdict string
	Trials  []TrialResult
	Untried []string // authorities that the server announces too, of which there was no client to try
}

// Insists tells whether the server passed.
func (e Enforcement) Insists() bool {
	return e.Verdict == VerdictInsists || e.Verdict == VerdictLax || e.Verdict == VerdictAlso
}

// Tried counts the trials that were made.
func (e Enforcement) Tried() int {
	n := 0
	for _, t := range e.Trials {
		if t.Judgement != Skipped {
			n++
		}
	}
	return n
}

// Faults are the trials that show a fault, gravest first.
func (e Enforcement) Faults() []TrialResult {
	var faults []TrialResult
	for _, t := range e.Trials {
		if t.Judgement == LetsIn || t.Judgement == ShutsOut {
			faults = append(faults, t)
		}
	}
	slices.SortStableFunc(faults, func(a, b TrialResult) int {
		return cmp.Compare(slices.Index(gravest, a.Code), slices.Index(gravest, b.Code))
	})
	return faults
}

// Ordered are the trials with the faults first, the gravest before others, then
// those where the server could be stricter, and the rest in the order that they
// were made.
func (e Enforcement) Ordered() []TrialResult {
	list := e.Faults()
	var rest []TrialResult
	for _, t := range e.Trials {
		switch t.Judgement {
		case LetsIn, ShutsOut: // there already
		case Lax:
			list = append(list, t)
		default:
			rest = append(rest, t)
		}
	}
	return append(list, rest...)
}

// Enforce makes the trials one after the other at base's place, over TLS
// whatever its scheme, and judges each beside the first, which must be
// TrialRight; those of TrialElsewhere come last, as far as they say something,
// and MaxElsewhere of them at most. base says whom to trust, and where; its Timeout bounds each trial.
// Only GET requests are made, without headers. observe, which may be nil, is
// called with each as it ends. When no connection comes about, or ctx ends, the
// rest is skipped.
func Enforce(ctx context.Context, base Try, trials []Trial, observe func(TrialResult)) Enforcement {
	if base.Now == nil {
		base.Now = time.Now
	}
	if observe == nil {
		observe = func(TrialResult) {}
	}
	e := Enforcement{At: base.Now()}
	place, err := parseTarget(base.URL)
	if err == nil {
		e.URL = place.bare()
	}
	began := time.Now()
	try := func(t Trial) {
		r := e.attempt(ctx, base, place, err == nil, t)
		e.Trials = append(e.Trials, r)
		e.Address = cmp.Or(e.Address, r.Result.Address)
		observe(r)
	}
	var elsewhere []Trial
	for _, t := range trials {
		if t.Code == TrialElsewhere {
			elsewhere = append(elsewhere, t)
		} else {
			try(t)
		}
	}
	elsewhere = e.worthwhile(ctx, elsewhere)
	for _, t := range elsewhere {
		try(t)
	}
	if len(e.Trials) > 0 {
		e.Untried = e.untried(append(trials[:1:1], elsewhere...))
	}
	e.Took = time.Since(began)
	e.Verdict = e.verdict(ctx.Err() != nil)
	return e
}

// attempt makes one trial, unless it cannot be made, and judges it. placed
// tells whether place is where base leads: else Run says what is wrong with
// the URL.
func (e Enforcement) attempt(ctx context.Context, base Try, place target, placed bool, t Trial) TrialResult {
	why := t.Without
	if why == "" && e.over(ctx, t) {
		why = "ended"
	}
	r := TrialResult{Code: t.Code, Demand: t.Demand(), Happened: HappenedSkipped, Judgement: Skipped, Facts: map[string]string{"why": why}}
	if why == "" {
		if placed {
			base = t.on(base, place)
		}
		r.Result = Run(ctx, base, nil)
		r.Took = r.Result.Total
		r.Happened, r.Facts = happened(t, r.Result)
		r.Judgement = e.judge(r)
		r.Happened = denied(r)
	}
	if t.Authority != "" {
		r.Facts["authority"] = t.Authority
	}
	return r
}

// over tells whether there is no sense in one more trial: the first came to no
// server that speaks TLS, or to one that is not trusted. Plain HTTP is tried
// all the same where a server has answered.
func (e Enforcement) over(ctx context.Context, t Trial) bool {
	if ctx.Err() != nil {
		return true
	}
	if len(e.Trials) == 0 {
		return false
	}
	switch e.Trials[0].Happened {
	case HappenedNoTLS:
		return t.Code != TrialPlainHTTP
	case HappenedOther, HappenedSilent:
		return true
	}
	return false
}
