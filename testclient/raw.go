package testclient

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strconv"
	"time"
)

// Waits of a try at a server that speaks no HTTP, whose end nobody can know.
const (
	// rawGreeting is how long a server may take to speak first.
	rawGreeting = 300 * time.Millisecond
	// rawQuiet is the silence after which nothing more is waited for.
	rawQuiet = time.Second
	// rawTurn is the silence after an answer that lets the next line go.
	rawTurn = 100 * time.Millisecond
)

// What a server without HTTP did, the fact answer of step 6.
const (
	answerBytes  = "bytes"
	answerSilent = "silent"
)

// converse is steps 6 and 7 where the URL says tls://: the lines of the body
// are sent as they are, each when the server has answered the one before or is
// quiet, and what it says is kept. A body from a file is sent in one go.
func (a *attempt) converse(ctx context.Context, l *line) *Diagnosis {
	defer func() {
		l.Conn.Close()
		<-l.first
	}()
	turns, sent := a.rawTurns()
	err := a.hear(ctx, l, rawGreeting)
	for turn := range turns {
		if err != nil {
			break
		}
		if _, err = l.Write(turn); err == nil {
			err = a.hear(ctx, l, rawQuiet)
		}
	}
	if err == nil && sent != nil {
		err = a.stream(ctx, l, sent)
	}
	return a.heard(ctx, l, err)
}

// rawTurns are the lines of a typed body, each ending in CRLF, or what opens
// the file of another.
func (a *attempt) rawTurns() (turns func(func([]byte) bool), sent func() (io.ReadCloser, error)) {
	if a.try.OpenBody != nil {
		return slices.Values([][]byte(nil)), a.try.OpenBody
	}
	var list [][]byte
	for line := range bytes.Lines(a.try.Body) {
		list = append(list, append(bytes.TrimRight(line, "\r\n"), '\r', '\n'))
	}
	return slices.Values(list), nil
}

// stream sends a file while it hears.
func (a *attempt) stream(ctx context.Context, l *line, open func() (io.ReadCloser, error)) error {
	f, err := open()
	if err != nil {
		return err
	}
	defer f.Close()
	written := make(chan error, 1)
	go func() {
		_, err := io.Copy(l, f)
		written <- err
	}()
	for {
		err := a.hear(ctx, l, rawQuiet)
		select {
		case sent := <-written:
			if err == nil {
				err = sent
			}
			if err != nil {
				return err
			}
			return a.hear(ctx, l, rawQuiet)
		default:
		}
		if err != nil {
			l.Conn.Close() // wakes the writer
			<-written
			return err
		}
	}
}

// hear keeps what the server says until it is quiet: for the time given when it
// has not spoken, else for a turn. That it is quiet is no error.
func (a *attempt) hear(ctx context.Context, l *line, wait time.Duration) error {
	r := &a.result
	buf := make([]byte, 16<<10)
	for {
		l.SetReadDeadline(time.Now().Add(wait))
		n, err := l.Read(buf)
		if room := MaxBody - len(r.Body); n > room {
			r.Truncated = true
			n = max(0, room)
		}
		r.Body = append(r.Body, buf[:n]...)
		switch {
		case r.Truncated:
			return io.EOF // enough
		case err != nil && ctx.Err() != nil:
			return ctx.Err()
		case isTimeout(err):
			return nil
		case err != nil:
			return err
		}
		wait = rawTurn
	}
}

// heard says what became of it: only silence and an end after an answer are
// good.
func (a *attempt) heard(ctx context.Context, l *line, err error) *Diagnosis {
	r := &a.result
	if err != nil && !r.Truncated && (!errors.Is(err, io.EOF) || len(r.Body) == 0) {
		if len(r.Body) > 0 {
			a.end(StepAccess, Done)
		}
		return a.answerFailure(ctx, l, err)
	}
	f := a.facts(StepAccess)
	f["answer"] = answerBytes
	if len(r.Body) == 0 {
		f["answer"] = answerSilent
	}
	a.end(StepAccess, Done)
	f = a.facts(StepExchange)
	f["body-bytes"], f["truncated"] = strconv.Itoa(len(r.Body)), yesNo(r.Truncated)
	a.end(StepExchange, Done)
	return nil
}
