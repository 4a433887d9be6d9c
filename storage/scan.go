package storage

// batchSize is how many records are decoded under one guard.
const batchSize = 256

// scanner goes through a bucket in batches, each under guard, so that callers' code
// can run between them and outside of the guard.
type scanner struct {
	t      *Tx
	name   string
	next   kvScan
	newest bool // from the last key down
	done   bool
}

func (t *Tx) scan(bucket string) *scanner { return &scanner{t: t, name: bucket} }

// batch gives each the next records; key and value lie in the mapping.
func (s *scanner) batch(each func(record, value []byte) error) error {
	return guard(s.name, func() error {
		for range batchSize {
			record, value, err := s.step()
			if err != nil {
				return err
			}
			if record == nil {
				s.done = true
				return nil
			}
			if value == nil {
				return damage(s.name, record, "not a record")
			}
			if err := each(record, value); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *scanner) step() (record, value []byte, err error) {
	if s.next == nil {
		b, err := s.t.bucket(s.name)
		if err == errNoBucket {
			return nil, nil, nil
		}
		if err != nil {
			return nil, nil, err
		}
		s.next = b.scan(s.newest)
	}
	record, value = s.next()
	return record, value, nil
}

// all runs each over the whole bucket, all of it under guard.
func (s *scanner) all(each func(record, value []byte) error) error {
	for !s.done {
		if err := s.batch(each); err != nil {
			return err
		}
	}
	return nil
}
