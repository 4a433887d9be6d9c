package desk

import (
	"slices"
	"sort"

	"countersign/storage"
)

// shelf is what was read of the vault's certificates: 100,000 of them take
// about 100 MiB. Its slices, and the certificates, are never changed once they
// are there, for readers hold them; they are replaced. The map is for who has
// Desk.mu, which guards the fields.
type shelf struct {
	cache  []*Certificate        // by name, the newest first among equals; nil: to be read again
	fresh  []*Certificate        // made since, not yet among cache
	texts  []searched            // of cache, place by place; nil: nobody searched yet
	place  map[ID]*Certificate   // all, fresh ones too; nil: nobody asked yet
	orders map[listOrder][]int32 // places of cache in other orders
	found  found                 // by the last search
	counts *counted              // nil: to be counted again
}

// set takes a list of others than before.
func (m *shelf) set(list []*Certificate) { *m = shelf{cache: list} }

// change takes a list of the same certificates, each in its place.
func (m *shelf) change(list []*Certificate) {
	for n, c := range list {
		if m.place != nil && c != m.cache[n] {
			m.place[c.ID] = c
		}
	}
	m.cache, m.counts, m.orders = list, nil, nil
}

// add notes what was made; merge puts it in its place.
func (m *shelf) add(made []Certificate) {
	for _, c := range made {
		m.fresh = append(m.fresh, &c)
		if m.place != nil {
			m.place[c.ID] = &c
		}
		m.counts.add(&c)
	}
}

// merge puts what was made since into its place.
func (m *shelf) merge() {
	if len(m.fresh) == 0 {
		return
	}
	fresh := slices.Clone(m.fresh)
	slices.SortFunc(fresh, order)
	list := make([]*Certificate, 0, len(m.cache)+len(fresh))
	var texts []searched
	if m.texts != nil {
		texts = make([]searched, 0, cap(list))
	}
	from := 0
	var at []int32 // before which places of cache fresh ones come
	take := func(to int) {
		list = append(list, m.cache[from:to]...)
		if m.texts != nil {
			texts = append(texts, m.texts[from:to]...)
		}
		from = to
	}
	for n, c := range fresh {
		take(from + sort.Search(len(m.cache)-from, func(i int) bool { return order(c, m.cache[from+i]) < 0 }))
		at = append(at, int32(from))
		list = append(list, c)
		if m.texts != nil {
			texts = append(texts, textsOf(fresh[n:n+1])...)
		}
	}
	take(len(m.cache))
	was := *m
	*m = shelf{cache: list, texts: texts, place: m.place, counts: m.counts}
	for n := range at {
		markSharedAt(list, int(at[n])+n, func(c *Certificate) {
			if m.place != nil {
				m.place[c.ID] = c
			}
		})
	}
	if len(fresh) <= movedMost {
		m.found = was.found.moved(at, texts)
		m.orders = map[listOrder][]int32{}
		for by, places := range was.orders {
			m.orders[by] = m.insert(by, places, at)
		}
	}
}

// movedMost is up to how many new certificates what was found and sorted is kept up;
// for more it is made again.
const movedMost = 64

// index has every text ready.
func (m *shelf) index() {
	if m.texts == nil {
		m.texts = textsOf(m.cache)
	}
}

// find looks for a certificate where it is, merged or not.
func (m *shelf) find(id ID) (*Certificate, bool) {
	if m.place == nil {
		m.place = make(map[ID]*Certificate, len(m.cache)+len(m.fresh))
		for _, c := range m.cache {
			m.place[c.ID] = c
		}
		for _, c := range m.fresh {
			m.place[c.ID] = c
		}
	}
	c, ok := m.place[id]
	return c, ok
}

// load reads the certificates unless they are in memory, and resolves them anew
// when a moment has passed that matters. It needs d.mu.
func (d *Desk) load() error {
	if d.shelf.cache != nil {
		if !d.until.IsZero() && !d.Now().Before(d.until) {
			d.shelf.merge()
			d.relinkShelf(slices.Clone(d.shelf.cache))
		}
		return nil
	}
	var list []*Certificate
	var k kin
	err := d.vault.View(func(tx *storage.Tx) error {
		commits, err := tx.Commits()
		if err != nil {
			return err
		}
		var ok bool
		if list, ok = d.read.release(commits); !ok {
			count, err := tx.EntryCount()
			if err != nil {
				return err
			}
			var again reading
			again.Begin(commits, count)
			if err := tx.EntryChunks(again.Take); err != nil {
				return err
			}
			list = ordered(again.parts)
		}
		if list, err = d.withDamaged(tx, list); err != nil {
			return err
		}
		k = kinOf(list)
		if err := readLineages(tx, list, k, d.lineages); err != nil {
			return err
		}
		return d.publics.read(tx, list)
	})
	if err != nil {
		return err
	}
	d.until = relink(list, k, d.lineages, d.Now(), true)
	markRelied(list, k, d.publics, true)
	markShared(list, true)
	d.shelf.set(list)
	return nil
}

// relinkShelf takes a list of the same certificates, which is the caller's,
// resolved. It needs d.mu.
func (d *Desk) relinkShelf(list []*Certificate) {
	k := kinOf(list)
	d.until = relink(list, k, d.lineages, d.Now(), false)
	// What cannot be read stays as it is: whoever looks at it is told.
	_ = d.vault.View(func(tx *storage.Tx) error { return d.publics.read(tx, list) })
	markRelied(list, k, d.publics, false)
	markShared(list, false)
	d.shelf.change(list)
}

// all is every certificate of the vault, by name, the newest first among
// equals; from memory when nothing changed. Callers change neither the list
// nor what is in it.
func (d *Desk) all() ([]*Certificate, error) {
	m, err := d.stock()
	return m.cache, err
}

// stock is what is in memory, complete, for who only reads.
func (d *Desk) stock() (shelf, error) {
	if d.vault.Locked() {
		return shelf{}, ErrLocked
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.load(); err != nil {
		return shelf{}, err
	}
	d.shelf.merge()
	return d.shelf, nil
}

// finder gives a function that finds certificates by their IDs. Other than all it
// merges nothing, so that issuing into 100,000 costs what it does into 100.
func (d *Desk) finder() (func(ID) (*Certificate, bool), error) {
	if d.vault.Locked() {
		return nil, ErrLocked
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.load(); err != nil {
		return nil, err
	}
	return func(id ID) (*Certificate, bool) {
		d.mu.Lock()
		defer d.mu.Unlock()
		return d.shelf.find(id)
	}, nil
}

// remember adds to what is in memory what was just written, so that issuing
// one certificate does not read 100,000 again. A new authority is read again
// with all others: it may stand for one of them.
func (d *Desk) remember(made ...Certificate) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.shelf.cache == nil || slices.ContainsFunc(made, Certificate.IsAuthority) {
		d.shelf.set(nil)
		return
	}
	d.shelf.add(made)
	if slices.ContainsFunc(made, func(c Certificate) bool { return c.Replaces != "" }) {
		d.shelf.merge()
		d.relinkShelf(slices.Clone(d.shelf.cache))
	}
}
