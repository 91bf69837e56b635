package ui

import "delfi/web/i18n"

// named gives a language's name in itself, marked as such.
func named(lang string) string {
	for _, r := range i18n.Readings {
		if r.Lang == lang {
			return In(lang, r.Name)
		}
	}
	return lang
}

// translated tells whether the page's texts are read in another language than the one that
// binds.
func (f Frame) translated() bool { return len(f.Held) > 0 && f.Reads != f.Held[0] }
