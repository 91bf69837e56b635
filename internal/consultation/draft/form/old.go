package form

import (
	"encoding/json"
	"strconv"
	"strings"

	"delfi/internal/delphi"
)

// flat are the fields of a draft as it was stored before it was a protocol document: one
// classical question to one group.
type flat struct {
	GatherDays, AnswerDays, AnswerRounds  string
	Points, LowLabel, HighLabel           string
	SharePermille, CannotJudge, GroupName string
	AnonymityMode, CommitmentReplyDays    string
}

// written tells whether any of the fields was filled in.
func (o flat) written() bool {
	return o.GatherDays+o.AnswerDays+o.AnswerRounds+o.Points+o.LowLabel+o.HighLabel+o.SharePermille+o.CannotJudge+o.GroupName+o.AnonymityMode != ""
}

// whole is a number as it is typed: what is none stays a text, which the document faults.
func whole(typed string) any {
	typed = strings.TrimSpace(typed)
	if typed == "" {
		return nil
	}
	n, err := strconv.Atoi(typed)
	if err != nil || strconv.Itoa(n) != typed {
		return typed
	}
	return json.Number(typed)
}

// document puts the fields into a draft's protocol document, which has none of them yet.
func (o flat) document(f Form) Document {
	d, bad := ReadDocument(f.Protocol)
	if bad != nil {
		return d
	}
	set := func(path string, value any) {
		if value != nil && value != "" && d.Value(path) == nil {
			d = d.With(path, value)
		}
	}
	if strings.TrimSpace(f.Protocol) == "" && o.written() {
		set("version", json.Number("1"))
		set("variant", "classical")
		set("languages", []any{f.Language})
		set("panel.groups[0].id", "panel")
		set("panel.groups[0].name."+f.Language, strings.TrimSpace(o.GroupName))
		set("anonymity.mode", o.AnonymityMode)
		rounds := []any{map[string]any{"kind": "gather", "min_days": json.Number("0")}}
		answers, _ := strconv.Atoi(strings.TrimSpace(o.AnswerRounds))
		for range min(answers, 9) {
			rounds = append(rounds, map[string]any{"kind": "answer", "min_days": json.Number("0")})
		}
		set("rounds", rounds)
		set("rounds[0].days", whole(o.GatherDays))
		for i := 1; i < len(rounds); i++ {
			set("rounds["+strconv.Itoa(i)+"].days", whole(o.AnswerDays))
		}
		set("item_kinds[0].id", "scale")
		set("item_kinds[0].kind", "scale")
		set("item_kinds[0].points", whole(o.Points))
		set("item_kinds[0].low."+f.Language, strings.TrimSpace(o.LowLabel))
		set("item_kinds[0].high."+f.Language, strings.TrimSpace(o.HighLabel))
		set("item_kinds[0].cannot_judge", o.CannotJudge != "")
		set("items.source", "contributions")
		set("consensus.rule", "share")
		set("consensus.share.permille", whole(o.SharePermille))
		if points, err := strconv.Atoi(strings.TrimSpace(o.Points)); err == nil {
			if classes := delphi.DefaultClasses(points); classes != nil {
				set("consensus.share.from", whole(strconv.Itoa(classes[len(classes)-1][0])))
				set("consensus.share.to", whole(strconv.Itoa(points)))
			}
		}
	}
	if o.CommitmentReplyDays != "" {
		set("reply.n", whole(o.CommitmentReplyDays))
		set("reply.unit", "day")
	}
	return d
}
