package ui

import (
	"testing"
	"time"
)

// queue is an executor whose work and updates run on the test's goroutine,
// one after another, and whose clock the test moves.
type queue struct {
	t      *testing.T
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

func (q *queue) Go(work func())   { q.todo = append(q.todo, work) }
func (q *queue) UI(update func()) { q.todo = append(q.todo, update) }

func (q *queue) After(wait time.Duration, update func()) func() {
	tm := &timer{at: q.now + wait, do: update}
	q.timers = append(q.timers, tm)
	return func() { tm.done = true }
}

// drain runs everything that waits, and what that brings.
func (q *queue) drain() {
	q.t.Helper()
	for n := 0; len(q.todo) > 0; n++ {
		if n > 10000 {
			q.t.Fatal("the work never ends")
		}
		next := q.todo[0]
		q.todo = q.todo[1:]
		next()
	}
}

// pass moves the clock on, and runs the timers that come due in order.
func (q *queue) pass(d time.Duration) {
	q.t.Helper()
	end := q.now + d
	for {
		q.drain()
		var next *timer
		for _, tm := range q.timers {
			if !tm.done && tm.at <= end && (next == nil || tm.at < next.at) {
				next = tm
			}
		}
		if next == nil {
			break
		}
		q.now, next.done = next.at, true
		next.do()
	}
	q.now = end
}
