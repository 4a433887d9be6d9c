package desk

import (
	"context"
	"fmt"

	"countersign/testclient"
)

// Vaultless is the lab without a vault: what it tries is all in files, nothing
// is written down of it, and nothing is made.
type Vaultless struct{ opt Options }

// WithoutVault gives the lab to whom names nothing of a vault.
func WithoutVault(o Options) Vaultless { return Vaultless{o.filled()} }

// ofVault is what of a try only a vault has.
func (t Try) ofVault() error {
	for _, id := range append([]ID{t.CertificateID}, t.TrustIDs...) {
		if id != "" {
			return &NotFoundError{What: "certificate", Name: string(id)}
		}
	}
	return nil
}

// Connect tries a connection, as Desk.Connect does. Errors: *NotFoundError for
// what is named of a vault, *PathError, *LacksError, those of pki.Decode.
func (v Vaultless) Connect(ctx context.Context, t Try, observe func(testclient.Step)) (testclient.Result, error) {
	if err := t.ofVault(); err != nil {
		return testclient.Result{}, err
	}
	try, err := t.ofFiles(nil, v.opt.Now)
	if err != nil {
		return testclient.Result{}, err
	}
	return t.logged(try, func(try testclient.Try) testclient.Result { return testclient.Run(ctx, try, observe) })
}

// Remedies are those that need nothing of a vault.
func (v Vaultless) Remedies(t Try, r testclient.Result) (Remedies, error) {
	if r.Diagnosis == nil {
		return Remedies{}, nil
	}
	l := &remedyFinder{try: t, result: r, diagnosis: r.Diagnosis, now: v.opt.Now()}
	l.look()
	var found Remedies
	for _, remedy := range l.found.List {
		switch remedy.Code {
		case RemedyScheme, RemedyVersions, RemedyLowest, RemedyConnect:
			found.List = append(found.List, remedy)
		}
	}
	return found, nil
}

// Mend gives the try to make again; of its Remedies there is none that makes
// anything.
func (v Vaultless) Mend(_ context.Context, t Try, r testclient.Result, remedy Remedy) (Mended, error) {
	t.change(r, remedy)
	return Mended{Try: t}, nil
}

// Snippet writes a try down for another program, as Desk.Snippet does.
func (v Vaultless) Snippet(t Try, kind SnippetKind) (Snippet, error) {
	if err := t.ofVault(); err != nil {
		return Snippet{}, err
	}
	return writeSnippet(nil, t, kind)
}

// Enforce makes the trials at a server, as Desk.Enforce does; those that the
// authority of the certificate signs, and those of other authorities, are for
// whom has a vault.
func (v Vaultless) Enforce(ctx context.Context, e Enforce, observe func(testclient.TrialResult)) (Enforced, error) {
	fail := func(err error) (Enforced, error) { return Enforced{}, fmt.Errorf("try who is let in: %w", err) }
	if err := e.lacks(); err != nil {
		return fail(err)
	}
	if err := e.ofVault(); err != nil {
		return fail(err)
	}
	base, err := e.ofFiles(nil, v.opt.Now)
	if err != nil {
		return fail(err)
	}
	answer, err := e.make(ctx, base, testclient.Forgery{}, v.opt, observe)
	if err != nil {
		return fail(err)
	}
	c := ofFile(base.Certificate.Leaf)
	answer.Certificate, answer.Issuer = c.Name, c.Issuer
	return answer, nil
}
