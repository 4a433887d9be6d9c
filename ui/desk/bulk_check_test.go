package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"countersign/pki"
)

// newBulk gives a desk with an authority, and what the rows of its tables have
// in common.
func newBulk(t testing.TB) (*Desk, BulkDefaults) {
	t.Helper()
	d := newDesk(t)
	root := d.mustIssue(t, "", named(pki.Authority, "Root"))
	return d, BulkDefaults{IssuerID: root.ID, Base: pki.NewRequest(pki.Client)}
}

func (d *Desk) mustCheck(t testing.TB, defaults BulkDefaults, text string) BulkCheck {
	t.Helper()
	table, err := ReadBulk([]byte(text), BulkHint{})
	if err != nil {
		t.Fatal(err)
	}
	check, err := d.CheckBulk(context.Background(), table, defaults)
	if err != nil {
		t.Fatal(err)
	}
	return check
}

func TestCheckBulk(t *testing.T) {
	d, defaults := newBulk(t)
	d.mustIssue(t, defaults.IssuerID, named(pki.Client, "Known"))
	const head = "name,kind,names,email,days,password,country\n"
	for _, c := range []struct {
		name, rows string
		want       []string // of each row: line, field and code of its faults, then of its warnings
	}{
		{"good", "alice,,,,,,", []string{"2"}},
		{"every fault at once", "bob,robot,\"*.x y:1\",nobody,soon,\"a😀\",",
			[]string{"2 kind/row-kind validity/row-validity names/names-wildcard-wide names/names-port emailAddress/names-bad-email password/row-password"}},
		{"no name", ",client,,a@example.com,,,", []string{"2 name/name-missing"}},
		{"a server answers to its name", "api.example.com,server,,,,,", []string{"2"}},
		{"a server whose name is none", "my server,server,,,,,", []string{"2 names/names-space"}},
		{"a server with other names", "my server,server,a.example,,,,", []string{"2"}},
		{"a name too long", strings.Repeat("x", 65) + ",,,,,,", []string{"2 name/name-too-long"}},
		{"an end in the past", "alice,,,,2020-01-01,,", []string{"2 validity/validity-past"}},
		{"after the issuer's end", "alice,,,,50y,,", []string{"2 ~validity/validity-after-issuer"}},
		{"twice", "alice,,,,,,\nbob,,,,,,\nAlice,,,,,,\nalice.example,server,,,,,", []string{"2", "3", "4 ~name/row-twice", "5"}},
		{"in the vault", "known,,,,,,", []string{"2 ~name/row-known"}},
		{"passwords", "a,,,,,short,\nb,,,,,long enough,\nc,,,,,ひみつのことば、ながい,",
			[]string{"2 ~password/row-weak", "3", "4 ~password/row-password"}},
		{"form", "\"alice\" x,,,,,,\nbob,,,,,,,,9", []string{"2 row/row-quote", "3 row/row-cells"}},
		{"control characters", "\"a\nb\",,,,,,", []string{"2 name/name-control ~name/name-invisible"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			check := d.mustCheck(t, defaults, head+c.rows+"\n")
			var got []string
			for _, i := range check.Items {
				said := []string{fmt.Sprint(i.Line)}
				for _, f := range i.Faults {
					said = append(said, string(f.Field)+"/"+f.Code)
				}
				for _, w := range i.Warnings {
					said = append(said, "~"+string(w.Field)+"/"+w.Code)
				}
				got = append(got, strings.Join(said, " "))
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCheckBulkCounts(t *testing.T) {
	d, defaults := newBulk(t)
	check := d.mustCheck(t, defaults, "name,kind\na,\na,\nb,robot\nc,client\n")
	if check.Good != 3 || check.Warned != 1 || check.Bad != 1 || len(check.GoodItems()) != 3 {
		t.Errorf("good %d, warned %d, bad %d, to make %d", check.Good, check.Warned, check.Bad, len(check.GoodItems()))
	}
}

// TestCheckBulkIssuer: what is wrong with the issuer is said once, and nothing
// can be made.
func TestCheckBulkIssuer(t *testing.T) {
	d, defaults := newBulk(t)
	late := fixed.AddDate(11, 0, 0)
	d.opt.Now = func() time.Time { return late }
	check := d.mustCheck(t, defaults, "a\nb\n")
	if len(check.Issuer) != 1 || check.Issuer[0].Code != pki.CodeIssuerExpired {
		t.Errorf("faults of the issuer: %v", check.Issuer)
	}
	if check.Items[0].Faults.Of(pki.FieldIssuer) != nil || check.GoodItems() != nil {
		t.Errorf("faults of a row: %v; %d to make", check.Items[0].Faults, len(check.GoodItems()))
	}
	table, err := ReadBulk([]byte("a"), BulkHint{})
	if err != nil {
		t.Fatal(err)
	}
	var missing *NotFoundError
	if _, err := d.CheckBulk(context.Background(), table, BulkDefaults{IssuerID: "00"}); !errors.As(err, &missing) {
		t.Errorf("error %v for an issuer that is not there", err)
	}
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := d.CheckBulk(ended, table, defaults); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v after the context's end", err)
	}
}

func TestEndOf(t *testing.T) {
	for _, c := range []struct {
		cell string
		want string // "" for none
	}{
		{"90", "2027-02-20T12:00:00Z"}, {"90 days", "2027-02-20T12:00:00Z"}, {"90天", "2027-02-20T12:00:00Z"},
		{"2w", "2026-12-06T12:00:00Z"}, {"6m", "2027-05-22T12:00:00Z"}, {"6 個月", "2027-05-22T12:00:00Z"},
		{"2y", "2028-11-22T12:00:00Z"}, {"2年", "2028-11-22T12:00:00Z"},
		{"一年", "2027-11-22T12:00:00Z"}, {"１年", "2027-11-22T12:00:00Z"}, {"兩年", "2028-11-22T12:00:00Z"},
		{"十二個月", "2027-11-22T12:00:00Z"}, {"九十天", "2027-02-20T12:00:00Z"}, {"十日", "2026-12-02T12:00:00Z"}, {"年", ""},
		{"2027-12-31", "2027-12-31T23:59:59Z"}, {"2027/1/2", "2027-01-02T23:59:59Z"}, {"2027年1月2日", "2027-01-02T23:59:59Z"},
		{"0", ""}, {"-1", ""}, {"36526", ""}, {"101y", ""}, {"1e3", ""}, {"soon", ""}, {"2027-13-01", ""}, {"99999999999999999999", ""},
	} {
		got := ""
		if end, ok := endOf(c.cell, fixed); ok {
			got = end.Format(time.RFC3339)
		}
		if got != c.want {
			t.Errorf("%q ends %q, want %q", c.cell, got, c.want)
		}
	}
}

func TestKindOf(t *testing.T) {
	for cell, want := range map[string]pki.Kind{
		"伺服器端": pki.Server, "用戶端": pki.Client, "ｻｰﾊﾞｰ": pki.Server, "ｃｌｉｅｎｔ": pki.Client, "兩用": pki.Both, "robot": "",
	} {
		if got, ok := kindOf(cell); got != want || ok != (want != "") {
			t.Errorf("%q is %q, %v", cell, got, ok)
		}
	}
}

// TestHeadingsAreOneColumnEach: no heading stands for two columns.
func TestHeadingsAreOneColumnEach(t *testing.T) {
	seen := map[string]BulkColumn{}
	for _, c := range BulkColumns() {
		for _, heading := range headings[c] {
			if other, twice := seen[heading]; twice {
				t.Errorf("%q is %s and %s", heading, other, c)
			}
			seen[heading] = c
			if folded(heading) != heading {
				t.Errorf("%q is never found: it folds to %q", heading, folded(heading))
			}
		}
	}
	if !slices.Contains(headings[ColumnName], "name") {
		t.Error("no column is called name")
	}
}
