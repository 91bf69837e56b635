package consult

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

// body is a help page's text.
func body(q *page.Request, name string) richtext.HTML {
	return richtext.Render(strings.TrimSpace(q.T("consult.help." + name + ".body")))
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
