package ui

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"countersign/ui/desk"
	"countersign/ui/i18n"
	"countersign/ui/widgets"
)

// halfTyped is typed into every line for a secret, and not sent.
const halfTyped = "half-typed secret"

// inputsOf are the lines for text that something holds, by the names of the
// fields that hold them, those of passwords and passphrases apart.
func inputsOf(place any) (all, secret map[string]*widgets.Input) {
	all, secret = map[string]*widgets.Input{}, map[string]*widgets.Input{}
	seen := map[uintptr]bool{}
	var walk func(name string, v reflect.Value)
	walk = func(name string, v reflect.Value) {
		switch v.Kind() {
		case reflect.Interface:
			walk(name, v.Elem())
		case reflect.Slice:
			for n := range v.Len() {
				walk(fmt.Sprintf("%s[%d]", name, n), v.Index(n))
			}
		case reflect.Struct:
			for n := range v.NumField() {
				walk(name+"."+v.Type().Field(n).Name, v.Field(n))
			}
		case reflect.Pointer:
			if v.IsNil() || seen[v.Pointer()] || v.Type() == reflect.TypeFor[*Window]() {
				return
			}
			seen[v.Pointer()] = true
			switch v.Type() {
			case reflect.TypeFor[*widgets.Input]():
				all[name] = (*widgets.Input)(v.UnsafePointer())
				if all[name].Password || secretNames.MatchString(name) {
					secret[name] = all[name]
				}
			case reflect.TypeFor[*widgets.Secret]():
				s := (*widgets.Secret)(v.UnsafePointer())
				all[name], secret[name] = s.Input(), s.Input()
			default:
				if path := v.Type().Elem().PkgPath(); path == reflect.TypeFor[Window]().PkgPath() {
					walk(name, v.Elem())
				}
			}
		}
	}
	walk("", reflect.ValueOf(place))
	return all, secret
}

// secretNames are lines that show a password as it is typed, for it goes to
// somebody else, and the table that may hold some.
var secretNames = regexp.MustCompile(`(?i)pass|\.save\.one$|\.start\.text$`)

// forms are all that can be opened and asks for a secret, by the file that
// makes it. Those of pages without an unlocked vault are in asksBefore.
var forms = map[string]func(b *bench, root, leaf desk.Certificate){
	"settingspage.go": func(b *bench, _, _ desk.Certificate) { b.openSettings() },
	"ways.go":         func(b *bench, _, _ desk.Certificate) { b.open(newDataKeyPage(b.Window)) },
	"export.go":       func(b *bench, _, leaf desk.Certificate) { b.openExport(leaf) },
	"bulk_save.go":    func(b *bench, root, _ desk.Certificate) { b.openBulk(root.ID) },
	"plainpage.go":    func(b *bench, _, _ desk.Certificate) { b.open(newPlainPage(b.Window)) },
	"inspector.go":    func(b *bench, _, _ desk.Certificate) { b.openInspector() },
	"connect_more.go": func(b *bench, _, _ desk.Certificate) { b.navigate("connections", "") },
	"partners_take.go": func(b *bench, root, _ desk.Certificate) {
		b.open(newPartnerTake(b.Window, partnerOf(b, root)))
	},
	"importer.go": func(b *bench, _, _ desk.Certificate) {
		_, bundle := brought(b.t, b)
		b.openImport(bundle)
	},
}

// asksBefore ask for what opens or makes the vault: there is nothing to lock.
var asksBefore = []string{"firstrun.go", "unlock.go", "restore.go", "salvage.go", "passphrase.go", "page.go"}

// showsMade show a password that was made, and ask for none: see
// TestKeyForAPartnerIsShownOnce.
var showsMade = []string{"partners_kit.go"}

// TestEveryFormThatAsksForASecretIsKnown: one that is not in forms would not be
// looked at.
func TestEveryFormThatAsksForASecretIsKnown(t *testing.T) {
	makes := regexp.MustCompile(`NewSecret\(|newPassphrase\(|newPassphrasePair\(|\.NewPassword\(|\.Password = true`)
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		_, known := forms[file]
		if makes.Match(source) && !known && !slices.Contains(asksBefore, file) && !slices.Contains(showsMade, file) && !strings.HasSuffix(file, "_test.go") {
			t.Errorf("%s asks for a secret and is not in the table of leaks_test.go", file)
		}
	}
}

