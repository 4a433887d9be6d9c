package desk

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
)

// utf16Text is a text as a spreadsheet's "Unicode text" has it.
func utf16Text(order binary.AppendByteOrder, mark bool, text string) string {
	if mark {
		text = "\ufeff" + text
	}
	var b []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		b = order.AppendUint16(b, unit)
	}
	return string(b)
}

// shown are the rows of a table, one a line: its line, then its cells in the
// order of BulkColumns, and the code of its fault.
func shown(t BulkTable) []string {
	var list []string
	for _, r := range t.Rows {
		var cells []string
		for _, c := range BulkColumns() {
			cells = append(cells, r.Cell(c))
		}
		text := fmt.Sprintf("%d: %s", r.Line, strings.TrimRight(strings.Join(cells, "|"), "|"))
		if r.fault != nil {
			text += " !" + r.fault.Code
		}
		list = append(list, text)
	}
	return list
}

func TestReadBulk(t *testing.T) {
	long := strings.Repeat("x", 1<<20)
	for _, c := range []struct {
		name string
		text string
		want []string
	}{
		{"a name a line", "alice\nbob\r\ncarol\rdave", []string{"1: alice", "2: bob", "3: carol", "4: dave"}},
		{"no heading, all columns", "alice,client,a.example,a@example.com,90,secret,Acme,Sales\n",
			[]string{"1: alice|client|a.example|a@example.com|90|secret|Acme|Sales"}},
		{"heading in another order", "E-mail,Name,SAN\na@example.com,alice,spiffe://x/a\n", []string{"2: alice||spiffe://x/a|a@example.com"}},
		{"heading in Chinese", "名稱,類型,電子郵件,有效天數\n王小明,用戶端,w@example.com,90\n", []string{"2: 王小明|用戶端||w@example.com|90"}},
		{"heading in Japanese", "名前;種別;メールアドレス;パスワード\n山田;クライアント;y@example.com;ひみつ\n",
			[]string{"2: 山田|クライアント||y@example.com||ひみつ"}},
		{"Excel's separator", "sep=;\r\nname;ＳＡＮ;類別\r\na,b;x.example;伺服器端\r\n", []string{"3: a,b|伺服器端|x.example"}},
		{"Excel's separator, in quotation marks", "\"sep=\t\"\nalice\tclient\n", []string{"2: alice|client"}},
		{"what is no separator", "sep=x\nalice\n", []string{"1: sep=x", "2: alice"}},
		{"profile and addresses", "name,profile,CRL,CRL 2,OCSP,CA issuers\nalice,mine,http://x/1 http://x/2,http://x/3,http://o/,http://i/\n",
			[]string{"2: alice||||||||mine|http://x/1 http://x/2 http://x/3|http://o/|http://i/"}},
		{"heading with unit in brackets", "Common Name (CN),Days\nalice,90\n", []string{"2: alice||||90"}},
		{"several columns of names", "name,SAN 1,SAN 2,dns\napi,a.example,,b.example\n", []string{"2: api||a.example b.example"}},
		{"unknown column is left out", "name,Room,kind\nalice,12,client\n", []string{"2: alice|client"}},
		{"semicolons, commas within", "alice;client;a.example,b.example,c.example\nbob;server;d.example\n",
			[]string{"1: alice|client|a.example,b.example,c.example", "2: bob|server|d.example"}},
		{"tabs of a spreadsheet", "alice\tclient\t\ta@example.com\nbob\tserver\tb.example, c.example\n",
			[]string{"1: alice|client||a@example.com", "2: bob|server|b.example, c.example"}},
		{"quotes", "\"Doe, John\",client\n\"say \"\"hi\"\"\",client\n", []string{"1: Doe, John|client", "2: say \"hi\"|client"}},
		{"line ends within quotes", "\"a.\r\nb\",client\nbob,client\n", []string{"1: a.\r\nb|client", "3: bob|client"}},
		{"quote within a cell", "5\" disk,client\n", []string{"1: 5\" disk|client"}},
		{"text behind a quote", "\"alice\" x,client\nbob,client\n", []string{"1: alice|client !row-quote", "2: bob|client"}},
		{"spaces behind a quote", "\"alice\"  ,client\n", []string{"1: alice|client"}},
		{"open quote", "\"alice,client\nbob,client\n", []string{"1: alice|client !row-open", "2: bob|client"}},
		{"a lone quote", "alice\n\"", []string{"1: alice", "2:  !row-open"}},
		{"empty lines and rows", "\n\nalice,client\n,,,\n   \nbob\n\n", []string{"3: alice|client", "6: bob"}},
		{"too few cells", "name,kind,names\nalice\nbob,server,b.example\n", []string{"2: alice", "3: bob|server|b.example"}},
		{"too many cells", "name,kind\nalice,client,x,y\n", []string{"2: alice|client !row-cells"}},
		{"empty cells too many", "name,kind\nalice,client,,,\n", []string{"2: alice|client"}},
		{"comma at the end", "alice,", []string{"1: alice"}},
		{"a cell of 1 MB", "alice\n" + long + "\nbob\n", []string{"1: alice", "2:  !cell-long", "3: bob"}},
		{"formulas are texts", "=cmd|' /C calc'!A0\n+1\n-1\n@x\n", []string{"1: =cmd|' /C calc'!A0", "2: +1", "3: -1", "4: @x"}},
		{"UTF-8 with a mark", "\ufeffname\nalice\n", []string{"2: alice"}},
		{"UTF-16, little end first", utf16Text(binary.LittleEndian, true, "name\tkind\n王\tclient\n"), []string{"2: 王|client"}},
		{"UTF-16, big end first", utf16Text(binary.BigEndian, true, "name\n山田\n"), []string{"2: 山田"}},
		{"UTF-16 beyond its first plane", utf16Text(binary.LittleEndian, true, "name\n𠮷野\n"), []string{"2: 𠮷野"}},
		{"UTF-16 without a mark", utf16Text(binary.LittleEndian, false, "name\nalice\n"), []string{"2: alice"}},
		{"UTF-16 without a mark, big end first", utf16Text(binary.BigEndian, false, "name\nalice\n"), []string{"2: alice"}},
		{"example", BulkExample, []string{
			"2: alice|client||alice@example.com|365||Example|Sales",
			"3: Bob, the builder||spiffe://example.com/bob||||Example|Works|browser-client",
			"4: api.example.com|server|api.example.com, 10.0.0.7||90"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			table, err := ReadBulk([]byte(c.text), BulkHint{})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, shown(table)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestReadBulkUnknownHeadings(t *testing.T) {
	table, err := ReadBulk([]byte("name,Room,,kind,Phone\nalice,12,,client,5\n"), BulkHint{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"Room", "Phone"}, table.Unknown); diff != "" {
		t.Error(diff)
	}
}

func TestReadBulkErrors(t *testing.T) {
	var limit *BulkLimitError
	for _, c := range []struct {
		name string
		text string
		want error
	}{
		{"nothing", "", ErrBulkEmpty},
		{"a mark alone", "\ufeff", ErrBulkEmpty},
		{"empty rows", "\n,,\n \n", ErrBulkEmpty},
		{"a heading alone", "name,kind\n", ErrBulkEmpty},
		{"Big5", "\xa4\xfd\xa4p\xa9\xfa\n", ErrBulkEncoding},
		{"PEM", "x\n-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n", ErrBulkPEM},
		{"no column of names", "kind,days\nclient,90\n", ErrBulkHeadings},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := ReadBulk([]byte(c.text), BulkHint{}); !errors.Is(err, c.want) {
				t.Errorf("error %v, want %v", err, c.want)
			}
		})
	}
	if _, err := ReadBulk([]byte(strings.Repeat("a\n", MaxBulkRows+1)), BulkHint{}); !errors.As(err, &limit) || limit.Rows != MaxBulkRows {
		t.Errorf("error of too many rows: %v", err)
	}
	for _, wide := range []string{"name" + strings.Repeat(",x", MaxBulkColumns), "alice\n" + strings.Repeat("x,", MaxBulkColumns+1)} {
		if _, err := ReadBulk([]byte(wide), BulkHint{}); !errors.As(err, &limit) || limit.Columns != MaxBulkColumns {
			t.Errorf("error of too many columns: %v", err)
		}
	}
	if _, err := ReadBulkFrom(strings.NewReader(strings.Repeat("a", MaxBulkSize+1)), BulkHint{}); !errors.As(err, &limit) || limit.Bytes != MaxBulkSize {
		t.Errorf("error of too many bytes: %v", err)
	}
}

func TestReadBulkFileErrors(t *testing.T) {
	folder := t.TempDir()
	for _, path := range []string{folder, folder + "/none.csv"} {
		var at *PathError
		if _, err := ReadBulkFile(path, BulkHint{}); !errors.As(err, &at) || at.Path != path {
			t.Errorf("%s: error %v", path, err)
		}
	}
}

// FuzzReadBulk: no table panics, loses its place or makes rows of nothing.
func FuzzReadBulk(f *testing.F) {
	for _, text := range []string{BulkExample, "a,\"b\n", "\"\"\"\n", "\xff\xfea\x00", "name;kind\n\"x\"y;z", "\t\t\r\r\n"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		table, err := ReadBulk(data, BulkHint{})
		if err != nil {
			return
		}
		last := 0
		for _, r := range table.Rows {
			if r.Line <= last {
				t.Fatalf("line %d after line %d", r.Line, last)
			}
			last = r.Line
		}
	})
}
