package desk

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"countersign/pki"
	"countersign/pki/pkitest"
	"countersign/testclient"
	"countersign/ui/i18n"
)

// served is an example with a local server in a mode.
func served(t *testing.T, d *Desk, mode testclient.Mode, check bool) (Example, Enforce) {
	t.Helper()
	x, err := d.MakeExample(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	s, err := d.Serve(Serve{CertificateID: x.Server.ID, ClientCAs: []ID{x.Authority.ID}, Mode: mode, CheckRevocation: check})
	if err != nil {
		t.Fatal(err)
	}
	return x, Enforce{Try: Try{URL: s.URL() + "/hello", CertificateID: x.Client.ID, TrustIDs: []ID{x.Authority.ID}}}
}

func (d *Desk) mustEnforce(t *testing.T, e Enforce) Enforced {
	t.Helper()
	answer, err := d.Enforce(t.Context(), e, nil)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

// outcomes are the judgements that are none of "ok" and "skipped".
func outcomes(e Enforced) string {
	var list []string
	for _, t := range e.Trials {
		if t.Judgement != testclient.Right && t.Judgement != testclient.Skipped {
			list = append(list, string(t.Judgement)+" "+t.Code)
		}
	}
	return strings.Join(list, ", ")
}

// TestEnforceRevoked: a revoked certificate of the vault is tried, and a server
// that looks refuses it.
func TestEnforceRevoked(t *testing.T) {
	d := newDesk(t)
	x, e := served(t, d, testclient.ModeMTLS, true)
	mallory := d.mustIssue(t, x.Authority.ID, named(pki.Client, "mallory"))
	if _, err := d.Revoke(t.Context(), []ID{mallory.ID}, "keyCompromise", d.Now()); err != nil {
		t.Fatal(err)
	}
	before, err := d.All()
	if err != nil {
		t.Fatal(err)
	}
	answer := d.mustEnforce(t, e)
	if got := outcomes(answer); got != "lax rsa1024, lax authority" || answer.Signed != 6 || !answer.Insists() {
		t.Errorf("%s: %s, %d signed", answer.Verdict, got, answer.Signed)
	}
	if r := answer.Trials[slices.Index(testclient.TrialCodes(), testclient.TrialRevoked)]; r.Happened != testclient.HappenedAlert {
		t.Errorf("revoked: %+v", r)
	}
	_, deaf := served(t, d, testclient.ModeMTLS, false)
	if got := outcomes(d.mustEnforce(t, deaf)); got != "lets-in revoked, lax rsa1024, lax authority" {
		t.Errorf("a server that does not look: %s", got)
	}
	deaf.Skip = []string{testclient.TrialRevoked, testclient.TrialRight}
	if answer := d.mustEnforce(t, deaf); !answer.Insists() || len(answer.Trials) != len(testclient.TrialCodes())-1 {
		t.Errorf("left out: %s of %d", outcomes(answer), len(answer.Trials))
	}
	after, err := d.All()
	if err != nil || len(after) != len(before) {
		t.Errorf("the vault had %d certificates and has %d (%v)", len(before), len(after), err)
	}
	events, err := d.Activities(1)
	if err != nil || events[0].Verb != "enforce" || events[0].Detail["state"] != "ok" || events[0].Detail["signed"] != "6" {
		t.Errorf("activity %+v (%v)", events, err)
	}
}

// TestEnforceElsewhere: a client of another authority of the vault is tried, and
// the authority is named when it gets in.
func TestEnforceElsewhere(t *testing.T) {
	d := newDesk(t)
	x, _ := served(t, d, testclient.ModeMTLS, false)
	other := d.mustIssue(t, "", named(pki.Authority, "Other Root"))
	serve := func(cas ...ID) Enforce {
		s, err := d.Serve(Serve{CertificateID: x.Server.ID, ClientCAs: cas, Mode: testclient.ModeMTLS})
		if err != nil {
			t.Fatal(err)
		}
		return Enforce{Try: Try{URL: s.URL() + "/hello", CertificateID: x.Client.ID, TrustIDs: []ID{x.Authority.ID}}}
	}
	both := serve(x.Authority.ID, other.ID)
	_, _, advice := d.mustEnforce(t, both).Sentences(i18n.New("en"))
	if want := "It announces that it also accepts clients of Other Root, which was not tried. Is that meant?"; advice != want {
		t.Errorf("no client of it: %q", advice)
	}
	d.mustIssue(t, other.ID, named(pki.Client, "mallory"))
	d.mustIssue(t, x.Authority.ID, named(pki.Client, "bob"))
	answer := d.mustEnforce(t, both)
	_, _, advice = answer.Sentences(i18n.New("en"))
	if answer.Verdict != testclient.VerdictAlso || !answer.Insists() || !strings.HasPrefix(advice, "It also lets in clients of Other Root: is that meant?") {
		t.Errorf("%s: %s, %q", answer.Verdict, outcomes(answer), advice)
	}
	if data, err := answer.JSON(); err != nil || !strings.Contains(string(data), `"alsoLetsIn": [`) {
		t.Errorf("%v %s", err, data)
	}
	both.Only = true
	answer = d.mustEnforce(t, both)
	_, _, fix := answer.Sentences(i18n.New("en"))
	if answer.Insists() || answer.Faults()[0].Code != testclient.TrialElsewhere || !strings.HasPrefix(fix, "Have it trust Example Root alone for clients.") {
		t.Errorf("%s: %s, %q", answer.Verdict, outcomes(answer), fix)
	}
	if answer := d.mustEnforce(t, serve(x.Authority.ID)); answer.Verdict != testclient.VerdictLax || len(answer.Trials) != len(testclient.TrialCodes())+1 {
		t.Errorf("%s: %s", answer.Verdict, outcomes(answer))
	}
}

// TestEnforceMends: every fault is named with its mend, and a refusal with what
// is known of it.
func TestEnforceMends(t *testing.T) {
	right := func(acceptable, alert string) testclient.TrialResult {
		r := testclient.TrialResult{Code: testclient.TrialRight, Happened: testclient.HappenedAlert, Judgement: testclient.ShutsOut, Facts: map[string]string{"alert": alert}}
		r.Result.Steps[testclient.StepClientCertificate-1].Facts = map[string]string{"acceptable": acceptable}
		return r
	}
	in := func(code string) testclient.TrialResult {
		return testclient.TrialResult{Code: code, Judgement: testclient.LetsIn}
	}
	silent := testclient.TrialResult{Code: testclient.TrialRight, Happened: testclient.HappenedSilent, Facts: map[string]string{"after": "5s"}}
	ok := testclient.TrialResult{Code: testclient.TrialRight, Judgement: testclient.Right}
	for _, c := range []struct {
		name, verdict string
		trials        []testclient.TrialResult
		want          []string // how the lines of the mend begin
	}{
		{"one", testclient.VerdictLetsIn, []testclient.TrialResult{ok, in("revoked")}, []string{"Give it the list"}},
		{"two", testclient.VerdictLetsIn, []testclient.TrialResult{ok, in("server"), in("revoked")}, []string{"A revoked one: Give it the list", "A server's certificate: Have it take only"}},
		{"one mend for two", testclient.VerdictLetsIn, []testclient.TrialResult{ok, in("tls10"), in("tls11")}, []string{"Have it speak TLS 1.2"}},
		{"anyone", testclient.VerdictAnyone, []testclient.TrialResult{ok, in("stranger"), in("revoked")}, []string{"Have it verify who signed"}},
		{"not announced", testclient.VerdictShutsOut, []testclient.TrialResult{right("no", "42")}, []string{"Have it trust Acme Root."}},
		{"unknown", testclient.VerdictShutsOut, []testclient.TrialResult{right("yes", "48")}, []string{"Have it trust Acme Root."}},
		{"announced", testclient.VerdictShutsOut, []testclient.TrialResult{right("yes", "42")}, []string{"It announces Acme Root as accepted, but refuses alice for a reason that it does not say."}},
		{"and says why", testclient.VerdictShutsOut, []testclient.TrialResult{right("yes", "44")}, []string{"It announces Acme Root as accepted, but not alice; it says why: refused: "}},
		{"silent", testclient.VerdictUnreachable, []testclient.TrialResult{silent}, []string{"Look whether it speaks TLS"}},
	} {
		e := Enforced{Enforcement: testclient.Enforcement{Verdict: c.verdict, Trials: c.trials}, Certificate: "alice", Issuer: "Acme Root"}
		_, meaning, fix := e.Sentences(i18n.New("en"))
		lines := strings.Split(fix, "\n")
		if len(lines) != len(c.want) || !slices.EqualFunc(lines, c.want, strings.HasPrefix) {
			t.Errorf("%s: %q", c.name, lines)
		}
		if c.name == "silent" && meaning != "It takes connections, but said nothing within 5s: no handshake came about." {
			t.Errorf("silent: %q", meaning)
		}
	}
}

// TestEnforceWithoutTheAuthority: what needs its signature is left out, and said.
func TestEnforceWithoutTheAuthority(t *testing.T) {
	d, other := newDesk(t), newDesk(t)
	_, e := served(t, d, testclient.ModeMTLS, false)
	bundle, err := d.Export(e.CertificateID, P12, "a good password")
	if err != nil {
		t.Fatal(err)
	}
	path := pkitest.File(t, "alice.p12", bundle.Data)
	found, err := other.Look(t.Context(), []string{path}, Passwords{Any: []string{"a good password"}})
	if err != nil {
		t.Fatal(err)
	}
	brought, err := other.Import(t.Context(), found)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range brought.Certificates {
		if c.HasKey {
			e.CertificateID = c.ID
		}
	}
	root, err := other.FindAuthority(ExampleAuthority)
	if err != nil {
		t.Fatal(err)
	}
	e.TrustIDs = []ID{root.ID}
	answer := other.mustEnforce(t, e)
	skipped := 0
	for _, r := range answer.Trials {
		if r.Judgement == testclient.Skipped {
			skipped++
		}
	}
	if answer.Verdict != testclient.VerdictInsists || skipped != 7 || answer.Signed != 0 {
		t.Errorf("%s, %d left out, %d signed", answer.Verdict, skipped, answer.Signed)
	}
}

func TestEnforceErrors(t *testing.T) {
	d := newDesk(t)
	_, e := served(t, d, testclient.ModeMTLS, false)
	for _, c := range []struct {
		name string
		edit func(*Enforce)
		want error
		code string
	}{
		{"not this computer", func(e *Enforce) { e.URL = "https://api.acme.test" }, ErrNotConfirmed, "not-confirmed"},
		{"led away", func(e *Enforce) { e.Address = "10.0.0.1:443" }, ErrNotConfirmed, "not-confirmed"},
		{"no certificate", func(e *Enforce) { e.CertificateID = "" }, testclient.ErrNoClient, "enforce-no-client"},
	} {
		edited := e
		c.edit(&edited)
		if _, err := d.Enforce(t.Context(), edited, nil); !errors.Is(err, c.want) || Explain(err).Code != c.code {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	d.Lock()
	if _, err := d.Enforce(t.Context(), e, nil); !errors.Is(err, ErrLocked) {
		t.Errorf("locked: %v", err)
	}
}

func TestEnforceReports(t *testing.T) {
	d := newDesk(t)
	_, e := served(t, d, testclient.ModeOptional, false)
	answer := d.mustEnforce(t, e)
	data, err := answer.JSON()
	if err != nil {
		t.Fatal(err)
	}
	var read struct {
		Insists  bool
		Verdict  string
		Faults   []string
		Attempts []struct{ Attempt, Expected, Happened, Verdict, Raw string }
	}
	if err := json.Unmarshal(data, &read); err != nil {
		t.Fatal(err)
	}
	if read.Insists || read.Verdict != "no-certificate" || !slices.Equal(read.Faults, []string{"none"}) ||
		len(read.Attempts) != len(testclient.TrialCodes()) || read.Attempts[2].Happened != "alert" || read.Attempts[2].Raw == "" {
		t.Errorf("%s", data)
	}
	lines := strings.Split(string(answer.Markdown(i18n.New("en"))), "\n")
	for _, want := range []string{
		"# Does it insist? " + answer.URL,
		"**It lets in who has no certificate**",
		"| Attempt | Expected | What happened | Verdict |",
		"| No certificate | refused | let in: HTTP 200 OK | lets it in |",
		"| One of another authority | refused | refused: unknown certificate authority (alert 48) | right |",
	} {
		if !slices.Contains(lines, want) {
			t.Errorf("no line %q in\n%s", want, strings.Join(lines, "\n"))
		}
	}
	table := slices.IndexFunc(lines, func(line string) bool { return strings.HasPrefix(line, "|---") })
	var verdicts []string
	for _, line := range lines[table+1 : table+5] {
		cells := strings.Split(line, " | ")
		verdicts = append(verdicts, strings.TrimSuffix(cells[len(cells)-1], " |"))
	}
	if want := []string{"lets it in", "could be stricter", "could be stricter", "right"}; !slices.Equal(verdicts, want) {
		t.Errorf("the first of the table are %v, want %v", verdicts, want)
	}
	if got := inline("a|b\n<i>*[x](y)`"); got != "a\\|b &lt;i>\\*\\[x](y)\\`" {
		t.Errorf("inline: %s", got)
	}
}

// TestEnforceIsWorded: every code has its words in every language.
func TestEnforceIsWorded(t *testing.T) {
	for _, lang := range i18n.Languages() {
		p := i18n.New(lang)
		var keys []string
		for _, v := range testclient.Verdicts() {
			keys = append(keys, "verdict."+v, "verdict."+v+".text")
		}
		for _, code := range append(testclient.TrialCodes(), testclient.TrialElsewhere) {
			trial := testclient.Trial{Code: code}
			keys = append(keys, "attempt."+code, "expected."+string(trial.Demand()), "expects."+string(trial.Demand()))
			if trial.Demand() != testclient.DemandAdvice || code == testclient.TrialElsewhere {
				keys = append(keys, "fix."+code)
			}
		}
		for _, key := range keys {
			if !p.Has("enforce." + key) {
				t.Errorf("%s: no words for %s", lang, key)
			}
		}
		for _, code := range []string{testclient.HappenedAnswered, testclient.HappenedServed, testclient.HappenedAgreed, testclient.HappenedAlert,
			testclient.HappenedRefused, testclient.HappenedDenied, testclient.HappenedSentOn, testclient.HappenedClosed, testclient.HappenedVersion,
			testclient.HappenedSilent, testclient.HappenedNoTLS, testclient.HappenedOther} {
			if said := p.Happened(code, map[string]string{"code": "timeout"}); strings.Contains(said, "enforce.") || said == "" {
				t.Errorf("%s: %s: %q", lang, code, said)
			}
		}
		for _, why := range []string{testclient.WithoutIssuer, testclient.WithoutKeyKind, testclient.WithoutRevoked, "ended"} {
			if said := p.Happened(testclient.HappenedSkipped, map[string]string{"why": why}); strings.Contains(said, "enforce.") {
				t.Errorf("%s: %s: %q", lang, why, said)
			}
		}
	}
}
