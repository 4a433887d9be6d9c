package pki

import (
	"crypto/x509"
	"strings"
)

// A PolicyQuestion is what RFC 5280 section 6.1.1 (c) to (f) calls the initial
// policy state.
type PolicyQuestion struct {
	Acceptable     []x509.OID // none: any policy
	Explicit       bool       // each certificate must be under an acceptable policy
	InhibitMapping bool       // policyMappings are not followed
	InhibitAny     bool       // anyPolicy stands for no other
}

const anyPolicy = "2.5.29.32.0"

// A policyNode is one policy at one depth of the graph (RFC 9618 section 5).
type policyNode struct {
	policy   string
	expected []string
	parents  []*policyNode
	alive    bool
}

// A policyGraph is the valid policy graph of RFC 9618. It stays as small as
// the certificates are, where RFC 5280's tree may grow without bounds.
type policyGraph struct {
	levels [][]*policyNode
}

func newPolicyGraph() *policyGraph {
	return &policyGraph{levels: [][]*policyNode{{{policy: anyPolicy, expected: []string{anyPolicy}}}}}
}

// top is the level added last; nil of a graph that is gone.
func (g *policyGraph) top() []*policyNode {
	if g == nil {
		return nil
	}
	return g.levels[len(g.levels)-1]
}

func find(level []*policyNode, policy string) *policyNode {
	for _, n := range level {
		if n.policy == policy {
			return n
		}
	}
	return nil
}

// grow adds the policies of the next certificate (RFC 9618 section 5.4 d). It
// returns nil when none is left.
func (g *policyGraph) grow(policies []string, anyAllowed bool) *policyGraph {
	expecting := map[string][]*policyNode{}
	var order []string
	for _, n := range g.top() {
		for _, e := range n.expected {
			if expecting[e] == nil {
				order = append(order, e)
			}
			expecting[e] = append(expecting[e], n)
		}
	}
	whatever := find(g.top(), anyPolicy)
	var level []*policyNode
	present := map[string]bool{}
	withAny := false
	for _, p := range policies {
		if p == anyPolicy {
			withAny = true
			continue
		}
		parents := expecting[p]
		if len(parents) == 0 && whatever != nil {
			parents = []*policyNode{whatever}
		}
		if len(parents) > 0 && !present[p] {
			present[p] = true
			level = append(level, &policyNode{policy: p, expected: []string{p}, parents: parents})
		}
	}
	if withAny && anyAllowed {
		for _, p := range order {
			if !present[p] {
				present[p] = true
				level = append(level, &policyNode{policy: p, expected: []string{p}, parents: expecting[p]})
			}
		}
	}
	g.levels = append(g.levels, level)
	return g.prune()
}

// prune drops the nodes that lead to none at the top.
func (g *policyGraph) prune() *policyGraph {
	if len(g.top()) == 0 {
		return nil
	}
	for depth := len(g.levels) - 2; depth >= 0; depth-- {
		for _, n := range g.levels[depth] {
			n.alive = false
		}
		for _, n := range g.levels[depth+1] {
			for _, parent := range n.parents {
				parent.alive = true
			}
		}
		var left []*policyNode
		for _, n := range g.levels[depth] {
			if n.alive {
				left = append(left, n)
			}
		}
		g.levels[depth] = left
	}
	return g
}

// translate follows policy mappings (RFC 9618 section 5.4, RFC 5280 section
// 6.1.4 b), or drops what they map from.
func (g *policyGraph) translate(mappings map[string][]string, order []string, follow bool) *policyGraph {
	if g == nil {
		return nil
	}
	level := g.top()
	if !follow {
		var left []*policyNode
		for _, n := range level {
			if mappings[n.policy] == nil {
				left = append(left, n)
			}
		}
		g.levels[len(g.levels)-1] = left
		return g.prune()
	}
	byPolicy := map[string]*policyNode{}
	for _, n := range level {
		byPolicy[n.policy] = n
	}
	for _, from := range order {
		if n := byPolicy[from]; n != nil {
			n.expected = mappings[from]
		} else if whatever := byPolicy[anyPolicy]; whatever != nil {
			level = append(level, &policyNode{policy: from, expected: mappings[from], parents: whatever.parents})
		}
	}
	g.levels[len(g.levels)-1] = level
	return g
}

