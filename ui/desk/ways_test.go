package desk

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/zalando/go-keyring"

	"countersign/pki"
)

func TestRecoveryCodes(t *testing.T) {
	secret := []byte("twenty octets of it!")
	code := writeRecoveryCode(secret)
	if len(code) != 36+8 {
		t.Errorf("code %q", code)
	}
	for _, typed := range []string{code, strings.ToLower(code), strings.ReplaceAll(code, "-", ""), " " + strings.ReplaceAll(code, "-", " ") + "\n",
		strings.NewReplacer("0", "o", "1", "l").Replace(code)} {
		got, err := readRecoveryCode(typed)
		if err != nil || string(got) != string(secret) {
			t.Errorf("%q: %q, %v", typed, got, err)
		}
	}
	wrong := []string{"", "-", code[:40], code + "0", strings.Repeat("0", 36), "u" + code[1:], code[:1] + "é" + code[2:]}
	for at := range code { // each letter counts
		if code[at] == '-' {
			continue
		}
		other := byte('2')
		if code[at] == other {
			other = '3'
		}
		wrong = append(wrong, code[:at]+string(other)+code[at+1:])
	}
	for _, typed := range wrong {
		if _, err := readRecoveryCode(typed); !errors.Is(err, ErrRecoveryCode) {
			t.Errorf("%q: error %v", typed, err)
		}
	}
}

func TestUnlockByRecovery(t *testing.T) {
	ctx := context.Background()
	d := newDesk(t)
	code, err := d.NewRecoveryCode()
	if err != nil {
		t.Fatal(err)
	}
	old := code
	if code, err = d.NewRecoveryCode(); err != nil || code == old {
		t.Fatalf("%v, or the same code again", err)
	}
	d.Lock()
	if err := d.UnlockByRecovery(ctx, old); !errors.Is(err, ErrWrongPassphrase) {
		t.Errorf("the replaced code: error %v", err)
	}
	if err := d.UnlockByRecovery(ctx, code[1:]); !errors.Is(err, ErrRecoveryCode) {
		t.Errorf("a slip: error %v", err)
	}
	if err := d.UnlockByRecovery(ctx, code); err != nil {
		t.Fatal(err)
	}
	if err := d.RemoveWay(ctx, ByRecovery); err != nil {
		t.Fatal(err)
	}
	if err := d.RemoveWay(ctx, ByPassphrase); !errors.Is(err, ErrLastSlot) {
		t.Errorf("error %v", err)
	}
	mustHaveDone(t, d, "way-removed recovery", "way-added recovery", "way-added recovery", "create")
}

// TestForgottenPassphrase: the code stands in its place, for opening and for a
// new one; another vault's does not.
func TestForgottenPassphrase(t *testing.T) {
	ctx := context.Background()
	d := newDesk(t)
	code, err := d.NewRecoveryCode()
	if err != nil {
		t.Fatal(err)
	}
	other, err := newDesk(t).NewRecoveryCode()
	if err != nil {
		t.Fatal(err)
	}
	fresh := []byte("a quiet new one 7")
	swapped := code[:20] + map[bool]string{true: "8", false: "9"}[code[20] == '9'] + code[21:]
	for wrong, want := range map[string]error{
		other: ErrWrongPassphrase, "x": ErrWrongPassphrase, strings.ReplaceAll(swapped, "-", ""): ErrWrongPassphrase,
		"eight words in groups of about four letters": ErrWrongPassphrase,
		code[1:]: ErrRecoveryCode, swapped: ErrRecoveryCode, strings.ToLower(strings.ReplaceAll(swapped, "-", " ")): ErrRecoveryCode,
	} {
		if err := d.ChangePassphrase(ctx, []byte(wrong), fresh); !errors.Is(err, want) {
			t.Errorf("%q: error %v, want %v", wrong, err, want)
		}
	}
	if err := d.ChangePassphrase(ctx, []byte(code), []byte("short")); !errors.Is(err, ErrWeakPassphrase) {
		t.Errorf("a short one: error %v", err)
	}
	if err := d.ChangePassphrase(ctx, []byte(code), fresh); err != nil {
		t.Fatal(err)
	}
	d.Lock()
	if err := d.Unlock(ctx, passphrase); !errors.Is(err, ErrWrongPassphrase) {
		t.Errorf("the forgotten one: error %v", err)
	}
	for _, secret := range []string{code, string(fresh)} {
		if err := d.Unlock(ctx, []byte(secret)); err != nil {
			t.Error(err)
		}
		d.Lock()
	}
}

