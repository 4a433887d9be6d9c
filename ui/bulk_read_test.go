package ui

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding/traditionalchinese"

	"countersign/pki"
	"countersign/ui/desk"
	"countersign/ui/i18n"
)

// inBig5 is a text as a spreadsheet in Taiwan saves it.
func inBig5(t *testing.T, text string) string {
	t.Helper()
	out, err := traditionalchinese.Big5.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// A table in Big5 is read, says so, and can be read as something else.
func TestBulkEncodingIsSaidAndChanged(t *testing.T) {
	b := unlocked(t, func(o *Options) { o.Printer = i18n.New("zh-TW") })
	b.issue(request(t, pki.Authority, "", "Acme Root", ""))
	path := b.writeTable(inBig5(t, "名稱,類型,部門\r\n王小明,用戶端,業務\r\n許功蓋,用戶端,會計\r\n"))
	b.openBulkFile(path)
	b.queue.drain()
	p := b.bulk()
	equalTexts(t, "names", listedNames(p), []string{"王小明", "許功蓋"})
	if p.preview.encoding == nil || p.preview.encoding.Value() != "Big5" {
		t.Fatal("it is not said that the table was read as Big5")
	}
	b.picture("bulk-big5-zh")
	p.preview.encoding.Choose(slices.Index(bulkEncodings, desk.EncodingUTF8))
	b.queue.drain()
	if !b.frame.middle.notices.Visible() {
		t.Error("that it is not UTF-8 is not said")
	}
	p.preview.encoding.Choose(0)
	b.queue.drain()
	equalTexts(t, "names", listedNames(p), []string{"王小明", "許功蓋"})

	// Without headings nothing says what it is, until the person does.
	b.back()
	b.openBulkFile(b.writeTable(inBig5(t, "許功蓋\r\n")))
	b.queue.drain()
	p = b.bulk()
	if len(p.table.Rows) > 0 {
		t.Fatal("a table of an unknown encoding was read")
	}
	b.picture("bulk-unknown-encoding-zh")
	p.start.encoding.Choose(slices.Index(bulkEncodings, desk.EncodingBig5))
	p.look()
	b.queue.drain()
	equalTexts(t, "names", listedNames(p), []string{"許功蓋"})
}

func listedNames(p *bulkPage) []string {
	var list []string
	for i := range p.preview.list.Len() {
		list = append(list, p.preview.list.RowAt(i).Cells[1].Text)
	}
	return list
}

// Profiles and addresses of single rows are seen before anything is made.
func TestBulkRowsOwnProfile(t *testing.T) {
	b := unlocked(t)
	b.issue(request(t, pki.Authority, "", "Acme Root", ""))
	if _, err := b.desk.SaveProfile(pki.Profile{Name: "Staff", Kind: pki.Client, Validity: "60d"}, false); err != nil {
		t.Fatal(err)
	}
	b.openBulkFile(b.writeTable("name,profile,crl,ocsp\nalice,staff,http://crl.test/a.crl,http://ocsp.test/\napi.test,server-90-days,,\nbob,nobody's,,\ncarol,,ftp://crl.test/,\n"))
	b.queue.drain()
	p := b.bulk()
	equalTexts(t, "rows", p.statuses(), []string{
		"2 alice: ready", "3 api.test: ready", "4 bob: There is no profile nobody's.",
		"5 carol: ftp://crl.test/ is not a complete address. Write it like http://ca.example.com/list.crl.",
	})
	if got := p.preview.list.RowAt(0).Cells[2].Second; got != "Staff" {
		t.Errorf("the profile of the first row is %q", got)
	}
	if got := p.preview.list.RowAt(1).Cells[2].Second; got != profileNamed(b.Window.t, "server-90-days") {
		t.Errorf("the profile of the second row is %q", got)
	}
	p.preview.list.Select(0)
	p.rowChosen([]int{0})
	b.queue.drain()
	said := strings.Join(p.ownLines(p.check.Items[0]), "; ")
	if said != "Profile: Staff; CRL: http://crl.test/a.crl; OCSP: http://ocsp.test/" {
		t.Errorf("of the first row is said %q", said)
	}
	b.picture("bulk-profiles")
}
