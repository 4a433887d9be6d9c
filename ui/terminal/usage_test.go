package terminal

import (
	"bytes"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"countersign/ui/i18n"
)

// printers are those of the languages that the terminal speaks.
var printers = map[string]*i18n.Printer{"en": i18n.New("en"), "zh-TW": i18n.New("zh-TW"), "ja": i18n.New("ja")}

// called runs the program in a language, without a vault, and gives its exit
// status and what it printed.
func called(t *testing.T, language string, args ...string) (int, string, string) {
	t.Helper()
	var out, errs bytes.Buffer
	p := Program{Version: "test", Out: &out, Err: &errs, Printer: printers[language]}
	status := p.Run(append([]string{"--vault", filepath.Join(t.TempDir(), "none.db")}, args...))
	return status, out.String(), errs.String()
}

// commands are all commands but the root and help.
func commands(c *cobra.Command) []*cobra.Command {
	var all []*cobra.Command
	for _, sub := range c.Commands() {
		if sub.Name() != "help" {
			all = append(append(all, sub), commands(sub)...)
		}
	}
	return all
}

func allCommands(language string) []*cobra.Command {
	s := &session{t: printers[language]}
	return commands(s.root())
}

// foreign are the words of the libraries that read the command line.
var foreign = regexp.MustCompile(`strconv|parsing|invalid argument|unknown flag|unknown command|flag needs|arg\(s\)|none of the others|usage\.`)

// Every wrong use of every command ends with status 2, names what is wrong in
// the person's language, and points to the help of that command.
func TestWrongUse(t *testing.T) {
	for language := range printers {
		for _, c := range allCommands(language) {
			path := strings.Fields(c.CommandPath())[1:]
			cases := map[string][]string{"nonsense-flag": {"--nonsense-flag"}, "=x": {"--=x"}}
			if c.Args != nil && c.Args(c, make([]string, 9)) != nil {
				cases["much"] = []string{"much", "much", "much", "much", "much", "much", "much", "much", "much"}
			}
			c.LocalFlags().VisitAll(func(f *pflag.Flag) {
				switch kind := f.Value.Type(); {
				case kind == "int" || kind == "duration" || kind == "bool":
					cases["--"+f.Name] = []string{"--" + f.Name + "=odd"}
				case language == "en" && f.NoOptDefVal == "":
					cases["--"+f.Name+" "] = []string{"--" + f.Name}
				}
			})
			for named, args := range cases {
				status, _, said := called(t, language, append(path[:len(path):len(path)], args...)...)
				named = strings.TrimSpace(named)
				see := c.CommandPath() + " --help\n"
				if status != exitUsage || !strings.Contains(said, named) || !strings.HasSuffix(said, see) || foreign.MatchString(said) {
					t.Errorf("%s: %s %v: status %d\n%s", language, c.CommandPath(), args, status, said)
				}
			}
		}
	}
}

// Each command without what it needs says so with status 2, before a vault is
// asked for.
func TestNeeds(t *testing.T) {
	for _, c := range allCommands("en") {
		path := strings.Fields(c.CommandPath())[1:]
		_, takes, _ := strings.Cut(c.Use, " ")
		if !c.HasSubCommands() && (takes == "" || strings.HasPrefix(takes, "[")) {
			continue
		}
		status, _, said := called(t, "en", path...)
		if status != exitUsage || !strings.Contains(said, " needs ") || foreign.MatchString(said) {
			t.Errorf("%s: status %d\n%s", c.CommandPath(), status, said)
		}
	}
}

