package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"countersign/ui/theme"
)

// Radii and thicknesses that the parts share.
const (
	radiusCard  float32 = 10
	radiusInput float32 = 8
	radiusChip  float32 = 6
	lineWidth   float32 = 1
	ringWidth   float32 = 2
)

// plate is a rounded rectangle with a fill and a line, both by the names of
// their colours; an empty name draws nothing.
type plate struct {
	widget.BaseWidget
	rect       *canvas.Rectangle
	fill, line fyne.ThemeColorName
	radius     float32
	stroke     float32
}

func newPlate(fill, line fyne.ThemeColorName, radius float32) *plate {
	p := &plate{rect: canvas.NewRectangle(nil), fill: fill, line: line, radius: radius, stroke: lineWidth}
	p.ExtendBaseWidget(p)
	return p
}

// style changes the colours; the caller refreshes.
func (p *plate) style(fill, line fyne.ThemeColorName, stroke float32) {
	p.fill, p.line, p.stroke = fill, line, stroke
	p.paint()
}

func (p *plate) paint() {
	p.rect.FillColor = colorOf(p.fill)
	p.rect.StrokeColor = colorOf(p.line)
	p.rect.StrokeWidth = 0
	if p.line != "" {
		p.rect.StrokeWidth = p.stroke
	}
	p.rect.CornerRadius = p.radius
}

func (p *plate) place(size fyne.Size) {
	// The toolkit draws a line half inside and half outside of the edge; half a
	// line further in, one of 1 lies on whole pixels.
	inset := p.rect.StrokeWidth / 2
	p.rect.Move(fyne.NewSquareOffsetPos(inset))
	p.rect.Resize(fyne.NewSize(max(0, size.Width-inset*2), max(0, size.Height-inset*2)))
}

// CreateRenderer is for the toolkit.
func (p *plate) CreateRenderer() fyne.WidgetRenderer {
	p.paint()
	return &plateRenderer{p}
}

type plateRenderer struct{ p *plate }

func (r *plateRenderer) Destroy()                     {}
func (r *plateRenderer) Layout(size fyne.Size)        { r.p.paint(); r.p.place(size) }
func (r *plateRenderer) MinSize() fyne.Size           { return fyne.Size{} }
func (r *plateRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.p.rect} }
func (r *plateRenderer) Refresh() {
	r.p.paint()
	r.p.place(r.p.Size())
	r.p.rect.Refresh()
}

// icon is a drawing of the icon family in the colour of a role, square; the
// empty name draws nothing.
type icon struct {
	widget.BaseWidget
	image *canvas.Image
	name  theme.IconName
	color fyne.ThemeColorName
	side  float32
}

func newIcon(name theme.IconName, color fyne.ThemeColorName, side float32) *icon {
	i := &icon{image: &canvas.Image{FillMode: canvas.ImageFillContain}, name: name, color: color, side: side}
	i.ExtendBaseWidget(i)
	i.paint()
	return i
}

func (i *icon) paint() {
	i.image.Resource = nil
	if i.name != "" {
		i.image.Resource = theme.IconIn(i.name, i.color)
	}
}

// CreateRenderer is for the toolkit.
func (i *icon) CreateRenderer() fyne.WidgetRenderer {
	i.paint()
	return &iconRenderer{i}
}

type iconRenderer struct{ i *icon }

func (r *iconRenderer) Destroy()              {}
func (r *iconRenderer) Layout(size fyne.Size) { r.i.paint(); r.i.image.Resize(size) }
func (r *iconRenderer) MinSize() fyne.Size    { return fyne.NewSquareSize(r.i.side) }
func (r *iconRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.i.image}
}
func (r *iconRenderer) Refresh() {
	r.i.paint()
	r.i.image.Refresh()
}

// body is the renderer of parts that are a container and a way to style it.
type body struct {
	content *fyne.Container
	restyle func()
	objects []fyne.CanvasObject
}

// newBody renders content; restyle (nil allowed) sets what depends on state
// before each refresh, and once now.
func newBody(content *fyne.Container, restyle func()) *body {
	if restyle != nil {
		restyle()
	}
	return &body{content: content, restyle: restyle, objects: []fyne.CanvasObject{content}}
}

func (b *body) Destroy()                     {}
func (b *body) Layout(size fyne.Size)        { b.content.Resize(size) }
func (b *body) MinSize() fyne.Size           { return b.content.MinSize() }
func (b *body) Objects() []fyne.CanvasObject { return b.objects }
func (b *body) Refresh() {
	if b.restyle != nil {
		b.restyle()
	}
	b.content.Refresh()
}

// group is a part that is made of others in a container.
type group struct {
	widget.BaseWidget
	content *fyne.Container
}

// CreateRenderer is for the toolkit.
func (g *group) CreateRenderer() fyne.WidgetRenderer { return newBody(g.content, nil) }
