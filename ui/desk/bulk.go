package desk

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"countersign/pki"
)

// The bounds of a table of certificates to make.
const (
	MaxBulkRows    = 100_000
	MaxBulkColumns = 16_384   // what spreadsheets have
	MaxBulkSize    = 32 << 20 // bytes of the file or text
	maxBulkCell    = 64 << 10 // bytes of one cell
	maxBulkWord    = 200      // bytes of a heading or a kind
)

// BulkColumn is what a column of a table holds.
type BulkColumn string

// The columns, in the order that a table without a heading row has them. What
// a row leaves empty is taken from BulkDefaults.
const (
	ColumnName         BulkColumn = "name"         // the common name
	ColumnKind         BulkColumn = "kind"         // client, server, both
	ColumnNames        BulkColumn = "names"        // subject alternative names, any number in one cell, or several such columns
	ColumnEmail        BulkColumn = "email"        // one more such name
	ColumnValidity     BulkColumn = "validity"     // days, such as 90; 6m, 2y; or the last day, such as 2027-12-31
	ColumnPassword     BulkColumn = "password"     // of its bundle; never kept in the vault
	ColumnOrganization BulkColumn = "organization" // O
	ColumnUnit         BulkColumn = "unit"         // OU
	ColumnProfile      BulkColumn = "profile"      // the name of a profile, built in or the person's, that the row is made as
	ColumnCRL          BulkColumn = "crl"          // where the list of the revoked is found; this and the next two: any number in one cell
	ColumnOCSP         BulkColumn = "ocsp"         // where the responder is
	ColumnIssuers      BulkColumn = "ca-issuers"   // where the issuer's certificate is
)

// BulkColumns are all columns in that order.
func BulkColumns() []BulkColumn { return slices.Clone(bulkColumns[:]) }

var bulkColumns = [...]BulkColumn{ColumnName, ColumnKind, ColumnNames, ColumnEmail,
	ColumnValidity, ColumnPassword, ColumnOrganization, ColumnUnit, ColumnProfile, ColumnCRL, ColumnOCSP, ColumnIssuers}

// repeats tells whether a table may have a column more than once: what its
// cells hold is a list.
func (c BulkColumn) repeats() bool {
	switch c {
	case ColumnNames, ColumnCRL, ColumnOCSP, ColumnIssuers:
		return true
	}
	return false
}

// headings are what a column may be called, folded: lower case, letters and
// digits only. English, Traditional Chinese, Japanese.
var headings = map[BulkColumn][]string{
	ColumnName: {"name", "commonname", "cn", "subject", "fullname",
		"名稱", "姓名", "名字", "通用名稱", "一般名稱", "名前", "氏名", "コモンネーム", "一般名", "共通名"},
	ColumnKind: {"kind", "type", "usage", "purpose", "use",
		"類型", "類別", "種類", "用途", "タイプ", "種別"},
	ColumnNames: {"names", "san", "sans", "subjectaltname", "subjectaltnames", "subjectalternativename",
		"subjectalternativenames", "altname", "altnames", "alternativenames", "dns", "dnsname", "dnsnames",
		"host", "hosts", "hostname", "hostnames", "domain", "domains", "ip", "ipaddress", "address", "addresses", "uri", "uris",
		"別名", "主體別名", "主機", "主機名稱", "網域", "網域名稱", "ip位址", "位址",
		"代替名", "サブジェクト代替名", "サブジェクト別名", "ホスト", "ホスト名", "ドメイン", "ドメイン名", "ipアドレス", "アドレス"},
	ColumnEmail: {"email", "mail", "emailaddress", "emails",
		"電子郵件", "電子信箱", "信箱", "郵件", "電郵", "メール", "メールアドレス", "eメール", "電子メール"},
	ColumnValidity: {"validity", "days", "valid", "validdays", "validfor", "validuntil", "until", "expires", "expiry",
		"expirydate", "enddate", "notafter", "lastday",
		"有效期", "有效期間", "有效期限", "天數", "有效天數", "到期", "到期日", "有效至",
		"有効期間", "有効期限", "日数", "有効日数", "期限", "満了日"},
	ColumnPassword: {"password", "passphrase", "pass", "p12password", "pin",
		"密碼", "通行碼", "パスワード", "パスフレーズ", "暗証番号"},
	ColumnOrganization: {"organization", "organisation", "o", "org", "company",
		"組織", "公司", "單位名稱", "会社", "会社名", "組織名"},
	ColumnUnit: {"organizationalunit", "organisationalunit", "ou", "unit", "department", "team", "division",
		"部門", "單位", "組織單位", "組織単位", "部署", "部門名"},
	ColumnProfile: {"profile", "profiles", "certificateprofile", "template",
		"設定檔", "憑證設定檔", "範本", "プロファイル", "証明書プロファイル", "テンプレート"},
	ColumnCRL: {"crl", "crls", "crladdress", "crladdresses", "crlurl", "crlurls", "cdp", "crldistributionpoint", "crldistributionpoints",
		"撤銷清冊", "撤銷清冊位址", "撤銷清單", "撤銷清單位址", "crl位址", "失効リスト", "失効リストのアドレス", "crlアドレス"},
	ColumnOCSP: {"ocsp", "ocspaddress", "ocspaddresses", "ocspurl", "ocspurls", "ocspresponder",
		"ocsp位址", "ocspアドレス"},
	ColumnIssuers: {"caissuers", "caissuersaddress", "caissuersurl", "issueraddress", "issueraddresses", "issuerurl",
		"簽發者位址", "發行者位址", "発行者アドレス", "発行者のアドレス"},
}

