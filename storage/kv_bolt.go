package storage

import (
	"bytes"
	"errors"
	"sync"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
)

// boltKV is bbolt as an engine.
type boltKV struct {
	db *bbolt.DB

	mu       sync.Mutex
	watchers map[chan struct{}]bool
}

func newBoltKV(db *bbolt.DB) *boltKV { return &boltKV{db: db, watchers: map[chan struct{}]bool{}} }

func (b *boltKV) begin(writable bool) (kvTx, error) {
	tx, err := b.db.Begin(writable)
	if errors.Is(err, berrors.ErrDatabaseNotOpen) {
		return nil, errEngineClosed
	}
	if err != nil {
		return nil, err
	}
	return &boltTx{tx: tx, kv: b}, nil
}

func (b *boltKV) close() error { return b.db.Close() }

func (b *boltKV) watch() (<-chan struct{}, func()) {
	commits := make(chan struct{}, 1)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.watchers[commits] = true
	return commits, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.watchers, commits)
	}
}

func (b *boltKV) tell() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for w := range b.watchers {
		select {
		case w <- struct{}{}:
		default: // one is waiting there already
		}
	}
}

// boltTx is a transaction of bbolt.
type boltTx struct {
	tx       *bbolt.Tx
	kv       *boltKV
	conflict bool
}

func (t *boltTx) writable() bool { return t.tx.Writable() }

func (t *boltTx) bucket(name string) kvBucket {
	b := t.tx.Bucket([]byte(name))
	if b == nil {
		return nil
	}
	return boltBucket{b}
}

func (t *boltTx) makeBucket(name string) error {
	_, err := t.tx.CreateBucketIfNotExists([]byte(name))
	return boltError(err)
}

// require can look at once: bbolt's file belongs to one process, and to one writer in it.
func (t *boltTx) require(bucket string, key, value []byte) {
	var found []byte
	if b := t.tx.Bucket([]byte(bucket)); b != nil {
		found = b.Get(key)
	}
	if (found == nil) != (value == nil) || !bytes.Equal(found, value) {
		t.conflict = true
	}
}

func (t *boltTx) commit() error {
	if t.conflict {
		return errors.Join(errConflict, t.tx.Rollback())
	}
	if err := t.tx.Commit(); err != nil {
		return boltError(err)
	}
	t.kv.tell()
	return nil
}

func (t *boltTx) rollback() error {
	if t.tx.DB() == nil {
		return nil // it has ended; a commit that failed has rolled back
	}
	return t.tx.Rollback()
}

// boltBucket is a bucket of bbolt.
type boltBucket struct{ b *bbolt.Bucket }

// denseFill is how full pages are left that were written in the order of their keys.
const denseFill = 0.9

func (b boltBucket) get(key []byte) []byte       { return b.b.Get(key) }
func (b boltBucket) put(key, value []byte) error { return boltError(b.b.Put(key, value)) }
func (b boltBucket) delete(key []byte) error     { return boltError(b.b.Delete(key)) }
func (b boltBucket) dense()                      { b.b.FillPercent = denseFill }

func (b boltBucket) scan(backwards bool) kvScan {
	cursor := b.b.Cursor()
	first, next := cursor.First, cursor.Next
	if backwards {
		first, next = cursor.Last, cursor.Prev
	}
	begun := false
	return func() (key, value []byte) {
		if begun {
			return next()
		}
		begun = true
		return first()
	}
}

func boltError(err error) error {
	if errors.Is(err, berrors.ErrTxNotWritable) {
		return errNotWritable
	}
	return err
}
