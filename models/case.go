package models

import (
	"fmt"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"fengqiao/pkg/docstore"
)

// Case is the file of one dispute. Everything that happened to it is in this document and changes
// in one atomic write. State, level, review, risk and clock change only through Move.
type Case struct {
	ID            bson.ObjectID `bson:"_id"`
	docstore.Head `bson:",inline"`

	// DraftKey makes logging idempotent: account and client key, or the id where none was given.
	DraftKey string `bson:"draftKey"`
	// Number is given at acceptance, gap-free per committee and year; NumberKey is its unique key,
	// the id until then.
	Number    *CaseNumber `bson:"number,omitempty"`
	NumberKey string      `bson:"numberKey"`

	Place      Place              `bson:"place"`
	Type       DisputeType        `bson:"type"`
	Subtype    string             `bson:"subtype,omitempty"`
	Title      string             `bson:"title"`
	Facts      string             `bson:"facts"`
	Requests   []string           `bson:"requests"`
	Source     string             `bson:"source"`
	AmountFen  int64              `bson:"amountFen"`
	Households int                `bson:"households"`
	Land       *LandTransferFacts `bson:"land,omitempty"`
	Dividend   *DividendFacts     `bson:"dividend,omitempty"`
	Parties    []Party            `bson:"parties"`
	Conflict   ConflictOfInterest `bson:"conflict"`
	// Finding is the finding of a screening return that the case came from, nil for none.
	Finding   *CaseFinding `bson:"finding,omitempty"`
	Mediators []string     `bson:"mediators"`

	State  State         `bson:"state"`
	Ending ClosingReason `bson:"ending,omitempty"`
	Level  string        `bson:"level"`
	Office Office        `bson:"office"`
	Review ReviewState   `bson:"review"`
	// Risk is the level in force: the higher of what Assessment scored and what a person has Raised it
	// to. Signs and Linked are what the score takes beside the facts above; Linked names the filed case too
	// that this one goes on with.
	Risk       RiskLevel   `bson:"risk"`
	Signs      RiskSigns   `bson:"signs"`
	Linked     LinkedFacts `bson:"linked"`
	Assessment *Assessment `bson:"assessment,omitempty"`
	Raised     *RiskRaise  `bson:"raised,omitempty"`
	// RescoreAt is the next moment at which time alone can change the score, missing where none can.
	RescoreAt *time.Time `bson:"rescoreAt,omitempty"`
	// Roots are the keys of what other cases may have in common with this one; Cluster is the group
	// dispute it was confirmed to belong to. TogetherAt is when the oldest thing happened to it that
	// its fellows have not been told of, missing where none waits.
	Roots      []string     `bson:"roots"`
	Cluster    *CaseCluster `bson:"cluster,omitempty"`
	Groups     []CaseGroup  `bson:"groups"`
	TogetherAt *time.Time   `bson:"togetherAt,omitempty"`
	// Asked lets the village go on with sittings on a case that a higher level has taken over.
	Asked bool `bson:"asked"`

	Stages   []Stage   `bson:"stages"`
	Sittings []Sitting `bson:"sittings"`
	// Investigations are what people were asked beside the sittings.
	Investigations []Investigation `bson:"investigations,omitempty"`
	Agreement      *Agreement      `bson:"agreement,omitempty"`
	Failure        *Failure        `bson:"failure,omitempty"`
	Referral       *Referral       `bson:"referral,omitempty"`
	// Attachments are the photos and PDFs of the file; Filing is set when it was filed for good.
	Attachments []Attachment `bson:"attachments,omitempty"`
	Filing      *Filing      `bson:"filing,omitempty"`
	// Drafts are the texts of an agreement that is not yet signed, each kept; the last one is the current.
	Drafts []AgreementDraft `bson:"drafts,omitempty"`
	// Rounds are the earlier mediations of a dispute that came back.
	Rounds []Round `bson:"rounds,omitempty"`
	// After is what is looked after when mediation is over: reminders and visits. Nil where there is nothing.
	After *Aftercare `bson:"after,omitempty"`
	// Corrections are what was put right in the case's own fields, with what stood there before.
	Corrections []Correction `bson:"corrections,omitempty"`
	// Dictation is that of a case which somebody typed for another, nil for none.
	Dictation *Dictation `bson:"dictation,omitempty"`
	// Police is the duty to report a threat, nil where there was none.
	Police   *PoliceDuty `bson:"police,omitempty"`
	Timeline []Event     `bson:"timeline"`
	Notices  []Notice    `bson:"notices"`

	LoggedAt    time.Time  `bson:"loggedAt"`
	LoggedBy    Actor      `bson:"loggedBy"`
	AcceptedAt  *time.Time `bson:"acceptedAt,omitempty"`
	ConcludedAt *time.Time `bson:"concludedAt,omitempty"` // agreement, failure or closing: mediation is over
	ClosedAt    *time.Time `bson:"closedAt,omitempty"`
	// ActiveUntil is FarFuture until the case is closed; then when something was done to it last, or the end of
	// the day by which it is visited: one range finds what a month's report must look at.
	ActiveUntil time.Time `bson:"activeUntil"`
	// NoticeAt is when the oldest notice was made that is not yet handed over, missing when none waits.
	NoticeAt *time.Time `bson:"noticeAt,omitempty"`
	// Revision is the version of the last write that changed more than what was handed over.
	Revision int64 `bson:"revision"`
	// DueAt mirrors the open stage's deadline; NextAt is the next moment at which the sweep has
	// something to do, a warning or the deadline. Both are missing when no clock runs.
	DueAt  *time.Time `bson:"dueAt,omitempty"`
	NextAt *time.Time `bson:"nextAt,omitempty"`

	// Grams are the two-character pieces of the searchable words.
	Grams []string `bson:"grams"`
}

