package ui

import (
	"context"
	"testing"
	"time"

	"countersign/pki"
	"countersign/ui/desk"
)

// TestExportDoubts: the page says that what it writes is revoked.
func TestExportDoubts(t *testing.T) {
	b := unlocked(t)
	root := b.certify(pki.Authority, "", "Acme Root", 3650)[0]
	alice := b.certify(pki.Client, root.ID, "alice", 90)[0]
	if box := newExport(b.Window, alice).doubts(); box.Visible() {
		t.Error("a good certificate is in doubt")
	}
	done, err := b.desk.Revoke(context.Background(), []desk.ID{alice.ID}, pki.KeyCompromise, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	e := newExport(b.Window, done.Certificates[0])
	if !e.doubts().Visible() {
		t.Error("nothing says that alice is revoked")
	}
	b.openExport(done.Certificates[0])
	b.picture("export-revoked")
}
