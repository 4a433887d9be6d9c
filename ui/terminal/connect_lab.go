package terminal

import (
	"context"
	"errors"
	"os"

	"countersign/testclient"
	"countersign/ui/desk"
)

// lab is what tries are made with.
type lab struct {
	labVerbs
	desk *desk.Desk // nil when nothing of a vault is needed
}

// labVerbs are the verbs of desk.Desk and desk.Vaultless.
type labVerbs interface {
	Connect(ctx context.Context, t desk.Try, observe func(testclient.Step)) (testclient.Result, error)
	Remedies(t desk.Try, r testclient.Result) (desk.Remedies, error)
	Mend(ctx context.Context, t desk.Try, r testclient.Result, remedy desk.Remedy) (desk.Mended, error)
	Snippet(t desk.Try, kind desk.SnippetKind) (desk.Snippet, error)
	Enforce(ctx context.Context, e desk.Enforce, observe func(testclient.TrialResult)) (desk.Enforced, error)
}

// openLab is the lab with a vault.
func openLab(d *desk.Desk) lab { return lab{d, d} }

// withLab runs a deed of the lab. When something of the vault is named, it is
// opened as ever; when all is in files, it is not looked for. Else it is opened
// where that takes no asking, for what it can say of a failure.
func (s *session) withLab(ctx context.Context, named, files bool, deed func(lab) error) error {
	if named || s.vault != "" || s.passphraseFile != "" {
		return s.withDesk(ctx, func(d *desk.Desk) error { return deed(openLab(d)) })
	}
	if !files {
		if d := s.openSilently(ctx); d != nil {
			return errors.Join(deed(openLab(d)), d.Close())
		}
	}
	return deed(lab{desk.WithoutVault(s.Desk), nil})
}

// openSilently opens the vault as far as nobody has to be asked; nil when it is
// not there, is open elsewhere, or wants a passphrase that was not given.
func (s *session) openSilently(ctx context.Context) *desk.Desk {
	path, err := s.path()
	if err != nil {
		return nil
	}
	d, err := desk.Open(path, s.Desk)
	if err != nil {
		return nil
	}
	if d.Locked() {
		pass, err := s.givenPassphrase()
		if err == nil && pass != nil {
			err = d.Unlock(ctx, pass)
			clear(pass)
		}
		if err != nil || d.Locked() {
			d.Close()
			return nil
		}
	}
	return d
}

// ofVault tells whether something of the vault is named, or kept in it. What
// mends a try is looked for in the vault that there is.
func (f *connectFlags) ofVault(s *session) bool {
	if f.mend != "" {
		if path, err := s.path(); err == nil {
			if _, err := os.Lstat(path); err == nil {
				return true
			}
		}
	}
	return f.cert != "" || len(f.trust) > 0 || f.save != "" || f.both.cert != "" || f.sendChain
}

// ofFiles tells whether what a try needs is in files.
func (f *connectFlags) ofFiles() bool { return len(f.certFiles)+len(f.trustFiles) > 0 }
