package testclient

import (
	"bytes"
	"io"
	"net/http"
	"testing"
)

func TestHTTPAnswers(t *testing.T) {
	p := newPair(t)
	big := bytes.Repeat([]byte("0123456789abcdef"), MaxBody/16+1)
	url := serve(t, p, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/big":
			w.Write(big)
		case "/exact":
			w.Write(big[:MaxBody])
		case "/endless":
			for r.Context().Err() == nil {
				w.Write(big)
			}
		case "/moved":
			http.Redirect(w, r, "/new\u202e", http.StatusFound)
		case "/early":
			w.WriteHeader(http.StatusEarlyHints)
			io.WriteString(w, "late")
		case "/cut":
			w.Header().Set("Content-Length", "100")
			io.WriteString(w, "short")
		default:
			http.Error(w, "go away", http.StatusForbidden)
		}
	}, true)
	for _, alpn := range []string{"h2", "http/1.1"} {
		for _, c := range []struct {
			path      string
			status    int
			body      int
			truncated bool
			code      string
			step      int
		}{
			{"/big", 200, MaxBody, true, "", 0},
			{"/exact", 200, MaxBody, false, "", 0},
			{"/endless", 200, MaxBody, true, "", 0},
			{"/moved", 302, 30, false, "", 0},
			{"/early", 200, 4, false, "", 0},
			{"/cut", 200, 5, false, Reset, StepExchange},
			{"/forbidden", 403, 8, false, HTTPStatus, StepAccess},
		} {
			t.Run(alpn+c.path, func(t *testing.T) {
				x := p.try(url+c.path, 0)
				x.ALPN = []string{alpn}
				r := Run(t.Context(), x, nil)
				if r.Status != c.status || len(r.Body) != c.body || r.Truncated != c.truncated {
					t.Errorf("status %d, %d bytes, truncated %v", r.Status, len(r.Body), r.Truncated)
				}
				if r.OK() != (c.code == "") {
					t.Fatalf("%+v", r.Diagnosis)
				}
				if !r.OK() && (r.Diagnosis.Code != c.code || r.Diagnosis.Step != c.step) {
					t.Errorf("%+v", r.Diagnosis)
				}
				checkStates(t, r)
			})
		}
	}
}
