package pages

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"fengqiao/models"
	"fengqiao/pkg/account"
	"fengqiao/pkg/workday"
)

// actions is the table of what can be done to a case on a page.
func (p *Pages) actions() []action {
	write := account.WriteCases
	return []action{
		{slug: "accept", page: "accept", title: "受理", permission: write, allowed: []models.Action{models.ActionAccept}, fill: fillAccept, extra: asksConsent, send: send(p.Cases.Accept)},
		{slug: "decline", page: "decline", title: "不予受理", permission: write, allowed: []models.Action{models.ActionDecline}, send: send(p.Cases.Decline)},
		{slug: "sittings", page: "sitting", title: "登记调解记录", permission: write, allowed: []models.Action{models.ActionSitting}, fill: fillSitting, extra: sittingOf, send: send(p.Cases.RecordSitting)},
		{slug: "investigations", page: "investigation", title: "登记调查记录", permission: write, allowed: []models.Action{models.ActionInquire}, fill: fillInvestigation, extra: askedAs, send: send(p.Cases.RecordInvestigation)},
		{slug: "agreement", page: "agreement", title: "登记协议", permission: write, allowed: []models.Action{models.ActionAgree}, rows: []string{"instalments"}, fill: fillAgreement, extra: p.termsOf("agreement"), send: send(p.Cases.Agree)},
		{slug: "draft", page: "draft", title: "起草协议", permission: write, allowed: []models.Action{models.ActionDraft}, rows: []string{"instalments"}, fill: fillDraft, extra: p.termsOf("draft"), send: send(p.Cases.Draft)},
		{slug: "sign", page: "sign", title: "登记签名盖章", permission: write, allowed: []models.Action{models.ActionSign}, fill: fillSign, extra: p.signingOf, send: send(p.Cases.Sign)},
		{slug: "confirm", page: "confirm", title: "司法确认", permission: write, allowed: []models.Action{models.ActionConfirm}, fill: fillConfirm, extra: confirmationOf, send: send(p.Cases.Confirm)},
		{slug: "press", page: "press", title: "督促履行", permission: write, allowed: []models.Action{models.ActionPress}, fill: fillPress, extra: openInstalments, send: send(p.Cases.Press)},
		{slug: "breach", page: "breach", title: "不履行协议的处理", permission: write, allowed: []models.Action{models.ActionBreach}, extra: breachWays, send: send(p.Cases.Breach)},
		{slug: "reopen", page: "reopen", title: "重新调解", permission: write, allowed: []models.Action{models.ActionReopen}, fill: fillReopen, extra: reopenReasons, send: send(p.Cases.Reopen)},
		{slug: "visit", page: "visit", title: "登记回访", permission: write, allowed: []models.Action{models.ActionVisit}, fill: fillVisit, extra: visitOf, send: send(p.Cases.Visit)},
		{slug: "correct", page: "correct", title: "补正", permission: write, allowed: []models.Action{models.ActionCorrect}, rows: []string{"parties"}, fill: fillCorrect, extra: correctionOf, send: p.sendCorrect},
		{slug: "affirm", page: "affirm", title: "本人确认", permission: write, allowed: []models.Action{models.ActionAffirm}, fill: fillAffirm, extra: marks, send: send(p.Cases.Affirm)},
		{slug: "perform", page: "perform", title: "登记履行", permission: write, allowed: []models.Action{models.ActionPerform}, fill: fillPerform, extra: openInstalments, send: send(p.Cases.Perform)},
		{slug: "fail", page: "fail", title: "调解不成", permission: write, allowed: []models.Action{models.ActionFail}, extra: remedies, send: send(p.Cases.Fail)},
		{slug: "withdraw", page: "withdraw", title: "当事人撤回", permission: write, allowed: []models.Action{models.ActionWithdraw}, send: send(p.Cases.Withdraw)},
		{slug: "refer", page: "refer", title: "转出", permission: write, allowed: []models.Action{models.ActionRefer}, extra: referralOf, send: send(p.Cases.Refer)},
		{slug: "escalate", page: "escalate", title: "上报上级", permission: write, allowed: []models.Action{models.ActionEscalate}, extra: escalation, send: send(p.Cases.Escalate)},
		{slug: "close", page: "close", title: "结案", permission: write, allowed: []models.Action{models.ActionClose}, send: send(p.Cases.Close)},
		{slug: "risk", page: "risk", title: "修改风险等级", permission: write, allowed: []models.Action{models.ActionRaise, models.ActionLower}, fill: fillRisk, extra: riskLevels, send: send(p.Cases.Assess)},
		{slug: "signs", page: "signs", title: "风险情况", permission: write, allowed: []models.Action{models.ActionSigns}, fill: fillSigns, extra: signsOf, send: send(p.Cases.ReportSigns)},
		{slug: "pause", page: "pause", title: "暂停计时", permission: write, allowed: []models.Action{models.ActionPause}, extra: pauseOf, send: send(p.Cases.Pause)},
		{slug: "resume", page: "resume", title: "恢复计时", permission: write, allowed: []models.Action{models.ActionResume}, extra: pauseOf, send: send(p.Cases.Resume)},
		{slug: "extend", page: "extend", title: "延期", permission: write, allowed: []models.Action{models.ActionExtend}, extra: extension, send: send(p.Cases.Extend)},
		{slug: "order", page: "order", title: "督办", permission: account.ReviewCases, allowed: []models.Action{models.ActionOrder, models.ActionTake}, fill: fillOrder, extra: orderOf, send: send(p.Cases.Order)},
		{slug: "police", page: "police", title: "登记报告公安", permission: write, allowed: []models.Action{models.ActionPolice}, fill: fillPolice, send: send(p.Cases.ReportPolice)},
		{slug: "attachments", page: "attach", title: "附上照片或PDF", permission: write, allowed: []models.Action{models.ActionAttach, models.ActionAddend}, maxBody: maxUpload, extra: attachmentKinds, send: p.sendAttachment},
		{slug: "detach", page: "detach", title: "撤下附错的材料", permission: write, allowed: []models.Action{models.ActionDetach}, extra: attachedNow, send: send(p.Cases.Detach)},
		{slug: "filing", page: "filing", title: "立卷归档", permission: write, allowed: []models.Action{models.ActionFile}, fill: fillFiling, extra: filingOf, send: send(p.Cases.File)},
		{slug: "addend", page: "addend", title: "归档后补充", permission: write, allowed: []models.Action{models.ActionAddend}, send: send(p.Cases.Addend)},
		{slug: "review", page: "review", title: "签收处理", permission: account.ReviewCases, allowed: []models.Action{models.ActionReceive, models.ActionReturn}, fill: fillReview, extra: reviewOf, send: send(p.Cases.Review)},
	}
}

