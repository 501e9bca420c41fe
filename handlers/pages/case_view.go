package pages

import (
	"fmt"
	"strings"
	"time"

	"fengqiao/models"
	"fengqiao/pkg/casework"
	"fengqiao/pkg/rules"
	"fengqiao/pkg/workday"
)

// caseView is a case as its page shows it. It has masks in the place of numbers.
type caseView struct {
	row
	ID         string
	LoggedBy   string
	LoggedAt   string
	Mediators  string
	Conflict   string
	Facts      string
	Requests   []string
	Facets     []line // source, money, households
	Special    lines  // the fields of land transfer or dividends
	SpecialOf  string // their heading
	Hints      []models.Hint
	Clock      *clockView
	Scored     riskView
	Parties    []partyView
	Stages     []stageView
	Sittings   []sittingView
	Inquiries  []inquiryView
	Agreement  *agreementView
	Draft      *draftView
	Rounds     []roundView
	After      *aftercareView
	Corrected  []correctionView
	Dictation  *models.Dictation
	Papers     []models.CasePaper
	Wanting    int // papers that are missing or unsigned
	Failure    *models.Failure
	FailedOn   string
	Referral   *models.Referral
	ReferredOn string
	Timeline   timelineView
}

// timelineView is what happened, the newest first, and whether the chain of it holds.
type timelineView struct {
	Events []eventView
	Intact bool
}

type clockView struct {
	Summary     string
	Lines       []string
	Provisional bool
	Rules       string // path of the version of the rules that made it, "" where that is not known
}

type partyView struct {
	Role, Name, Kind, IDNumber, Phone string
	Lines                             lines
	Collective                        bool
}

type stageView struct {
	Name, Office, Handler, Opened, Received, Due, Closed, Outcome, Why string
	Missing                                                            []string
	LateDays                                                           int
	Open                                                               bool
	Clocks                                                             []stageClock // those that run no more
}

// stageClock is how a deadline of a stage came about.
type stageClock struct {
	Phase string
	*clockView
}

type sittingView struct {
	Seq                                                   int
	HeldAt, Place, Mediators, Recorder, Participants, How string
	Course, Result, Level                                 string
	Said                                                  []statementView
}

// statementView is what a party said at a sitting.
type statementView struct{ Who, Text string }

type inquiryView struct {
	Seq                                                                          int
	HeldAt, Place, Asked, As, Participants, Investigators, Recorder, Text, Level string
	Signed                                                                       bool
}

type agreementView struct {
	Lines       lines
	Facts       string
	Items       []string
	Instalments []instalmentView
	Grounds     []models.LawRef
	Urgings     []string
}

type instalmentView struct {
	Seq               int
	Due, Amount, What string
	Performed, Note   string
	Late              bool
}

type eventView struct{ At, Who, Role, What, Note, Change string }

func viewCase(c *models.Case, policy *models.Policy, now time.Time) caseView {
	v := caseView{
		row: rowOfCase(c, now), ID: c.ID.Hex(), LoggedBy: c.LoggedBy.Name, LoggedAt: moment(c.LoggedAt), Mediators: strings.Join(c.Mediators, "、"),
		Facts: c.Facts, Requests: c.Requests, Facets: facets(c), Scored: viewRisk(c), Hints: c.Hints(workday.OfTime(now).String()), Failure: c.Failure, Referral: c.Referral,
	}
	if c.Conflict.Exists {
		v.Conflict = "被申请人是村集体，本村调解员有利益冲突。"
		if c.Conflict.Consent != "" {
			v.Conflict += "双方同意由村里调解：" + c.Conflict.Consent
		}
	}
	switch {
	case c.Land != nil:
		v.SpecialOf, v.Special = "土地流转情况", landLines(c.Land)
	case c.Dividend != nil:
		v.SpecialOf, v.Special = "集体分红情况", dividendLines(c.Dividend)
	}
	if stage := c.OpenStage(); stage != nil {
		v.Clock = viewClock(stage.Clock())
	}
	for _, party := range c.Parties {
		v.Parties = append(v.Parties, viewParty(party))
	}
	for i := range c.Stages {
		v.Stages = append(v.Stages, viewStage(&c.Stages[i]))
	}
	for _, in := range c.Investigations {
		v.Inquiries = append(v.Inquiries, inquiryView{
			Seq: in.Seq, HeldAt: moment(in.HeldAt), Place: in.Place, Asked: in.Asked, As: models.NameOf(models.AskedAs(), in.As), Participants: strings.Join(in.Participants, "、"),
			Investigators: strings.Join(in.Investigators, "、"), Recorder: in.Recorder, Text: in.Text, Signed: in.Signed, Level: levelName(policy, in.Level),
		})
	}
	for _, s := range c.Sittings {
		v.Sittings = append(v.Sittings, viewSitting(s, policy))
	}
	if c.Agreement != nil {
		v.Agreement = viewAgreement(c.Agreement, now)
	}
	if c.Failure != nil {
		v.FailedOn = day(c.Failure.At)
	}
	if c.Referral != nil {
		v.ReferredOn = day(c.Referral.At)
	}
	v.Timeline.Intact = c.VerifyTimeline() == nil
	v.Draft, v.Rounds, v.After, v.Corrected, v.Dictation, v.Papers = viewDraft(c, now), viewRounds(c, now), viewAftercare(c), viewCorrections(c), c.Dictation, c.Papers()
	for _, p := range v.Papers {
		if p.State == models.PaperMissing || p.State == models.PaperUnsigned {
			v.Wanting++
		}
	}
	for i := len(c.Timeline) - 1; i >= 0; i-- {
		v.Timeline.Events = append(v.Timeline.Events, viewEvent(&c.Timeline[i], policy))
	}
	return v
}

