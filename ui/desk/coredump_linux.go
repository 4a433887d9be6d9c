package desk

import "golang.org/x/sys/unix"

// NoCoreDumps keeps a crash from writing the process's memory, keys and all,
// to a file. Linux leaves a limit of 0 to the program that core_pattern pipes
// the dump to, and gives none to it where the limit is 1 octet, for which every
// file is too long, too (fs/coredump.c). A system that refuses is left as it is.
func NoCoreDumps() { _ = unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{Cur: 1, Max: 1}) }
