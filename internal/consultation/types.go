package consultation

import (
	"time"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/delphi"
)

// Stage is where a consultation stands (METHOD.md §9).
type Stage string

// The stages.
const (
	Draft     Stage = "draft"
	Announced Stage = "announced"
	Running   Stage = "running"
	Concluded Stage = "concluded"
	Published Stage = "published"
	Answered  Stage = "answered"
	Withdrawn Stage = "withdrawn"
)

// RoundState is where a round stands.
type RoundState string

// The states of a round.
const (
	RoundPlanned  RoundState = "planned"
	RoundOpen     RoundState = "open"
	RoundClosing  RoundState = "closing"
	RoundClosed   RoundState = "closed"
	RoundReleased RoundState = "released"
	RoundSkipped  RoundState = "skipped"
)

// ItemState is where an item stands.
type ItemState string

// The states of an item.
const (
	ItemCandidate  ItemState = "candidate"
	ItemLive       ItemState = "live"
	ItemSettled    ItemState = "settled"
	ItemDropped    ItemState = "dropped"
	ItemSuperseded ItemState = "superseded"
)

// Consultation is one question that an administration puts to a panel.
type Consultation struct {
	ID                 uuid.UUID
	Administration     uuid.UUID
	AdministrationName string
	Slug               string // its address, unique on the server
	Language           string // of its texts: "it", "en"
	Title              string
	Question           string // one sentence
	Background         string // Markdown
	Stage              Stage
	Suspended          *Suspension // nil unless suspended now
	Commitment         Commitment
	Protocol           delphi.Protocol // frozen from announced on
	ProtocolHash       string          // hex SHA-256 of the canonical protocol; "" in a draft
	StartsAt           time.Time       // when round 1 opens, unless earlier by hand
	Origin             *Origin         // of a conversation held elsewhere; nil otherwise
	Staff              []Member
	Rounds             []Round // in order of their numbers; planned from announced on
	AnnouncedAt        time.Time
	ConcludedAt        time.Time
	PublishedAt        time.Time
	DestroyedAt        time.Time // when key and ballots were gone
	Reason             string    // of a withdrawal
}

// Commitment is the act by which the administration says who decides, on what,
// by when, and that it will answer.
type Commitment struct {
	Quotation string    // the promise, as it is quoted on the page
	Decider   string    // who decides: "La Giunta comunale"
	Subject   string    // on what
	DecideBy  time.Time // date (UTC midnight)
	ReplyDays int       // written reply due so many days after publication
	Act       string    // "Delibera di Giunta n. 41 del 27 gennaio 2026"
	Signatory string    // "Giulia Bortolotti, assessora alla mobilità"
	Money     string    // optional
	LeftOut   string    // optional: what stays out
}

// Origin tells where an imported conversation was held.
type Origin struct {
	Name    string // "Polis"
	URL     string
	Licence string
}

// Member is one of the staff of a consultation.
type Member struct {
	Account uuid.UUID
	Name    string
	Role    account.Role // Moderator or Facilitator
	Office  string       // "Ufficio relazioni con il pubblico"
}

// Suspension is an interval in which forms are read-only.
type Suspension struct {
	Since  time.Time
	Reason string
}

// Round is one round.
type Round struct {
	ID           uuid.UUID
	Consultation uuid.UUID
	Number       int
	Kind         delphi.RoundKind
	State        RoundState
	PlannedAt    time.Time // planned opening
	OpenedAt     time.Time
	Deadline     time.Time // planned until it opens, then the real one
	ClosedAt     time.Time // the deadline's instant also when the server was down
	ReleasedAt   time.Time
	Extensions   int
	Enrolled     int    // people enrolled when it closed (when open: at its opening)
	Turnout      int    // the only number of an open round: multiple of 5, moved hourly
	Reason       string // of an early closing
}

// Item is one statement that is rated, in its current version.
type Item struct {
	ID           uuid.UUID
	Consultation uuid.UUID
	Number       int // 1.. as shown
	State        ItemState
	Text         string
	Was          string // wording of the previous version after an editorial reword since the last round; ""
	New          bool   // entered after the last answering round
	Kind         string // id of its item kind in the protocol
	Parents      []uuid.UUID
	SettledIn    int // number of the round whose verdict settled it; 0
}

// DraftForm is all that the drafting form has, as it was typed: a failing form
// comes back with every character. Field names in faults are these keys in
// snake case, e.g. "commitment_quotation", "moderators", "share_permille".
type DraftForm struct {
	Slug, Language, Title, Question, Background                                   string
	CommitmentQuotation, CommitmentDecider, CommitmentSubject, CommitmentDecideBy string // date 2006-01-02
	CommitmentReplyDays, CommitmentAct, CommitmentSignatory                       string
	CommitmentMoney, CommitmentLeftOut                                            string
	Moderators, Facilitators                                                      []string          // account ids
	Offices                                                                       map[string]string // account id → office
	StartsOn                                                                      string            // date 2006-01-02
	GatherDays, AnswerDays, AnswerRounds                                          string
	Points, LowLabel, HighLabel                                                   string // 2..11
	SharePermille                                                                 string // ≥ 660
	CannotJudge                                                                   string // "on" or ""
	GroupName                                                                     string // the one group, e.g. "Cittadini"
}

// Decision is what the facilitator decides about an item between rounds.
type Decision string

// The decisions, which are also the engine's proposals.
const (
	Settle Decision = "settle"
	GoOn   Decision = "go-on"
	Reword Decision = "reword"
)
