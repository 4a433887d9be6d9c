package desk

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"countersign/pki"
	"countersign/pki/pkitest"
	"countersign/testclient"
)

// jsonFile writes an array of JSON of so many megabytes.
func jsonFile(t *testing.T, megabytes int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "body.json")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	item := append(bytes.Repeat([]byte(" "), 1<<20-2), '1', ',')
	io.WriteString(f, "[")
	for range megabytes {
		if _, err := f.Write(item); err != nil {
			t.Fatal(err)
		}
	}
	io.WriteString(f, "1]")
	return path
}

// peak is the most that the heap holds while work runs, above what it held.
func peak(work func()) uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	before, most := m.HeapAlloc, uint64(0)
	var done atomic.Bool
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for !done.Load() {
			var now runtime.MemStats
			runtime.ReadMemStats(&now)
			most = max(most, now.HeapAlloc)
			time.Sleep(2 * time.Millisecond)
		}
	}()
	work()
	done.Store(true)
	<-ended
	return max(most, before) - before
}

// TestLargeBody: a file of JSON is sent without being held in memory, over
// either version of HTTP and without any.
func TestLargeBody(t *testing.T) {
	const megabytes = 64
	f := newInfirmary(t)
	body := jsonFile(t, megabytes)
	cert, key := pkitest.Server(t, f.root(t))
	got := make(chan int64, 1)
	url := away(t, pkitest.TLS(cert, key), func(w http.ResponseWriter, r *http.Request) {
		n, _ := io.Copy(io.Discard, r.Body)
		fmt.Fprintf(w, "%s %d", r.Proto, n)
		got <- n
	})
	for _, alpn := range []string{"h2", "http/1.1"} {
		var r testclient.Result
		most := peak(func() {
			var err error
			r, err = f.Connect(t.Context(), Try{URL: url, TrustIDs: []ID{f.made.Authority.ID}, Method: "POST", BodyFile: body, ALPN: []string{alpn},
				Header: http.Header{"Content-Type": {"application/json"}}, Timeout: time.Minute}, nil)
			if err != nil {
				t.Fatal(err)
			}
		})
		if n := <-got; !r.OK() || n != megabytes<<20+3 || !strings.HasSuffix(string(r.Body), fmt.Sprint(n)) {
			t.Errorf("%s: %+v, %q", alpn, r.Diagnosis, r.Body)
		}
		t.Logf("%s: %d MB, at most %.1f MB of heap", alpn, megabytes, float64(most)/(1<<20))
		if most > megabytes<<20/4 {
			t.Errorf("%s: %d bytes of heap", alpn, most)
		}
	}
}

// root is the example's authority with its key.
func (f *infirmary) root(t *testing.T) pki.Issuer {
	t.Helper()
	detail, err := f.Detail(f.made.Authority.ID)
	if err != nil {
		t.Fatal(err)
	}
	key, err := f.key(f.made.Authority)
	if err != nil {
		t.Fatal(err)
	}
	return pki.Issuer{Certificate: detail.X509, Key: key}
}
