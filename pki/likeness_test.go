package pki_test

import (
	"testing"

	"countersign/pki"
)

// What is issued is like its request, and unlike every other one.
func TestLikeness(t *testing.T) {
	issuer := newRoot(t, pki.P256, "Test Root")
	ask := map[string]pki.Request{}
	put := func(name string, kind pki.Kind, common, sans string, edit func(*pki.Request)) {
		r := request(t, kind, common, "")
		r.Names = names(t, sans)
		if edit != nil {
			edit(&r)
		}
		ask[name] = r
	}
	put("client", pki.Client, "alice", "", nil)
	put("with mail", pki.Client, "alice", "alice@example.com", nil)
	put("of another case", pki.Client, "Alice", "", nil)
	put("with a unit", pki.Client, "alice", "", func(r *pki.Request) { r.Subject.OrganizationalUnit = "Sales" })
	put("RSA", pki.Client, "alice", "", func(r *pki.Request) { r.Key = pki.RSA2048 })
	put("signs code", pki.Client, "alice", "", func(r *pki.Request) { r.ExtKeyUsage = []string{"codeSigning", "1.2.3.4"} })
	put("server named by its names", pki.Server, "", "Bücher.example 10.0.0.7 ::1", nil)
	put("server", pki.Server, "alice", "alice.example", nil)
	put("both", pki.Both, "alice", "alice.example", nil)
	put("URI", pki.Client, "alice", "spiffe://example.com/a", nil)
	for name, r := range ask {
		c, _ := mustIssue(t, issuer, r)
		of := pki.LikenessOf(c)
		for other, r := range ask {
			l, ok := r.Likeness(issuer.Certificate)
			if same := l == of; !ok || same != (name == other) {
				t.Errorf("%s is like %s: %v, %v", name, other, same, ok)
			}
		}
	}
	r := ask["server named by its names"]
	l, _ := r.Likeness(issuer.Certificate)
	r.Names = []pki.Name{r.Names[2], r.Names[0], r.Names[1], r.Names[0]}
	r.Subject.CommonName = r.Names[1].Value
	if again, _ := r.Likeness(issuer.Certificate); again != l {
		t.Error("the order of names counts")
	}
}
