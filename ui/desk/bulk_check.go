package desk

import (
	"context"
	"crypto/x509"
	"errors"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"countersign/pki"
)

// BulkDefaults are what the rows of a table have in common: who signs, and
// what a row does not say itself.
type BulkDefaults struct {
	IssuerID ID
	Base     pki.Request // kind, key, end of validity, subject; its names go into every row
	Profile  string      // the name of the profile that Base is of, or ""
}

// BulkItem is one row as it would be made.
type BulkItem struct {
	BulkRow
	Request  pki.Request
	Profile  string        // its own, else that of all rows; "" for none
	Faults   pki.Faults    // empty when it can be made
	Warnings []pki.Warning // who would not like it, and why
	There    Certificate   // that the vault has for it already; the zero one for none
}

// Good tells whether the row can be made.
func (i BulkItem) Good() bool { return len(i.Faults) == 0 }

// Title is what a person calls the row: its name, or the first of its names.
func (i BulkItem) Title() string { return IssueRequest{Request: i.Request}.title() }

// BulkCheck is a table with all that is wrong with it. Faults and warnings of
// the issuer, and of what all rows have in common, stand here once; with such a
// fault nothing can be made.
type BulkCheck struct {
	Defaults BulkDefaults
	Items    []BulkItem    // one a row
	Issuer   pki.Faults    // and of what all rows have in common
	Doubts   []pki.Warning // about the same
	Good     int           // rows without fault
	Warned   int           // of these, with a warning
	Bad      int           // rows with a fault
	There    int           // good rows that the vault has a certificate for already
}

// GoodItems are the rows that can be made.
func (c BulkCheck) GoodItems() []BulkItem {
	if len(c.Issuer) > 0 {
		return nil
	}
	good := make([]BulkItem, 0, c.Good)
	for _, i := range c.Items {
		if i.Good() {
			good = append(good, i)
		}
	}
	return good
}

// CheckBulk checks a table whole, making nothing. The issuer's certificate is
// looked at, its key is not. Errors: *NotFoundError for the issuer, ErrLocked,
// the context's.
func (d *Desk) CheckBulk(ctx context.Context, t BulkTable, defaults BulkDefaults) (BulkCheck, error) {
	all, err := d.all()
	if err != nil {
		return BulkCheck{}, err
	}
	issuer, err := d.Get(defaults.IssuerID)
	if err != nil {
		return BulkCheck{}, err
	}
	if issuer.CurrentID != "" && !issuer.IsCurrent() {
		if issuer, err = d.Get(issuer.CurrentID); err != nil {
			return BulkCheck{}, err
		}
	}
	chain, err := d.chain(issuer.ID)
	if err != nil {
		return BulkCheck{}, err
	}
	profiles, err := d.profilesByName()
	if err != nil {
		return BulkCheck{}, err
	}
	c := bulkChecker{issuerID: issuer.ID, issuer: chain[0], above: chain[1:], defaults: defaults, profiles: profiles,
		now: d.Now(), known: map[rowKey]bool{}}
	for _, cert := range all {
		c.known[rowKey{strings.ToLower(cert.Name), cert.Kind}] = true
	}
	check := BulkCheck{Defaults: defaults, Items: make([]BulkItem, len(t.Rows))}
	check.Issuer, check.Doubts = c.aboutIssuer()
	err = inParallel(ctx, len(t.Rows), func(i int) error {
		check.Items[i] = c.item(t.Rows[i])
		return nil
	})
	if err != nil {
		return BulkCheck{}, err
	}
	check.findTwice()
	if err := check.findThere(ctx, d, all, c); err != nil {
		return BulkCheck{}, err
	}
	check.count()
	return check, nil
}

// findTwice warns of rows that have the name and kind of a row before.
func (c *BulkCheck) findTwice() {
	seen := make(map[rowKey]int, len(c.Items))
	for n := range c.Items {
		i := &c.Items[n]
		key := rowKey{strings.ToLower(i.Title()), i.Request.Kind}
		if key.name == "" {
			continue
		}
		if line, twice := seen[key]; twice {
			i.Warnings = append(i.Warnings, pki.Warning{Field: pki.FieldName, Code: WarningRowTwice, Value: strconv.Itoa(line)})
			continue
		}
		seen[key] = i.Line
	}
}

