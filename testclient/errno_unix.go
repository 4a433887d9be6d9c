//go:build !windows

package testclient

import "syscall"

const (
	errnoRefused         = syscall.ECONNREFUSED
	errnoReset           = syscall.ECONNRESET
	errnoBrokenPipe      = syscall.EPIPE
	errnoInUse           = syscall.EADDRINUSE
	errnoNotHere         = syscall.EADDRNOTAVAIL
	errnoHostUnreachable = syscall.EHOSTUNREACH
	errnoNetUnreachable  = syscall.ENETUNREACH
)
