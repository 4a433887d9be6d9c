//go:build !unix

package desk

// NoCoreDumps does nothing here: the system writes none unless told to.
func NoCoreDumps() {}