// mustHaveDone compares the record of what was done, the newest first.
func mustHaveDone(t *testing.T, d *Desk, want ...string) {
	t.Helper()
	list, err := d.Activities(0)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, a := range list {
		got = append(got, strings.TrimSpace(a.Verb+" "+a.Detail["way"]))
	}
	if strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("activities %q, want %q", got, want)
	}
}

func TestKeyring(t *testing.T) {
	keyring.MockInit()
	ctx := context.Background()
	d := newDesk(t)
	root := d.mustIssue(t, "", named(pki.Authority, "Root"))
	if err := d.AddKeyring(ctx); err != nil {
		t.Fatal(err)
	}
	d.Lock()
	if err := d.UnlockByKeyring(ctx); err != nil {
		t.Fatal(err)
	}
	d.mustIssue(t, root.ID, named(pki.Client, "alice"))
	if !d.Opens(ByKeyring) || !d.Opens(ByPassphrase) || d.Opens(ByRecovery) {
		t.Errorf("ways %v", d.Ways())
	}
	if _, err := d.NewDataKey(ctx, []byte("wrong one")); !errors.Is(err, ErrWrongPassphrase) {
		t.Errorf("error %v", err)
	}
	code, err := d.NewDataKey(ctx, passphrase)
	if err != nil || code != "" {
		t.Fatalf("%q, %v", code, err)
	}
	d.Lock()
	if err := d.UnlockByKeyring(ctx); err != nil {
		t.Errorf("after a new data key: %v", err)
	}
	if err := d.RemoveWay(ctx, ByKeyring); err != nil {
		t.Fatal(err)
	}
	d.Lock()
	if err := d.UnlockByKeyring(ctx); !errors.Is(err, ErrNotInKeyring) {
		t.Errorf("error %v", err)
	}
	if err := d.Unlock(ctx, passphrase); err != nil {
		t.Fatal(err)
	}
	mustHaveDone(t, d, "way-removed keyring", "data-key", "issue", "way-added keyring", "issue", "create")
}

func TestKeyringUnavailable(t *testing.T) {
	keyring.MockInitWithError(errors.New("no session bus"))
	defer keyring.MockInit()
	ctx := context.Background()
	d := newDesk(t)
	if err := d.AddKeyring(ctx); !errors.Is(err, ErrKeyring) {
		t.Errorf("error %v", err)
	}
	if d.Opens(ByKeyring) {
		t.Error("a slot that nothing opens")
	}
	if err := d.UnlockByKeyring(ctx); !errors.Is(err, ErrKeyring) {
		t.Errorf("error %v", err)
	}
}

// TestNewDataKeyReplacesTheCode: the old code was under the old key.
func TestNewDataKeyReplacesTheCode(t *testing.T) {
	ctx := context.Background()
	d := newDesk(t)
	old, err := d.NewRecoveryCode()
	if err != nil {
		t.Fatal(err)
	}
	fresh, err := d.NewDataKey(ctx, passphrase)
	if err != nil || fresh == "" || fresh == old {
		t.Fatalf("%q, %v", fresh, err)
	}
	d.Lock()
	if err := d.UnlockByRecovery(ctx, old); !errors.Is(err, ErrWrongPassphrase) {
		t.Errorf("the old code: error %v", err)
	}
	if err := d.UnlockByRecovery(ctx, fresh); err != nil {
		t.Error(err)
	}
}