// riskView is how a dispute is assessed, on the screen.
type riskView struct {
	Level, Tone string // in force
	Score       string // 系统评估：黄（一般），30分
	Factors     []models.RiskPoint
	At          string
	Raised      string // who raised it, to what and why; "" for nobody
	Rules       string // path of the version of the rules, "" where nothing was scored
}

func viewRisk(c *models.Case) riskView {
	v := riskView{Level: c.Risk.Name(), Tone: string(c.Risk), Score: "系统评估：" + c.ScoredRisk().Name() + "，没有风险因素"}
	if a := c.Assessment; a != nil {
		v.Factors, v.At = a.Factors, moment(a.At)
		v.Rules = riskVersionPath(rules.KeyOf(a.PolicyCounty, a.PolicyNumber))
		if len(a.Factors) > 0 {
			v.Score = fmt.Sprintf("系统评估：%s，%d分", a.Level.Name(), a.Points)
		}
	}
	if r := c.Raised; r != nil && r.Level.Rank() > c.ScoredRisk().Rank() {
		v.Raised = fmt.Sprintf("%s（%s）%s提高为%s：%s", r.By.Name, r.By.Role.Name(), day(r.At), r.Level.Name(), r.Reason)
	}
	return v
}

func facets(c *models.Case) lines {
	var out lines
	out.add("来源", models.NameOf(models.Sources(), c.Source))
	out.yuan("涉及金额", c.AmountFen)
	if c.Households > 0 {
		out.add("涉及户数", grouped(int64(c.Households))+" 户")
	}
	return out
}

func viewClock(clock *models.Clock) *clockView {
	if clock == nil {
		return nil
	}
	v := &clockView{Summary: clock.Summary(), Provisional: clock.Provisional}
	if clock.PolicyNumber > 0 {
		v.Rules = versionPath(rules.KeyOf(clock.PolicyCounty, clock.PolicyNumber))
	}
	for _, w := range clock.Working {
		if w.Kind != "summary" {
			v.Lines = append(v.Lines, w.Text)
		}
	}
	return v
}

func viewParty(party models.Party) partyView {
	v := partyView{Role: party.Role.Name(), Name: party.Name, Kind: "个人", IDNumber: party.IDNumber.Mask, Phone: party.Phone.Mask, Collective: party.Collective}
	if party.Kind == models.Organisation {
		v.Kind = "单位"
	}
	v.Lines.add("性别", party.Sex)
	v.Lines.add("民族", party.Nation)
	v.Lines.add("职业或职务", party.Occupation)
	v.Lines.add("住址", party.Address)
	v.Lines.add("委托代理人", party.Agent)
	v.Lines.add("代表人", party.Representative)
	v.Lines.add("去向", yes(party.Away, "在外地，线上参加"))
	return v
}

func viewStage(s *models.Stage) stageView {
	v := stageView{Name: s.Name, Office: s.Office.Name, Opened: moment(s.Opened), Missing: s.Missing, LateDays: s.LateDays, Open: s.Closed == nil, Why: s.Note}
	if s.Handler != nil {
		v.Handler = s.Handler.Name
	}
	if s.Received != nil {
		v.Received = moment(*s.Received)
	}
	if clock := s.Clock(); clock != nil && clock.Pause() == nil { // while it stands still nothing is due
		v.Due = day(clock.DueAt.Add(-time.Nanosecond))
	}
	for i := range s.Clocks {
		if s.Closed != nil || i < len(s.Clocks)-1 {
			v.Clocks = append(v.Clocks, stageClock{s.Clocks[i].Phase.Name(), viewClock(&s.Clocks[i])})
		}
	}
	if s.Closed != nil {
		v.Closed = moment(*s.Closed)
		v.Outcome = outcomeName(s.Outcome)
	}
	if s.Outcome == models.OutcomeEscalated {
		v.Why = reasonText(*s)
	}
	return v
}

