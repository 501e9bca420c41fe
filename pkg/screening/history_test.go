package screening_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"
	"pgregory.net/rapid"

	"fengqiao/models"
	"fengqiao/pkg/escalation"
	"fengqiao/pkg/workday"
)

// history lives through random cases of a county of two townships with two villages each, by the
// lifecycle table and the escalation rules, as the use cases do.
type history struct {
	tb    require.TestingT
	pick  func(n int) int // 0 to n-1
	rules escalation.Rules
	now   time.Time
	cases []*models.Case

	screeningRules []models.ScreeningRule
	grids          []*models.Grid
	returns        []*models.Return
	clusters       []*models.Cluster // group disputes, as they were suggested and answered
}

var (
	county    = &models.Region{Code: "330681", Kind: models.RegionCounty, Parent: "3306", Name: "青禾县", ShortName: "青禾县", Office: "青禾县矛调中心"}
	townships = []*models.Region{
		{Code: "330681101", Kind: models.RegionTownship, Parent: "330681", Name: "枫溪镇", ShortName: "枫溪镇", Committee: "枫溪镇人民调解委员会", Office: "枫溪镇司法所"},
		{Code: "330681102", Kind: models.RegionTownship, Parent: "330681", Name: "柏岭镇", ShortName: "柏岭镇", Committee: "柏岭镇人民调解委员会", Office: "柏岭镇司法所"},
	}
	villages = []*models.Region{
		{Code: "330681101201", Kind: models.RegionVillage, Parent: "330681101", Name: "北坡村"}, {Code: "330681101202", Kind: models.RegionVillage, Parent: "330681101", Name: "南塘村"},
		{Code: "330681102201", Kind: models.RegionVillage, Parent: "330681102", Name: "东岗村"}, {Code: "330681102202", Kind: models.RegionVillage, Parent: "330681102", Name: "西湾村"},
	}
)

func regions() []*models.Region {
	return slices.Concat([]*models.Region{county}, townships, villages)
}

func inside(r *models.Region) []*models.Region {
	var in []*models.Region
	for _, other := range regions() {
		if other.Parent == r.Code {
			in = append(in, other)
		}
	}
	return in
}

func policy() *models.Policy { return models.DefaultPolicy(local("2025-01-01 00:00")) }

// sevenDays is 四级七天: two rungs at the village, two at the township, one clock each.
func sevenDays() *models.Policy { return models.FourLevelPolicy(local("2025-01-01 00:00")) }

func local(text string) time.Time {
	at, err := time.ParseInLocation("2006-01-02 15:04", text, workday.Zone)
	if err != nil {
		panic(err)
	}
	return at.UTC()
}

func newHistory(tb require.TestingT, p *models.Policy, pick func(n int) int) *history {
	return &history{tb: tb, pick: pick, rules: escalation.Rules{Policy: p, Calendar: workday.NewCalendar()}, now: local("2026-01-20 09:00")}
}

// drawn lets rapid choose, so that a failure is shrunk.
func drawn(t *rapid.T) func(n int) int {
	return func(n int) int { return rapid.IntRange(0, n-1).Draw(t, "pick") }
}

// seeded chooses the same every time.
func seeded(seed uint64) func(n int) int {
	return rand.New(rand.NewPCG(seed, seed)).IntN
}

// live lets so many steps happen, each up to a number of hours after the one before; monthEnd is
// told of every month that ends meanwhile, before anything of the next one happens.
func (h *history) live(steps, hours int, monthEnd func(month string)) {
	for range steps {
		before := month(h.now)
		h.now = h.now.Add(time.Duration(1+h.pick(hours*60)) * time.Minute)
		for m := before; m != month(h.now); m = next(m) {
			if monthEnd != nil {
				monthEnd(m)
			}
		}
		h.step()
	}
}

