package testclient

import (
	"crypto/tls"
	"io"
	"net/http"
	"testing"

	"countersign/pki/pkitest"
)

// BenchmarkTry compares a try with the same request by a bare net/http client:
// a new connection, mutual TLS, one request, its body read.
func BenchmarkTry(b *testing.B) {
	p := newPair(b)
	for _, tickets := range []bool{true, false} {
		name := "tickets"
		if !tickets {
			name = "no-tickets"
		}
		url := serve(b, p, func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "Hello, world!\n") }, tickets)
		b.Run(name+"/countersign", func(b *testing.B) {
			x := p.try(url, 0)
			for b.Loop() {
				if r := Run(b.Context(), x, nil); !r.OK() {
					b.Fatalf("%+v", r.Diagnosis)
				}
			}
		})
		b.Run(name+"/bare", func(b *testing.B) {
			for b.Loop() {
				bare(b, p, url)
			}
		})
	}
}

func bare(b *testing.B, p pair, url string) {
	transport := &http.Transport{ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{
		RootCAs: pkitest.Pool(p.root.Certificate), Certificates: []tls.Certificate{*p.client}, Time: clock}}
	defer transport.CloseIdleConnections()
	resp, err := (&http.Client{Transport: transport}).Get(url)
	if err != nil {
		b.Fatal(err)
	}
	defer resp.Body.Close()
	if _, err := io.ReadAll(resp.Body); err != nil || resp.StatusCode != 200 {
		b.Fatalf("%d, %v", resp.StatusCode, err)
	}
}
