package desk

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"countersign/pki"
)

// TestListIsKeptUp: after each certificate that is made, renewed or revoked every
// list is what reading the vault anew gives: also those that were looked at
// before, which are only added to.
func TestListIsKeptUp(t *testing.T) {
	d := newDesk(t)
	now := fixed
	d.opt.Now = func() time.Time { return now }
	roots := []Certificate{d.mustIssue(t, "", named(pki.Authority, "Middle")), d.mustIssue(t, "", named(pki.Authority, "another"))}
	filters := []Filter{
		{}, {Descending: true}, {Search: "a"}, {Search: "ab", By: ByEnd}, {By: ByIssuer}, {By: ByIssuer, Descending: true},
		{By: ByMade, Search: "É"}, {By: ByKind}, {Health: Revoked}, {Search: "zz", Descending: true}, {Kind: pki.Client, By: ByEnd, Descending: true},
	}
	look := func() (all [][]Certificate, n Counts) {
		for _, f := range filters {
			list, err := d.Certificates(f)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, list)
		}
		n, err := d.Counts()
		if err != nil {
			t.Fatal(err)
		}
		return all, n
	}
	for step, act := range []func(){
		func() { d.mustIssue(t, roots[0].ID, named(pki.Client, "b")) },
		func() { d.mustIssue(t, roots[1].ID, named(pki.Client, "A.example.com")) },
		func() { d.mustIssue(t, roots[0].ID, named(pki.Client, "élan")) },
		func() { d.mustIssue(t, roots[1].ID, named(pki.Client, "zz ab")) },
		func() {
			var requests []IssueRequest
			for n := range movedMost + 1 {
				requests = append(requests, IssueRequest{IssuerID: roots[n%2].ID, Request: named(pki.Client, fmt.Sprintf("%c%d", 'z'-n%26, n))})
			}
			if _, err := d.IssueAll(t.Context(), requests); err != nil {
				t.Fatal(err)
			}
		},
		func() {
			for _, name := range []string{"ab", "0", "zzz"} {
				d.mustIssue(t, roots[1].ID, named(pki.Client, name))
			}
		},
		func() {
			c, err := d.Find("ab")
			if err == nil {
				_, err = d.Revoke(t.Context(), []ID{c.ID}, pki.Superseded, now)
			}
			if err != nil {
				t.Fatal(err)
			}
		},
		func() { now = now.AddDate(0, 11, 20) }, // some expire soon
	} {
		look()
		act()
		kept, counted := look()
		d.forget()
		read, counts := look()
		if diff := cmp.Diff(read, kept); diff != "" {
			t.Errorf("step %d (-read +kept):\n%s", step, diff)
		}
		if counts != counted {
			t.Errorf("step %d: counted %+v, in truth %+v", step, counted, counts)
		}
		look()
	}
}

// TestTypingOnFindsTheSame: who types on looks among what was found before, and
// finds what looking among all finds.
func TestTypingOnFindsTheSame(t *testing.T) {
	texts := []searched{}
	for _, text := range []string{"alpha\n0102", "al\n01020304", "beta 01\nabcd01", "01:02\nffff", "\n0102030405"} {
		texts = append(texts, searched{text, int32(slices.Index([]byte(text), '\n'))})
	}
	for _, typed := range []string{"alpha", "01:02:03:04", "01 02 03", "abcd0", "beta 01", "01020"} {
		var was found
		for n := range typed {
			s := newSearch(typed[:n+1])
			was = s.narrow(texts, was)
			if want := s.narrow(texts, found{}); !slices.Equal(was.places, want.places) {
				t.Errorf("%q: %v, among all %v", typed[:n+1], was.places, want.places)
			}
		}
	}
}
