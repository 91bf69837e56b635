package schema

import (
	"cmp"
	"encoding/json"
	"slices"

	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/consultation/feedback"
	"delfi/internal/delphi"
	"delfi/internal/delphi/table"
	"delfi/internal/delphi/verdict"
)

// Format names the document's shape, so that it can change.
const Format = "delfi opinion v1"

// Opinion is the consolidated result of one consultation, dissent included.
type Opinion struct {
	Format          string            `json:"format"`  // "delfi opinion v1"
	Version         int               `json:"version"` // 1 at publication
	Consultation    uuid.UUID         `json:"consultation"`
	Slug            string            `json:"slug"`
	Title           string            `json:"title"`
	Question        string            `json:"question"`
	Language        string            `json:"language"`
	Administration  string            `json:"administration"`
	AnnouncedOn     string            `json:"announced_on"` // dates in Europe/Rome, 2006-01-02; "" where none
	ConcludedOn     string            `json:"concluded_on"`
	PublishedOn     string            `json:"published_on"`
	DestroyedOn     string            `json:"destroyed_on"`     // when key and ballots were gone
	ReplyDue        string            `json:"reply_due"`        // the administration's written reply; "" with an origin
	DecideBy        string            `json:"decide_by"`        // "" with an origin
	ConcludedReason string            `json:"concluded_reason"` // given with the conclusion; "" for none
	Commitment      *Commitment       `json:"commitment"`       // nil with an origin
	Origin          *Origin           `json:"origin"`           // of a conversation held elsewhere
	Protocol        json.RawMessage   `json:"protocol"`         // the frozen document
	ProtocolHash    string            `json:"protocol_hash"`
	Reading         []Document        `json:"reading,omitempty"` // what the panel was given with the announcement
	Groups          []Group           `json:"groups"`            // protocol order
	Draws           []Draw            `json:"draws,omitempty"`   // of groups that were drawn by lot, by group
	Scales          map[string]Scale  `json:"scales"`            // by id of item kind
	Staff           []Steward         `json:"staff"`             // who steered, by office
	Rounds          []Round           `json:"rounds"`            // participation, in order of their numbers
	Summary         Summary           `json:"summary"`           // how many items reached what, by side
	Items           []Item            `json:"items"`             // by number
	Lists           []List            `json:"lists,omitempty"`
	Contributions   []Contribution    `json:"contributions"`
	Received        Received          `json:"received"`
	Acts            []ActCount        `json:"acts"` // how often the staff did what, from the record
	Attrition       []Attrition       `json:"attrition"`
	Deviations      []Deviation       `json:"deviations"` // acts that departed from the plan or a proposal
	Texts           Texts             `json:"texts"`
	Minority        Minority          `json:"minority"`
	Suppressed      []SuppressedTable `json:"suppressed"` // what the disclosure rule kept back, without figures

	// Translations of its texts by further language and by field (consultation.TextFields).
	Translations map[string]map[string]string `json:"translations,omitempty"`
}

// In gives the opinion as it is read in a further language: texts that have words in it are of
// that language.
func (o Opinion) In(lang string) Opinion {
	words, held := o.Translations[lang]
	if !held {
		return o
	}
	o.Title, o.Question = cmp.Or(words["title"], o.Title), cmp.Or(words["question"], o.Question)
	o.Items = slices.Clone(o.Items)
	for n := range o.Items {
		i := &o.Items[n]
		if text := i.Texts[lang]; text != "" {
			i.Original, i.Text, i.Language = i.Text, text, lang
		}
		i.History = slices.Clone(i.History)
		for k := range i.History {
			i.History[k].Text = cmp.Or(i.History[k].Texts[lang], i.History[k].Text)
		}
	}
	return o
}

