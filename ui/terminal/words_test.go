package terminal

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// ofWindow are words for what a window has and a terminal has not. Where a
// message that a command can print has one, the terminal has its own words.
var ofWindow = map[string]*regexp.Regexp{
	"en":    regexp.MustCompile(`(?i)\b(click\w*|buttons?|tabs?|press|choose|select|under More|settings|paste|(page|error|details) below)\b`),
	"zh-TW": regexp.MustCompile(`按鈕|點選|點擊|按一下|分頁|請選|或選擇|再選擇|尚未選|「更多」|設定中|畫面|貼上|下面的`),
	"ja":    regexp.MustCompile(`クリック|ボタン|タブ|画面|を選択して|を選んで|を選ぶか|選んでください|［|設定で|貼り付け|下の(エラー|ページ|詳細)`),
}

// printable are the messages that commands print by a code.
var printable = regexp.MustCompile(`^(error|fault|warning|finding|verify\.mend|mend|mended|enforce\.(fix|verdict|happened|attempt)|diagnosis)\.`)

// onlyWindow are those of them that no command prints.
var onlyWindow = []string{
	"error.unknown.next", // terminal.failed says what came
}

// TestWordsOfWindow: what commands print speaks of flags and commands, never of
// what one clicks.
func TestWordsOfWindow(t *testing.T) {
	for language, words := range ofWindow {
		said := messagesOf(t, language)
		checked := 0
		for key, text := range said {
			own := strings.HasPrefix(key, "terminal.") || strings.HasPrefix(key, "usage.")
			_, has := said["terminal."+key]
			if !own && (!printable.MatchString(key) || has || slices.Contains(onlyWindow, key)) {
				continue
			}
			checked++
			if found := words.FindString(text); found != "" {
				t.Errorf("%s: %s says %q: %s", language, key, found, text)
			}
		}
		if checked < 400 {
			t.Errorf("%s: only %d messages checked", language, checked)
		}
	}
}

// messagesOf are the messages of a language, plural forms together.
func messagesOf(t *testing.T, language string) map[string]string {
	t.Helper()
	files, err := filepath.Glob("../i18n/messages/" + language + "/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no messages in %s: %v", language, err)
	}
	all := map[string]string{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var raw map[string]json.RawMessage
		if err := json.Unmarshal(data, &raw); err != nil {
			t.Fatal(err)
		}
		for key, text := range raw {
			all[key] = string(text)
		}
	}
	return all
}
