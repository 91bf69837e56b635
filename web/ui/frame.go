package ui

import (
	"delfi/internal/account"
	"delfi/internal/account/office"
	"delfi/web/i18n"
	"delfi/web/static"
)

// Section is the entry of the main menu that a page belongs to.
type Section string

// The sections; a page outside of all leaves it empty.
const (
	Consultations Section = "consultations"
	How           Section = "how"
	Protection    Section = "protection"
	Record        Section = "record"
	Desk          Section = "desk"
)

// Crumb is one step of the way to a page; the last one has no Path.
type Crumb struct {
	Label, Path string
	Lang        string // of the label; "" for the page's
}

// Frame is what a page tells the layout about itself.
type Frame struct {
	Title   string   // of the page, without the site's name
	Section Section  // marks the menu's entry
	Crumbs  []Crumb  // from the root to this page; none on the home page
	Owner   string   // the administration whose page this is; "" when it is everyone's
	Address string   // the administration's line in the footer
	Held    []string // languages in which what the page is about is held, the one that binds first; nil for one alone
	Reads   string   // that of Held in which the page's texts are
	Saves   string   // id of a form that each of its buttons saves: the language switch is one too; "" for none
	Trial   string   // address of the rehearsal of which the page is one, which marks it on screen and on paper; "" elsewhere
}

// head is the document's title: the page first, because that is what a list of
// tabs and a screen reader read first.
func (f Frame) head() string {
	s := f.Title + " · Delfi"
	if f.Owner != "" {
		s += " · " + f.Owner
	}
	return s
}

type entry struct {
	Section Section
	Key     string
	Path    string
}

// menu lists the main menu; the desk only for those who have one.
func menu(desk bool) []entry {
	m := []entry{
		{Consultations, "ui.nav.consultations", "/"},
		{How, "ui.nav.how", "/help/how-it-works"},
		{Protection, "ui.nav.protection", "/help/protection"},
		{Record, "ui.nav.record", "/record"},
	}
	if desk {
		m = append(m, entry{Desk, "ui.nav.desk", "/desk"})
	}
	return m
}

// hasDesk tells whether the menu has the desk.
func hasDesk(a account.Actor) bool {
	for _, g := range a.Grants {
		switch g.Role {
		case account.Administrator, account.Moderator, account.Facilitator, office.Secretary:
			return true
		}
	}
	return false
}

// other is the language that the switch leads to.
func other(lang string) string {
	for _, l := range i18n.Languages {
		if l != lang {
			return l
		}
	}
	return lang
}

// sprite is the address of one symbol of the icon set.
func sprite(name string) string { return static.URL("vendor/svg/sprites.svg") + "#" + name }

// asset is the address of a file of ours.
func asset(path string) string { return static.URL(path) }
