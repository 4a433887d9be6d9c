package desk

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/pki"
)

func TestNaturalOrder(t *testing.T) {
	want := []string{
		"", "-2", "2", "10", "10.0.0.7", "10.0.0.20", "1000000000000000000000000000000",
		"a", "a-1", "a1", "a02", "a2", "a2b", "a10", "alice", "svc-2", "svc-9a", "svc-10", "SVC-11", "svc-100", "Ω1",
	}
	got := slices.Clone(want)
	slices.Reverse(got)
	slices.SortFunc(got, CompareNames)
	if !slices.Equal(got, want) {
		t.Errorf("sorted\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for _, a := range want {
		for _, b := range want {
			if CompareNames(a, b) != -CompareNames(b, a) {
				t.Errorf("%q and %q have no order", a, b)
			}
		}
	}
}

func TestShortSerial(t *testing.T) {
	for serial, want := range map[string]string{
		"": "", "01": "01", "00:11:22:33": "00:11:22:33",
		"00:11:22:33:44": "00:11…33:44", "7a:01:02:03:04:05:06:07:08:09": "7a:01…08:09",
	} {
		if got := ShortSerial(serial); got != want {
			t.Errorf("%q is %q, want %q", serial, got, want)
		}
	}
}

func TestMarkShared(t *testing.T) {
	at := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	var list []Certificate
	for n, name := range []string{"alice", "Bob", "bob", "carol", "svc-2", "svc-02", "svc-2", "Root", "Root"} {
		c := Certificate{ID: ID(rune('a' + n)), Name: name, Made: at.Add(time.Duration(n) * time.Hour)}
		if name == "Root" {
			c.CurrentID = "h" // the first one stands for both
		}
		list = append(list, c)
	}
	sorted := ordered([][]Certificate{list})
	markShared(sorted, true)
	var shared []string
	for _, c := range sorted {
		if c.Shared {
			shared = append(shared, c.Name)
		}
	}
	if want := []string{"bob", "Bob", "svc-2", "svc-2"}; !slices.Equal(shared, want) {
		t.Errorf("shared are %q, want %q", shared, want)
	}
}

// TestMarkSharedOfMany: pairs are found also where one core's part of a list ends.
func TestMarkSharedOfMany(t *testing.T) {
	certs := make([]Certificate, 3*(1<<12))
	list := make([]*Certificate, len(certs))
	for n := range certs {
		certs[n] = Certificate{ID: ID(fmt.Sprint(n)), Name: fmt.Sprint("device ", (n+1)/2)}
		list[n] = &certs[n]
	}
	markShared(list, true)
	for n, c := range list {
		if alone := n == 0 || n == len(list)-1; c.Shared == alone {
			t.Fatalf("%d, %s: shared is %v", n, c.Name, c.Shared)
		}
	}
}

// What has the name of another, or was replaced, says so wherever it is read.
func TestSharedNames(t *testing.T) {
	d := newDesk(t)
	root := d.mustIssue(t, "", named(pki.Authority, "Root"))
	one := d.mustIssue(t, root.ID, named(pki.Client, "alice"))
	bob := d.mustIssue(t, root.ID, named(pki.Client, "bob"))
	if c := d.mustGet(t, one.ID); c.Shared || c.ReplacedSerial != "" {
		t.Errorf("alone: %+v", c)
	}
	two := d.mustRenew(t, Renewal{ID: one.ID, Key: KeyKept})
	check := func(when string, shared bool) {
		t.Helper()
		list, err := d.Certificates(Filter{})
		if err != nil || len(list) != 3 {
			t.Fatalf("%d certificates, %v", len(list), err)
		}
		for _, c := range append(list, d.mustGet(t, one.ID), d.mustGet(t, root.ID)) {
			if want := shared && c.Name == "alice"; c.Shared != want {
				t.Errorf("%s: %s is shared: %v", when, c.Name, c.Shared)
			}
			want := ""
			if c.ID == one.ID {
				want = two.Serial
			}
			if c.ReplacedSerial != want {
				t.Errorf("%s: %s is replaced by %q, want %q", when, c.ID, c.ReplacedSerial, want)
			}
		}
	}
	check("renewed", true)
	d.forget()
	check("read again", true)
	d.mustDelete(t, false, bob.ID)
	d.mustIssue(t, root.ID, named(pki.Client, "Carol"))
	check("one more", true)
}
