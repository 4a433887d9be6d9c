package desk

import (
	"crypto/tls"
	"slices"
	"testing"

	"countersign/testclient"
)

// TestRemediesByFacts are those that hang on more than a code.
func TestRemediesByFacts(t *testing.T) {
	f := newInfirmary(t)
	d := func(code string, facts map[string]string) testclient.Result {
		return testclient.Result{Diagnosis: &testclient.Diagnosis{Code: code, Step: testclient.StepAccess, Facts: facts}}
	}
	asked := d(testclient.ClientCertificateAbsent, nil)
	asked.ClientAsked, asked.AcceptableNames = true, []string{f.made.Authority.Name}
	for _, c := range []struct {
		name   string
		result testclient.Result
		code   RemedyCode
		want   bool
	}{
		{"an old server", d(testclient.NoCommonVersion, map[string]string{"why": "old"}), RemedyLowest, true},
		{"a try that is narrow", d(testclient.NoCommonVersion, nil), RemedyLowest, false},
		{"plain HTTP that ended", d(testclient.Reset, nil), RemedyScheme, true},
		{"plain HTTP that began", d(testclient.Reset, map[string]string{"bytes-in": "17"}), RemedyScheme, false},
		{"asked, and 403", asked, RemedyPresent, true},
	} {
		x := Try{URL: "http://acme.test"}
		found, err := f.Remedies(x, c.result)
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(found.List, func(r Remedy) bool { return r.Code == c.code })
		if (i == 0) != c.want || i > 0 {
			t.Errorf("%s: %+v", c.name, found.List)
		}
		if c.code != RemedyLowest || !c.want {
			continue
		}
		if m, err := f.Mend(t.Context(), x, c.result, found.List[i]); err != nil || m.Try.MinVersion != tls.VersionTLS10 {
			t.Errorf("%+v, %v", m.Try, err)
		}
	}
}
