package demo

import (
	"context"
	"fmt"
	"time"

	"fengqiao/models"
	"fengqiao/pkg/casework"
	"fengqiao/pkg/workday"
)

// begin logs the case.
func (w *world) begin(ctx context.Context, l *life) error {
	l.held = map[string]int{}
	l.dispute = invent(l.random, l.kind, l.village, l.risk, w.now)
	form := l.dispute.form
	l.troubles(&form)
	if l.transferee != "" {
		form.Land.Transferee = l.transferee
	}
	actor := w.staff[l.village.Code]
	if l.after == dictates {
		form.DictatedBy, form.Typist = form.Parties[0].Name, "林小满"
	}
	if l.kind == models.Dividend {
		form.Consent = "双方到场，均同意由村调委会调解，已在登记表上签名。"
		// The village would judge in its own house: some come to the township straight away.
		if l.endsAt != models.LevelVillage && l.ending != declines && l.random.IntN(2) == 0 {
			form.Intake, form.Consent = "township", ""
			actor = w.staff[l.village.Parent]
		}
	}
	if form.Source == "screening" {
		finding, err := w.grids.found(ctx, l.village, form.Title, form.Type, form.Households)
		if err != nil {
			return fmt.Errorf("find %q: %w", form.Title, err)
		}
		form.Finding = finding
	}
	c, _, err := w.casework.Log(ctx, actor, form, "")
	if err != nil {
		return fmt.Errorf("log %q: %w", form.Title, err)
	}
	l.id = c.ID
	w.callPolice(l, c)
	w.logged++
	if w.progress != nil {
		w.progress(w.logged)
	}
	w.later(l, 0.3+0.8*l.random.Float64())
	return nil
}

// later plans the next step of a case some days on, times its pace, in working hours.
func (w *world) later(l *life, days float64) {
	at := w.now.Add(time.Duration(days * l.pace * 24 * float64(time.Hour)))
	if hour := at.In(workday.Zone).Hour(); hour < 8 || hour >= 18 {
		next := dayOf(at)
		if hour >= 18 {
			next = next.AddDate(0, 0, 1)
		}
		at = next.Add(8*time.Hour + time.Duration(l.random.IntN(240))*time.Minute)
	}
	w.at(at, func(ctx context.Context) error { return w.step(ctx, l) })
}

// step looks where the case stands, as the sweep may have moved it, and does what its course wants.
func (w *world) step(ctx context.Context, l *life) error {
	c, err := w.store.Case(ctx, models.Scope{Region: CountyCode}, l.id)
	if err != nil {
		return err
	}
	actor := w.staff[c.Office.Region]
	ref := casework.Ref{ID: c.ID, Version: c.Version}
	home := c.Level == l.endsAt || above(c.Level, l.endsAt)
	switch {
	case c.State == models.Closed:
		if acted, err := w.lookIn(ctx, l, c, actor, ref); acted || err != nil {
			return err
		}
		return w.file(ctx, l, c, actor, ref)
	case c.State == models.Agreed:
		return w.perform(ctx, l, c, actor, ref)
	case c.State == models.Failed:
		if l.ending == failsOpen {
			return nil
		}
		_, err = w.casework.Close(ctx, actor, ref, casework.CloseForm{Note: "已告知救济途径，当事人没有其他要求。"})
		w.later(l, 20/l.pace)
		return err
	case c.Review == models.ReviewPending:
		return w.review(ctx, l, c, actor, ref, home)
	case l.after == corrects && len(c.Corrections) == 0:
		return w.slip(ctx, l, c, actor, ref)
	case home && c.State == models.Mediating && c.Draft() != nil:
		return w.sign(ctx, l, c, actor, ref)
	case c.State == models.Logged:
		return w.accept(ctx, l, actor, ref, home)
	case l.held[c.Level] < l.sittings:
		return w.sit(ctx, l, c, actor, ref, home)
	case home:
		return w.finish(ctx, l, c, actor, ref)
	}
	return w.rise(ctx, l, c, actor, ref)
}

func (w *world) accept(ctx context.Context, l *life, actor models.Actor, ref casework.Ref, home bool) error {
	if home && l.ending == declines {
		_, err := w.casework.Decline(ctx, actor, ref, casework.DeclineForm{Reason: "被申请人明确拒绝调解（人民调解法第17条），已告知申请人可以仲裁或者起诉。"})
		return err
	}
	_, err := w.casework.Accept(ctx, actor, ref, casework.AcceptForm{Consent: consentFor(l, actor)})
	if err != nil {
		return fmt.Errorf("accept: %w", err)
	}
	if err := w.attach(ctx, l, actor); err != nil {
		return err
	}
	w.later(l, 2+4*l.random.Float64())
	return nil
}