// Commitment is the administration's promise; words that were corrected since the
// announcement are among the deviations.
type Commitment struct {
	Quotation string `json:"quotation"`
	Decider   string `json:"decider"`
	Subject   string `json:"subject"`
	DecideBy  string `json:"decide_by"`
	ReplyDays int    `json:"reply_days"`
	Act       string `json:"act"`
	Signatory string `json:"signatory"`
	Money     string `json:"money"`
	LeftOut   string `json:"left_out"`
}

// Origin is where an imported conversation was held.
type Origin struct {
	Name    string `json:"name"`
	URL     string `json:"url"`
	Licence string `json:"licence"`
}

// Document is one that the panel was given to read, as it stood then.
type Document struct {
	Number  int    `json:"number"` // in the library
	Version int    `json:"version"`
	Title   string `json:"title"`
	Source  string `json:"source"`
	Dated   string `json:"dated"`  // 2006-01-02; "" for no date
	Digest  string `json:"digest"` // SHA-256 of the file, or of the link's address
}

// Group is one group of the panel.
type Group struct {
	ID   string            `json:"id"`
	Name map[string]string `json:"name"` // by language
}

// Scale is what a chart needs to know of an item kind.
type Scale struct {
	Points  int               `json:"points"`
	Low     map[string]string `json:"low"`
	High    map[string]string `json:"high"`
	Classes [][2]int          `json:"classes"`
}

// Steward is one of the staff.
type Steward struct {
	Name   string `json:"name"`
	Role   string `json:"role"`
	Office string `json:"office"`
}

// Round is the participation in one round.
type Round struct {
	Number     int                `json:"number"`
	Kind       delphi.RoundKind   `json:"kind"`
	State      string             `json:"state"` // released, or skipped when left over
	OpenedOn   string             `json:"opened_on"`
	ClosedOn   string             `json:"closed_on"`
	Extensions int                `json:"extensions"`
	Reason     string             `json:"reason"` // of an early closing
	Enrolled   int                `json:"enrolled"`
	Answered   int                `json:"answered"` // ballots; 0 in a gather round
	Groups     []table.GroupCount `json:"groups"`
	Document   string             `json:"document"` // hash of its feedback document
	Brief      *Brief             `json:"brief,omitempty"`
}

// Brief is the facilitator's words about a round; nil where nobody wrote any.
type Brief struct {
	Version int               `json:"version"`
	Text    string            `json:"text"`            // Markdown
	Texts   map[string]string `json:"texts,omitempty"` // Text by further language
}

// Item is one statement with its whole history.
type Item struct {
	ID        uuid.UUID `json:"id"`
	Number    int       `json:"number"`
	Text      string    `json:"text"`
	Kind      string    `json:"kind"`  // id of its item kind
	State     string    `json:"state"` // settled, dropped, superseded
	SettledIn int       `json:"settled_in"`
	ItemFigures
	Parents       []uuid.UUID `json:"parents"`
	Contributions []uuid.UUID `json:"contributions"`    // that it was made from
	Joined        *Joined     `json:"joined,omitempty"` // after a round; nil for what was asked from the first

	Texts    map[string]string `json:"texts,omitempty"` // Text by further language
	Original string            `json:"-"`               // Text in the first language, where it is read in another (Opinion.In); ""
	Language string            `json:"-"`               // of Text, where it is read in another than the first; ""
}

// Joined is how a statement joined after a round: by the facilitator, as the protocol allows.
type Joined struct {
	Round  int    `json:"round"`          // after which it joined
	Said   string `json:"said,omitempty"` // digest of the reason of that round that it rests on
	Reason string `json:"reason"`         // why it joined
}

// Gone tells whether an item was taken out of play: its history stands in the opinion,
// and its verdict is counted nowhere.
func (i Item) Gone() bool {
	return i.State == string(consultation.ItemDropped) || i.State == string(consultation.ItemSuperseded)
}

// Last gives the item's last rated round, and whether there is one.
func (i Item) Last() (ItemRound, bool) {
	if len(i.History) == 0 {
		return ItemRound{}, false
	}
	return i.History[len(i.History)-1], true
}

