package desk

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"countersign/pki"
)

// cut is the beginning of a long text, for a message.
func cut(text string) string {
	const most = 60
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}

// kindOf reads a kind as people write it, in three languages.
func kindOf(cell string) (pki.Kind, bool) {
	if len(cell) > maxBulkWord {
		return "", false
	}
	switch folded(norm.NFKC.String(cell)) {
	case "client", "user", "person", "device", "clientauth", "用戶端", "客戶端", "用戶", "客戶", "使用者", "クライアント", "ユーザー":
		return pki.Client, true
	case "server", "host", "serverauth", "伺服器", "伺服器端", "主機", "サーバー", "サーバ":
		return pki.Server, true
	case "both", "peer", "clientserver", "serverclient", "兩者", "兩用", "両用", "両方":
		return pki.Both, true
	}
	return "", false
}

// plainNumber writes the Chinese number that a text begins with, up to 99, in
// digits: "十二個月" is "12個月".
func plainNumber(text string) string {
	n, digit, read := 0, 0, 0
	for at, r := range text {
		if value, is := hanDigits[r]; is {
			digit = value
		} else if r == '十' {
			n, digit = 10*max(digit, 1), 0
		} else {
			break
		}
		read = at + utf8.RuneLen(r)
	}
	if read == 0 {
		return text
	}
	return strconv.Itoa(n+digit) + text[read:]
}

var hanDigits = map[rune]int{'一': 1, '二': 2, '兩': 2, '両': 2, '三': 3, '四': 4, '五': 5, '六': 6, '七': 7, '八': 8, '九': 9}

// maxBulkDays is a hundred years.
const maxBulkDays = 36525

// endOf reads how long a certificate is valid: days, "90d", "6m", "2y", or the
// last day as year, month and day.
func endOf(cell string, now time.Time) (time.Time, bool) {
	if len(cell) > maxBulkWord {
		return time.Time{}, false
	}
	plain := strings.ToLower(strings.Join(strings.Fields(norm.NFKC.String(cell)), ""))
	for _, layout := range []string{"2006-1-2", "2006/1/2", "2006.1.2", "20060102", "2006年1月2日"} {
		if at, err := time.ParseInLocation(layout, plain, now.Location()); err == nil {
			return at.AddDate(0, 0, 1).Add(-time.Second), true
		}
	}
	plain = plainNumber(plain)
	digits := len(plain) - len(strings.TrimLeft(plain, "0123456789"))
	n, err := strconv.Atoi(plain[:digits])
	if err != nil || n < 1 || n > maxBulkDays {
		return time.Time{}, false
	}
	end := now
	switch plain[digits:] {
	case "", "d", "day", "days", "天", "日", "日間":
		end = now.Add(time.Duration(n) * 24 * time.Hour)
	case "w", "week", "weeks", "週", "周", "週間":
		end = now.AddDate(0, 0, 7*n)
	case "m", "month", "months", "個月", "月", "か月", "ヶ月", "カ月", "ヵ月":
		end = now.AddDate(0, n, 0)
	case "y", "year", "years", "年", "年間":
		end = now.AddDate(n, 0, 0)
	default:
		return time.Time{}, false
	}
	return end, end.Sub(now) <= maxBulkDays*24*time.Hour
}
