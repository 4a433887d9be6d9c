//go:build unix && !linux

package desk

import "golang.org/x/sys/unix"

// NoCoreDumps keeps a crash from writing the process's memory, keys and all,
// to a file. A system that refuses is left as it is.
func NoCoreDumps() { _ = unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}) }
