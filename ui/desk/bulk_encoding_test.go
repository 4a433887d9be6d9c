package desk

import (
	"errors"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"countersign/pki/pkitest"
)

// written is a text as iconv writes it.
func written(t *testing.T, encoding, text string) []byte {
	t.Helper()
	pkitest.Need(t, "iconv")
	c := exec.Command("iconv", "-f", "UTF-8", "-t", encoding)
	c.Stdin = strings.NewReader(text)
	out, err := c.Output()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// What spreadsheets in Taiwan and Japan write: CSV in the code page of the
// country.
const (
	tableInTaiwan   = "名稱,類型,電子郵件,有效天數,部門\r\n王小明,用戶端,w@example.com,90,業務\r\n許功蓋,用戶端,,30,會計\r\n"
	tableInJapan    = "名前,種別,メールアドレス,有効日数,部署\r\n山田太郎,クライアント,y@example.com,90,営業\r\n髙橋①,クライアント,,30,ソ表能\r\n"
	englishHeadings = "name,kind,unit\r\n"
)

func TestReadBulkEncodings(t *testing.T) {
	taiwan := []string{"2: 王小明|用戶端||w@example.com|90|||業務", "3: 許功蓋|用戶端|||30|||會計"}
	japan := []string{"2: 山田太郎|クライアント||y@example.com|90|||営業", "3: 髙橋①|クライアント|||30|||ソ表能"}
	for _, c := range []struct {
		name, encoding, text string
		hint                 BulkHint
		read                 BulkEncoding
		want                 []string
	}{
		{"Big5 in Taiwan", "CP950", tableInTaiwan, BulkHint{Language: "zh-TW"}, EncodingBig5, taiwan},
		{"Big5 in Japan", "CP950", tableInTaiwan, BulkHint{Language: "ja"}, EncodingBig5, taiwan},
		{"Big5 in England", "CP950", tableInTaiwan, BulkHint{Language: "en"}, EncodingBig5, taiwan},
		{"Shift-JIS in Japan", "CP932", tableInJapan, BulkHint{Language: "ja"}, EncodingShiftJIS, japan},
		{"Shift-JIS in Taiwan", "CP932", tableInJapan, BulkHint{Language: "zh-TW"}, EncodingShiftJIS, japan},
		{"Shift-JIS in England", "CP932", tableInJapan, BulkHint{}, EncodingShiftJIS, japan},
		{"Shift-JIS with English headings", "CP932", englishHeadings + "髙橋,client,営業\r\n", BulkHint{Language: "zh-TW"}, EncodingShiftJIS, []string{"2: 髙橋|client||||||営業"}},
		{"Big5 with English headings", "CP950", englishHeadings + "許功蓋,client,業務\r\n", BulkHint{Language: "en"}, EncodingBig5, []string{"2: 許功蓋|client||||||業務"}},
		{"Big5 without headings, as asked", "CP950", "許功蓋\r\n", BulkHint{Encoding: EncodingBig5}, EncodingBig5, []string{"1: 許功蓋"}},
		{"Shift-JIS without headings, as asked", "CP932", "ソ表能\r\n", BulkHint{Encoding: EncodingShiftJIS, Language: "zh-TW"}, EncodingShiftJIS, []string{"1: ソ表能"}},
		{"half-width", "CP932", "ﾔﾏﾀﾞ\r\n", BulkHint{Encoding: EncodingShiftJIS}, EncodingShiftJIS, []string{"1: ﾔﾏﾀﾞ"}},
		{"UTF-8", "UTF-8", tableInTaiwan, BulkHint{Language: "ja"}, EncodingUTF8, taiwan},
		{"UTF-16, as asked", "UTF-16LE", tableInTaiwan, BulkHint{Encoding: EncodingUTF16}, EncodingUTF16, taiwan},
		{"UTF-16, big end first, found out", "UTF-16BE", tableInJapan, BulkHint{Language: "ja"}, EncodingUTF16, japan},
		{"UTF-16, little end first, found out", "UTF-16LE", tableInJapan, BulkHint{}, EncodingUTF16, japan},
		{"UTF-16, big end first, as asked", "UTF-16BE", tableInTaiwan, BulkHint{Encoding: EncodingUTF16}, EncodingUTF16, taiwan},
		{"UTF-16, big end first, without headings", "UTF-16BE", "許功蓋\n髙橋\n", BulkHint{Encoding: EncodingUTF16}, EncodingUTF16, []string{"1: 許功蓋", "2: 髙橋"}},
		{"UTF-16 with a mark, in Japan", "UTF-16", tableInJapan, BulkHint{Language: "ja"}, EncodingUTF16, japan},
	} {
		t.Run(c.name, func(t *testing.T) {
			table, err := ReadBulk(written(t, c.encoding, c.text), c.hint)
			if err != nil {
				t.Fatal(err)
			}
			if table.Encoding != c.read {
				t.Errorf("read as %s, want %s", table.Encoding, c.read)
			}
			if diff := cmp.Diff(c.want, shown(table)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestReadBulkEncodingErrors(t *testing.T) {
	big5, japan := written(t, "CP950", "許功蓋\r\n"), written(t, "CP932", tableInJapan)
	if _, err := ReadBulk(big5, BulkHint{Language: "zh-TW"}); !errors.Is(err, ErrBulkEncoding) {
		t.Errorf("without headings: %v", err)
	}
	if _, err := ReadBulk([]byte("name\r\n\xff\xff\r\n"), BulkHint{}); !errors.Is(err, ErrBulkEncoding) {
		t.Errorf("no encoding's: %v", err)
	}
	for e, data := range map[BulkEncoding][]byte{
		EncodingUTF8: japan, EncodingUTF16: []byte("a\x00\x00\xd8b\x00"), EncodingBig5: japan, EncodingShiftJIS: []byte("name\r\n\xfd\xff\r\n"),
	} {
		var wrong *BulkEncodingError
		if _, err := ReadBulk(data, BulkHint{Encoding: e}); !errors.As(err, &wrong) || wrong.Encoding != e {
			t.Errorf("as %s: %v", e, err)
		}
	}
}

func TestParseBulkEncoding(t *testing.T) {
	for _, e := range BulkEncodings() {
		for _, name := range []string{string(e), e.Label()} {
			if got, ok := ParseBulkEncoding(name); !ok || got != e {
				t.Errorf("%s is %q, %v", name, got, ok)
			}
		}
	}
	for name, want := range map[string]BulkEncoding{"CP950": EncodingBig5, "Windows-31J": EncodingShiftJIS, "SJIS": EncodingShiftJIS, "UTF8": EncodingUTF8, "gbk": "", "": ""} {
		if got, ok := ParseBulkEncoding(name); got != want || ok != (want != "") {
			t.Errorf("%s is %q, %v", name, got, ok)
		}
	}
}
