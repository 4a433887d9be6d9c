package storage

import (
	"fmt"
	"runtime/debug"
)

// guard runs f so that what a damaged file does to bbolt, a failed assertion or a
// fault in the mapping, becomes a *DamageError. The functions that callers pass in run
// outside of it: their own faults stay theirs.
func guard(bucket string, f func() error) (err error) {
	old := debug.SetPanicOnFault(true)
	defer debug.SetPanicOnFault(old)
	defer func() {
		if r := recover(); r != nil {
			err = &DamageError{Bucket: bucket, Reason: fmt.Sprint(r)}
		}
	}()
	return f()
}
