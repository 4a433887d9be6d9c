//go:build linux

package desk

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"countersign/pki"
	"countersign/storage"
)

// actUntilKilled is the child: it says what it is about to do, does it, and
// says that it is done.
func actUntilKilled(t *testing.T, path string) {
	a := &actor{t: t}
	a.d, _ = openAsLeft(t, path)
	root, err := a.d.FindAuthority("Root")
	if err != nil {
		t.Fatal(err)
	}
	a.root = root.ID
	acts := []func(){a.issue, a.issue, a.bulk, a.revoke, a.revoke, a.passphrase, a.key, a.backup, a.restore}
	for {
		acts[rand.IntN(len(acts))]()
	}
}

type actor struct {
	t      *testing.T
	d      *Desk
	root   ID
	backed string
}

func (a *actor) say(what string, facts ...string) { fmt.Println(what, strings.Join(facts, ",")) }

func (a *actor) must(err error) {
	if err != nil {
		a.t.Fatal(err)
	}
}

func (a *actor) issue() {
	a.say("try issue")
	c, err := a.d.Issue(context.Background(), IssueRequest{IssuerID: a.root, Request: named(pki.Client, "client")})
	a.must(err)
	a.say("did issue", string(c.ID))
}

func (a *actor) bulk() {
	a.say("try bulk")
	defaults := BulkDefaults{IssuerID: a.root, Base: pki.NewRequest(pki.Client)}
	made, err := a.d.MakeBulk(context.Background(), defaults, a.d.mustCheck(a.t, defaults, people(bulkRows)).GoodItems(), nil)
	a.must(err)
	var ids []string
	for _, m := range made {
		ids = append(ids, string(m.Certificate.ID))
	}
	a.say("did bulk", ids...)
}

func (a *actor) revoke() {
	list, err := a.d.Certificates(Filter{})
	a.must(err)
	list = slices.DeleteFunc(list, func(c Certificate) bool { return c.Revoked })
	if len(list) == 0 {
		return
	}
	id := list[rand.IntN(len(list))].ID
	a.say("try revoke")
	_, err = a.d.Revoke(context.Background(), []ID{id}, pki.KeyCompromise, time.Time{})
	a.must(err)
	a.say("did revoke", string(id))
}

func (a *actor) passphrase() {
	for n, old := range crashPassphrases {
		a.say("try passphrase")
		err := a.d.ChangePassphrase(context.Background(), old, crashPassphrases[1-n])
		if errors.Is(err, ErrWrongPassphrase) {
			continue
		}
		a.must(err)
		a.say("did passphrase", strconv.Itoa(1-n))
		return
	}
}

func (a *actor) key() {
	for _, p := range crashPassphrases {
		a.say("try key")
		_, err := a.d.NewDataKey(context.Background(), p)
		if errors.Is(err, ErrWrongPassphrase) {
			continue
		}
		a.must(err)
		a.say("did key")
		return
	}
}

func (a *actor) backup() {
	a.say("try backup")
	made, err := a.d.Backup(context.Background())
	a.must(err)
	a.backed = made.Path
	a.say("did backup", made.Path)
}

func (a *actor) restore() {
	if a.backed == "" {
		a.backup()
	}
	a.must(a.d.Close())
	a.say("try restore", a.backed)
	aside, err := storage.Restore(context.Background(), a.backed, a.d.Path(), crashOptions().storage(), nil)
	a.must(err)
	a.must(os.Remove(aside))
	a.say("did restore", a.backed)
	a.d, _ = openAsLeft(a.t, a.d.Path())
}