// step logs a case, or does something to one; the clock's turn comes as often.
func (h *history) step() {
	if h.pick(3) == 0 {
		h.screen()
		return
	}
	if len(h.cases) == 0 || h.pick(6) == 0 {
		h.log()
		return
	}
	if h.pick(4) == 0 {
		for _, c := range h.cases {
			if d := escalation.Decide(h.rules.Policy, c, h.now); d.Step != escalation.Nothing {
				require.NoError(h.tb, h.rules.Carry(c, d, h.now))
			}
		}
		return
	}
	if h.pick(8) == 0 {
		h.regroup(h.cases[h.pick(len(h.cases))])
		return
	}
	// Most attention goes to what came in lately.
	from := 0
	if h.pick(4) > 0 {
		from = max(0, len(h.cases)-8)
	}
	h.act(h.cases[from+h.pick(len(h.cases)-from)])
}

// regroup lets a case join a group dispute, or part from it.
func (h *history) regroup(c *models.Case) {
	if c.State == models.Closed {
		return
	}
	action, change := models.ActionJoin, func() error {
		c.Join(models.NewCluster(c.Place, models.Root{Kind: models.RootYear, Text: "2025"}), h.pick(2) == 0, h.now)
		return nil
	}
	if c.Cluster != nil {
		action, change = models.ActionPart, func() error { c.Part(h.now); return nil }
	}
	require.NoError(h.tb, c.Move(h.rules.Policy, action, models.SystemActor(), h.now, "", change))
}

func choose[T any](h *history, from ...T) T { return from[h.pick(len(from))] }

func (h *history) log() {
	village := choose(h, villages...)
	place := models.PlaceOf(village.Code)
	place.VillageName = village.Name
	c := &models.Case{
		ID: bson.NewObjectIDFromTimestamp(h.now), Place: place, Type: choose[models.DisputeType](h, models.LandTransfer, models.Dividend, "neighbourhood"),
		Title: fmt.Sprintf("第%d件", len(h.cases)+1), Source: choose(h, "application", "screening", "court"),
		AmountFen: int64(h.pick(5)) * 10_000, Households: h.pick(4), Risk: choose(h, models.Blue, models.Yellow, models.Orange, models.Red),
		Parties: []models.Party{{Role: models.Applicant, Name: "陈大山"}, {Role: models.Respondent, Name: "丰禾合作社"}},
	}
	rung, _ := h.rules.Policy.Intake(choose(h, models.RegionVillage, models.RegionVillage, models.RegionTownship))
	phase := models.PhaseAcceptance
	if rung.SingleClock {
		phase = models.PhaseMediation
	}
	clock, err := h.rules.Start(c, phase, rung.Level, h.now, 0)
	require.NoError(h.tb, err)
	c.Log(models.Actor{ID: "chen"}, h.now, rung, models.OfficeOf(rung, place), clock, "")
	if c.Risk == models.Red {
		h.handUp(c, models.ActionExpire, models.SystemActor(), models.ReasonRisk)
	}
	h.cases = append(h.cases, c)
}

// act does one of the things that somebody may do to the case now, if any.
func (h *history) act(c *models.Case) {
	place := c.Place
	actors := []models.Actor{
		{ID: "m", Role: models.RoleMediator, Region: place.Village}, {ID: "c", Role: models.RoleChair, Region: place.Village},
		{ID: "j", Role: models.RoleJudicial, Region: place.Township}, {ID: "k", Role: models.RoleCounty, Region: place.County},
	}
	type choice struct {
		action models.Action
		actor  models.Actor
	}
	var choices []choice
	for _, actor := range actors {
		for _, action := range c.Allowed(h.rules.Policy, actor) {
			choices = append(choices, choice{action, actor})
		}
	}
	if len(choices) == 0 {
		return
	}
	do := choices[h.pick(len(choices))]
	if h.pick(2) == 0 { // what usually comes next
		for _, likely := range []models.Action{models.ActionAccept, models.ActionReceive, models.ActionAgree, models.ActionPerform} {
			if i := slices.IndexFunc(choices, func(c choice) bool { return c.action == likely }); i >= 0 {
				do = choices[i]
			}
		}
	}
	if do.action == models.ActionEscalate {
		h.handUp(c, do.action, do.actor, models.ReasonAsked)
		return
	}
	if do.action == models.ActionClose && c.State == models.Agreed && slices.ContainsFunc(c.Agreement.Instalments, func(in models.Instalment) bool { return in.PerformedOn == "" }) {
		do.action = models.ActionPerform
	}
	if do.action == models.ActionLower && c.Risk == models.Blue || do.action == models.ActionRaise && c.Risk == models.Red {
		return
	}
	err := c.Move(h.rules.Policy, do.action, do.actor, h.now, "", func() error { return h.change(c, do.action, do.actor) })
	if err != nil && slices.Contains([]models.Kind{models.Precondition, models.Invalid}, models.AsError(err).Kind) {
		return // the rules of the clock do not allow it now
	}
	require.NoError(h.tb, err)
	if do.action == models.ActionPerform && !slices.ContainsFunc(c.Agreement.Instalments, func(in models.Instalment) bool { return in.PerformedOn == "" }) {
		require.NoError(h.tb, c.Move(h.rules.Policy, models.ActionClose, do.actor, h.now, "", func() error { return h.change(c, models.ActionClose, do.actor) }))
	}
}

