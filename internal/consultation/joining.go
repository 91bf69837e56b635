package consultation

import (
	"slices"
	"strings"

	"github.com/google/uuid"

	"delfi/internal/delphi"
	"delfi/internal/fault"
	"delfi/internal/prose"
)

// Joining is a statement that joins after a round, as the facilitator gives it. Its words are
// the facilitator's own, or rest on one contribution or one reason of the panel, which keeps
// its author's alias, or no name at all.
type Joining struct {
	Kind         string
	Text         string
	Texts        map[string]string // Text by further language
	Contribution uuid.UUID         // that it rests on; uuid.Nil for none
	Digest       string            // of the reason that it rests on; "" for none
	Reason       string            // public
}

// TranslatedField names the field of a joining statement's words in a further language.
func TranslatedField(lang string) string { return "text." + lang }

// Joins tells whether new statements may join now: nil from the release of the round that the
// protocol names until the next answering round opens.
func (c Consultation) Joins() error {
	after, last := c.Protocol.Items.NewAfterRound, c.LastReleased()
	if after == 0 {
		return fault.New(fault.Conflict, "no_new_items", "the protocol lets no statement join")
	}
	if len(c.JoiningKinds()) == 0 {
		return fault.New(fault.Conflict, "new_items_listed", "the statements are answered as one list, which stays as it is")
	}
	if err := c.NeedRunning(); err != nil {
		return err
	}
	if err := c.Between(); err != nil {
		return err
	}
	switch {
	case last == nil || last.Number < after:
		return fault.New(fault.Conflict, "new_items_early", "statements join after a round that is not released yet").With("round", after)
	case last.Number > after:
		return fault.New(fault.Conflict, "new_items_late", "statements could join until the next round opened").With("round", after)
	case c.RoundsLeft() == 0:
		return fault.New(fault.Conflict, "no_round_left", "no round is left in which it could be answered")
	}
	return nil
}

// JoiningKinds are the kinds that a joining statement may have: those of the protocol but the
// ones whose items are answered as one list, since a list of other items has no table of change.
func (c Consultation) JoiningKinds() []delphi.ItemKind {
	return slices.DeleteFunc(slices.Clone(c.Protocol.ItemKinds), func(k delphi.ItemKind) bool { return k.Kind.Listed() })
}

// CheckJoining cleans a joining statement; Invalid names every field at fault: "kind", "text",
// those of TranslatedField, and "reason". all are the statements of the consultation.
func (c Consultation) CheckJoining(j Joining, all []Item) (Joining, error) {
	var bad []fault.Field
	kinds := c.JoiningKinds()
	if j.Kind == "" && len(kinds) == 1 {
		j.Kind = kinds[0].ID
	}
	if !slices.ContainsFunc(kinds, func(k delphi.ItemKind) bool { return k.ID == j.Kind }) {
		bad = append(bad, fault.Field{Name: "kind", Code: "unknown_kind", Message: "the protocol knows no such kind of item"})
	}
	line := func(name, typed string) string {
		return prose.Field{Name: name, Max: ItemMost, Needed: true, Line: true}.Read(strings.Join(strings.Fields(typed), " "), &bad)
	}
	typed := j.Texts
	j.Text, j.Texts = line("text", j.Text), nil
	for _, l := range c.Further() {
		if j.Texts == nil {
			j.Texts = map[string]string{}
		}
		j.Texts[l] = line(TranslatedField(l), typed[l])
	}
	if i := slices.IndexFunc(all, func(i Item) bool {
		return i.State != ItemDropped && i.State != ItemSuperseded && strings.EqualFold(i.Text, j.Text)
	}); i >= 0 && j.Text != "" {
		f := fault.Field{Name: "text", Code: "asked_already", Message: "are the words of a statement in play", Args: map[string]any{"number": all[i].Number}}
		if all[i].State == ItemSettled {
			f.Code, f.Message = "settled_already", "are the words of a statement that is settled: bring that back"
		}
		bad = append(bad, f)
	}
	j.Reason = prose.Field{Name: "reason", Max: 2000, Needed: true}.Read(j.Reason, &bad)
	if len(bad) > 0 {
		return j, fault.Bad(bad...)
	}
	return j, nil
}
