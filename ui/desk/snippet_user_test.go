package desk

import (
	"go/format"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestSnippetsOfUsers: the password of the address is read from the
// environment and stands in no snippet; what is Go is as gofmt writes it.
func TestSnippetsOfUsers(t *testing.T) {
	s := newSnippetStand(t)
	t.Setenv("SERVER_PASSWORD", "it's: SECRET")
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		_, _ = w.Write([]byte("came as " + user + ", " + password))
	}))
	t.Cleanup(server.Close)
	try := Try{URL: "https://o'hara:it's%3A%20SECRET@" + strings.TrimPrefix(server.URL, "https://") + "/", Insecure: true, CertificateID: s.example.Client.ID}
	for _, kind := range SnippetKinds() {
		t.Run(string(kind), func(t *testing.T) {
			needs(t, kind)
			made, err := s.Snippet(try, kind)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(made.Code, "SECRET") || strings.Contains(made.Code, "U0VDUkVU") || strings.Contains(made.Code, "TRUNSRV") {
				t.Errorf("the password is in\n%s", made.Code)
			}
			if clean, err := format.Source([]byte(made.Code)); kind == SnippetGo && (err != nil || string(clean) != made.Code) {
				t.Errorf("not as gofmt writes it: %v\n%s", err, made.Code)
			}
			if out, err := s.run(t, made, s.example.Client.ID); err != nil || !strings.Contains(out, "came as o'hara, it's: SECRET") {
				t.Errorf("%v: the server said %q", err, out)
			}
		})
	}
}