func fillAccept(f *form, c *models.Case, actor models.Actor, _ time.Time) {
	f.Values.Set("mediators", actor.Name)
}

// asksConsent says whether accepting here needs both parties' recorded consent.
func asksConsent(c *models.Case, policy *models.Policy, _ models.Actor) any {
	rung, _ := policy.Rung(c.Level)
	return c.Conflict.Exists && c.Conflict.Consent == "" && rung.Seat == models.RegionVillage
}

// fillSitting begins with where and by whom the last sitting was held: it is mostly so again.
func fillSitting(f *form, c *models.Case, actor models.Actor, now time.Time) {
	f.Values.Set("heldAt", now.In(workday.Zone).Format("2006-01-02T15:04"))
	f.Values.Set("recorder", actor.Name)
	mediators := c.Mediators
	if n := len(c.Sittings); n > 0 {
		last := c.Sittings[n-1]
		mediators = last.Mediators
		f.Values.Set("place", last.Place)
		f.Values.Set("recorder", last.Recorder)
		f.Values.Set("participants", strings.Join(last.Participants, "、"))
	}
	f.Values.Set("mediators", strings.Join(mediators, "、"))
	for i, p := range c.Parties {
		f.Values.Set(fmt.Sprintf("statements[%d].party", i), p.Name)
	}
}

func fillInvestigation(f *form, c *models.Case, actor models.Actor, now time.Time) {
	f.Values.Set("heldAt", now.In(workday.Zone).Format("2006-01-02T15:04"))
	f.Values.Set("recorder", actor.Name)
	f.Values.Set("investigators", strings.Join(c.Mediators, "、"))
}

