package testclient

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"countersign/pki/pkitest"
)

// runsEach is how often each cell of the grid is provoked; $COUNTERSIGN_RUNS
// makes it more: the answer must be the same every time.
func runsEach(t *testing.T) int {
	t.Helper()
	typed := os.Getenv("COUNTERSIGN_RUNS")
	if typed == "" {
		return 2
	}
	n, err := strconv.Atoi(typed)
	if err != nil || n < 1 {
		t.Fatalf("COUNTERSIGN_RUNS=%s: a number of runs", typed)
	}
	return n
}

// answered is what a try is to be diagnosed as; its zero value is success.
type answered struct {
	code string
	row  int
	side Side
	step int
}

// failing is a row of the table of symptoms: one way to fail, at each server.
type failing struct {
	name    string
	station string // its name; failings with the same share a server
	like    station
	try     func(x *Try)
	want    answered
	other   map[string]answered // at these servers it is another
	not     map[string]string   // at these servers it cannot be had, and why
	only    uint16              // version; 0: both
}

// TestGrid provokes every row of the table of symptoms at every server that it
// applies to, under TLS 1.2 and 1.3. With COUNTERSIGN_RUNS=100 it prints the
// table with what was counted.
func TestGrid(t *testing.T) {
	g := newGrid(t)
	runs := runsEach(t)
	var table strings.Builder
	for _, f := range g.failings(t) {
		for _, server := range gridServers {
			var counts []string
			for _, v := range versions {
				switch {
				case f.not[server] != "":
					counts = append(counts, "- ("+f.not[server]+")")
				case f.only != 0 && f.only != v:
					counts = append(counts, "-")
				default:
					counts = append(counts, g.repeat(t, f, server, v, runs))
				}
			}
			fmt.Fprintf(&table, "%-38s %-12s %-9s %s\n", f.name, server, counts[0], counts[1])
		}
	}
	t.Logf("runs with the right answer, under TLS 1.2 and TLS 1.3\n%s", table.String())
}

// repeat provokes a failing many times and counts how often the answer is right.
func (g *grid) repeat(t *testing.T, f failing, server string, v uint16, runs int) string {
	t.Helper()
	want := f.want
	if other, differs := f.other[server]; differs {
		want = other
	}
	address := g.at(t, server, f.station, f.like)
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	good := 0
	t.Run(fmt.Sprintf("%s/%s/%s", f.name, server, versionName(v)), func(t *testing.T) {
		for range runs {
			x := Try{URL: "https://localhost:" + port + "/", Address: "127.0.0.1", Certificate: &g.client,
				Roots: pkitest.Pool(g.root.Certificate), TrustNames: []string{"Acme Root"},
				Known: []*x509.Certificate{g.root.Certificate}, MinVersion: v, MaxVersion: v, Timeout: 20 * time.Second}
			if f.try != nil {
				f.try(&x)
			}
			r := Run(t.Context(), x, nil)
			var got answered
			raw := ""
			if d := r.Diagnosis; d != nil {
				got, raw = answered{d.Code, d.Row, d.Side, d.Step}, d.Raw
			}
			if got != want {
				t.Errorf("got %+v (%s), want %+v", got, raw, want)
				continue
			}
			checkStates(t, r)
			good++
		}
	})
	return fmt.Sprintf("%d/%d", good, runs)
}

// TestGridIsWhole: every row that is about a connection is in the grid.
func TestGridIsWhole(t *testing.T) {
	loaded := map[int]string{22: "on loading", 23: "on loading", 24: "on loading"} // tested where files are read
	seen := map[int]bool{}
	for _, f := range newGrid(t).failings(t) {
		seen[f.want.row] = true
		for server := range f.not {
			if f.other[server] != (answered{}) {
				t.Errorf("%s: %s has an answer and a reason for none", f.name, server)
			}
		}
	}
	for row := 1; row <= 25; row++ {
		if seen[row] == (loaded[row] != "") {
			t.Errorf("row %d: in the grid %v, elsewhere %q", row, seen[row], loaded[row])
		}
	}
}

// certOf is one with edits, under the root.
func (g *grid) certOf(t *testing.T, edit func(*x509.Certificate)) *tls.Certificate {
	t.Helper()
	made := pkitest.TLS(pkitest.Leaf(t, g.root, edit))
	return &made
}
