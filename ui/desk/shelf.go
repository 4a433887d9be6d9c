package desk

import (
	"cmp"
	"slices"
	"sort"
	"strings"

	"countersign/storage"
)

// shelf is what was read of the vault's certificates: 100,000 of them take
// about 100 MiB. Its slices and its map are never changed once they are there,
// for readers hold them; they are replaced. Desk.mu guards the fields.
type shelf struct {
	cache []Certificate // by name, the newest first among equals; nil: to be read again
	fresh []Certificate // made since, not yet among cache
	texts []searched    // of cache, place by place; nil: nobody searched yet
	place map[ID]int    // in cache; nil: nobody asked yet
}

// searched is what a search looks at: name, issuer and other names in lower
// case, then serial number and fingerprint without colons.
type searched struct {
	text   string
	digits int // where in text the numbers begin
}

func searchedOf(c *Certificate) searched {
	var b strings.Builder
	b.WriteString(strings.ToLower(c.Name))
	b.WriteByte('\n')
	b.WriteString(strings.ToLower(c.Issuer))
	for _, name := range c.Names {
		b.WriteByte('\n')
		b.WriteString(strings.ToLower(name))
	}
	s := searched{digits: b.Len()}
	for _, number := range []string{c.Serial, c.Fingerprint} {
		b.WriteByte('\n')
		b.WriteString(strings.ReplaceAll(number, ":", ""))
	}
	s.text = b.String()
	return s
}

// set takes a list of others than before.
func (m *shelf) set(list []Certificate) { *m = shelf{cache: list} }

// change takes a list of the same certificates, each in its place.
func (m *shelf) change(list []Certificate) { m.cache = list }

// add notes what was made; merge puts it in its place.
func (m *shelf) add(made []Certificate) { m.fresh = append(m.fresh, made...) }

// merge puts what was made since into its place.
func (m *shelf) merge() {
	if len(m.fresh) == 0 {
		return
	}
	fresh := ordered(m.fresh)
	list := make([]Certificate, 0, len(m.cache)+len(fresh))
	var texts []searched
	if m.texts != nil {
		texts = make([]searched, 0, cap(list))
	}
	from := 0
	take := func(to int) {
		list = append(list, m.cache[from:to]...)
		if m.texts != nil {
			texts = append(texts, m.texts[from:to]...)
		}
		from = to
	}
	for n := range fresh {
		take(from + sort.Search(len(m.cache)-from, func(i int) bool { return order(fresh[n], m.cache[from+i]) < 0 }))
		list = append(list, fresh[n])
		if m.texts != nil {
			texts = append(texts, searchedOf(&fresh[n]))
		}
	}
	take(len(m.cache))
	markShared(list)
	*m = shelf{cache: list, texts: texts}
}

// index has every text and every place ready.
func (m *shelf) index(texts, places bool) {
	if texts && m.texts == nil {
		m.texts = make([]searched, len(m.cache))
		for n := range m.cache {
			m.texts[n] = searchedOf(&m.cache[n])
		}
	}
	if places && m.place == nil {
		m.place = make(map[ID]int, len(m.cache))
		for n := range m.cache {
			m.place[m.cache[n].ID] = n
		}
	}
}

// find looks for a certificate where it is, merged or not.
func (m *shelf) find(id ID) (Certificate, bool) {
	if n, ok := m.place[id]; ok {
		return m.cache[n], true
	}
	for n := range m.fresh {
		if m.fresh[n].ID == id {
			return m.fresh[n], true
		}
	}
	return Certificate{}, false
}

// load reads the certificates unless they are in memory, and resolves them anew
// when a moment has passed that matters. It needs d.mu.
func (d *Desk) load() error {
	if d.shelf.cache != nil {
		if !d.until.IsZero() && !d.Now().Before(d.until) {
			d.shelf.merge()
			list := slices.Clone(d.shelf.cache)
			d.until = relink(list, d.lineages, d.Now())
			markShared(list)
			d.shelf.change(list)
		}
		return nil
	}
	list := []Certificate{}
	err := d.vault.View(func(tx *storage.Tx) error {
		count, err := tx.EntryCount()
		if err != nil {
			return err
		}
		list = make([]Certificate, 0, min(count, 1<<20))
		err = tx.EachEntry(func(e storage.Entry) error {
			list = append(list, fromEntry(e))
			return nil
		})
		if err != nil {
			return err
		}
		return readLineages(tx, list, d.lineages)
	})
	if err != nil {
		return err
	}
	list = ordered(list)
	d.until = relink(list, d.lineages, d.Now())
	markShared(list)
	d.shelf.set(list)
	return nil
}

// ordered sorts a list as order says, the key of each name made once.
func ordered(list []Certificate) []Certificate {
	type key struct {
		name string
		at   int
	}
	keys := make([]key, len(list))
	for n := range list {
		keys[n] = key{naturalKey(list[n].Name), n}
	}
	slices.SortFunc(keys, func(a, b key) int {
		if differ := strings.Compare(a.name, b.name); differ != 0 {
			return differ
		}
		return order(list[a.at], list[b.at])
	})
	sorted := make([]Certificate, len(list))
	for n, k := range keys {
		sorted[n] = list[k.at]
	}
	return sorted
}

func order(a, b Certificate) int {
	return cmp.Or(CompareNames(a.Name, b.Name), orderSame(&a, &b))
}

// orderSame is the order of two of one name.
func orderSame(a, b *Certificate) int {
	return cmp.Or(b.Made.Compare(a.Made), strings.Compare(string(a.ID), string(b.ID)))
}

// all is every certificate of the vault, by name, the newest first among
// equals; from memory when nothing changed. Callers do not change it.
func (d *Desk) all() ([]Certificate, error) {
	list, _, err := d.searchable(false)
	return list, err
}

// searchable is all, with the texts to search in when there is something to
// search.
func (d *Desk) searchable(texts bool) ([]Certificate, []searched, error) {
	if d.vault.Locked() {
		return nil, nil, ErrLocked
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.load(); err != nil {
		return nil, nil, err
	}
	d.shelf.merge()
	d.shelf.index(texts, false)
	return d.shelf.cache, d.shelf.texts, nil
}

// finder gives a function that finds certificates by their IDs. Other than all it
// merges nothing, so that issuing into 100,000 costs what it does into 100.
func (d *Desk) finder() (func(ID) (Certificate, bool), error) {
	if d.vault.Locked() {
		return nil, ErrLocked
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.load(); err != nil {
		return nil, err
	}
	d.shelf.index(false, true)
	m := d.shelf
	return m.find, nil
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
		d.shelf.merge() // into a list of its own
		d.until = relink(d.shelf.cache, d.lineages, d.Now())
	}
}
