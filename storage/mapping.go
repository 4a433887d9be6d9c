package storage

import (
	"io"
	"os"
	"sync/atomic"
)

// mapping is a file in memory. To read it copies; at does not.
type mapping []byte

// ReadAt copies, as io.ReaderAt has it.
func (m mapping) ReadAt(b []byte, at int64) (int, error) {
	if at >= int64(len(m)) {
		return 0, io.EOF
	}
	n := copy(b, m[at:])
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}

// at is size bytes from a place on; nil where the file ends before.
func (m mapping) at(from, size int64) []byte {
	if from < 0 || size < 0 || from > int64(len(m)) || size > int64(len(m))-from {
		return nil
	}
	return m[from : from+size : from+size]
}

// warm has the system bring the file's pages to hand, from the end on, while somebody
// else reads on another core; stop ends that.
func (m mapping) warm() (stop func()) {
	var stopped atomic.Bool
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = guard("", func() error {
			sum := byte(0)
			for at := len(m) - 1; at >= 0 && !stopped.Load(); at -= os.Getpagesize() {
				sum += m[at]
			}
			warmed.Store(uint32(sum))
			return nil
		})
	}()
	return func() {
		stopped.Store(true)
		<-done
	}
}

// warmed keeps the compiler from leaving out what warm reads.
var warmed atomic.Uint32