func consentFor(l *life, actor models.Actor) string {
	if l.kind == models.Dividend && actor.Role == models.RoleMediator {
		return "双方同意由村调委会调解。"
	}
	return ""
}

func (w *world) review(ctx context.Context, l *life, c *models.Case, actor models.Actor, ref casework.Ref, home bool) error {
	if l.unsigned && (c.Level == models.LevelTownship || l.ending == drags) {
		w.later(l, 2/l.pace)
		return nil
	}
	if l.plot.returned && !l.returned && c.Level == models.LevelTownship && len(c.Stages) > 1 && c.State == models.Mediating {
		l.returned = true
		_, err := w.casework.Review(ctx, actor, ref, casework.ReviewForm{Decision: "return", Days: 7 + l.random.IntN(9), Note: "材料补齐后再报。",
			Missing: []string{"缺第二次调解记录", pick(l.random, []string{"缺流转合同或者收条复印件", "缺当事人身份证明", "没有写明双方争议的金额"})}})
		if err != nil {
			return fmt.Errorf("return: %w", err)
		}
		if l.ending != drags {
			l.held[models.LevelVillage] = l.sittings - 1
			w.later(l, 2+2*l.random.Float64())
		}
		return nil
	}
	_, err := w.casework.Review(ctx, actor, ref, casework.ReviewForm{Decision: "accept", AskVillage: l.ask && actor.Role == models.RoleJudicial, Note: "已签收，由" + c.Office.Name + "调解。"})
	if err != nil {
		return fmt.Errorf("receive: %w", err)
	}
	w.later(l, 2+5*l.random.Float64())
	return nil
}

var courses = []string{
	"先分头听两边说。%s一方情绪比较大，反复讲前几年的老账；%s认为事情没有那么严重。调解员把合同和收条一样样对过，劝双方先把争的数目说清楚。",
	"请双方坐到一张桌上，念了合同，又请组里两位老人讲了当年的经过。%s愿意让一步，%s说要回去和家里人商量。",
	"到现场看了地界和受损的地方，拍了照片。%s提出的数目和%s认可的数目差距已经不大，调解员讲了相关法律规定和村里过去的做法。",
	"背靠背各谈了一次。%s最在意的是面子，要对方先认个错；%s表示话说重了可以道歉，钱分两次给。",
}

func (w *world) sit(ctx context.Context, l *life, c *models.Case, actor models.Actor, ref casework.Ref, home bool) error {
	l.held[c.Level]++
	last := l.held[c.Level] >= l.sittings
	result := "continue"
	switch {
	case last && home && (l.ending == performs || l.ending == owes):
		result = "agreed"
	case last:
		result = "no_agreement"
	}
	parties := []any{c.PartyNames(models.Applicant), c.PartyNames(models.Respondent)}
	form := casework.SittingForm{
		HeldAt: w.now.Add(-time.Duration(20+l.random.IntN(60)) * time.Minute), Place: sittingPlace(c, l.random.IntN(2)), RightsTold: true, Result: result,
		Course: fmt.Sprintf(pick(l.random, courses), parties...), Online: c.Parties[0].Away && l.random.IntN(2) == 0,
	}
	if workday.OfTime(form.HeldAt).Before(workday.OfTime(c.LoggedAt)) {
		form.HeldAt = w.now
	}
	form.Together = c.Cluster != nil && result != "agreed"
	if l.random.IntN(4) == 0 {
		form.Participants = []string{string(pick(l.random, []rune(surnames))) + pair(l.random, mens)}
	}
	if _, err := w.casework.RecordSitting(ctx, actor, ref, form); err != nil {
		return fmt.Errorf("sitting: %w", err)
	}
	if last && !home && l.hold.After(w.now) {
		w.at(l.hold, func(ctx context.Context) error { return w.step(ctx, l) })
		return nil
	}
	w.later(l, 2+5*l.random.Float64())
	return nil
}

func sittingPlace(c *models.Case, n int) string {
	switch {
	case c.Level == models.LevelTownship:
		return c.Office.Name + "调解室"
	case c.Level == models.LevelCounty:
		return c.Office.Name + "一号调解室"
	case n == 0:
		return c.Place.VillageName + "文化礼堂"
	}
	return c.Place.VillageName + "村部调解室"
}