func (h *history) handUp(c *models.Case, action models.Action, actor models.Actor, reason models.Reason) {
	if _, ok := h.rules.Policy.Above(c.Level); !ok {
		return
	}
	require.NoError(h.tb, c.Move(h.rules.Policy, action, actor, h.now, "", func() error { return h.rules.HandUp(c, h.now, escalation.HandOver{Reason: reason}) }))
}

// change is what the use cases do inside Move.
func (h *history) change(c *models.Case, action models.Action, actor models.Actor) error {
	now := h.now
	rung, _ := h.rules.Policy.Rung(c.Level)
	switch action {
	case models.ActionAccept, models.ActionReceive:
		if action == models.ActionReceive {
			c.Review = models.ReviewAccepted
		}
		if c.AcceptedAt == nil {
			c.AcceptedAt = &now
			c.Number = models.NewCaseNumber(&models.Region{Code: c.Office.Region, ShortName: "北坡村"}, now.Year(), int64(len(h.cases)))
		}
		stage := c.OpenStage()
		stage.Received, stage.Handler = &now, &actor
		if !rung.SingleClock && stage.Clock().Phase != models.PhaseReturned {
			clock, err := h.rules.Start(c, models.PhaseMediation, rung.Level, now, 0)
			if err != nil {
				return err
			}
			stage.Clocks = append(stage.Clocks, clock)
		}
	case models.ActionReturn:
		below := c.Stages[len(c.Stages)-2]
		to, _ := h.rules.Policy.Rung(below.Level)
		clock, err := h.rules.Start(c, models.PhaseReturned, to.Level, now, 5+h.pick(10))
		if err != nil {
			return err
		}
		c.EndStage(now, models.OutcomeReturned, "", "")
		c.StartStage(to, below.Office, now, clock)
		c.Review = models.ReviewReturned
	case models.ActionDecline:
		c.EndStage(now, models.OutcomeDeclined, "", "")
	case models.ActionWithdraw:
		c.EndStage(now, models.OutcomeWithdrawn, "", "")
	case models.ActionRefer:
		c.Review = ""
		c.EndStage(now, models.OutcomeReferred, "", "")
	case models.ActionFail:
		c.Failure = &models.Failure{At: now, Level: c.Level}
		c.EndStage(now, models.OutcomeFailed, "", "")
	case models.ActionSitting:
		c.Sittings = append(c.Sittings, models.Sitting{Seq: len(c.Sittings) + 1, HeldAt: now.AddDate(0, 0, -h.pick(20)), RecordedAt: now, Level: c.Level})
	case models.ActionAgree:
		c.Agreement = &models.Agreement{Form: choose(h, "written", "oral"), AmountFen: int64(h.pick(3)) * 5_000, RecordedAt: now, Level: c.Level}
		for i := range h.pick(4) {
			due := workday.OfTime(now).AddDays(h.pick(50) - 5)
			c.Agreement.Instalments = append(c.Agreement.Instalments, models.Instalment{Seq: i + 1, DueOn: due.String()})
		}
		c.Agreement.InForceOn = workday.OfTime(now).String()
		c.EndStage(now, models.OutcomeAgreed, "", "")
		return h.rules.PlanPerformance(c, now)
	case models.ActionPerform:
		for i := range c.Agreement.Instalments {
			if in := &c.Agreement.Instalments[i]; in.PerformedOn == "" {
				in.PerformedOn, in.RecordedAt = workday.OfTime(now).String(), &now
				break
			}
		}
	case models.ActionPause:
		return h.rules.Pause(c, actor, models.PauseSurvey, "", now)
	case models.ActionResume:
		return h.rules.Resume(c, now)
	case models.ActionExtend:
		return h.rules.Extend(c, actor, 1+h.pick(15), "", now)
	case models.ActionOrder:
		return h.rules.Order(c, actor, workday.OfTime(now).AddDays(1+h.pick(9)).String(), "", now)
	case models.ActionTake:
		return h.rules.HandUp(c, now, escalation.HandOver{Reason: models.ReasonOrdered})
	case models.ActionRaise:
		c.Risk = models.RiskLevel(models.RiskLevels()[c.Risk.Rank()].Code)
	case models.ActionLower:
		c.Risk = models.RiskLevel(models.RiskLevels()[c.Risk.Rank()-2].Code)
	case models.ActionSigns:
		c.Signs.Petition = !c.Signs.Petition
	case models.ActionFile:
		c.File(&models.Filing{At: now})
	case models.ActionReopen:
		if c.AcceptedAt == nil {
			return models.Errorf(models.Precondition, "case.never_accepted", "本案没有受理过")
		}
		c.Rounds = append(c.Rounds, models.Round{EndedAt: now, State: c.State, Agreement: c.Agreement, Failure: c.Failure, VisitBy: c.Care().VisitBy})
		c.Agreement, c.Failure, c.Drafts = nil, nil, nil
		c.After.Reminders, c.After.VisitBy = nil, ""
		return h.rules.Reopen(c, actor, now)
	case models.ActionCorrect:
		was := c.CountedNow()
		c.Type = choose[models.DisputeType](h, models.LandTransfer, models.Dividend, "neighbourhood")
		c.AmountFen, c.Households, c.Source = int64(h.pick(5))*10_000, h.pick(4), choose(h, "application", "screening", "court")
		c.Corrections = append(c.Corrections, models.Correction{At: now, Before: was})
		_, err := h.rules.Reclassify(c, h.rules.Policy, now)
		return err
	case models.ActionDraft:
		c.Drafts = append(c.Drafts, models.AgreementDraft{Seq: len(c.Drafts) + 1, At: now})
	case models.ActionVisit:
		c.Visit(models.Visit{RecordedAt: now, Satisfaction: choose(h, "satisfied", "fair", "dissatisfied")})
	case models.ActionConfirm:
		switch a := c.Agreement; {
		case a.Confirmation == nil:
			a.Confirmation = &models.Confirmation{}
		case a.Confirmation.Decision != "":
			return models.Errorf(models.Precondition, "confirmation", "法院的裁定已经登记过了")
		default:
			a.Confirmation.Decision = choose(h, models.ConfirmationConfirmed, models.ConfirmationRefused)
		}
	case models.ActionBreach:
		c.Agreement.Breach = &models.Breach{At: now, Way: "sue"}
		h.rules.PlanVisit(c, now)
	case models.ActionClose:
		h.rules.PlanVisit(c, now)
	case models.ActionSign, models.ActionPress, models.ActionPolice, models.ActionAttach, models.ActionDetach, models.ActionInquire, models.ActionAddend:
	default:
		return fmt.Errorf("these histories do not know how to %s", action)
	}
	return nil
}

func month(at time.Time) string { return at.In(workday.Zone).Format("2006-01") }

func next(month string) string {
	at, err := time.Parse("2006-01", month)
	if err != nil {
		panic(err)
	}
	return at.AddDate(0, 1, 0).Format("2006-01")
}

func TestHistoriesReachEverything(t *testing.T) {
	t.Parallel()
	h := newHistory(t, policy(), seeded(7))
	h.live(4500, 8, nil)
	states, outcomes := map[models.State]int{}, map[models.Outcome]int{}
	for _, c := range h.cases {
		require.NoError(t, c.VerifyTimeline())
		states[c.State]++
		for _, s := range c.Stages {
			outcomes[s.Outcome]++
		}
	}
	require.Len(t, states, len(models.States()), "a history that does not reach a state proves nothing of it: %v", states)
	require.Len(t, outcomes, 8, "all outcomes, and stages that are open: %v", outcomes)
}