func askedAs(*models.Case, *models.Policy, models.Actor) any { return models.AskedAs() }

func fillAgreement(f *form, c *models.Case, _ models.Actor, now time.Time) {
	fillTerms(f, c, now)
	day := today(now)
	for _, name := range []string{"reachedOn", "mediatorSigned", "sealed"} {
		f.Values.Set(name, day)
	}
	for i, party := range signers(c) {
		f.Values.Set(fmt.Sprintf("signatures[%d].party", i), party)
		f.Values.Set(fmt.Sprintf("signatures[%d].signedOn", i), day)
	}
}

// signers are the parties who sign a written agreement.
func signers(c *models.Case) []string {
	names := []string{}
	for _, party := range c.Parties {
		if party.Role != models.ThirdParty {
			names = append(names, party.Name)
		}
	}
	return names
}

func fillPerform(f *form, c *models.Case, _ models.Actor, now time.Time) {
	f.Values.Set("on", today(now))
	if open := openInstalments(c, nil, models.Actor{}).([]models.Choice); len(open) > 0 {
		f.Values.Set("seq", open[0].Code)
	}
}

// openInstalments are those not yet performed.
func openInstalments(c *models.Case, _ *models.Policy, _ models.Actor) any {
	out := []models.Choice{}
	if c.Agreement == nil {
		return out
	}
	for _, in := range c.Agreement.Instalments {
		if in.PerformedOn != "" {
			continue
		}
		name := fmt.Sprintf("第%d期，%s前", in.Seq, dateText(in.DueOn))
		if in.AmountFen > 0 {
			name += "，" + yuan(in.AmountFen) + " 元"
		}
		if in.What != "" {
			name += "，" + in.What
		}
		out = append(out, models.Choice{Code: fmt.Sprint(in.Seq), Name: name})
	}
	return out
}

func remedies(c *models.Case, _ *models.Policy, _ models.Actor) any { return models.Remedies(c.Type) }

type referralExtra struct {
	Targets  []models.Choice
	Remedies string
}

func referralOf(c *models.Case, _ *models.Policy, _ models.Actor) any {
	return referralExtra{models.ReferralTargets(), models.Remedies(c.Type)}
}

type escalationExtra struct {
	Reasons []models.Choice
	To      string // the office above
}

func escalation(c *models.Case, policy *models.Policy, _ models.Actor) any {
	extra := escalationExtra{Reasons: models.EscalationReasons()}
	if above, ok := policy.Above(c.Level); ok {
		extra.To = models.OfficeOf(above, c.Place).Name
	}
	return extra
}

func fillRisk(f *form, c *models.Case, _ models.Actor, _ time.Time) {
	f.Values.Set("risk", string(c.Risk))
}

// sittingExtra is what a sitting can be noted to have shown beside its course.
type sittingExtra struct {
	Signs   []models.Choice // those that were not reported yet
	Cluster string          // the group dispute for which it can be held, "" for none
}

func sittingOf(c *models.Case, _ *models.Policy, _ models.Actor) any {
	extra := sittingExtra{Signs: slices.DeleteFunc(models.RiskSignNames(), func(sign models.Choice) bool { return c.Signs.Has(sign.Code) })}
	if c.Cluster != nil {
		extra.Cluster = c.Cluster.Name
	}
	return extra
}

func fillSigns(f *form, c *models.Case, _ models.Actor, _ time.Time) {
	for _, sign := range models.RiskSignNames() {
		if c.Signs.Has(sign.Code) {
			f.Values.Set(sign.Code, "1")
		}
	}
}

// signsOf is how the dispute is assessed as it stands.
func signsOf(c *models.Case, _ *models.Policy, _ models.Actor) any { return viewRisk(c) }

type riskExtra struct {
	Now    string
	Scored string
	Levels []models.Choice
	AtOnce string // names of the levels that go up at once, "" at the top
}

func riskLevels(c *models.Case, policy *models.Policy, _ models.Actor) any {
	extra := riskExtra{Now: c.Risk.Name(), Scored: c.ScoredRisk().Name()}
	for _, level := range models.RiskLevels() {
		if models.RiskLevel(level.Code).Rank() >= c.ScoredRisk().Rank() {
			extra.Levels = append(extra.Levels, level)
		}
	}
	if _, ok := policy.Above(c.Level); ok {
		var names []string
		for _, level := range policy.AtOnce {
			names = append(names, level.Name())
		}
		extra.AtOnce = strings.Join(names, "、")
	}
	return extra
}

