package storage

import "io"

func inspect(r io.ReaderAt, size int64, salvage bool) error { return nil }
