package storage

import "errors"

// Errors of an engine, beside its own.
var (
	// errConflict: at the end of a transaction a key was not what it required.
	errConflict = errors.New("the vault was changed by another program meanwhile")
	// errEngineClosed: the engine was closed.
	errEngineClosed = errors.New("the engine is closed")
	// errNotWritable: a write within a transaction that reads.
	errNotWritable = errors.New("the transaction only reads")
)

// kv is all that a vault asks of the engine that keeps its records: keys and values of
// octets, in named buckets, in the order of their keys' octets. bbolt is the one that
// there is (kv_bolt.go). testKV holds what another one would have to keep.
type kv interface {
	// begin starts a transaction. One that reads sees the records as they were at that
	// moment; of those that write there is one at a time. Errors: errEngineClosed.
	begin(writable bool) (kvTx, error)
	// watch gives a channel that holds a value after a commit, one for several when
	// nobody took the first, until stop is called.
	watch() (commits <-chan struct{}, stop func())
	// close waits for the transactions that run, and gives the file back.
	close() error
}

// kvTx is a transaction: a batch that is kept whole or not at all. It is for one
// goroutine. All octets that it gives are good until it ends, and not to be changed.
type kvTx interface {
	writable() bool
	// bucket is nil where there is none of the name.
	bucket(name string) kvBucket
	// makeBucket makes a bucket unless there is one. Errors: errNotWritable.
	makeBucket(name string) error
	// require makes commit fail with errConflict, and keep nothing, unless the key has
	// this value by then, nil for none, as this transaction found it.
	require(bucket string, key, value []byte)
	// commit keeps everything on the disk, or nothing. The transaction ends.
	commit() error
	// rollback ends the transaction; after a commit it does nothing.
	rollback() error
}

// kvBucket is the records of one name.
type kvBucket interface {
	get(key []byte) []byte // nil: there is none
	put(key, value []byte) error
	delete(key []byte) error
	// scan goes through the records from the first, or the last, key on. Nothing may be
	// written to the bucket meanwhile.
	scan(backwards bool) kvScan
	// dense says that what is put next comes in the order of its keys.
	dense()
}

// kvScan gives the next record, nil for none.
type kvScan func() (key, value []byte)
