package ui

import (
	"context"
	"time"

	"fyne.io/fyne/v2"

	"countersign/ui/desk"
)

// Executor runs work off the window's goroutine and brings results back to
// it. It is the only way to either, so that tests can run both on their own
// goroutine.
type Executor interface {
	Go(work func())                                          // runs work elsewhere
	UI(update func())                                        // runs update on the window's goroutine
	After(wait time.Duration, update func()) (cancel func()) // runs update on the window's goroutine, later
}

// Live is the executor of a real window: goroutines and fyne.Do.
func Live() Executor { return live{} }

type live struct{}

func (live) Go(work func())   { go work() }
func (live) UI(update func()) { fyne.Do(update) }

func (live) After(wait time.Duration, update func()) func() {
	timer := time.AfterFunc(wait, func() { fyne.Do(update) })
	return func() { timer.Stop() }
}

// background runs work off the window's goroutine, with a progress line and a
// cancel at the foot; doing says what is being done ("Making a key…"). When
// work succeeds, done runs on the window's goroutine; when it fails, the error
// is shown; when it was cancelled, or the vault was locked meanwhile, neither.
func (w *Window) background(doing string, work func(ctx context.Context) error, done func()) {
	w.spawn(doing, work, func(err error) {
		switch {
		case err != nil:
			w.failUnlessCancelled(err)
		case done != nil:
			done()
		}
	})
}

// spawn is background for those who look at the error themselves. An empty
// doing shows no progress line. The cancel it returns may be called at any time.
func (w *Window) spawn(doing string, work func(ctx context.Context) error, done func(error)) context.CancelFunc {
	ctx, cancel := context.WithCancel(w.session)
	session := w.session
	job := &job{doing: doing, cancel: cancel}
	w.jobs = append(w.jobs, job)
	w.showJobs()
	w.run.Go(func() {
		err := work(ctx)
		w.run.UI(func() {
			cancelled := ctx.Err() != nil
			cancel()
			w.endJob(job)
			if session.Err() != nil {
				return // locked meanwhile: what came belongs to nobody
			}
			if cancelled && err != nil {
				err = context.Canceled
			}
			w.stir()
			done(err)
		})
	})
	return cancel
}

// spawnOpening opens a vault off the window's goroutine. With an error comes no
// vault: it is closed again, as is one that nobody waits for any more.
func (w *Window) spawnOpening(open func(ctx context.Context) (*desk.Desk, error), done func(*desk.Desk, error)) context.CancelFunc {
	session := w.session
	var opened *desk.Desk
	taken := func() bool { return true }
	return w.spawn("", func(ctx context.Context) error {
		d, err := open(ctx)
		switch {
		case d == nil:
		case err != nil:
			_ = d.Close() // what kept it from opening is said
		default:
			opened = d
			taken = context.AfterFunc(session, func() { _ = d.Close() })
		}
		return err
	}, func(err error) {
		if taken() {
			done(opened, err)
		}
	})
}

// job is one piece of work under way.
type job struct {
	doing  string
	cancel context.CancelFunc
}

func (w *Window) endJob(ended *job) {
	for i, j := range w.jobs {
		if j == ended {
			w.jobs = append(w.jobs[:i:i], w.jobs[i+1:]...)
			break
		}
	}
	w.showJobs()
}

// showJobs puts the newest piece of work that has words at the foot.
func (w *Window) showJobs() {
	if w.frame == nil {
		return
	}
	for i := len(w.jobs) - 1; i >= 0; i-- {
		if j := w.jobs[i]; j.doing != "" {
			w.frame.foot.working(j.doing, j.cancel)
			return
		}
	}
	w.frame.foot.idle()
}
