package translation

import (
	"context"
	"maps"
	"slices"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/internal/consultation/lifecycle"
	"delfi/internal/fault"
	"delfi/internal/ledger"
	"delfi/internal/platform/postgres"
	"delfi/internal/prose"
)

// Service has the use cases.
type Service struct {
	db     *postgres.DB
	record *ledger.Service
}

// New makes the service.
func New(db *postgres.DB, l *ledger.Service) *Service { return &Service{db: db, record: l} }

// Sheet is the statements of a consultation, each beside its translations.
type Sheet struct {
	Consultation consultation.Consultation
	Lines        []Line // of the statements in play, by number
	Refused      error  // why the reader may not translate; nil when they may
}

// Line is one statement in play.
type Line struct {
	Item   consultation.Item
	Before map[string]string // newest translation of an earlier version, by language
	Shown  bool              // a round has shown this version: other words need a reason
}

// Lacking counts the statements that have no words in some language.
func (s Sheet) Lacking() int { return len(s.Consultation.Lacking(s.items())) }

func (s Sheet) items() []consultation.Item {
	out := make([]consultation.Item, len(s.Lines))
	for n, l := range s.Lines {
		out[n] = l.Item
	}
	return out
}

// Lacks gives the languages in which a statement has no words.
func (s Sheet) Lacks(l Line) []string { return l.Item.Lacks(s.Consultation.Further()) }

// Sheet reads the statements for one of the consultation's staff.
func (s *Service) Sheet(ctx context.Context, actor account.Actor, slug string) (Sheet, error) {
	c, err := lifecycle.Find(ctx, s.db, actor, slug)
	if err != nil {
		return Sheet{}, err
	}
	if err := consultation.CanSit(actor, c); err != nil {
		return Sheet{}, err
	}
	out := Sheet{Consultation: c}
	_, out.Refused = consultation.CanTranslate(actor, c)
	err = s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		items, err := lifecycle.LiveItems(ctx, tx, c)
		if err != nil {
			return err
		}
		before, err := lifecycle.Earlier(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		shown, err := lifecycle.ShownVersions(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		for _, it := range items {
			out.Lines = append(out.Lines, Line{Item: it, Before: before[it.ID], Shown: shown[it.ID]})
		}
		return nil
	})
	return out, err
}

// Words are a statement's words in further languages, as a moderator gives them.
type Words struct {
	Item    uuid.UUID
	Version int               // of the statement that was translated
	Texts   map[string]string // by language; blank for one that is left for later
	Seen    map[string]string // prose.Version of the words that stood there, by language
	Reason  string            // needed where other words take the place of some that a round has shown
}

// Field is the name of the field of a statement's words in a language.
func Field(lang string) string { return "text." + lang }

// maxReason is how long a reason may be, in characters.
const maxReason = 600

// Translate gives a statement its words in further languages (moderator). The same words
// again change nothing; words are not taken away. Conflict "item_changed" when the statement
// has other words in the first language by now, "translation_changed" when somebody else
// translated it in the meantime.
func (s *Service) Translate(ctx context.Context, actor account.Actor, slug string, w Words) error {
	return lifecycle.Act(ctx, s.db, actor, slug, func(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation) error {
		by, err := consultation.CanTranslate(actor, *c)
		if err != nil {
			return err
		}
		it, err := lifecycle.Item(ctx, tx, c, w.Item)
		if err != nil {
			return err
		}
		if _, _, err := it.State.Step(consultation.ActTranslate, by.Role); err != nil {
			return err
		}
		if w, err = w.check(*c); err != nil {
			return err
		}
		shown, err := lifecycle.Shown(ctx, tx, it)
		if err != nil {
			return err
		}
		var changed []string
		replaced := false
		for _, l := range slices.Sorted(maps.Keys(w.Texts)) {
			now := it.Translations[l].Text
			if text := w.Texts[l]; text == "" || text == now {
				continue
			}
			if it.Version == w.Version && prose.Version(now) != w.Seen[l] {
				return fault.New(fault.Conflict, "translation_changed", "somebody translated this statement in the meantime")
			}
			changed, replaced = append(changed, l), replaced || now != ""
		}
		switch {
		case len(changed) == 0:
			return nil
		case it.Version != w.Version:
			return fault.New(fault.Conflict, "item_changed", "somebody has changed the statement's words in the meantime")
		case shown && replaced && w.Reason == "":
			return fault.Bad(fault.Field{Name: "reason", Code: "required", Message: "say why words change that a round has shown"})
		}
		for _, l := range changed {
			was := it.Translations[l].Text
			if it, err = lifecycle.Retranslate(ctx, tx, it, l, w.Texts[l]); err != nil {
				return err
			}
			if err := s.note(ctx, tx, c, by, it, l, w, was); err != nil {
				return err
			}
		}
		return nil
	})
}

// check reads what was typed; Invalid names the fields.
func (w Words) check(c consultation.Consultation) (Words, error) {
	var bad []fault.Field
	typed := w.Texts
	w.Texts = map[string]string{}
	for _, l := range c.Further() {
		w.Texts[l] = prose.Field{Name: Field(l), Max: consultation.ItemMost, Line: true}.Read(typed[l], &bad)
	}
	for _, l := range slices.Sorted(maps.Keys(typed)) {
		if _, declared := w.Texts[l]; !declared {
			bad = append(bad, fault.Field{Name: Field(l), Code: "language_undeclared", Message: "the consultation is not held in this language", Args: map[string]any{"language": l}})
		}
	}
	w.Reason = prose.Field{Name: "reason", Max: maxReason, Line: true}.Read(w.Reason, &bad)
	if len(bad) > 0 {
		return w, fault.Bad(bad...)
	}
	return w, nil
}

// note writes a translation into the record.
func (s *Service) note(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation, by consultation.Author, it consultation.Item, lang string, w Words, was string) error {
	e := ledger.Entry{
		Consultation: c.ID, Type: ledger.Act, Kind: string(consultation.ActTranslate), Role: string(by.Role), Name: by.Name,
		Target: it.Target(), Reason: w.Reason,
	}
	e.Body, e.Texts = ledger.Split(map[string]any{
		"item": it.Number, "version": it.Version, "language": lang, "text": ledger.Text(w.Texts[lang]), "was": ledger.Text(was),
	})
	return s.record.Append(ctx, tx, e)
}