// The help of every command is in one mould: flags say in words what they take,
// and no type of a programming language shows.
func TestHelp(t *testing.T) {
	types := regexp.MustCompile(`--[\w-]+ (string|stringArray|strings|int|duration)\b`)
	for language := range printers {
		for _, c := range allCommands(language) {
			status, said, _ := called(t, language, append(strings.Fields(c.CommandPath())[1:], "--help")...)
			if status != exitDone || !strings.Contains(said, printers[language].T("usage.heading.usage")) {
				t.Errorf("%s: %s: status %d\n%s", language, c.CommandPath(), status, said)
			}
			if bad := types.FindAllString(said, -1); bad != nil {
				t.Errorf("%s: %s: %q", language, c.CommandPath(), bad)
			}
			if language != "en" && strings.Contains(said, "(default") {
				t.Errorf("%s: %s: English in\n%s", language, c.CommandPath(), said)
			}
		}
	}
}

// Wrong values, flags that do not go together, and what was probably meant.
func TestWrongValues(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		{"lst", `countersign has no command lst. Did you mean list?`},
		{"ca lst", `countersign ca has no command lst. Did you mean list?`},
		{"help nonsense", `countersign has no command nonsense.`},
		{"list --jason", `There is no flag --jason here. Did you mean --json?`},
		{"list -x", `There is no flag -x here.`},
		{"list all", `countersign list takes nothing but flags; all is too much.`},
		{"verify a b", `countersign verify takes FILE|NAME; b is too much. A name with spaces goes in quotation marks.`},
		{"verify a --at never", `--at takes a date such as 2027-01-31 or a moment such as 2027-01-31T12:00:00Z, not never.`},
		{"verify a --purpose mail", `--purpose does not take mail. It takes: server, client, both, authority, any.`},
		{"ca new x --days ten", `--days takes a whole number, not ten.`},
		{"ca new x --days", `--days needs a value: --days N.`},
		{"ca new x --key rsa1", `--key does not take rsa1. It takes: p256,`},
		{"ca new x --days 1 --not-after 2030-01-01", `Only one of these can be given: --days, --not-after.`},
		{"ca new x --not-before soon", `--not-before takes a date`},
		{"ca new x --attribute title", `--attribute takes TYPE=VALUE`},
		{"ca new x --path-length -1", `--path-length does not take -1.`},
		{"ca new x --subject CN", "  "},
		{"issue", `countersign issue needs one of its commands: both, client, server, --from FILE.`},
		{"issue client x --ca y --days 0", `0 is not a number of days that can be: take 1 to 36525.`},
		{"renew x --keep-key --new-key", `Only one of these can be given: --keep-key, --new-key.`},
		{"renew --expiring 0", `--expiring takes a number from 1 to 36525, not 0.`},
		{"renew --expiring later", `--expiring takes a whole number, not later.`},
		{"revoke x --reason bored", `--reason does not take bored. It takes: unspecified,`},
		{"revoke x --release --hold", `--release does not go with --hold, --reason, --at.`},
		{"crl x --format text", `--format does not take text. It takes: pem, der.`},
		{"crl x --days 0", `0`},
		{"csr new x --kind toy", `--kind does not take toy. It takes: server, client, both, authority.`},
		{"connect https://x --timeout long", `--timeout takes a time such as 5s or 1m30s, not long.`},
		{"connect https://x --as ruby", `--as does not take ruby. It takes: curl,`},
		{"serve --cert x --port 70000", `--port takes a number from 0 to 65535, not 70000.`},
		{"serve --cert x --mode loud", `--mode does not take loud. It takes: plain, tls, optional, mtls.`},
		{"inspect x:1 --starttls gopher", `--starttls does not take gopher.`},
		{"export x --format doc --out y", `--format does not take doc. It takes: p12,`},
		{"enforce https://x --client a --json --markdown", `Only one of these can be given: --json, --markdown.`},
		{"vault export-plain x --no-password --password-file y", `Only one of these can be given: --no-password, --password-file.`},
		{"tries run", `countersign tries run needs NAME | --group GROUP | --all`},
	} {
		status, out, said := called(t, "en", strings.Fields(c.line)...)
		if status != exitUsage || out != "" || !strings.Contains(said, c.want) {
			t.Errorf("%s: status %d, %q\n%s", c.line, status, out, said)
		}
	}
}
