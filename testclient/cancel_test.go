package testclient

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

// TestCancelAnywhere: stopped at any moment a try ends as stopped, with no other
// cause, or had passed; and it ends soon.
func TestCancelAnywhere(t *testing.T) {
	p := newPair(t)
	s := start(t, p.mtls())
	random := rand.New(rand.NewPCG(1, 2))
	for _, v := range versions {
		for _, url := range []string{s.URL() + "/hello", "http://" + raw(t, silent), "tls://" + custom(t, p, nil, mail)} {
			for _, alpn := range []string{"h2", "http/1.1"} {
				if alpn == "http/1.1" && url[:5] != "https" {
					continue // it is of no matter there
				}
				t.Run(fmt.Sprintf("%s/%.4s/%s", versionName(v), url, alpn), func(t *testing.T) {
					x := p.try(url, v)
					x.ALPN, x.Body = []string{alpn}, []byte("hello\n")
					for n := range 4 * runsEach(t) {
						ctx, cancel := context.WithCancel(t.Context())
						after := time.Duration(random.IntN(12000)) * time.Microsecond
						at := n % 8 // 0, 7: by the clock, else when that step has ended
						if at == 0 || at == 7 {
							time.AfterFunc(after, cancel)
						}
						time.AfterFunc(200*time.Millisecond, cancel) // a step that does not come
						r := Run(ctx, x, func(step Step) {
							if step.Number == at {
								cancel()
							}
						})
						cancel()
						if d := r.Diagnosis; d != nil && (d.Code != Cancelled || d.Side != ClientSide || d.Raw == "") {
							t.Fatalf("stopped at step %d or after %v: %+v", at, after, d)
						}
						if r.Total > 3*time.Second {
							t.Fatalf("it took %v", r.Total)
						}
						checkStates(t, r)
					}
				})
			}
		}
	}
}
