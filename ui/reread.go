package ui

import "context"

// reread reads something of the vault again, off the window's goroutine, and
// gives it to show. turn counts the questions of a place: an answer that comes
// after a newer question, or after a place that was left has counted on, is
// dropped.
func reread[T any](w *Window, turn *int, read func() (T, error), show func(T)) {
	*turn++
	mine := *turn
	var found T
	w.spawn("", func(context.Context) error {
		var err error
		found, err = read()
		return err
	}, func(err error) {
		switch {
		case mine != *turn:
		case err != nil:
			w.fail(err)
		default:
			show(found)
		}
	})
}