// CaseFinding is the finding that a case came from, as it was then.
type CaseFinding struct {
	ID    string   `bson:"id" json:"id"` // see FindingID
	Where string   `bson:"where,omitempty" json:"where"`
	Signs []string `bson:"signs" json:"signs"` // codes of RiskSigns
}

// FarFuture stands for “not yet” in fields that are ordered by.
func FarFuture() time.Time { return time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC) }

func (c *Case) DocID() any { return c.ID }

// ConflictOfInterest is that of a village whose own collective is the respondent.
type ConflictOfInterest struct {
	Exists bool `bson:"exists" json:"exists"`
	// Consent is how both parties agreed that the village mediates all the same, "" until then.
	Consent string `bson:"consent,omitempty" json:"consent,omitempty"`
}

// CaseNumber is the 卷号 of a case.
type CaseNumber struct {
	Committee string `bson:"committee" json:"committee"` // region code of the committee
	Year      int    `bson:"year" json:"year"`
	Seq       int64  `bson:"seq" json:"seq"`
	Text      string `bson:"text" json:"text"` // 〔2026〕北坡村人调字第12号
}

// NewCaseNumber writes a number as the files carry it.
func NewCaseNumber(committee *Region, year int, seq int64) *CaseNumber {
	return &CaseNumber{Committee: committee.Code, Year: year, Seq: seq, Text: fmt.Sprintf("〔%d〕%s人调字第%d号", year, committee.ShortName, seq)}
}

// Key is the unique key of the number. It sorts by sequence within a committee and year.
func (n *CaseNumber) Key() string { return fmt.Sprintf("%s/%d/%08d", n.Committee, n.Year, n.Seq) }

// NumberText is the number, or what stands in its place before acceptance.
func (c *Case) NumberText() string {
	if c.Number == nil {
		return "（未受理，暂无卷号）"
	}
	return c.Number.Text
}

// Position is where the case stands now.
func (c *Case) Position() Position {
	return Position{State: c.State, Level: c.Level, Review: c.Review, Risk: c.Risk, Ending: c.Ending, DueAt: c.DueAt}
}

// PositionAt is where the case stood at a moment: after its last event before that moment; false
// when it was not yet logged.
func (c *Case) PositionAt(at time.Time) (Position, bool) {
	for i := len(c.Timeline) - 1; i >= 0; i-- {
		if c.Timeline[i].At.Before(at) {
			return c.Timeline[i].After, true
		}
	}
	return Position{}, false
}

// Seating is what the lifecycle asks of the case.
func (c *Case) Seating(policy *Policy) Seating {
	rung, _ := policy.Rung(c.Level)
	_, above := policy.Above(c.Level)
	s := Seating{
		Position: c.Position(), Seat: rung.Seat, Region: c.Office.Region, Top: !above, Asked: c.Asked,
		Paused: c.IsPaused(), Extended: c.ExtendedAt(c.Level), Threat: c.Police.IsOpen(), Filed: c.Filing != nil,
		Drafted: len(c.Drafts) > 0, Unaffirmed: c.Dictation.IsOpen(),
	}
	for i, stage := range c.Stages {
		if stage.Level == c.Level && stage.Outcome == OutcomeReturned {
			s.Returned = true
		}
		if i < len(c.Stages)-1 && stage.Level != c.Level && stage.Outcome == OutcomeEscalated {
			s.FromBelow = true
		}
	}
	return s
}

// OpenStage is the stage whose clock runs, nil when none does. It points into the case.
func (c *Case) OpenStage() *Stage {
	if n := len(c.Stages); n > 0 && c.Stages[n-1].Closed == nil {
		return &c.Stages[n-1]
	}
	return nil
}

// LastStage is the open stage or the one that was closed last.
func (c *Case) LastStage() *Stage {
	if n := len(c.Stages); n > 0 {
		return &c.Stages[n-1]
	}
	return nil
}

