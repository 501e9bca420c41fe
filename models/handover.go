package models

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Handover is one hand-over of a case to the level above, in one piece: the 移送卷, and the data of the
// 逐级上报表. It is built from the file alone, and says of what came later only how it was answered.
// Numbers in it are masked.
type Handover struct {
	Stage    int               `json:"stage"` // number of the stage that handed up, from 1
	Case     HandoverCase      `json:"case"`
	From     HandoverSide      `json:"from"`
	To       HandoverSide      `json:"to"`
	At       time.Time         `json:"at"` // when it was handed up
	By       Actor             `json:"by"` // who did it: a person, or the clock
	Reason   Reason            `json:"reason"`
	Why      string            `json:"why"`    // name of the reason
	Note     string            `json:"note"`   // what was written down with it
	Asked    string            `json:"asked"`  // what is asked of the next level
	Failed   []string          `json:"failed"` // why it was not resolved, as far as the file shows
	Tried    []HandoverSitting `json:"tried"`
	Sides    []HandoverParties `json:"sides"`
	Facts    string            `json:"facts"`
	Risk     RiskLevel         `json:"risk"` // at the hand-over
	RiskName string            `json:"riskName"`
	Risks    []HandoverRisk    `json:"risks"`  // how it was assessed until then, by people and by the system
	Police   *PoliceDuty       `json:"police"` // what had been done about a threat (人民调解法第25条), nil where there was none
	DueAt    time.Time         `json:"dueAt"`  // the deadline of this level
	Late     int               `json:"lateDays"`
	Working  []WorkLine        `json:"working"` // how that deadline came about
	Papers   []CasePaper       `json:"papers"`  // of the whole file, as they were then
	Answer   HandoverAnswer    `json:"answer"`
}

// HandoverCase is which case it is.
type HandoverCase struct {
	ID         string      `json:"id"`
	Number     string      `json:"number"`
	Title      string      `json:"title"`
	Type       DisputeType `json:"type"`
	TypeName   string      `json:"typeName"` // with the sub-type
	Place      string      `json:"place"`
	AmountFen  int64       `json:"amountFen"`
	Households int         `json:"households"`
	LoggedAt   time.Time   `json:"loggedAt"`
	AcceptedAt *time.Time  `json:"acceptedAt"`
}

// HandoverSide is one of the two levels.
type HandoverSide struct {
	Level    string     `json:"level"`
	Name     string     `json:"name"` // 村级
	Office   Office     `json:"office"`
	Handler  *Actor     `json:"handler"`
	Opened   time.Time  `json:"opened"`
	Received *time.Time `json:"received"` // 受理 or 签收
}

// HandoverSitting is one attempt at that level.
type HandoverSitting struct {
	Seq          int       `json:"seq"`
	HeldAt       time.Time `json:"heldAt"`
	Place        string    `json:"place"`
	Online       bool      `json:"online"`
	Mediators    []string  `json:"mediators"`
	Participants []string  `json:"participants"`
	Result       string    `json:"result"`
	ResultName   string    `json:"resultName"`
	End          string    `json:"end"` // the last lines of its course
}

// HandoverRisk is one assessment.
type HandoverRisk struct {
	At   time.Time `json:"at"`
	By   Actor     `json:"by"`
	Risk RiskLevel `json:"risk"`
	Name string    `json:"name"`
	Note string    `json:"note"`
}

// HandoverParties is one side with what it asks for and what each of it says.
type HandoverParties struct {
	Role     PartyRole       `json:"role"`
	RoleName string          `json:"roleName"`
	Parties  []HandoverParty `json:"parties"`
	Requests []string        `json:"requests"`
}

// HandoverParty is a party with masked numbers.
type HandoverParty struct {
	Kind           PartyKind `json:"kind"`
	Name           string    `json:"name"`
	IDNumber       string    `json:"idNumber"`
	Phone          string    `json:"phone"`
	Address        string    `json:"address"`
	Collective     bool      `json:"collective"`
	Agent          string    `json:"agent"`
	Representative string    `json:"representative"`
	Away           bool      `json:"away"`
	// Position is what it said last, nil where no sitting has it on record.
	Position *HandoverPosition `json:"position"`
}

// HandoverPosition is what a party said at a sitting.
type HandoverPosition struct {
	Sitting int       `json:"sitting"` // its number
	HeldAt  time.Time `json:"heldAt"`
	Text    string    `json:"text"`
}

// HandoverAnswer is what the next level did.
type HandoverAnswer struct {
	State   ReviewState `json:"state"` // pending, accepted, returned; "" where the case ended before
	Name    string      `json:"name"`
	By      *Actor      `json:"by"`
	At      *time.Time  `json:"at"`
	SignBy  *time.Time  `json:"signBy"` // until when it is to be signed in
	Note    string      `json:"note"`
	Missing []string    `json:"missing"` // what a return asks for
}

