package widgets

import (
	"fyne.io/fyne/v2"

	"countersign/ui/theme"
)

// ChainPath shows who signed whom, root first; the last name is the one shown.
// Each name can be clicked. It goes on in the next line where it must.
type ChainPath struct {
	group
	names []*chainName
	onTap func(int)
}

// NewChainPath makes a path; onTap is told the index of the name.
func NewChainPath(names []string, onTap func(int)) *ChainPath {
	p := &ChainPath{onTap: onTap}
	p.content = Flow(8)
	p.ExtendBaseWidget(p)
	p.Set(names)
	return p
}

// Set changes the names.
func (p *ChainPath) Set(names []string) {
	p.names = make([]*chainName, len(names))
	p.content.Objects = make([]fyne.CanvasObject, 0, len(names))
	for i, name := range names {
		p.names[i] = newChainName(name, i == len(names)-1, p.tap(i))
		if i == len(names)-1 {
			p.content.Add(p.names[i])
			continue
		}
		p.content.Add(Row(8, p.names[i], NewText("›").Tone(ToneQuiet)))
	}
	p.Refresh()
}

func (p *ChainPath) tap(i int) func() {
	return func() {
		if p.onTap != nil {
			p.onTap(i)
		}
	}
}

type chainName struct {
	press
	back  *plate
	words *Text
	last  bool
}

func newChainName(name string, last bool, tapped func()) *chainName {
	c := &chainName{back: newPlate("", "", radiusChip), words: NewText(name), last: last}
	c.words.size = sizeLabel
	c.act = tapped
	c.label = func() string { return name }
	c.ExtendBaseWidget(c)
	return c
}

func (c *chainName) restyle() {
	fill, line, stroke := theme.Ground, theme.Line, lineWidth
	c.words.color = theme.Text
	if c.last {
		fill, line, c.words.color = theme.Surface, theme.Accent, theme.Accent
	} else if c.hovered {
		line = theme.Quiet
	}
	if c.focused {
		line, stroke = theme.Accent, ringWidth
	}
	c.back.style(fill, line, stroke)
}

// CreateRenderer is for the toolkit.
func (c *chainName) CreateRenderer() fyne.WidgetRenderer {
	return newBody(Over(c.back, AtLeast(0, 26, PadXY(8, 0, c.words))), c.restyle)
}
