package desk

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/pki"
	"countersign/testclient"
)

// enforcedJSON is the report's form in JSON. Its names and codes are the same
// in every language.
type enforcedJSON struct {
	Insists     bool        `json:"insists"`
	Verdict     string      `json:"verdict"`
	Faults      []string    `json:"faults"` // of attempts, gravest first
	URL         string      `json:"url"`
	Address     string      `json:"address,omitempty"`
	Certificate string      `json:"certificate"`
	Issuer      string      `json:"issuer"`
	At          time.Time   `json:"at"`
	MS          float64     `json:"ms"`
	Also        []string    `json:"alsoLetsIn,omitempty"`           // other authorities whose clients get in
	Untried     []string    `json:"alsoAnnouncesUntried,omitempty"` // announced, and no client of theirs in the vault
	Tried       int         `json:"tried"`                          // of the attempts
	Attempts    []trialJSON `json:"attempts"`
}

type trialJSON struct {
	testclient.TrialResult
	TLS string  `json:"tls,omitempty"`
	MS  float64 `json:"ms"`
	Raw string  `json:"raw,omitempty"` // the error's own text
}

// JSON is the answer as a file: UTF-8, indented by two spaces.
func (e Enforced) JSON() ([]byte, error) {
	report := enforcedJSON{
		Insists: e.Insists(), Verdict: e.Verdict, Faults: []string{}, URL: e.URL, Address: e.Address,
		Certificate: e.Certificate, Issuer: e.Issuer, At: e.At.UTC(), MS: milliseconds(e.Took),
		Also: e.LetInElsewhere(), Untried: e.Untried, Tried: e.Tried(),
	}
	for _, t := range e.Faults() {
		report.Faults = append(report.Faults, t.Code)
	}
	for _, t := range e.Trials {
		j := trialJSON{TrialResult: t, TLS: t.Result.Version, MS: milliseconds(t.Took)}
		if t.Result.Diagnosis != nil {
			j.Raw = t.Result.Diagnosis.Raw
		}
		report.Attempts = append(report.Attempts, j)
	}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(report)
	return b.Bytes(), err
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// EnforceWords are the words of a language for a report.
type EnforceWords interface {
	T(key string, args ...any) string
	List(items []string) string
	Attempt(code string, facts map[string]string) string
	Happened(code string, facts map[string]string) string
	Diagnosis(code string, facts map[string]string) (title, cause, fix string)
	DateTime(time.Time) string
}

// Sentences are the verdict, what it means, and what to do about the gravest
// fault; the last is "" when there is none.
func (e Enforced) Sentences(t EnforceWords) (verdict, meaning, fix string) {
	verdict = t.T("enforce.verdict." + e.Verdict)
	meaning = t.T("enforce.verdict."+e.Verdict+".text", "Name", pki.Escape(e.Certificate), "Issuer", pki.Escape(e.Issuer))
	if tried := e.Tried(); tried < len(e.Trials) && e.Insists() {
		meaning += " " + t.T("enforce.tried", "Tried", tried, "All", len(e.Trials))
	}
	switch faults := e.Faults(); {
	case e.Verdict == testclient.VerdictNotAsked:
		fix = t.T("enforce.fix." + testclient.TrialNone)
	case e.Verdict == testclient.VerdictNoTLS || e.Verdict == testclient.VerdictAnyone:
		fix = e.mend(t, faults[0]) // until then the rest shows nothing
	case len(faults) > 0:
		fix = e.mends(t, faults)
	case e.Verdict == testclient.VerdictUnreachable && e.Trials[0].Happened == testclient.HappenedSilent:
		key := "enforce.silent"
		if e.Trials[0].Result.Version != "" {
			key = "enforce.silent.after"
		}
		meaning, fix = t.T(key, "After", e.Trials[0].Facts["after"]), t.T("enforce.silent.fix")
	case e.Verdict == testclient.VerdictUnreachable && e.Trials[0].Facts["code"] != "":
		title, cause, mend := t.Diagnosis(e.Trials[0].Facts["code"], e.Trials[0].Facts)
		meaning, fix = title+t.T("enforce.stop")+" "+cause, mend
	}
	return verdict, meaning, joined(fix, e.others(t))
}

// mends are those of all faults, the gravest first: each with its attempt,
// where there are several.
func (e Enforced) mends(t EnforceWords, faults []testclient.TrialResult) string {
	var lines, said []string
	for _, f := range faults {
		mend := e.mend(t, f)
		if slices.Contains(said, mend) {
			continue
		}
		said = append(said, mend)
		lines = append(lines, t.T("enforce.mend", "Attempt", pki.Escape(t.Attempt(f.Code, f.Facts)), "Mend", mend))
	}
	if len(said) == 1 {
		return said[0]
	}
	return joined(lines...)
}

// mend is that of one fault.
func (e Enforced) mend(t EnforceWords, f testclient.TrialResult) string {
	key := "enforce.fix." + f.Code
	if f.Code == testclient.TrialRight && e.Accepts() {
		switch f.Facts["alert"] {
		case "48": // unknown authority: RFC 8446 section 6.2
		case "43", "44", "45":
			key += ".said"
		default:
			key += ".unsaid"
		}
	}
	return t.T(key, "Issuer", pki.Escape(e.Issuer), "Name", pki.Escape(e.Certificate), "Happened", t.Happened(f.Happened, f.Facts))
}

// others says of which other authorities clients get in, or may; "" for none.
func (e Enforced) others(t EnforceWords) string {
	names := func(list []string) string {
		var names []string
		for _, name := range list {
			names = append(names, pki.Escape(name))
		}
		return t.List(names)
	}
	var in, untried string
	if list := e.LetInElsewhere(); len(list) > 0 {
		in = t.T("enforce.also", "Names", names(list))
	}
	if len(e.Untried) > 0 {
		untried = t.T("enforce.untried", "Names", names(e.Untried))
	}
	return joined(in, untried)
}

// joined are lines, without those that are empty.
func joined(lines ...string) string {
	return strings.Join(slices.DeleteFunc(lines, func(line string) bool { return line == "" }), "\n")
}

// Made says when, where and as whom it was tried.
func (e Enforced) Made(t EnforceWords) string {
	return t.T("enforce.made", "Name", pki.Escape(e.Certificate), "Issuer", pki.Escape(e.Issuer), "Address", e.Address, "Date", t.DateTime(e.At))
}

// Markdown is the answer as a document: the verdict on top, and of the table
// the faults.
func (e Enforced) Markdown(t EnforceWords) []byte {
	var b bytes.Buffer
	verdict, meaning, fix := e.Sentences(t)
	fmt.Fprintf(&b, "# %s\n\n%s\n", t.T("enforce.title", "URL", inline(e.URL)), "**"+inline(verdict)+"**")
	for _, line := range []string{meaning, fix} {
		if line != "" {
			fmt.Fprintf(&b, "\n%s\n", inline(line))
		}
	}
	fmt.Fprintf(&b, "\n%s\n\n", inline(e.Made(t)))
	row := func(cells ...string) {
		for n := range cells {
			cells[n] = inline(cells[n])
		}
		fmt.Fprintf(&b, "| %s |\n", strings.Join(cells, " | "))
	}
	row(t.T("enforce.column.attempt"), t.T("enforce.column.expected"), t.T("enforce.column.happened"), t.T("enforce.column.verdict"))
	b.WriteString("|---|---|---|---|\n")
	for _, r := range e.Ordered() {
		row(pki.Escape(t.Attempt(r.Code, r.Facts)), t.T("enforce.expected."+string(r.Demand)), t.Happened(r.Happened, r.Facts),
			t.T("enforce.judgement."+string(r.Judgement)))
	}
	return b.Bytes()
}

// inline makes text from outside one cell of a table in Markdown (GitHub's
// specification, section 4.10), and nothing else.
func inline(text string) string {
	return strings.NewReplacer("\n", " ", "\r", " ", `\`, `\\`, "|", `\|`, "<", "&lt;", "`", "\\`", "*", `\*`, "[", `\[`).Replace(text)
}