type pauseExtra struct {
	Grounds []models.Choice
	MaxDays int // of all pauses together
	Since   string
	EndsBy  string // when the clock goes on by itself
	Ground  string
}

func pauseOf(c *models.Case, policy *models.Policy, _ models.Actor) any {
	extra := pauseExtra{Grounds: models.PauseGrounds(), MaxDays: policy.PauseMaxDays}
	if clock := c.RunningClock(); clock != nil && clock.Pause() != nil {
		pause := clock.Pause()
		extra.Since, extra.Ground, extra.EndsBy = day(pause.From), pause.Ground.Name(), day(pause.EndsBy.Add(-time.Millisecond))
	}
	return extra
}

type extensionExtra struct {
	MaxDays int    // 0 where it may not be extended
	Now     string // the last day as it is
}

func extension(c *models.Case, policy *models.Policy, _ models.Actor) any {
	var extra extensionExtra
	if most, err := policy.ExtendLimitOf(c); err == nil { // else the use case says what is wrong
		extra.MaxDays = most
	}
	if c.DueAt != nil {
		extra.Now = day(c.DueAt.Add(-time.Millisecond))
	}
	return extra
}

func fillOrder(f *form, _ *models.Case, _ models.Actor, _ time.Time) {
	f.Values.Set("kind", "deadline")
}

type orderExtra struct {
	extensionExtra
	Kinds []models.Choice
}

func orderOf(c *models.Case, policy *models.Policy, actor models.Actor) any {
	extra := orderExtra{extensionExtra: extension(c, policy, actor).(extensionExtra), Kinds: []models.Choice{{Code: "deadline", Name: "限期办结"}}}
	if rung, ok := policy.TakenTo(c.Level, actor.Role.Seat()); ok {
		extra.Kinds = append(extra.Kinds, models.Choice{Code: "take", Name: "提级办理，转由" + models.OfficeOf(rung, c.Place).Name + "办理"})
	}
	return extra
}

func fillPolice(f *form, _ *models.Case, actor models.Actor, now time.Time) {
	f.Values.Set("reportedAt", now.In(workday.Zone).Format("2006-01-02T15:04"))
	f.Values.Set("reportedBy", actor.Name)
}

func fillReview(f *form, _ *models.Case, _ models.Actor, _ time.Time) {
	f.Values.Set("decision", "accept")
	f.Values.Set("days", "7")
	for i, paper := range models.PaperNames() {
		f.Values.Set(fmt.Sprintf("papers[%d].paper", i), paper.Code)
	}
}

type reviewExtra struct {
	From, Why, Note  string // who handed it up, why
	Tried            []sittingView
	Decisions        []models.Choice
	Targets          []models.Choice
	Remedies         string
	MinDays, MaxDays int
	Returned         bool // this level has sent the case back once already
	Papers           []models.CasePaper
}

func reviewOf(c *models.Case, policy *models.Policy, _ models.Actor) any {
	seating := c.Seating(policy)
	extra := reviewExtra{
		Targets: models.ReferralTargets(), Remedies: models.Remedies(c.Type), MinDays: policy.ReturnMinDays, MaxDays: policy.ReturnMaxDays, Returned: seating.Returned || !seating.FromBelow,
		Papers:    papersInOrder(c),
		Decisions: []models.Choice{{Code: "accept", Name: "签收，由本级接办"}},
	}
	if !extra.Returned {
		extra.Decisions = append(extra.Decisions, models.Choice{Code: "return", Name: "退回下级补充"})
	}
	extra.Decisions = append(extra.Decisions, models.Choice{Code: "refer", Name: "转请仲裁、法院或有关部门"})
	if n := len(c.Stages); n > 1 {
		below := c.Stages[n-2]
		extra.From, extra.Why, extra.Note = below.Office.Name, reasonText(below), below.Note
	}
	for _, s := range c.Sittings {
		extra.Tried = append(extra.Tried, viewSitting(s, policy))
	}
	return extra
}