func (c *BulkCheck) count() {
	for _, i := range c.Items {
		if i.IsThere() {
			c.There++
		}
		switch {
		case !i.Good():
			c.Bad++
		case len(i.Warnings) > 0:
			c.Warned++
			c.Good++
		default:
			c.Good++
		}
	}
}

// rowKey is what two rows may not share without a warning.
type rowKey struct {
	name string // lower case
	kind pki.Kind
}

// bulkChecker checks rows, several at once: it is not changed by that.
type bulkChecker struct {
	issuerID ID // of the certificate that stands for it
	issuer   *x509.Certificate
	above    []*x509.Certificate // nearest first
	defaults BulkDefaults
	profiles map[string]pki.Profile // by name in lower case
	now      time.Time
	known    map[rowKey]bool // in the vault
	faults   map[pki.Fault]bool
	doubts   map[pki.Warning]bool
}

// rowsOwn are the fields that rows can say, each its own.
var rowsOwn = []pki.Field{pki.FieldName, pki.FieldNames, pki.FieldKind, pki.FieldValidity,
	pki.FieldOrganization, pki.FieldOrganizationalUnit}

// aboutIssuer gives the faults and warnings of the issuer and of what all rows
// have in common, and keeps them, so that they are not said of every row.
func (c *bulkChecker) aboutIssuer() (pki.Faults, []pki.Warning) {
	probe := c.defaults.Base
	c.faults, c.doubts = map[pki.Fault]bool{}, map[pki.Warning]bool{}
	var all, faults pki.Faults
	if err := probe.Check(c.issuer, c.now, c.above...); err != nil && errors.As(err, &all) {
		for _, f := range all {
			if !slices.Contains(rowsOwn, f.Field) {
				faults = append(faults, f)
				c.faults[f] = true
			}
		}
	}
	var doubts []pki.Warning
	for _, w := range probe.Warnings(c.issuer, c.now) {
		if !slices.Contains(rowsOwn, w.Field) {
			doubts = append(doubts, w)
			c.doubts[w] = true
		}
	}
	return faults, doubts
}

// item reads a row and checks it.
func (c *bulkChecker) item(row BulkRow) BulkItem {
	i := BulkItem{BulkRow: row}
	if row.fault != nil {
		i.Faults = append(i.Faults, *row.fault)
	}
	i.Request, i.Profile = c.request(row, &i.Faults)
	var faults pki.Faults
	if err := i.Request.Check(c.issuer, c.now, c.above...); err != nil && errors.As(err, &faults) {
		unread := len(i.Faults.Of(pki.FieldNames)) > 0
		for _, f := range faults {
			if !c.faults[f] && (f.Code != pki.CodeNamesMissing || !unread) {
				i.Faults = append(i.Faults, f)
			}
		}
	}
	for _, w := range i.Request.Warnings(c.issuer, c.now) {
		if !c.doubts[w] {
			i.Warnings = append(i.Warnings, w)
		}
	}
	if c.known[rowKey{strings.ToLower(i.Title()), i.Request.Kind}] {
		i.Warnings = append(i.Warnings, pki.Warning{Field: pki.FieldName, Code: WarningRowKnown, Value: i.Title()})
	}
	i.checkPassword()
	return i
}