// BulkRow is one row of a table as it was typed.
type BulkRow struct {
	Line  int                      // where it begins, from 1
	cells [len(bulkColumns)]string // by the place of their column in BulkColumns
	fault *pki.Fault               // what is wrong with the row's own form
}

// Cell is what a row has in a column, trimmed; "" for nothing.
func (r BulkRow) Cell(c BulkColumn) string {
	if i := slices.Index(bulkColumns[:], c); i >= 0 {
		return r.cells[i]
	}
	return ""
}

// BulkTable is a table as it was read.
type BulkTable struct {
	Rows      []BulkRow
	Columns   []BulkColumn // of its cells; "" for one whose heading means nothing
	Unknown   []string     // the headings that mean nothing: their cells are left out
	Headed    bool         // the first row names the columns
	Separator rune         // ',', ';' or '\t'
	Encoding  BulkEncoding // that it was read as
}

// HasPasswords tells whether a row has a password of its own.
func (t BulkTable) HasPasswords() bool {
	for _, r := range t.Rows {
		if r.Cell(ColumnPassword) != "" {
			return true
		}
	}
	return false
}

// Errors of a table as a whole.
var (
	// ErrBulkEmpty: there is no row in it.
	ErrBulkEmpty = errors.New("table without rows")
	// ErrBulkEncoding: no encoding makes text of it whose first row names
	// columns. A spreadsheet's plain "CSV" is in the code page of its country.
	ErrBulkEncoding = errors.New("the encoding of the table is not known")
	// ErrBulkPEM: certificates, keys or requests, whose lines are no names.
	ErrBulkPEM = errors.New("PEM instead of a table")
	// ErrBulkHeadings: the first row names columns, but none that names a
	// certificate.
	ErrBulkHeadings = errors.New("table has no column of names")
)

// BulkLimitError says that a table is larger than MaxBulkRows, MaxBulkColumns
// or MaxBulkSize: the bound that was passed, the others 0.
type BulkLimitError struct {
	Rows    int
	Columns int
	Bytes   int
}

func (e *BulkLimitError) Error() string {
	switch {
	case e.Rows > 0:
		return fmt.Sprintf("table of more than %d rows", e.Rows)
	case e.Columns > 0:
		return fmt.Sprintf("table of more than %d columns", e.Columns)
	}
	return fmt.Sprintf("table of more than %d bytes", e.Bytes)
}

