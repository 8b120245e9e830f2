package handlers

import (
	"cmp"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
	"elkart.kg/trade/payments/documents"
)

// posterView is a poster before it is printed.
type posterView struct {
	Outlet  payments.Outlet
	Size    documents.PosterSize // the chosen one; "": none yet
	Picture []byte               // PNG of what shown says
}

// shown is the size that the picture has.
func (v posterView) shown() documents.PosterSize { return cmp.Or(v.Size, documents.PosterA4) }

func posterScreen(p *locales.Printer, v posterView) chat.Screen {
	screen := chat.Screen{Photo: v.Picture, Text: p.HTML("print.screen", "outlet", v.Outlet.Name), Buttons: [][]chat.Button{nil}}
	for _, size := range documents.PosterSizes() {
		label := string(size)
		if size == documents.PosterSticker {
			screen.Buttons = append(screen.Buttons, nil)
			label = p.Text("print.button.sticker")
		}
		row := &screen.Buttons[len(screen.Buttons)-1]
		*row = append(*row, chat.Button{Text: label, Action: chat.Act(actionPoster, v.Outlet.ID, string(size))})
	}
	screen.Buttons = append(screen.Buttons, []chat.Button{
		{Text: p.Text("print.button.outlet"), Action: chat.Act(actionOutlet, v.Outlet.ID)},
		{Text: p.Text("home.button.menu"), Action: chat.Act(actionMenu)},
	})
	return screen
}

// posterFileScreen has no buttons: a press would put another message in the
// file's place.
func posterFileScreen(p *locales.Printer, v posterView, file []byte) chat.Screen {
	key, size := "print.file", string(v.Size)
	if v.Size == documents.PosterSticker {
		key, size = "print.file_sticker", p.Text("print.sticker")
	}
	name := fileName(clip(v.Outlet.Name, maxFileName) + " QR " + size + ".pdf")
	return chat.Screen{
		Document: &chat.Document{Name: name, Data: file},
		Text:     p.HTML(key, "outlet", v.Outlet.Name, "size", size),
	}
}

// maxFileName is how many characters of an outlet's name a file's name has.
const maxFileName = 40