func TestHalfTypedPasswordsGoWithTheLock(t *testing.T) {
	for file, open := range forms {
		t.Run(file, func(t *testing.T) {
			b := unlocked(t)
			made, err := b.desk.MakeExample(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			open(b, made.Authority, made.Client)
			b.queue.drain()
			all, secret := inputsOf(b.shown())
			if len(secret) == 0 {
				t.Fatalf("%T has no line for a secret: %v", b.shown(), all)
			}
			for _, input := range secret {
				input.SetText(halfTyped)
			}
			if !strings.Contains(everyText(b.win.Canvas()), halfTyped) {
				t.Error("what is typed is not found on the screen before")
			}
			b.lock()
			b.unlockPage()
			for name, input := range secret {
				if input.Text != "" {
					t.Errorf("%s still holds %q", name, input.Text)
				}
			}
			if strings.Contains(everyText(b.win.Canvas()), halfTyped) {
				t.Error("it is still on the screen")
			}
		})
	}
}

// everyText is all that a window holds of texts and lines, visible or not.
func everyText(c fyne.Canvas) string {
	var all []string
	var walk func(o fyne.CanvasObject)
	walk = func(o fyne.CanvasObject) {
		switch o := o.(type) {
		case nil:
		case *widgets.Text:
			all = append(all, o.Text())
		case *widgets.Input:
			all = append(all, o.Text)
		case *fyne.Container:
			for _, child := range o.Objects {
				walk(child)
			}
		case fyne.Widget:
			for _, child := range test.WidgetRenderer(o).Objects() {
				walk(child)
			}
		}
	}
	walk(c.Content())
	for _, o := range c.Overlays().List() {
		walk(o)
	}
	return strings.Join(all, "\n")
}

// TestWindowFlowsLeaveNoSecret goes through what asks for secrets, right ones
// and wrong ones, and looks for them in notices, preferences, activities, the
// clipboard, and all files.
func TestWindowFlowsLeaveNoSecret(t *testing.T) {
	const wrong, password, newer = "a wrong passphrase", "bundle-password", "another good passphrase"
	folder := t.TempDir()
	b := unlocked(t, func(o *Options) { o.Folder = folder })
	secrets := []string{testPassphrase, wrong, password, newer}
	said := "" // all that was on the screen after each step, lines apart
	look := func() {
		b.queue.drain()
		said += texts(b.win.Canvas().Content()) + "\n"
	}

	b.lock()
	u := b.unlockPage()
	for _, try := range []string{wrong, testPassphrase} {
		u.passphrase.SetText(try)
		u.unlock()
		look()
	}

	made, err := b.desk.MakeExample(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b.openExport(made.Client)
	e := b.shown().(*export)
	e.password.SetText(password)
	test.Tap(e.save)
	b.queue.drain() // what was written shows its password, on purpose
	b.copySecret(password)
	b.back()
	look()

	_, bundle := brought(t, b)
	b.openImport(bundle)
	b.queue.drain()
	i := b.shown().(*importer)
	for _, try := range []string{wrong, password} {
		i.asked[0].secret.SetText(try)
		i.see()
		look()
	}
	b.openInspector(bundle)
	b.queue.drain()
	for _, try := range []string{wrong, password} {
		b.inspector().password.SetText(try)
		b.inspector().ask(b.inspector().question)
		look()
	}

	test.Tap(b.settings().ways.code)
	b.queue.drain()
	p := b.shown().(*recoveryPage)
	secrets = append(secrets, p.code)
	test.Tap(p.have)
	test.Tap(p.done)
	look()
	for _, try := range []string{wrong, testPassphrase} {
		s := b.settings()
		s.old.SetText(try)
		s.pair.one.SetText(newer)
		s.pair.two.SetText(newer)
		s.doChange()
		look()
	}
	if _, err := b.desk.Backup(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.navigate("activity", "")
	look()
	b.queue.pass(time.Minute)
	if got := b.app.Clipboard().Content(); got != "" {
		t.Errorf("on the clipboard is %q", got)
	}
	kept := map[string]string{"the screen": said, "preferences": b.preferences(), "activities": b.activities()}
	for _, file := range vaultFiles(t, b.opt.Vault) {
		kept[file] = readText(t, file)
	}
	for where, text := range kept {
		for _, secret := range secrets {
			if strings.Contains(text, secret) {
				t.Errorf("%s: it says %q", where, secret)
			}
		}
	}
}

func (b *bench) preferences() string {
	all := ""
	read, ok := b.app.Preferences().(interface{ ReadValues(func(map[string]any)) })
	if !ok {
		b.t.Fatalf("%T cannot be listed", b.app.Preferences())
	}
	b.rememberSize()
	read.ReadValues(func(values map[string]any) { all = fmt.Sprint(values) })
	if !strings.Contains(all, prefWidth) {
		b.t.Errorf("the preferences are %s", all)
	}
	return all
}

// activities are the facts of all that was done, and their words in each
// language.
func (b *bench) activities() string {
	list, err := b.desk.Activities(1000)
	if err != nil || len(list) < 5 {
		b.t.Fatalf("%d activities, %v", len(list), err)
	}
	all := ""
	for _, tag := range i18n.Languages() {
		t := i18n.New(tag)
		for _, a := range list {
			all += fmt.Sprintln(a, deedWords(t, a), deedTitle(t, a), deedFacts(t, a, ""))
		}
	}
	return all
}

// vaultFiles are all files in the folder of a vault and below, backups too.
// None can be read by others, and no folder can be looked into.
func vaultFiles(t *testing.T, vault string) []string {
	t.Helper()
	var files []string
	for _, pattern := range []string{"*", "*/*"} {
		found, err := filepath.Glob(filepath.Join(filepath.Dir(vault), pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range found {
			info, err := os.Stat(path)
			if err != nil {
				t.Fatal(err)
			}
			want := os.FileMode(0o700)
			if !info.IsDir() {
				files, want = append(files, path), 0o600
			}
			if info.Mode().Perm() != want {
				t.Errorf("%s has mode %o", path, info.Mode().Perm())
			}
		}
	}
	if len(files) < 2 {
		t.Errorf("there are only %v", files)
	}
	return files
}

func readText(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// partnerOf is a partner who meets an authority of ours.
func partnerOf(b *bench, root desk.Certificate) desk.Partner {
	p := desk.Partner{Name: "Globex", AuthorityID: root.ID}
	p.SetDirections(desk.Directions()...)
	p, err := b.desk.AddPartner(p)
	if err != nil {
		b.t.Fatal(err)
	}
	return p
}
