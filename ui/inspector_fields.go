package ui

import (
	"crypto/x509"
	"errors"
	"fmt"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"countersign/pki"
	"countersign/ui/desk"
	"countersign/ui/theme"
	"countersign/ui/widgets"
)

// The most that is drawn of a thing at once: a hostile one may say much more,
// which the command countersign inspect --text tells whole.
const (
	shownSections = 60
	shownFacts    = 40
	shownHex      = 95 // characters: 32 octets with their colons
	shownElements = 2000
)

// sections are every field of a thing, a part a card's row: the plain word, and
// quiet beside it what its RFC calls it.
func (i *inspector) sections(item desk.Inspected) []fyne.CanvasObject {
	t := i.w.t
	list := item.Sections()
	if len(list) == 0 {
		return nil
	}
	rows := []fyne.CanvasObject{}
	for n, s := range list {
		if n > 0 {
			rows = append(rows, widgets.Rule())
		}
		if n == shownSections {
			rows = append(rows, widgets.NewQuiet(t.T("inspect.more", "Count", len(list)-n)))
			break
		}
		rows = append(rows, i.section(s, item))
	}
	return []fyne.CanvasObject{widgets.NewCard(widgets.Stack(12, rows...))}
}

func (i *inspector) section(s pki.Section, item desk.Inspected) fyne.CanvasObject {
	t := i.w.t
	title := t.FactLabel(s.Name)
	if s.Name == "" {
		title = t.T("inspect.unknown-extension")
	}
	head := []fyne.CanvasObject{widgets.NewText(title).Bold()}
	if s.OID != "" {
		head = append(head, widgets.Grow(widgets.NewText(strings.TrimSpace(s.Name+" "+s.OID)).Small().Tone(widgets.ToneQuiet).Truncate()))
	} else {
		head = append(head, widgets.Grow(widgets.NewText(s.Name).Small().Tone(widgets.ToneQuiet).Truncate()))
	}
	if s.Critical {
		head = append(head, widgets.NewBadge(widgets.ToneAccent, t.T("terminal.critical")))
	}
	facts := widgets.NewFacts(t.T("copy"), i.w.copy, i.facts(s)...)
	facts.SetLabelWidth(factWidth)
	parts := []fyne.CanvasObject{widgets.Row(8, head...), facts}
	if s.Name == "fingerprints" && item.DER() != nil {
		parts = append(parts, i.oldFingerprint(facts, s, item.DER()))
	}
	if s.Name == "" && s.DER != nil {
		parts = append(parts, i.tree(s.DER))
	}
	return widgets.Stack(8, parts...)
}