// request is what a row asks for, and the name of its profile; cells that cannot
// be read become faults.
func (c *bulkChecker) request(row BulkRow, faults *pki.Faults) (pki.Request, string) {
	r, profile := c.begun(row, faults)
	kindBefore := r.Kind
	set := func(to *string, column BulkColumn) {
		if cell := row.Cell(column); cell != "" {
			*to = cell
		}
	}
	set(&r.Subject.CommonName, ColumnName)
	set(&r.Subject.Organization, ColumnOrganization)
	set(&r.Subject.OrganizationalUnit, ColumnUnit)
	if cell := row.Cell(ColumnKind); cell != "" {
		kind, known := kindOf(cell)
		if !known {
			*faults = append(*faults, pki.Fault{Field: pki.FieldKind, Code: FaultRowKind, Value: pki.Escape(cut(cell))})
		} else if r.Kind = kind; profile != "" && kind != kindBefore {
			*faults = append(*faults, pki.Fault{Field: pki.FieldKind, Code: FaultRowProfile, Value: pki.Escape(profile)})
		}
	}
	if cell := row.Cell(ColumnValidity); cell != "" {
		end, ok := endOf(cell, c.now)
		if !ok {
			*faults = append(*faults, pki.Fault{Field: pki.FieldValidity, Code: FaultRowValidity, Value: pki.Escape(cut(cell))})
		}
		r.NotAfter = end
	}
	setAddresses(&r, row)
	*faults = append(*faults, addNames(&r, row)...)
	return r, profile
}

// addNames reads a row's names. A server answers to its own name too, when
// that is one that a client can connect to.
func addNames(r *pki.Request, row BulkRow) pki.Faults {
	var faults pki.Faults
	add := func(n pki.Name) {
		for _, have := range r.Names {
			if have == n {
				return
			}
		}
		r.Names = append(r.Names, n)
	}
	cell := row.Cell(ColumnNames)
	if r.Kind != pki.Client && row.Cell(ColumnName) != "" {
		own, err := pki.ParseName(row.Cell(ColumnName))
		var fault *pki.Fault
		switch {
		case err == nil && (own.Kind == pki.NameDNS || own.Kind == pki.NameIP):
			add(own)
		case cell == "" && pki.WebHost(own) != "":
			faults = append(faults, pki.Fault{Field: pki.FieldNames, Code: pki.CodeNamesWebAddress, Value: pki.WebHost(own)})
		case cell == "" && errors.As(err, &fault):
			faults = append(faults, *fault)
		}
	}
	names, wrong := pki.ParseNames(cell)
	for _, n := range names {
		add(n)
	}
	faults = append(faults, wrong...)
	if mail := row.Cell(ColumnEmail); mail != "" {
		n, err := pki.ParseName(mail)
		if err == nil && n.Kind == pki.NameEmail {
			add(n)
		} else {
			faults = append(faults, pki.Fault{Field: ColumnEmail.field(), Code: pki.CodeNamesBadEmail, Value: mail})
		}
	}
	for n := range faults {
		faults[n].Value = pki.Escape(cut(faults[n].Value))
	}
	return faults
}

func (i *BulkItem) checkPassword() {
	password := i.Cell(ColumnPassword)
	if password == "" {
		return
	}
	ascii := true
	for _, r := range password {
		ascii = ascii && r < 0x80
		if r > 0xffff || r < ' ' || r == utf8.RuneError {
			i.Faults = append(i.Faults, pki.Fault{Field: FieldPassword, Code: FaultRowPassword})
			return
		}
	}
	warn := func(code, client string) {
		i.Warnings = append(i.Warnings, pki.Warning{Field: FieldPassword, Code: code, Client: client})
	}
	if !ascii {
		warn(WarningRowPassword, "Java")
	}
	if utf8.RuneCountInString(password) < MinPassphrase {
		warn(WarningRowWeak, "")
	}
}

// inParallel runs do for 0 to n-1 on all cores, and gives the first error. It
// ends early when the context does.
func inParallel(ctx context.Context, n int, do func(int) error) error {
	const piece = 64
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var wait sync.WaitGroup
	next := make(chan int)
	for range runtime.GOMAXPROCS(0) {
		wait.Go(func() {
			for from := range next {
				for i := from; i < min(n, from+piece) && ctx.Err() == nil; i++ {
					if err := do(i); err != nil {
						cancel(err)
					}
				}
			}
		})
	}
	for from := 0; from < n && ctx.Err() == nil; from += piece {
		next <- from
	}
	close(next)
	wait.Wait()
	return context.Cause(ctx)
}
