//go:build !unix

package storage

import "os"

// mapFile maps nothing here: files are read.
func mapFile(*os.File, int64) (m mapping, free func()) { return nil, nil }