// rise hands the case up, or lets the clock do it.
func (w *world) rise(ctx context.Context, l *life, c *models.Case, actor models.Actor, ref casework.Ref) error {
	var err error
	switch {
	case l.plot.rise == byRisk && c.Risk != models.Red && actor.Role == models.RoleMediator:
		_, err = w.casework.Assess(ctx, actor, ref, casework.RiskForm{Risk: models.Red, Reason: "双方在田头推搡，亲族聚到一起，有动手的可能，已报告派出所。"})
	case l.plot.rise == byClock && l.ending == drags:
		return nil
	case l.plot.rise != byClock:
		_, err = w.casework.Escalate(ctx, actor, ref, casework.EscalateForm{Reason: pick(l.random, []models.Reason{models.ReasonFailed, models.ReasonFailed, models.ReasonAsked}),
			Note: "做了几次工作，差距还是大，请上级一起调。"})
	}
	if err != nil {
		return fmt.Errorf("hand up: %w", err)
	}
	w.later(l, (0.6+1.2*l.random.Float64())/l.pace)
	return nil
}

// finish brings the case to the end its course wants.
func (w *world) finish(ctx context.Context, l *life, c *models.Case, actor models.Actor, ref casework.Ref) error {
	var err error
	switch l.ending {
	case performs, owes:
		if l.signedLater() {
			return w.draft(ctx, l, c, actor, ref)
		}
		_, err = w.casework.Agree(ctx, actor, ref, w.agreement(l, c))
		w.later(l, 5+10*l.random.Float64())
	case fails, failsOpen:
		_, err = w.casework.Fail(ctx, actor, ref, casework.FailForm{Reason: "经多次调解，双方对金额和责任分歧太大，不愿再谈。", RemediesTold: true})
		w.later(l, 10+20*l.random.Float64())
	case withdraws, declines:
		_, err = w.casework.Withdraw(ctx, actor, ref, casework.ReasonForm{Reason: "双方私下已经说好，申请人撤回申请。"})
	case refers:
		to := "court"
		if l.kind == models.LandTransfer || l.kind == models.Dividend {
			to = "arbitration"
		}
		_, err = w.casework.Refer(ctx, actor, ref, casework.ReferForm{To: to, Reason: "一方坚持走法律途径，已告知时限和所需材料。", RemediesTold: true})
	case drags:
	}
	if err != nil {
		return fmt.Errorf("finish as %s: %w", l.ending, err)
	}
	return nil
}

func (w *world) agreement(l *life, c *models.Case) casework.AgreementForm {
	form := casework.AgreementForm{Form: "written", Facts: c.Facts, Items: l.dispute.terms, Manner: "现金或转账，付款后出具收条", AmountFen: l.dispute.fen}
	if l.oral {
		form.Form, form.OralReason = "oral", "事情不大，当场兑现，双方都说不用写"
	}
	today := workday.OfTime(w.now)
	parts := 1 + l.random.IntN(2)
	if l.ending == owes {
		parts = 2 + l.random.IntN(2)
	}
	first, every := 10, 25
	switch {
	case l.after == returns:
		parts, first = 1, 5
	case l.after == overdue || l.after == breaks || l.after == dueSoon:
		first, every = 12, 40
	case l.ending == owes:
		first, every = 20, 150
	}
	for i := range parts {
		fen := l.dispute.fen / int64(parts) / 100 * 100
		due := today.AddDays(first + every*i)
		if i == parts-1 {
			fen = l.dispute.fen - fen*int64(parts-1)
		}
		form.Instalments = append(form.Instalments, casework.InstalmentForm{DueOn: due.String(), AmountFen: fen, What: fmt.Sprintf("第%d期付款", i+1)})
	}
	return form
}

// perform ticks off the next instalment; of a debt that is still owed only the first one.
func (w *world) perform(ctx context.Context, l *life, c *models.Case, actor models.Actor, ref casework.Ref) error {
	if did, err := w.confirm(ctx, l, c, actor, ref); did || err != nil {
		return err
	}
	for i, in := range c.Agreement.Instalments {
		if in.PerformedOn != "" {
			continue
		}
		if l.ending == owes && (i > 0 || l.after == overdue || l.after == breaks) {
			return w.chase(ctx, l, c, in, actor, ref)
		}
		if l.after == dueSoon {
			return nil
		}
		if _, err := w.casework.Perform(ctx, actor, ref, casework.PerformForm{Seq: in.Seq, On: workday.OfTime(w.now).String(), Note: "双方签收", Receipt: "收条一张"}); err != nil {
			return fmt.Errorf("perform: %w", err)
		}
		break
	}
	w.later(l, 12+10*l.random.Float64())
	return nil
}