// ItemRound is what one round said about an item.
type ItemRound struct {
	Round    int               `json:"round"` // number of the round; of the release in a standing round
	Text     string            `json:"text"`  // the wording that was rated
	Counts   table.ItemCounts  `json:"counts"`
	Tables   []table.Table     `json:"tables"`
	Figures  verdict.Figures   `json:"figures"`
	Verdict  verdict.Verdict   `json:"verdict"`
	Proposal verdict.Proposal  `json:"proposal"`
	Decision *Decision         `json:"decision"` // nil when nobody decided otherwise than by the rule
	Reasons  []feedback.Reason `json:"reasons"`

	Texts map[string]string `json:"texts,omitempty"` // Text by further language

	Criteria []feedback.CriterionResult `json:"criteria,omitempty"` // of a criteria item
}

// List is what the rounds said of items that are answered as one list, oldest first.
type List struct {
	Kind    string      `json:"kind"` // id of the items' kind
	History []ListRound `json:"history"`
}

// ListRound is what one round said about a list.
type ListRound struct {
	Round int `json:"round"` // as an item's
	feedback.ListResult
}

// Decision is what the facilitator decided after a round.
type Decision struct {
	Proposed string `json:"proposed"`
	Decided  string `json:"decided"`
	Reason   string `json:"reason"`
	Against  bool   `json:"against"` // against the engine's proposal
}

// Contribution is one admitted or rejected text under its alias.
type Contribution struct {
	ID      uuid.UUID   `json:"id"`
	Alias   string      `json:"alias"`
	Body    string      `json:"body"` // Markdown
	State   string      `json:"state"`
	Reason  string      `json:"reason"`            // of a rejection
	Removed string      `json:"removed,omitempty"` // the legal ground on which the text was removed; it is "" then
	Items   []uuid.UUID `json:"items"`

	Language string `json:"language,omitempty"` // of Body; left out for the consultation's first, and where too few wrote in it
}

// Received counts contributions; the parts add up.
type Received struct {
	All      int `json:"all"`
	Admitted int `json:"admitted"`
	Rejected int `json:"rejected"`
	Pending  int `json:"pending"`
}

// ActCount counts one kind of act in the public record.
type ActCount struct {
	Kind  string `json:"kind"`
	Role  string `json:"role"`
	Count int    `json:"count"`
}

// Attrition is who answered a round and who stopped since the one before, as
// people and never as answers.
type Attrition struct {
	Round    int            `json:"round"`
	Previous int            `json:"previous"` // number of the previous answering round; 0 in the first
	Answered int            `json:"answered"`
	Before   int            `json:"before"` // answered the previous round
	Items    []ItemLeavings `json:"items"`
}

// ItemLeavings counts, for one item, who answered only one of two rounds.
type ItemLeavings struct {
	Item        uuid.UUID `json:"item"`
	Valid       int       `json:"valid"`
	CannotJudge int       `json:"cannot_judge"`
	Paired      int       `json:"paired"`
	LeftBefore  int       `json:"left_before"`
	LeftAfter   int       `json:"left_after"`
}

// Deviation is an act that departed from the plan, with its public reason.
type Deviation struct {
	On     string `json:"on"`
	Kind   string `json:"kind"`
	Target string `json:"target"`
	Reason string `json:"reason"`
}

// SuppressedTable names a table that the rule withheld.
type SuppressedTable struct {
	Round int       `json:"round"`
	Item  uuid.UUID `json:"item"`
	What  string    `json:"what"` // "answers", "group/<id>", "shift"
}

// Texts are the administration's words, Markdown; "" is shown as "not reported".
type Texts struct {
	Summary     string `json:"summary"`
	Limitations string `json:"limitations"`
}

// Contribution gives a contribution by id, and whether there is one.
func (o Opinion) Contribution(id uuid.UUID) (Contribution, bool) {
	for _, c := range o.Contributions {
		if c.ID == id {
			return c, true
		}
	}
	return Contribution{}, false
}