// StartStage opens a stage on a rung. The stage before must be closed.
func (c *Case) StartStage(rung Rung, office Office, now time.Time, clock Clock) {
	c.Stages = append(c.Stages, Stage{Level: rung.Level, Name: rung.Name, Office: office, Opened: now, Clocks: []Clock{clock}, Missing: []string{}})
	c.Level, c.Office = rung.Level, office
}

// EndStage closes the open stage.
func (c *Case) EndStage(now time.Time, outcome Outcome, reason Reason, note string) {
	stage := c.OpenStage()
	if stage == nil {
		return
	}
	stage.Closed, stage.Outcome, stage.Reason, stage.Note = &now, outcome, reason, note
	clock := stage.Clock()
	if clock != nil && clock.Pause() != nil {
		clock.Pause().Until = &now
		return // what was not due was not late
	}
	if clock != nil && now.After(clock.DueAt) {
		stage.LateDays = int(now.Sub(clock.DueAt) / (24 * time.Hour))
	}
}

// Clock is the clock that runs, or ran last, in the stage.
func (s *Stage) Clock() *Clock {
	if len(s.Clocks) == 0 {
		return nil
	}
	return &s.Clocks[len(s.Clocks)-1]
}

// next is the next moment at which the clock wants attention, nil when there is none left.
func (c *Clock) next() *time.Time {
	if pause := c.Pause(); pause != nil {
		return &pause.EndsBy
	}
	for i := range c.Warnings {
		if w := &c.Warnings[i]; w.WarnedAt == nil {
			return &w.At
		}
	}
	if c.OverdueTold != nil {
		return nil
	}
	return &c.DueAt
}

// Log makes the first entry of a new case: state, first stage and first event.
func (c *Case) Log(actor Actor, now time.Time, rung Rung, office Office, clock Clock, note string) {
	c.State, c.LoggedAt, c.LoggedBy, c.ActiveUntil = Logged, now, actor, FarFuture()
	if c.DraftKey == "" {
		c.DraftKey = c.ID.Hex()
	}
	c.NumberKey = c.ID.Hex()
	c.StartStage(rung, office, now, clock)
	c.settle(now)
	c.record(ActionLog, actor, now, Position{}, note, c.clockChange(clockMark{}))
	for i := range c.Attachments { // the photo of the finding that it comes from
		c.record(ActionAttach, actor, now, c.Position(), c.Attachments[i].Entry(), nil)
	}
}

// IsOverdue says whether the running deadline has passed.
func (c *Case) IsOverdue(now time.Time) bool {
	return c.DueAt != nil && !now.Before(*c.DueAt)
}

// Allowed lists what the actor may do to the case now.
func (c *Case) Allowed(policy *Policy, actor Actor) []Action {
	seating := c.Seating(policy)
	var out []Action
	for _, choice := range actions {
		action := Action(choice.Code)
		if _, refusal := permit(seating, action, actor); refusal == nil {
			out = append(out, action)
		}
	}
	return out
}

// May says whether the actor may do one action now.
func (c *Case) May(policy *Policy, actor Actor, action Action) bool {
	return slices.Contains(c.Allowed(policy, actor), action)
}

// PartyNames joins the names of one side with 、.
func (c *Case) PartyNames(role PartyRole) string {
	names := ""
	for _, p := range c.Parties {
		if p.Role == role {
			if names != "" {
				names += "、"
			}
			names += p.Name
		}
	}
	return names
}

// Notify writes a message into the case, to be delivered after the write that holds it. It is urgent
// where the risk is red at that moment.
func (c *Case) Notify(kind string, now time.Time, to Office, text string) {
	key := fmt.Sprintf("%d-%d", len(c.Timeline)+1, len(c.Notices))
	c.Notices = append(c.Notices, Notice{Key: key, At: now, Kind: kind, Office: to.ID, Text: text, Urgent: c.Risk == Red})
	c.settleNotices()
}

// HandOver notes that a notice has become the messages of its recipients. It is no change that
// anybody who works on the case would notice: see ChangedSince.
func (c *Case) HandOver(key string, now time.Time) {
	if c.Revision == 0 {
		c.Revision = c.Version
	}
	for i := range c.Notices {
		if n := &c.Notices[i]; n.Key == key && n.DeliveredAt == nil {
			n.DeliveredAt = &now
		}
	}
	c.settleNotices()
}

func (c *Case) settleNotices() {
	c.NoticeAt = nil
	for i := range c.Notices {
		if n := &c.Notices[i]; n.DeliveredAt == nil && (c.NoticeAt == nil || n.At.Before(*c.NoticeAt)) {
			at := n.At
			c.NoticeAt = &at
		}
	}
}

// ChangedSince says whether the case is another than the one that somebody saw in a version. That
// its notices were handed over meanwhile makes it no other.
func (c *Case) ChangedSince(version int64) bool {
	since := c.Version
	if c.Revision != 0 {
		since = min(c.Revision, c.Version)
	}
	return version < since || version > c.Version
}