func outcomeName(o models.Outcome) string {
	return map[models.Outcome]string{
		models.OutcomeAgreed: "达成协议", models.OutcomeFailed: "调解不成", models.OutcomeEscalated: "上报上级", models.OutcomeReturned: "退回下级",
		models.OutcomeWithdrawn: "撤回", models.OutcomeDeclined: "不予受理", models.OutcomeReferred: "转出",
	}[o]
}

// levelName is a level as people say it.
func levelName(policy *models.Policy, level string) string {
	if rung, ok := policy.Rung(level); ok {
		return rung.Name
	}
	return level
}

func viewSitting(s models.Sitting, policy *models.Policy) sittingView {
	v := sittingView{
		Seq: s.Seq, HeldAt: moment(s.HeldAt), Place: s.Place, Mediators: strings.Join(s.Mediators, "、"), Recorder: s.Recorder,
		Participants: strings.Join(s.Participants, "、"), Course: s.Course, Result: models.NameOf(casework.SittingResults(), s.Result), Level: levelName(policy, s.Level),
	}
	var how []string
	if s.Online {
		how = append(how, "线上调解")
	}
	if s.RightsTold {
		how = append(how, "已告知权利义务")
	}
	v.How = strings.Join(how, "，")
	for _, said := range s.Statements {
		v.Said = append(v.Said, statementView{said.Party, said.Text})
	}
	return v
}

func viewAgreement(a *models.Agreement, now time.Time) *agreementView {
	v := &agreementView{Items: a.Items, Facts: a.Facts, Grounds: a.Grounds}
	form := "书面协议"
	if a.Form == "oral" {
		form = "口头协议"
	}
	v.Lines.add("形式", form)
	v.Lines.add("不写书面的原因", a.OralReason)
	v.Lines.add("履行方式", a.Manner)
	v.Lines.yuan("协议金额", a.AmountFen)
	v.Lines.add("达成日期", dateText(a.ReachedOn))
	v.Lines.add("生效日期", dateText(a.InForceOn))
	var signs []string
	for _, s := range a.Signatures {
		signs = append(signs, s.Party+" "+dateText(s.SignedOn))
	}
	v.Lines.add("当事人签名", strings.Join(signs, "；"))
	v.Lines.add("调解员签名", dateText(a.MediatorSigned))
	v.Lines.add("调委会盖章", dateText(a.Sealed))
	if x := a.Confirmation; x == nil {
		v.Lines.add("可申请司法确认至", dateText(a.ConfirmBy))
	} else {
		text := dateText(x.AppliedOn) + "向" + x.Court + "共同申请"
		if x.Decision != "" {
			text += "；" + dateText(x.DecidedOn) + models.NameOf(models.ConfirmationSteps(), x.Decision)
		}
		if x.Reason != "" {
			text += "：" + x.Reason
		}
		v.Lines.add("司法确认", text)
		v.Lines.add("法院案号", x.Number)
	}
	if b := a.Breach; b != nil {
		v.Lines.add("没有履行", day(b.At)+"，"+models.NameOf(models.BreachWays(), b.Way)+"："+b.Note)
	}
	for _, u := range a.Urgings {
		text := dateText(u.On) + " "
		if u.Seq > 0 {
			text += fmt.Sprintf("第%d期：", u.Seq)
		}
		v.Urgings = append(v.Urgings, text+u.How+"；答复："+u.Answer+"（"+u.By.Name+"）")
	}
	for _, i := range a.Instalments {
		row := instalmentView{Seq: i.Seq, Due: dateText(i.DueOn), What: i.What, Performed: dateText(i.PerformedOn), Note: i.Note, Late: i.PerformedOn == "" && i.DueOn < today(now)}
		if i.PaidFen > 0 && i.PaidFen != i.AmountFen {
			row.Note = strings.TrimSpace("实付" + yuan(i.PaidFen) + "元 " + row.Note)
		}
		if i.Receipt != "" {
			row.Note = strings.TrimSpace(i.Receipt + " " + row.Note)
		}
		if i.AmountFen > 0 {
			row.Amount = yuan(i.AmountFen) + " 元"
		}
		v.Instalments = append(v.Instalments, row)
	}
	return v
}

func viewEvent(e *models.Event, policy *models.Policy) eventView {
	v := eventView{At: moment(e.At), Who: e.Actor.Name, Role: e.Actor.Role.Name(), What: e.Action.Name(), Note: e.Note}
	var change []string
	if e.Before.State != "" && e.Before.State != e.After.State {
		change = append(change, e.Before.State.Name()+" → "+e.After.State.Name())
	}
	if e.Before.Level != "" && e.Before.Level != e.After.Level {
		change = append(change, levelName(policy, e.Before.Level)+" → "+levelName(policy, e.After.Level))
	}
	v.Change = strings.Join(change, "，")
	return v
}
