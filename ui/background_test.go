package ui

import (
	"slices"
	"sync"
	"testing"
	"time"
)

// queue is an executor whose work and updates run on the test's goroutine,
// one after another, and whose clock the test moves.
//
// Others may add to it from their own goroutines: a local server does.
type queue struct {
	t      *testing.T
	mu     sync.Mutex // of todo
	todo   []func()
	timers []*timer
	now    time.Duration
}

type timer struct {
	at   time.Duration
	do   func()
	done bool
}

func newQueue(t *testing.T) *queue { return &queue{t: t} }

func (q *queue) Go(work func())   { q.put(work) }
func (q *queue) UI(update func()) { q.put(update) }

func (q *queue) put(do func()) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.todo = append(q.todo, do)
}

// take gives what waits longest; nil when nothing does.
func (q *queue) take() func() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.todo) == 0 {
		return nil
	}
	next := q.todo[0]
	q.todo = q.todo[1:]
	return next
}

func (q *queue) After(wait time.Duration, update func()) func() {
	tm := &timer{at: q.now + wait, do: update}
	q.timers = append(q.timers, tm)
	return func() { tm.done = true }
}

// drain runs everything that waits, and what that brings.
func (q *queue) drain() {
	q.t.Helper()
	n := 0
	for next := q.take(); next != nil; next = q.take() {
		if n++; n > 10000 {
			q.t.Fatal("the work never ends")
		}
		next()
	}
}

// until runs what waits, and what others add, until a condition holds.
func (q *queue) until(what string, holds func() bool) {
	q.t.Helper()
	for range 10000 {
		q.drain()
		if holds() {
			return
		}
		time.Sleep(time.Millisecond)
	}
	q.t.Fatal("never came about: " + what)
}

// pass moves the clock on, and runs the timers that come due in order. One that is
// overdue, since a test set the clock itself, runs now: time does not go back.
func (q *queue) pass(d time.Duration) {
	q.t.Helper()
	end := q.now + d
	for {
		q.drain()
		q.timers = slices.DeleteFunc(q.timers, func(tm *timer) bool { return tm.done })
		var next *timer
		for _, tm := range q.timers {
			if tm.at <= end && (next == nil || tm.at < next.at) {
				next = tm
			}
		}
		if next == nil {
			break
		}
		q.now, next.done = max(q.now, next.at), true
		next.do()
	}
	q.now = end
}
