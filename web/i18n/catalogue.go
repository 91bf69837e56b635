package i18n

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"sync"

	"github.com/BurntSushi/toml"
	goi18n "github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"

	"delfi/internal/platform/cache"
)

// One file per room and language, words/<language>/<room>.toml.
//
//go:embed words
var files embed.FS

// catalogue holds every word; it never changes once read.
type catalogue struct {
	speakers map[string]*goi18n.Localizer
	keys     map[string]map[string]bool // language → key
	// Most words have neither figures nor forms: they are said as they stand, and
	// the library, which works a template at each call, is not asked.
	plain map[string]map[string]string // language → key → words
}

// words reads the catalogues once. They are part of the binary: words that do
// not parse are a fault of the build, and the tests of this package stop it.
var words = sync.OnceValue(func() catalogue {
	c, err := readWords(files)
	if err != nil {
		panic(err)
	}
	return c
})

func readWords(fsys fs.FS) (catalogue, error) {
	bundle := goi18n.NewBundle(language.Italian)
	c := catalogue{speakers: map[string]*goi18n.Localizer{}, keys: map[string]map[string]bool{}, plain: map[string]map[string]string{}}
	for _, lang := range Languages {
		c.keys[lang], c.plain[lang] = map[string]bool{}, map[string]string{}
		rooms, err := fs.Glob(fsys, "words/"+lang+"/*.toml")
		if err != nil {
			return c, fmt.Errorf("words: %w", err)
		}
		for _, room := range rooms {
			b, err := fs.ReadFile(fsys, room)
			if err != nil {
				return c, fmt.Errorf("words: %w", err)
			}
			var tree map[string]any
			if err := toml.Unmarshal(b, &tree); err != nil {
				return c, fmt.Errorf("words: %s: %w", room, err)
			}
			messages, err := flatten("", tree)
			if err != nil {
				return c, fmt.Errorf("words: %s: %w", room, err)
			}
			for _, m := range messages {
				if c.keys[lang][m.ID] {
					return c, fmt.Errorf("words: %s: %q stands twice", room, m.ID)
				}
				c.keys[lang][m.ID] = true
				if m.One == "" && m.Many == "" && !strings.Contains(m.Other, "{{") {
					c.plain[lang][m.ID] = m.Other
				}
			}
			if err := bundle.AddMessages(language.MustParse(lang), messages...); err != nil {
				return c, fmt.Errorf("words: %s: %w", room, err)
			}
		}
		c.speakers[lang] = goi18n.NewLocalizer(bundle, lang)
	}
	return c, nil
}

// flatten gives the messages of a tree of tables. A table that has nothing but
// plural forms is one message. (The library's own reader reserves words such as
// "hash" and "description", which our rooms use as keys.)
func flatten(key string, v any) ([]*goi18n.Message, error) {
	switch v := v.(type) {
	case string:
		return []*goi18n.Message{{ID: key, Other: v}}, nil
	case map[string]any:
		if m, ok := plural(key, v); ok {
			return []*goi18n.Message{m}, nil
		}
		var out []*goi18n.Message
		for name, inner := range v {
			below := name
			if key != "" {
				below = key + "." + name
			}
			messages, err := flatten(below, inner)
			if err != nil {
				return nil, err
			}
			out = append(out, messages...)
		}
		return out, nil
	}
	return nil, fmt.Errorf("%q is %T: words are texts", key, v)
}

// plural reads {one = "…", other = "…"}.
func plural(key string, forms map[string]any) (*goi18n.Message, bool) {
	m := &goi18n.Message{ID: key}
	for name, form := range forms {
		text, ok := form.(string)
		if !ok {
			return nil, false
		}
		switch name {
		case "one":
			m.One = text
		case "many":
			m.Many = text
		case "other":
			m.Other = text
		default:
			return nil, false
		}
	}
	return m, m.Other != ""
}

// Load reads the catalogues, and panics if one does not parse: at start, not at a page.
func Load() { words() }

// Known tells whether there are words for key.
func Known(key string) bool { return words().keys[Languages[0]][key] }

// Words gives the words for key in a language; args are names and values in
// turn, and the int "n" chooses the plural form. A key without words comes back
// itself: the page still stands, and a test names the key.
func Words(lang, key string, args ...any) string {
	c := words()
	if text, plain := c.plain[lang][key]; plain {
		return text
	}
	p, ok := phraseOf(lang, key, args)
	if !ok {
		return c.say(lang, key, args)
	}
	if text, ok := phrases.Get(p); ok {
		return text
	}
	text := c.say(lang, key, args)
	if text != key {
		phrases.Put(p, text)
	}
	return text
}

// phrase is words with small numbers and short words in them: most of those that a page
// repeats. They are said once and kept.
type phrase struct {
	lang, key string
	args      [4]any // names and values, of which only short ones
}

const (
	smallNumber = 1000
	shortWord   = 48 // bytes: a moment, the name of a kind
	phrasesKept = 8192
)

var phrases = cache.New[phrase, string](phrasesKept)

func phraseOf(lang, key string, args []any) (phrase, bool) {
	p := phrase{lang: lang, key: key}
	if len(args) > len(p.args) {
		return p, false
	}
	for i, a := range args {
		switch v := a.(type) {
		case int:
			if v < 0 || v >= smallNumber {
				return p, false
			}
		case string:
			if len(v) > shortWord {
				return p, false
			}
		default:
			return p, false
		}
		p.args[i] = a
	}
	return p, true
}

// say asks the library.
func (c catalogue) say(lang, key string, args []any) string {
	speaker, ok := c.speakers[lang]
	if !ok {
		speaker = c.speakers[Languages[0]]
	}
	config := &goi18n.LocalizeConfig{MessageID: key}
	if len(args) > 1 {
		data := make(map[string]any, len(args)/2)
		for i := 0; i+1 < len(args); i += 2 {
			name := fmt.Sprint(args[i])
			data[name] = figure(lang, args[i+1])
			if n, ok := args[i+1].(int); ok && name == "n" {
				config.PluralCount = n
			}
		}
		config.TemplateData = data
	}
	text, err := speaker.Localize(config)
	if err != nil && config.PluralCount != nil {
		// Italian has a form for millions ("many") that the catalogues leave out.
		config.PluralCount = nil
		text, err = speaker.Localize(config)
	}
	var missing *goi18n.MessageNotFoundErr
	if errors.As(err, &missing) || text == "" {
		return key
	}
	return text
}

// figure writes whole numbers as the language does; the rest stays as it is.
func figure(lang string, v any) any {
	switch n := v.(type) {
	case int:
		return Number(lang, int64(n))
	case int64:
		return Number(lang, n)
	}
	return v
}
