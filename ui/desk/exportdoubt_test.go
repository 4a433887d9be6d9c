package desk

import (
	"strings"
	"testing"
	"time"

	"countersign/pki"
)

// TestExportDoubts: what is revoked, on hold or expired serves nobody, nor a
// certificate of another kind than the target takes.
func TestExportDoubts(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	nginx, _ := TargetOf("nginx")
	for _, tc := range []struct {
		name string
		c    Certificate
		t    Target
		want string
	}{
		{"a server", Certificate{Kind: pki.Server, NotAfter: now.AddDate(0, 1, 0)}, nginx, ""},
		{"a client", Certificate{Kind: pki.Client, NotAfter: now.AddDate(0, 1, 0)}, nginx, "kind"},
		{"a client, by hand", Certificate{Kind: pki.Client, NotAfter: now.AddDate(0, 1, 0)}, Target{}, ""},
		{"revoked", Certificate{Kind: pki.Server, Revoked: true, NotAfter: now.AddDate(0, 1, 0)}, nginx, "revoked"},
		{"on hold", Certificate{Kind: pki.Server, Revoked: true, OnHold: true, NotAfter: now.AddDate(0, 1, 0)}, nginx, "hold"},
		{"expired and revoked", Certificate{Kind: pki.Server, Revoked: true, NotAfter: now.AddDate(0, -1, 0)}, Target{}, "revoked expired"},
	} {
		if got := strings.Join(tc.c.ExportDoubts(tc.t, now), " "); got != tc.want {
			t.Errorf("%s: %q, want %q", tc.name, got, tc.want)
		}
	}
}