// accepts reports whether the graph leaves a policy that is acceptable (RFC
// 9618 section 5.5).
func (g *policyGraph) accepts(acceptable []x509.OID) bool {
	if g == nil {
		return false
	}
	wanted := map[string]bool{}
	for _, oid := range acceptable {
		wanted[oid.String()] = true
	}
	if len(wanted) == 0 || wanted[anyPolicy] || find(g.top(), anyPolicy) != nil {
		return true
	}
	for _, level := range g.levels {
		for _, n := range level {
			if n.policy == anyPolicy || !wanted[n.policy] {
				continue
			}
			for _, parent := range n.parents {
				if parent.policy == anyPolicy {
					return true
				}
			}
		}
	}
	return false
}

// policies looks at certificate policies (RFC 5280 section 6.1, RFC 9618).
func (j *judge) policies() {
	n := j.last() // certificates below the trusted one
	after := func(now bool) int {
		if now {
			return 0
		}
		return n + 1
	}
	explicit, mapping, whatever := after(j.q.Policies.Explicit), after(j.q.Policies.InhibitMapping), after(j.q.Policies.InhibitAny)
	graph := newPolicyGraph()
	gone := 0
	for i := n - 1; i >= 0; i-- {
		c := j.chain[i]
		if graph != nil {
			if graph = graph.grow(policiesOf(c), whatever > 0 || i > 0 && selfIssued(c)); graph == nil {
				gone = i
			}
		}
		if explicit == 0 && graph == nil {
			j.noPolicy(gone)
			return
		}
		if i == 0 {
			break
		}
		var ok bool
		before := graph
		if graph, ok = j.mapPolicies(i, graph, mapping > 0); !ok {
			return
		}
		if before != nil && graph == nil {
			gone = i
		}
		if !selfIssued(c) {
			explicit, mapping, whatever = max(0, explicit-1), max(0, mapping-1), max(0, whatever-1)
		}
		explicit = lower(explicit, c.RequireExplicitPolicy, c.RequireExplicitPolicyZero)
		mapping = lower(mapping, c.InhibitPolicyMapping, c.InhibitPolicyMappingZero)
		whatever = lower(whatever, c.InhibitAnyPolicy, c.InhibitAnyPolicyZero)
	}
	leaf := j.chain[0]
	explicit = max(0, explicit-1)
	if leaf.RequireExplicitPolicyZero {
		explicit = 0
	}
	if n > 0 && explicit == 0 && !graph.accepts(j.q.Policies.Acceptable) {
		j.noPolicy(gone)
	}
}

// noPolicy notes at which certificate the last acceptable policy went.
func (j *judge) noPolicy(i int) {
	j.found(i, Refused, FindingPolicy, "certificatePolicies", strings.Join(policiesOf(j.chain[i]), ", "), "")
}

// mapPolicies prepares the next certificate (RFC 5280 section 6.1.4 a, b). ok
// is false when a mapping is forbidden.
func (j *judge) mapPolicies(i int, graph *policyGraph, follow bool) (left *policyGraph, ok bool) {
	mappings := map[string][]string{}
	var order []string
	for _, m := range j.chain[i].PolicyMappings {
		from, to := m.IssuerDomainPolicy.String(), m.SubjectDomainPolicy.String()
		if from == anyPolicy || to == anyPolicy {
			j.found(i, Refused, FindingPolicyMapping, "policyMappings", from+" > "+to, "")
			return nil, false
		}
		if mappings[from] == nil {
			order = append(order, from)
		}
		mappings[from] = append(mappings[from], to)
	}
	if len(order) == 0 {
		return graph, true
	}
	return graph.translate(mappings, order, follow), true
}

// lower returns the lower of a counter and a constraint, which is absent when
// it is 0 and not said to be 0.
func lower(counter, constraint int, zero bool) int {
	if constraint < 0 || constraint == 0 && !zero {
		return counter
	}
	return min(counter, constraint)
}

func policiesOf(c *x509.Certificate) []string {
	policies := make([]string, len(c.Policies))
	for i, oid := range c.Policies {
		policies[i] = oid.String()
	}
	return policies
}
