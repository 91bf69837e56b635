package wording

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/google/uuid"

	"delfi/internal/consultation/feedback"
	"delfi/internal/report/schema"
	"delfi/internal/verify/replay"
	"delfi/internal/verify/source"
)

// Statements are those of one consultation, as its lists have shown them so far. The zero value
// has shown none.
type Statements struct {
	shown   map[uuid.UUID]map[digest]bool // by statement: words in each language that lists had
	last    map[uuid.UUID]feedback.Asked  // as the newest list has it
	decided map[int]bool                  // numbers that decisions before the first list name
}

// digest is that of words in a language, "" for the first.
type digest struct {
	lang string
	sum  [sha256.Size]byte
}

func digestOf(lang, words string) digest { return digest{lang, sha256.Sum256([]byte(words))} }

// List checks a round's list of statements, which was recorded before an entry: each has words
// that an act or an earlier list gave it, or its first ones, and each translation is the last
// that was recorded of its version.
func (s *Statements) List(file string, l *replay.Life, items []feedback.Asked, before int64) error {
	numbers := map[int]bool{}
	for n, i := range items {
		called, own := fmt.Sprintf("item %d of the list", n+1), l.Wordings(i.Item, i.Number, before)
		if numbers[i.Number] {
			return &source.Fault{File: file, What: "two statements of the list have one number: " + called, Found: fmt.Sprint(i.Number)}
		}
		numbers[i.Number] = true
		if err := s.made(file, called, own, i); err != nil {
			return err
		}
		if err := s.check(file, called, own, i); err != nil {
			return err
		}
	}
	if s.shown == nil {
		s.shown, s.last, s.decided = map[uuid.UUID]map[digest]bool{}, map[uuid.UUID]feedback.Asked{}, map[int]bool{}
		for _, d := range l.Decisions {
			if d.Record.N < before {
				s.decided[d.Item] = true
			}
		}
	}
	for _, i := range items {
		if s.shown[i.Item] == nil {
			s.shown[i.Item] = map[digest]bool{}
		}
		for lang, words := range spoken(i.Text, i.Texts) {
			s.shown[i.Item][digestOf(lang, words)] = true
		}
		s.last[i.Item] = i
	}
	return nil
}

// made checks that a statement which no earlier list has was made by an act: it joined, or
// contributions or other statements were put into it. Those of the first list were given with the
// announcement, as was one that a decision took out of play before that list.
func (s *Statements) made(file, called string, own []replay.Wording, i feedback.Asked) error {
	if _, listed := s.last[i.Item]; listed || s.shown == nil || s.decided[i.Number] {
		return nil
	}
	if slices.ContainsFunc(own, func(w replay.Wording) bool { return w.Born || w.Gone && w.ID != uuid.Nil }) {
		return nil
	}
	return &source.Fault{File: file, What: "no earlier list has this statement, and no act made it: " + called, Found: source.Short(fmt.Sprintf("statement %d: %s", i.Number, i.Text)), Expected: "a statement that joined, was merged or came of a rewording"}
}

// Translated tells of the texts of a statement whether all are in further languages of the
// protocol, and whether each of these has one.
func Translated(further []string, texts map[string]string) (declared, whole bool) {
	for l, text := range texts {
		if text == "" || !slices.Contains(further, l) {
			return false, false
		}
	}
	return true, len(texts) == len(further)
}

// Opinion checks the statements of an opinion as the lists are checked. An entry of the log, at
// which it was published, is later than all acts on statements; further are the languages of
// the protocol beside the first.
func (s *Statements) Opinion(file string, l *replay.Life, further []string, o *schema.Opinion, at int64) error {
	numbers := map[uuid.UUID]int{}
	for _, i := range o.Items {
		numbers[i.ID] = i.Number
	}
	for n, i := range o.Items {
		if declared, _ := Translated(further, i.Texts); !declared {
			return &source.Fault{File: file, What: fmt.Sprintf("a statement has words in other languages than the protocol declares: items[%d]", n), Found: source.Short(strings.Join(slices.Sorted(maps.Keys(i.Texts)), " ")), Expected: source.Short(strings.Join(further, " "))}
		}
		var parents []int
		for _, p := range i.Parents {
			parents = append(parents, numbers[p])
		}
		want := slices.Sorted(slices.Values(l.Parents(i.Number)))
		if slices.Sort(parents); !slices.Equal(parents, want) {
			return &source.Fault{File: file, What: fmt.Sprintf("a statement comes of other statements than its act says: items[%d]", n), Found: fmt.Sprint(parents), Expected: fmt.Sprint(want)}
		}
		as := feedback.Asked{Item: i.ID, Number: i.Number, Text: i.Text, Texts: i.Texts}
		if err := s.check(file, fmt.Sprintf("items[%d]", n), l.Wordings(i.ID, i.Number, at), as); err != nil {
			return err
		}
	}
	return nil
}

// spoken are the words of a statement by language, "" for the first.
func spoken(text string, texts map[string]string) map[string]string {
	out := map[string]string{"": text}
	maps.Copy(out, texts)
	return out
}

// holds tells whether a statement has the words that an earlier list has of it; languages may come.
func holds(last feedback.Asked, now map[string]string) bool {
	for lang, words := range spoken(last.Text, last.Texts) {
		if now[lang] != words {
			return false
		}
	}
	return true
}

// check compares one statement with its wordings.
func (s *Statements) check(file, called string, own []replay.Wording, i feedback.Asked) error {
	last, listed := s.last[i.Item]
	texts := spoken(i.Text, i.Texts)
	if i.Version > 0 && (i.Version < last.Version || i.Version == last.Version && !holds(last, texts)) {
		return &source.Fault{File: file, What: "a statement has other words in the version that an earlier list shows: " + called, Found: fmt.Sprintf("version %d: %s", i.Version, source.Short(i.Text)), Expected: fmt.Sprintf("version %d: %s", last.Version, source.Short(last.Text))}
	}
	born := slices.ContainsFunc(own, func(w replay.Wording) bool { return w.Born })
	for _, lang := range slices.Sorted(maps.Keys(texts)) {
		words := texts[lang]
		d, known, exact := digestOf(lang, words), false, (*replay.Wording)(nil)
		for n := range own {
			w := &own[n]
			if !w.In(lang) {
				continue
			}
			known = known || w.Gone || w.Digest == d.sum
			switch {
			case w.ID != uuid.Nil:
				exact = nil // the act does not tell its version
			case int(w.Version) == i.Version && i.Version > 0:
				exact = w
			}
		}
		what := "the words of a statement are not those that the log has of it"
		if lang != "" {
			what = "the translation of a statement into " + lang + " is not one that the log has of it"
		}
		// Of one that was given with the announcement the first list binds the words.
		if exact != nil && !exact.Gone && exact.Digest != d.sum || exact == nil && !known && !s.shown[i.Item][d] && (listed || born) {
			return &source.Fault{File: file, What: what + ": " + called, Found: source.Short(words), Expected: "words of an entry, or of an earlier list"}
		}
	}
	return nil
}
