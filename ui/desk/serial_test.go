package desk

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"countersign/pki"
)

// A certificate is found by the beginning of its serial number, or by both its
// ends as the window shows them, when no other has them.
func TestFindByPartOfSerial(t *testing.T) {
	d := newDesk(t)
	root := d.mustIssue(t, "", named(pki.Authority, "Root"))
	numbered := func(name, serial string) Certificate {
		r := named(pki.Client, name)
		r.Serial = serial
		return d.mustIssue(t, root.ID, r)
	}
	alice, bob := numbered("alice", "3f2a91c044"), numbered("bob", "3f2a91c155")
	word := numbered("3f2a91c0", "77")
	for typed, want := range map[string]ID{
		"3f:2a:91:c0:44": alice.ID, "3F:2A:91:C1": bob.ID, "3f2a91c1": bob.ID, "3f2a91c15": bob.ID,
		"3f2a91c0": word.ID, "3f:2a…c1:55": bob.ID, "3f2a...c044": alice.ID,
	} {
		if found, err := d.Find(typed); err != nil || found.ID != want {
			t.Errorf("%q: %q, %v", typed, found.Name, err)
		}
	}
	for _, typed := range []string{"3f2a91c", "3f2a91c9", "3f…55", "3f2a91c1 x"} {
		var missing *NotFoundError
		if found, err := d.Find(typed); !errors.As(err, &missing) {
			t.Errorf("%q: %q, %v", typed, found.Name, err)
		}
	}
	numbered("carol", "3f2a91c15500")
	var several *AmbiguousError
	if _, err := d.Find("3f2a91c1"); !errors.As(err, &several) || len(several.Serials) != 2 {
		t.Errorf("got %v", err)
	}
}

func TestShortSerials(t *testing.T) {
	got := ShortSerials([]Certificate{
		{ID: "a", Serial: "3f:2a:91:c0:44"}, {ID: "b", Serial: "3f:2a:91:c0:45"}, {ID: "c", Serial: "01"},
		{ID: "d", Serial: "3f:2a:91:c0"}, {ID: "e", Serial: "01"}, {ID: "f", Serial: "aa:bb:cc:dd:ee:ff"},
	})
	want := map[ID]string{"a": "3f2a91c044", "b": "3f2a91c045", "c": "01", "d": "3f2a91c0", "e": "01", "f": "aabbccdd"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
