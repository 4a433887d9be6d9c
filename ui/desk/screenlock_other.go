//go:build !linux

package desk

import "context"

// AwaitScreenLock is ErrNoScreenLock: on this system nothing is listened to.
func AwaitScreenLock(context.Context) error { return ErrNoScreenLock }