// Handovers lists every hand-over of the case, the first one first.
func (c *Case) Handovers() []Handover {
	out := []Handover{}
	for i := range c.Stages {
		if h, ok := c.HandoverOf(i); ok {
			out = append(out, h)
		}
	}
	return out
}

// HandoverOf is the hand-over that ended a stage, by its index; false where it did not end so.
func (c *Case) HandoverOf(stage int) (Handover, bool) {
	if stage < 0 || stage+1 >= len(c.Stages) || c.Stages[stage].Closed == nil || c.Stages[stage].Outcome != OutcomeEscalated {
		return Handover{}, false
	}
	s, next, was := &c.Stages[stage], &c.Stages[stage+1], c.before(stage)
	h := Handover{
		Stage: stage + 1, Case: c.handoverCase(), From: sideOf(s), To: sideOf(next), At: *s.Closed, By: SystemActor(), Risk: was.Risk,
		Reason: s.Reason, Why: s.Reason.Name(), Note: s.Note, Asked: s.Asked, Late: s.LateDays, Facts: c.Facts,
		Tried: []HandoverSitting{}, Risks: []HandoverRisk{}, Police: was.Police, Working: []WorkLine{}, Papers: was.Papers(), Answer: answerOf(next),
	}
	if e := c.handedUp(s); e != nil {
		h.By = e.Actor
	}
	h.RiskName = h.Risk.Name()
	for _, e := range was.Timeline {
		if e.Action == ActionRaise || e.Action == ActionLower || e.Action == ActionAssess {
			h.Risks = append(h.Risks, HandoverRisk{At: e.At, By: e.Actor, Risk: e.After.Risk, Name: e.After.Risk.Name(), Note: e.Note})
		}
	}
	if clock := s.Clock(); clock != nil {
		h.DueAt, h.Working = clock.DueAt, clock.Working
	}
	for _, sitting := range was.Sittings { // those before a return are of this level as well
		if sitting.Level == s.Level {
			h.Tried = append(h.Tried, HandoverSitting{
				Seq: sitting.Seq, HeldAt: sitting.HeldAt, Place: sitting.Place, Online: sitting.Online, Mediators: sitting.Mediators, Participants: sitting.Participants,
				Result: sitting.Result, ResultName: NameOf(SittingResults(), sitting.Result), End: lastLines(sitting.Course, endRunes),
			})
		}
	}
	h.Failed = c.failedLines(s, h.Tried)
	h.Sides = was.sides()
	return h, true
}

// handedUp is the event that closed a stage by going up, nil where the file has none.
func (c *Case) handedUp(s *Stage) *Event {
	for i := range c.Timeline {
		if e := &c.Timeline[i]; e.At.Equal(*s.Closed) && e.Before.Level == s.Level && e.After.Level != s.Level {
			return e
		}
	}
	return nil
}

// before is the case as it was when a stage was handed up, as far as a hand-over and the papers tell of it:
// what was written down later is left out.
func (c *Case) before(stage int) *Case {
	s := &c.Stages[stage]
	later := func(at time.Time) bool { return at.After(*s.Closed) }
	was := *c
	was.Stages = c.Stages[:stage+1]
	was.Timeline = slices.DeleteFunc(slices.Clone(c.Timeline), func(e Event) bool { return later(e.At) })
	if e := c.handedUp(s); e != nil {
		was.State, was.Review, was.Risk, was.Timeline = e.Before.State, e.Before.Review, e.After.Risk, c.Timeline[:e.Seq-1]
	}
	was.Sittings = slices.DeleteFunc(slices.Clone(c.Sittings), func(s Sitting) bool { return later(s.RecordedAt) })
	was.Attachments = slices.DeleteFunc(slices.Clone(c.Attachments), func(a Attachment) bool { return later(a.At) })
	was.Corrections = slices.DeleteFunc(slices.Clone(c.Corrections), func(x Correction) bool { return later(x.At) })
	was.Drafts = slices.DeleteFunc(slices.Clone(c.Drafts), func(d AgreementDraft) bool { return later(d.At) })
	// What goes up is open: it has neither an agreement nor another end yet.
	was.Agreement, was.Failure, was.Referral, was.After, was.Filing = nil, nil, nil, nil, nil
	if c.AcceptedAt != nil && later(*c.AcceptedAt) {
		was.AcceptedAt = nil
	}
	isReport := func(e Event) bool { return e.Action == ActionPolice }
	switch d := c.Police; {
	case d == nil:
	case later(d.AskedAt):
		was.Police = nil
	default:
		duty := *d
		if slices.ContainsFunc(c.Timeline, isReport) && !slices.ContainsFunc(was.Timeline, isReport) {
			duty.ReportedAt, duty.ReportedBy, duty.ReportedTo, duty.Note = nil, "", "", ""
		}
		if d.ToldAt != nil && later(*d.ToldAt) {
			duty.ToldAt = nil
		}
		was.Police = &duty
	}
	if d := c.Dictation; d != nil && d.RecordedAt != nil && later(*d.RecordedAt) {
		was.Dictation = &Dictation{By: d.By, Typist: d.Typist}
	}
	return &was
}

