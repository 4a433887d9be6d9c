package theme

import (
	"bytes"
	"embed"
	"fmt"
	"image/color"

	"fyne.io/fyne/v2"
)

// IconName names one drawing of the icon family: 24 by 24, lines of 1.75.
type IconName string

// The icons. Each lies in icons/NAME.svg.
const (
	IconMark        IconName = "mark" // the product's own
	IconOverview    IconName = "overview"
	IconAuthority   IconName = "authority"
	IconCertificate IconName = "certificate"
	IconRequest     IconName = "request"
	IconConnection  IconName = "connection"
	IconActivity    IconName = "activity"
	IconPartner     IconName = "partner"
	IconSettings    IconName = "settings"
	IconLock        IconName = "lock"
	IconUnlock      IconName = "unlock"
	IconPlus        IconName = "plus"
	IconSearch      IconName = "search"
	IconExport      IconName = "export"
	IconImport      IconName = "import"
	IconCopy        IconName = "copy"
	IconCheck       IconName = "check"
	IconWarn        IconName = "warn"
	IconFail        IconName = "fail"
	IconInfo        IconName = "info"
	IconClose       IconName = "close"
	IconBack        IconName = "back"
	IconDown        IconName = "down"
	IconUp          IconName = "up"
	IconForward     IconName = "forward"
	IconMore        IconName = "more"
	IconPlay        IconName = "play"
	IconStop        IconName = "stop"
	IconRefresh     IconName = "refresh"
	IconServer      IconName = "server"
	IconClient      IconName = "client"
	IconBoth        IconName = "both"
	IconKey         IconName = "key"
	IconEye         IconName = "eye"
	IconEyeOff      IconName = "eye-off"
	IconTrash       IconName = "trash"
	IconFile        IconName = "file"
	IconFolder      IconName = "folder"
)

//go:embed icons/*.svg
var drawings embed.FS

// IconIn is a drawing in the colour of a role. It changes with light and dark.
func IconIn(name IconName, role fyne.ThemeColorName) fyne.Resource {
	return &icon{name: name, role: role}
}

// icon colours its lines when asked for its content. The toolkit's own themed
// resources recolour fills only, and these icons are lines.
type icon struct {
	name IconName
	role fyne.ThemeColorName
}

// Name differs by colour, since the toolkit keeps drawn icons by name.
func (i *icon) Name() string {
	return fmt.Sprintf("countersign-%s-%s.svg", i.name, hex(Color(i.role)))
}

// Content is the SVG in the colour that the role has now.
func (i *icon) Content() []byte {
	svg, err := drawings.ReadFile("icons/" + string(i.name) + ".svg")
	if err != nil {
		return []byte(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"/>`)
	}
	return bytes.ReplaceAll(svg, []byte("currentColor"), []byte("#"+hex(Color(i.role))))
}

func hex(c color.Color) string {
	n := color.NRGBAModel.Convert(c).(color.NRGBA)
	return fmt.Sprintf("%02x%02x%02x", n.R, n.G, n.B)
}
