package i18n

import (
	"os"
	"strings"
)

// Environment lists the languages that the environment asks for, first wish
// first: the first that is set of LC_ALL, LC_MESSAGES and LANG, then those of
// LANGUAGE.
func Environment() []string { return environment(os.Getenv) }

func environment(get func(string) string) []string {
	var wanted []string
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if value := get(name); value != "" {
			wanted = append(wanted, value)
			break
		}
	}
	for value := range strings.SplitSeq(get("LANGUAGE"), ":") {
		if value != "" {
			wanted = append(wanted, value)
		}
	}
	return wanted
}
