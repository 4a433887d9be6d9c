package desk

import "errors"

// ErrNoScreenLock: nothing here tells when the screen is locked.
var ErrNoScreenLock = errors.New("the system does not tell when the screen is locked")
