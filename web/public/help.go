package public

import (
	"strings"

	"delfi/internal/richtext"
	"delfi/web/page"
	"delfi/web/ui"
)

// help gives the handler of one help page: its words are Markdown in the catalogue,
// so that whoever corrects a sentence corrects it in one place per language.
func help(name string) page.Handler {
	return func(q *page.Request) error {
		return q.Render(200, helpPage(name))
	}
}

// chapter is one section of a help page.
type chapter struct {
	Title string
	Text  richtext.HTML
}

// chapters parts a help page's text at its headings: Markdown that people write
// begins at the third level, and here the second is missing.
func chapters(q *page.Request, name string) []chapter {
	var all []chapter
	for _, part := range strings.Split("\n"+q.T("consultation.help."+name+".body"), "\n### ") {
		title, text, _ := strings.Cut(part, "\n")
		if title = strings.TrimSpace(title); title != "" {
			all = append(all, chapter{Title: title, Text: richtext.Render(strings.TrimSpace(text))})
		}
	}
	return all
}

// helpSection is the section of the main menu that help page belongs to.
func helpSection(name string) ui.Section {
	switch name {
	case "how":
		return ui.How
	case "protection":
		return ui.Protection
	}
	return ""
}
