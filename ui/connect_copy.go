package ui

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"

	"countersign/ui/desk"
)

// openCopyAs offers the picture as text, and the programs that the tried request
// can be copied for.
func (c *connections) openCopyAs() { menuUnder(c.asButton, c.copyItems()...) }

func (c *connections) copyItems() []*fyne.MenuItem {
	items := []*fyne.MenuItem{fyne.NewMenuItem(c.w.t.T("connect.copy-text"), c.copyText), fyne.NewMenuItemSeparator()}
	for _, kind := range desk.SnippetKinds() {
		label := kind.Program()
		if kind == desk.SnippetCurlP12 {
			label = c.w.t.T("try.snippet.curl-p12")
		}
		items = append(items, fyne.NewMenuItem(label, func() { c.copyAs(kind) }))
	}
	return items
}

// copyAs copies the request that was tried last, and says which files it reads.
func (c *connections) copyAs(kind desk.SnippetKind) {
	if c.last == nil {
		return
	}
	try, d := c.last.try, c.desk
	var made desk.Snippet
	c.w.background("", func(context.Context) error {
		var err error
		made, err = d.Snippet(try, kind)
		return err
	}, func() {
		c.w.app.Clipboard().SetContent(made.Code)
		if len(made.Files) == 0 {
			c.w.notify(c.w.t.T("try.copied", "Program", kind.Program()))
			return
		}
		c.w.notify(c.w.t.T("try.copied.files", "Program", kind.Program(), "Files", strings.Join(made.Files, c.w.t.T("list.comma"))))
	})
}
