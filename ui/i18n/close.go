package i18n

import (
	"strings"
	"unicode"
)

// closeUp takes out the spaces between two characters that are written without:
// Chinese and Japanese put none between words, and a sentence that is filled
// with a word of its own language would have them.
func closeUp(text string) string {
	if !strings.Contains(text, " ") {
		return text
	}
	runes := []rune(text)
	kept := make([]rune, 0, len(runes))
	for i, r := range runes {
		if r == ' ' && i > 0 && i+1 < len(runes) && unspaced(runes[i-1]) && unspaced(runes[i+1]) {
			continue
		}
		kept = append(kept, r)
	}
	return string(kept)
}

func unspaced(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) ||
		strings.ContainsRune("、。，．・：；！？「」『』（）ー", r)
}

// Sentences stand one after another: after a full stop or a colon of Chinese or
// Japanese without a space. Empty ones are passed over.
func Sentences(list ...string) string {
	all := ""
	for _, s := range list {
		s = strings.TrimSpace(s)
		if all != "" && s != "" && !strings.HasSuffix(all, "。") && !strings.HasSuffix(all, "：") {
			all += " "
		}
		all += s
	}
	return all
}
