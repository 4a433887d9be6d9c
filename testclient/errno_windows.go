package testclient

import "syscall"

// Winsock's own numbers; package syscall's names of POSIX are invented ones
// there that no call returns.
const (
	errnoRefused         = syscall.Errno(10061) // WSAECONNREFUSED
	errnoReset           = syscall.Errno(10054) // WSAECONNRESET
	errnoBrokenPipe      = syscall.Errno(10053) // WSAECONNABORTED
	errnoInUse           = syscall.Errno(10048) // WSAEADDRINUSE
	errnoNotHere         = syscall.Errno(10049) // WSAEADDRNOTAVAIL
	errnoHostUnreachable = syscall.Errno(10065) // WSAEHOSTUNREACH
	errnoNetUnreachable  = syscall.Errno(10051) // WSAENETUNREACH
)