// The faults that only a row of a table can have, besides those of pki.
const (
	FaultRowCells    = "row-cells"    // more cells than columns; Value is how many there may be
	FaultRowQuote    = "row-quote"    // text behind a closing quotation mark
	FaultRowOpen     = "row-open"     // a quotation mark that nothing closes
	FaultCellLong    = "cell-long"    // over 64 KiB
	FaultRowKind     = "row-kind"     // not client, server or both
	FaultRowProfile  = "row-profile"  // the profile is for another kind; Value is the profile
	FaultRowUnknown  = "row-unknown"  // no profile has this name
	FaultRowSigns    = "row-signs"    // the profile is one of authorities, which no table makes; Value is the profile
	FaultRowValidity = "row-validity" // neither a span nor a day
	FaultRowPassword = "row-password" // PKCS #12 cannot hold it
)

// The warnings that only a row of a table can have.
const (
	WarningRowTwice    = "row-twice"    // a row before has this name and kind; Value is its line
	WarningRowKnown    = "row-known"    // the vault has a certificate of this name and kind
	WarningRowWeak     = "row-weak"     // a password of fewer than 8 characters
	WarningRowPassword = "row-password" // a password that is not ASCII: Java refuses it
)

// BulkFaultCodes are the codes of faults that rows have besides pki's.
func BulkFaultCodes() []string {
	return []string{FaultRowCells, FaultRowQuote, FaultRowOpen, FaultCellLong, FaultRowKind, FaultRowProfile, FaultRowUnknown, FaultRowSigns,
		FaultRowValidity, FaultRowPassword}
}

// BulkWarningCodes are the codes of warnings that rows have besides pki's.
func BulkWarningCodes() []string {
	return []string{WarningRowTwice, WarningRowKnown, WarningRowWeak, WarningRowPassword}
}

// The fields of a row that a request does not have.
const (
	FieldRow      pki.Field = "row"
	FieldPassword pki.Field = "password"
)

// field is what a fault of a column's cell is tied to.
func (c BulkColumn) field() pki.Field {
	switch c {
	case ColumnUnit:
		return pki.FieldOrganizationalUnit
	case ColumnEmail:
		return pki.FieldEmailAddress
	case ColumnIssuers:
		return pki.FieldIssuerAddresses
	}
	return pki.Field(c)
}

// ColumnOf is the column that a fault is tied to; "" for the row as a whole.
func ColumnOf(f pki.Field) BulkColumn {
	for _, c := range bulkColumns {
		if c.field() == f {
			return c
		}
	}
	return ""
}

// BulkExample is a table to begin with: the headings, and three rows.
const BulkExample = "name,kind,names,email,validity,password,organization,unit,profile,crl,ocsp\r\n" +
	"alice,client,,alice@example.com,365,,Example,Sales,,,\r\n" +
	"\"Bob, the builder\",,spiffe://example.com/bob,,,,Example,Works,browser-client,,\r\n" +
	"api.example.com,server,\"api.example.com, 10.0.0.7\",,90,,,,,,\r\n"

// exampleFile is the name of the example, with a number where there is another.
const exampleFile = "certificates-example"

// SaveBulkExample writes BulkExample into a folder and gives its path. Another
// file of that name stays as it is. Error: *PathError.
func SaveBulkExample(folder string) (string, error) {
	for n := 1; ; n++ {
		name := exampleFile + ".csv"
		if n > 1 {
			name = fmt.Sprintf("%s-%d.csv", exampleFile, n)
		}
		path := filepath.Join(folder, name)
		err := WriteFile(path, File{Data: []byte(BulkExample)}, false)
		if err == nil || !errors.Is(err, ErrFileExists) || n == 99 {
			return path, err
		}
		if there, err := ReadFile(path); err == nil && string(there) == BulkExample {
			return path, nil
		}
	}
}

// folded is a heading as headings has it.
func folded(heading string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r > 0x7f && !strings.ContainsRune("（）：・　－", r):
			return r
		}
		return -1
	}, heading)
}
