package testclient

import (
	"maps"
	"slices"
	"strconv"
)

// happened tells what became of a trial, by its result.
func happened(t Trial, r Result) (string, map[string]string) {
	status := map[string]string{"status": strconv.Itoa(r.Status), "status-text": r.StatusText}
	d := r.Diagnosis
	switch {
	case r.Status != 0 && d != nil && (d.Step == StepVerifyClient || d.Code == ClientSpokeHTTP):
		return HappenedRefused, status
	case r.Status >= 300 && r.Status < 400:
		status["location"] = r.Steps[StepAccess-1].Facts["location"]
		return HappenedSentOn, status
	case r.Status != 0:
		return HappenedAnswered, status
	case t.version() != 0 && r.Version != "" && d != nil && d.Code != Cancelled:
		return HappenedAgreed, map[string]string{"version": r.Version} // whatever came after
	}
	return failed(t, r, d)
}

// failed is happened for a trial without an answer in HTTP.
func failed(t Trial, r Result, d *Diagnosis) (string, map[string]string) {
	facts := maps.Clone(d.Facts)
	facts["code"] = d.Code
	alert := map[string]string{"alert": d.Facts["alert"], "code": d.Code}
	switch {
	case d.Code == NoCommonVersion:
		return HappenedVersion, facts
	case alert["alert"] != "":
		return HappenedAlert, alert
	case d.Code == Reset && d.Step > StepConnect:
		return HappenedClosed, map[string]string{}
	case d.Code == Timeout && d.Step > StepConnect:
		return HappenedSilent, map[string]string{"after": d.Facts["after"]}
	case d.Code == ServerSpeaksHTTP || d.Code == NotTLS || d.Code == CaptivePortal:
		return HappenedNoTLS, facts
	case t.Code == TrialPlainHTTP && (d.Code == ClientSpokeHTTP || d.Code == NotHTTP):
		return HappenedClosed, map[string]string{} // with an alert, or something else that is no answer
	case r.Version != "" && d.Step == StepAccess && (d.Code == NotHTTP || d.Code == Unknown):
		return HappenedServed, facts
	}
	return HappenedOther, facts
}

// refusing are the statuses by which servers refuse a client for who it is: the
// last two are nginx's, for a certificate that is bad or missing.
var refusing = []int{400, 401, 403, 407, 421, 495, 496}

// judge says what a trial shows, beside the first.
func (e Enforcement) judge(r TrialResult) Judgement {
	if r.Code == TrialRight {
		return judgeRight(r)
	}
	in := LetsIn
	if r.Demand == DemandAdvice {
		in = Lax
	}
	right := e.Trials[0]
	let := right.Judgement == Right
	switch r.Happened {
	case HappenedAnswered, HappenedSentOn:
		return judgeStatus(r, right, in)
	case HappenedServed:
		if right.Happened == HappenedServed {
			return in
		}
	case HappenedAgreed:
		return in
	case HappenedVersion:
		if right.Happened == HappenedVersion && r.Code != TrialTLS10 && r.Code != TrialTLS11 {
			return Unclear // the right one came no further, so this shows nothing of whom it lets in
		}
		return Right
	case HappenedAlert, HappenedRefused:
		return Right
	case HappenedClosed:
		if let || r.Code == TrialPlainHTTP {
			return Right
		}
	}
	return Unclear
}

// denied is what happened, said more exactly of an answer by which something
// behind the handshake refused.
func denied(r TrialResult) string {
	status := r.Result.Status
	refuses := slices.Contains(refusing, status) || r.Judgement == Right && r.Code != TrialRight && status >= 400
	switch {
	case r.Happened != HappenedAnswered || !refuses:
		return r.Happened
	case r.Code == TrialPlainHTTP:
		return HappenedRefused
	}
	return HappenedDenied
}

// judgeRight judges the trial that must be let in.
func judgeRight(r TrialResult) Judgement {
	switch r.Happened {
	case HappenedAnswered:
		if slices.Contains(refusing, r.Result.Status) {
			return Unclear // it wants something more, or has refused: its words do not tell
		}
		return Right
	case HappenedServed, HappenedSentOn:
		return Right
	case HappenedAlert, HappenedRefused, HappenedClosed:
		return ShutsOut
	}
	return Unclear
}

// judgeStatus judges an answer in HTTP to a trial that should have none. in is
// what to say when it was let in.
func judgeStatus(r, right TrialResult, in Judgement) Judgement {
	status, rightStatus := r.Result.Status, right.Result.Status
	refuses := slices.Contains(refusing, status)
	switch {
	case status < 300:
		return in
	case right.Judgement == Right && status == rightStatus && r.Facts["location"] == right.Facts["location"]:
		return in // the same answer, whatever it says
	case r.Code == TrialPlainHTTP && status < 400 && len(r.Facts["location"]) > 8 && r.Facts["location"][:8] == "https://":
		return Right // sent to where TLS is spoken
	case refuses && (status != rightStatus || right.Judgement == ShutsOut):
		return Right
	case right.Judgement == Right && rightStatus < 400 && status >= 400 && status < 500:
		return Right
	}
	return Unclear
}

// Accepts tells whether the server announced the authority of the right
// certificate as one whose clients it accepts.
func (e Enforcement) Accepts() bool {
	return len(e.Trials) > 0 && e.Trials[0].Result.Steps[StepClientCertificate-1].Facts["acceptable"] == "yes"
}

// verdict is the gravest thing that the trials show.
func (e Enforcement) verdict(ended bool) string {
	by := map[string]TrialResult{}
	unclear := false
	for _, t := range e.Trials {
		by[t.Code] = t
		unclear = unclear || t.Judgement == Unclear
	}
	in := func(code string) bool { return by[code].Judgement == LetsIn }
	none := by[TrialNone]
	faults := e.Faults()
	switch first := by[TrialRight]; {
	case in(TrialPlainHTTP) && first.Happened == HappenedNoTLS:
		return VerdictNoTLS
	case in(TrialNone) && !none.Result.ClientAsked:
		return VerdictNotAsked
	case in(TrialStranger) || in(TrialSelfSigned):
		return VerdictAnyone
	case in(TrialNone):
		return VerdictOptional
	case len(faults) > 0 && faults[0].Judgement == LetsIn:
		return VerdictLetsIn
	case len(faults) > 0:
		return VerdictShutsOut
	case ended:
		return VerdictEnded
	case first.Happened == HappenedOther || first.Happened == HappenedSilent || first.Happened == HappenedNoTLS:
		return VerdictUnreachable
	case unclear:
		return VerdictUnclear
	}
	if len(e.LetInElsewhere()) > 0 {
		return VerdictAlso
	}
	if by[TrialWeakKey].Judgement == Lax || by[TrialAuthority].Judgement == Lax {
		return VerdictLax
	}
	return VerdictInsists
}
