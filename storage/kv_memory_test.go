package storage

import (
	"maps"
	"slices"
	"sync"
)

// memoryKV is a second engine, so that testKV is seen to hold others than bbolt to it.
type memoryKV struct {
	writer sync.Mutex

	mu       sync.Mutex
	records  map[string]map[string]string // never changed in place
	watchers []chan struct{}
	closed   bool
}

type memoryTx struct {
	kv      *memoryKV
	write   bool
	ended   bool
	wanted  []func() bool
	records map[string]map[string]string
}

func (m *memoryKV) begin(writable bool) (kvTx, error) {
	if writable {
		m.writer.Lock()
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		if writable {
			m.writer.Unlock()
		}
		return nil, errEngineClosed
	}
	records := m.records
	if writable {
		records = maps.Clone(records)
		for name := range records {
			records[name] = maps.Clone(records[name])
		}
	}
	return &memoryTx{kv: m, write: writable, records: records}, nil
}

func (m *memoryKV) close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed = true
	return nil
}

func (m *memoryKV) watch() (<-chan struct{}, func()) {
	c := make(chan struct{}, 1)
	m.watchers = append(m.watchers, c)
	return c, func() { m.watchers = slices.DeleteFunc(m.watchers, func(w chan struct{}) bool { return w == c }) }
}

func (t *memoryTx) writable() bool { return t.write }

func (t *memoryTx) bucket(name string) kvBucket {
	if t.records[name] == nil {
		return nil
	}
	return memoryBucket{t, name}
}

func (t *memoryTx) makeBucket(name string) error {
	switch {
	case !t.write:
		return errNotWritable
	case t.records[name] == nil:
		t.records[name] = map[string]string{}
	}
	return nil
}

func (t *memoryTx) require(bucket string, key, value []byte) {
	found, ok := t.kv.records[bucket][string(key)]
	t.wanted = append(t.wanted, func() bool { return ok == (value != nil) && found == string(value) })
}

func (t *memoryTx) commit() error {
	for _, holds := range t.wanted {
		if !holds() {
			_ = t.rollback()
			return errConflict
		}
	}
	t.kv.mu.Lock()
	t.kv.records = t.records
	t.kv.mu.Unlock()
	for _, w := range t.kv.watchers {
		select {
		case w <- struct{}{}:
		default:
		}
	}
	return t.rollback()
}

func (t *memoryTx) rollback() error {
	if t.write && !t.ended {
		t.kv.writer.Unlock()
	}
	t.ended = true
	return nil
}

type memoryBucket struct {
	t    *memoryTx
	name string
}

func (b memoryBucket) get(key []byte) []byte {
	value, ok := b.t.records[b.name][string(key)]
	if !ok {
		return nil
	}
	return append([]byte{}, value...)
}

func (b memoryBucket) put(key, value []byte) error {
	if !b.t.write {
		return errNotWritable
	}
	b.t.records[b.name][string(key)] = string(value)
	return nil
}

func (b memoryBucket) delete(key []byte) error {
	if !b.t.write {
		return errNotWritable
	}
	delete(b.t.records[b.name], string(key))
	return nil
}

func (b memoryBucket) dense() {}

func (b memoryBucket) scan(backwards bool) kvScan {
	keys := slices.Sorted(maps.Keys(b.t.records[b.name]))
	if backwards {
		slices.Reverse(keys)
	}
	return func() (key, value []byte) {
		if len(keys) == 0 {
			return nil, nil
		}
		k := keys[0]
		keys = keys[1:]
		return []byte(k), b.get([]byte(k))
	}
}