// facts are the rows of a part. A label that is the one above it is not said
// again.
func (i *inspector) facts(s pki.Section) []widgets.Fact {
	t := i.w.t
	var rows []widgets.Fact
	before := ""
	for n, f := range s.Facts {
		if n == shownFacts {
			rows = append(rows, widgets.Fact{Label: t.T("inspect.more", "Count", len(s.Facts)-n)})
			break
		}
		label := strings.Repeat("· ", f.Depth) + t.FactLabel(f.Field)
		row := widgets.Fact{Label: label, Value: t.FactValue(string(f.Kind), f.Value)}
		if label == before && f.Value != "" {
			row.Label = ""
		}
		before = label
		switch f.Kind {
		case pki.FactCode:
			if row.Value != f.Value && f.Value != "true" && f.Value != "false" && t.Has("inspect.value."+f.Value) {
				row.Value += " (" + f.Value + ")"
			}
		case pki.FactHex:
			row.Mono, row.Copy = true, f.Value
			if len(f.Value) > shownHex+2 {
				row.Value = f.Value[:shownHex] + "…"
			}
		case pki.FactText, pki.FactOID:
			if len(f.Value) > 40 {
				row.Copy = f.Value
			}
			if len(f.Value) > 600 {
				row.Value = string([]rune(f.Value)[:min(500, len([]rune(f.Value)))]) + "…"
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// oldFingerprint offers the MD5 fingerprint, which is only good for comparing
// with old lists.
func (i *inspector) oldFingerprint(facts *widgets.Facts, s pki.Section, der []byte) fyne.CanvasObject {
	t := i.w.t
	var row fyne.CanvasObject
	button := widgets.NewButton(t.T("inspect.md5"), "", widgets.Quiet, func() {
		md5 := pki.MD5(der)
		facts.Set(append(i.facts(s), widgets.Fact{Label: t.FactLabel("md5"), Value: md5, Mono: true, Copy: md5})...)
		row.Hide()
		i.layoutAgain()
	})
	row = leading(button)
	return row
}

// tree is the ASN.1 of a thing, read when it is asked for.
func (i *inspector) tree(der []byte) fyne.CanvasObject {
	t := i.w.t
	holder := widgets.Stack(8)
	return widgets.NewDisclosure(t.T("inspect.asn1"), holder, func(open bool) {
		if open && len(holder.Objects) == 0 {
			i.fillTree(holder, der)
		}
		i.layoutAgain()
	})
}

// treeHeight is that of a list within the page, in device-independent pixels.
const treeHeight float32 = 340

func (i *inspector) fillTree(holder *fyne.Container, der []byte) {
	t := i.w.t
	nodes, err := pki.ASN1Tree(der)
	switch {
	case errors.Is(err, pki.ErrTooLarge):
		holder.Add(widgets.NewQuiet(t.T("inspect.asn1.cut", "Count", shownElements)))
	case err != nil:
		holder.Add(widgets.NewNotice(widgets.ToneSoon, t.T("inspect.asn1.broken"), explain(t, err).raw))
	}
	grid := widget.NewTextGridFromString(treeText(nodes[:min(len(nodes), shownElements)]))
	grid.Scroll = fyne.ScrollBoth
	holder.Add(widgets.NewPanel(theme.Ground, theme.Line, theme.RadiusSmall, widgets.Pad(8, widgets.AtLeast(0, treeHeight, grid))))
	if over := len(nodes) - shownElements; over > 0 && err == nil {
		holder.Add(widgets.NewQuiet(t.T("inspect.asn1.more", "Count", over)))
	}
	holder.Add(leading(widgets.NewButton(t.T("inspect.asn1.copy"), theme.IconCopy, widgets.Quiet, func() { i.w.copy(treeText(nodes)) })))
}

// treeText writes the elements as text: where each stands, its tag, its value.
func treeText(nodes []pki.ASN1Node) string {
	var out strings.Builder
	for _, n := range nodes {
		fmt.Fprintf(&out, "%6d %s%s\n", n.Offset, strings.Repeat("  ", n.Depth), strings.TrimSpace(n.Tag+"  "+n.Value))
	}
	return out.String()
}

// pem is a thing as PEM, shown when it is asked for.
func (i *inspector) pem(item desk.Inspected) fyne.CanvasObject {
	holder := widgets.Stack(0)
	return widgets.NewDisclosure(i.w.t.T("inspect.pem"), holder, func(open bool) {
		if open && len(holder.Objects) == 0 {
			text := item.PEM()
			if len(text) > 100_000 {
				holder.Add(widgets.NewQuiet(i.w.t.T("inspect.pem.long")))
			} else {
				holder.Add(widgets.NewCode(text, i.w.t.T("copy"), i.w.copy))
			}
		}
		i.layoutAgain()
	})
}

// entries are the certificates that a CRL names, described as they come into
// view: there may be a hundred thousand.
func (i *inspector) entries(list []x509.RevocationListEntry) fyne.CanvasObject {
	t := i.w.t
	shown := widgets.NewDataList(
		widgets.Column{Title: t.FactLabel("userCertificate"), Weight: 2, Min: 160},
		widgets.Column{Title: t.FactLabel("revocationDate"), Weight: 1, Min: 120},
		widgets.Column{Title: t.FactLabel("reasonCode"), Weight: 2, Min: 120})
	shown.SetRows(len(list), func(n int) widgets.ListRow {
		r := pki.DescribeRevoked(list[n])
		reason := "–"
		if r.Reason != "" {
			reason = t.FactValue("code", r.Reason)
		}
		return widgets.ListRow{Cells: []widgets.Cell{{Text: r.Serial, Mono: true}, {Text: t.Date(r.At)}, {Text: reason}}}
	})
	height := min(treeHeight, 48+44*float32(len(list)))
	return widgets.Stack(8, widgets.NewHeading(t.FactLabel("revokedCertificates")), widgets.AtLeast(0, height, shown))
}
