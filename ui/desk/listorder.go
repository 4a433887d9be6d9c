package desk

import (
	"cmp"
	"slices"
	"sort"
)

// listOrder is an order of a list.
type listOrder struct {
	by         By
	descending bool
}

func (f Filter) listOrder() listOrder { return listOrder{f.By, f.Descending} }

// compare is cmp.Compare in this order; equals stay by name.
func (s listOrder) compare(a, b *Certificate) int {
	if s.descending {
		a, b = b, a
	}
	switch s.by {
	case ByKind:
		return cmp.Compare(a.Kind, b.Kind)
	case ByIssuer:
		if a.Issuer == b.Issuer { // as most have
			return 0
		}
		return CompareNames(a.Issuer, b.Issuer)
	case ByEnd:
		return a.NotAfter.Compare(b.NotAfter)
	case ByMade:
		return a.Made.Compare(b.Made)
	}
	return 0
}

// sorted is what is in memory, with an order and what a search finds ready.
func (d *Desk) sorted(by listOrder, s search) (shelf, error) {
	if _, err := d.stock(); err != nil {
		return shelf{}, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	m := &d.shelf
	if m.cache == nil { // locked, or changed, meanwhile
		if err := d.load(); err != nil {
			return shelf{}, err
		}
	}
	m.merge()
	if s.text != "" {
		m.index()
		m.found = s.narrow(m.texts, m.found)
	}
	if by.by != ByName && m.orders[by] == nil {
		m.sort(by)
	}
	return *m, nil
}

// PrepareSearch makes ready what the first search would have to make, which of
// 100,000 certificates takes as long as a picture on the screen.
func (d *Desk) PrepareSearch() error {
	if _, err := d.stock(); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.shelf.index()
	return nil
}

// sort makes an order ready.
func (m *shelf) sort(by listOrder) {
	places := make([]int32, len(m.cache))
	for n := range places {
		places[n] = int32(n)
	}
	slices.SortFunc(places, func(a, b int32) int { return m.compare(by, a, b) })
	orders := map[listOrder][]int32{by: places} // readers may hold the old one
	for other, places := range m.orders {
		orders[other] = places
	}
	m.orders = orders
}

func (m *shelf) compare(by listOrder, a, b int32) int {
	return cmp.Or(by.compare(m.cache[a], m.cache[b]), cmp.Compare(a, b))
}

// insert is an order after new ones came in before some places.
func (m *shelf) insert(by listOrder, places, at []int32) []int32 {
	next := make([]int32, len(places), len(places)+len(at))
	for n, place := range places {
		moved := sort.Search(len(at), func(i int) bool { return at[i] > place })
		next[n] = place + int32(moved)
	}
	for n := range at {
		fresh := at[n] + int32(n)
		where, _ := slices.BinarySearchFunc(next, fresh, func(a, b int32) int { return m.compare(by, a, b) })
		next = slices.Insert(next, where, fresh)
	}
	return next
}

// each gives do what is in memory in an order: all, or what was found.
func (m *shelf) each(by listOrder, searched bool, do func(*Certificate)) {
	order := m.orders[by]
	switch {
	case by.by != ByName && !searched:
		for _, place := range order {
			do(m.cache[place])
		}
		return
	case by.by != ByName:
		is := make([]bool, len(m.cache))
		for _, place := range m.found.places {
			is[place] = true
		}
		for _, place := range order {
			if is[place] {
				do(m.cache[place])
			}
		}
		return
	}
	count, at := len(m.cache), func(n int) *Certificate { return m.cache[n] }
	if searched {
		count, at = len(m.found.places), func(n int) *Certificate { return m.cache[m.found.places[n]] }
	}
	for n := range count {
		if by.descending {
			n = count - 1 - n
		}
		do(at(n))
	}
}