func (c *Case) handoverCase() HandoverCase {
	name := NameOf(DisputeTypes(), string(c.Type))
	if c.Subtype != "" {
		name += "·" + NameOf(Subtypes(c.Type), c.Subtype)
	}
	return HandoverCase{
		ID: c.ID.Hex(), Number: c.NumberText(), Title: c.Title, Type: c.Type, TypeName: name, Place: c.Place.CountyName + c.Place.TownshipName + c.Place.VillageName,
		AmountFen: c.AmountFen, Households: c.Households, LoggedAt: c.LoggedAt, AcceptedAt: c.AcceptedAt,
	}
}

func sideOf(s *Stage) HandoverSide {
	return HandoverSide{Level: s.Level, Name: s.Name, Office: s.Office, Handler: s.Handler, Opened: s.Opened, Received: s.Received}
}

// answerOf is what became of a hand-over in the stage that it opened.
func answerOf(next *Stage) HandoverAnswer {
	a := HandoverAnswer{Missing: []string{}}
	if len(next.Clocks) > 0 {
		due := next.Clocks[0].DueAt
		a.SignBy = &due
	}
	switch {
	case next.Received != nil:
		a.State, a.By, a.At = ReviewAccepted, next.Handler, next.Received
	case next.Outcome == OutcomeReturned:
		a.State, a.At, a.Note, a.Missing = ReviewReturned, next.Closed, next.Note, next.Missing
	case next.Closed == nil:
		a.State = ReviewPending
	default: // handed up again, or ended, before anybody signed it in
		a.At, a.Note = next.Closed, next.Note
	}
	a.Name = NameOf(ReviewStates(), string(a.State))
	if a.State == "" {
		a.Name = "未签收"
	}
	return a
}

// failedLines say why a level did not resolve the dispute, as far as the file shows.
func (c *Case) failedLines(s *Stage, tried []HandoverSitting) []string {
	var out []string
	line := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	if back := len(s.Clocks) > 0 && s.Clocks[0].Phase == PhaseReturned; s.Received == nil && !back { // what is sent back needs no signing in
		line("%s没有%s", s.Office.Name, map[bool]string{true: "受理", false: "签收"}[s == &c.Stages[0]])
	}
	unresolved := 0
	for _, sitting := range tried {
		if sitting.Result == "no_agreement" {
			unresolved++
		}
	}
	switch {
	case len(tried) == 0:
		line("本级没有调解记录")
	case unresolved > 0:
		line("本级调解%d次，其中%d次没有达成一致", len(tried), unresolved)
	default:
		line("本级调解%d次，没有达成协议", len(tried))
	}
	if clock := s.Clock(); clock != nil {
		if !s.Closed.Before(clock.DueAt) {
			line("%s期限届满，没有办结", clock.Phase.Name())
		}
		for _, p := range clock.Pauses {
			line("期间暂停计时（%s）", p.Ground.Name())
		}
	}
	return out
}

// sides are the parties by side, the applicants first with what they ask for.
func (c *Case) sides() []HandoverParties {
	out := []HandoverParties{}
	for _, role := range []PartyRole{Applicant, Respondent, ThirdParty} {
		side := HandoverParties{Role: role, RoleName: role.Name(), Requests: []string{}}
		if role == Applicant {
			side.Requests = slices.Clone(c.Requests)
		}
		for _, p := range c.Parties {
			if p.Role == role {
				side.Parties = append(side.Parties, HandoverParty{
					Kind: p.Kind, Name: p.Name, IDNumber: p.IDNumber.Mask, Phone: p.Phone.Mask, Address: p.Address, Collective: p.Collective,
					Agent: p.Agent, Representative: p.Representative, Away: p.Away, Position: c.position(p.Name),
				})
			}
		}
		if len(side.Parties) > 0 {
			out = append(out, side)
		}
	}
	return out
}

// position is what a party said last, nil where no sitting has it on record.
func (c *Case) position(party string) *HandoverPosition {
	for _, sitting := range slices.Backward(c.Sittings) {
		for _, said := range sitting.Statements {
			if said.Party == party {
				return &HandoverPosition{Sitting: sitting.Seq, HeldAt: sitting.HeldAt, Text: said.Text}
			}
		}
	}
	return nil
}

// endRunes is about how much of a sitting's course a hand-over quotes: the end tells where it stands.
const endRunes = 120

// lastLines is the end of a text, from the beginning of a sentence where one is near.
func lastLines(text string, most int) string {
	runes := []rune(strings.TrimSpace(text))
	if len(runes) <= most {
		return string(runes)
	}
	end := runes[len(runes)-most:]
	if i := slices.IndexFunc(end[:most/2], func(r rune) bool { return strings.ContainsRune("。；！？\n", r) }); i >= 0 {
		end = end[i+1:]
	}
	return "……" + strings.TrimSpace(string(end))
}
