package desk

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"strconv"
	"sync"

	"countersign/storage"
	"countersign/testclient"
)

// TriesAtOnce is how many saved tries are run at the same time.
const TriesAtOnce = 16

// TryRun is how one saved try went.
type TryRun struct {
	Saved    SavedTry // with this as its last result
	Result   testclient.Result
	Err      error // why it could not begin: ErrNoKey, *NotFoundError; nil when it did
	BrokeNow bool  // it passed when it was tried before
}

// Passed tells whether all went well.
func (r TryRun) Passed() bool { return r.Err == nil && r.Result.OK() }

// RunTry tries a saved try and keeps how it went. Errors: *NotFoundError when
// there is none, the vault's; what keeps it from beginning is in the TryRun.
func (d *Desk) RunTry(ctx context.Context, id ID, observe func(testclient.Step)) (TryRun, error) {
	runs, err := d.runTries(ctx, []ID{id}, observe, nil)
	if len(runs) == 0 {
		return TryRun{}, err
	}
	return runs[0], err
}

// RunTries tries saved tries, at most TriesAtOnce at a time, and keeps how they
// went. progress, which may be nil, is called as each ends, one call at a time.
// When ctx ends, those under way are stopped and the others not begun; neither
// counts, and the runs that ended are returned with ctx's error. The runs are
// in the order of ids.
func (d *Desk) RunTries(ctx context.Context, ids []ID, progress func(TryRun)) ([]TryRun, error) {
	return d.runTries(ctx, ids, nil, progress)
}

func (d *Desk) runTries(ctx context.Context, ids []ID, observe func(testclient.Step), progress func(TryRun)) ([]TryRun, error) {
	known, err := d.known()
	if err != nil {
		return nil, err
	}
	targets, err := d.targets(ids)
	if err != nil {
		return nil, err
	}
	runs := make([]TryRun, len(ids))
	ended := make([]bool, len(ids))
	var mu sync.Mutex // of progress
	var wait sync.WaitGroup
	free := make(chan struct{}, TriesAtOnce)
	for n := range ids {
		select {
		case free <- struct{}{}:
		case <-ctx.Done():
			continue
		}
		wait.Go(func() {
			defer func() { <-free }()
			runs[n] = d.runOne(ctx, &targets[n], known, observe)
			if stopped := ctx.Err() != nil && !runs[n].Passed(); stopped {
				return // it was stopped: that says nothing of it
			}
			ended[n] = true
			if progress != nil {
				mu.Lock()
				defer mu.Unlock()
				progress(runs[n])
			}
		})
	}
	wait.Wait()
	return d.keepRuns(ctx, targets, runs, ended)
}

// targets reads saved tries.
func (d *Desk) targets(ids []ID) ([]storage.Target, error) {
	targets := make([]storage.Target, len(ids))
	err := d.vault.View(func(tx *storage.Tx) error {
		for n, id := range ids {
			var err error
			if targets[n], err = tx.Target(storage.ID(id)); errors.Is(err, storage.ErrNoRecord) {
				return &NotFoundError{What: "try", Name: string(id)}
			} else if err != nil {
				return err
			}
		}
		return nil
	})
	return targets, err
}

func (d *Desk) runOne(ctx context.Context, target *storage.Target, known []*x509.Certificate, observe func(testclient.Step)) TryRun {
	before := fromTarget(*target)
	var run TryRun
	t, err := d.TryOf(ID(target.ID))
	if err == nil {
		var try testclient.Try
		if try, err = d.prepareTry(t, known); err == nil {
			run.Result = d.run(ctx, try, observe)
		}
	}
	run.Err = err
	wentWell(target, d.Now(), run.Result, err)
	run.Saved = fromTarget(*target)
	run.BrokeNow = before.Passed() && run.Saved.Broke()
	return run
}

// keepRuns writes down what ended, all at once.
func (d *Desk) keepRuns(ctx context.Context, targets []storage.Target, runs []TryRun, ended []bool) ([]TryRun, error) {
	var done []TryRun
	passed := 0
	for n, run := range runs {
		if ended[n] {
			done = append(done, run)
		}
		if ended[n] && run.Passed() {
			passed++
		}
	}
	if len(done) == 0 || d.ReadOnly() {
		return done, ctx.Err()
	}
	err := d.vault.Update(func(tx *storage.Tx) error {
		for n, target := range targets {
			if !ended[n] {
				continue
			}
			// It may have been changed or deleted meanwhile: only the result is new.
			now, err := tx.Target(target.ID)
			if errors.Is(err, storage.ErrNoRecord) {
				continue
			}
			if err != nil {
				return err
			}
			now.LastAt, now.LastResult, now.LastStatus, now.LastMS, now.PassedAt =
				target.LastAt, target.LastResult, target.LastStatus, target.LastMS, target.PassedAt
			if err := tx.PutTarget(now); err != nil {
				return err
			}
		}
		return tx.AppendEvent(d.runsEvent(done, passed))
	})
	if err != nil {
		return done, fmt.Errorf("keep results: %w", err)
	}
	return done, ctx.Err()
}

// runsEvent is what the activity says: one try as any other, several by their
// numbers.
func (d *Desk) runsEvent(done []TryRun, passed int) storage.Event {
	if len(done) == 1 {
		s := done[0].Saved
		return tryEvent(d.Now(), s.CertificateID, s.URL, s.Code, s.Status)
	}
	return storage.Event{At: d.Now(), Verb: "tries", Detail: map[string]string{
		"count": strconv.Itoa(len(done)), "passed": strconv.Itoa(passed)}}
}
