package demo

import (
	"context"
	"fmt"
	"strings"

	"fengqiao/models"
	"fengqiao/pkg/casework"
	"fengqiao/pkg/workday"
)

// afterwards is one of the courses that an agreement may take, to have each of them in the demo.
type afterwards string

const (
	blank    afterwards = "blank"    // a draft by a template, with what nobody filled in yet
	halfway  afterwards = "halfway"  // one side has signed
	dueSoon  afterwards = "dueSoon"  // an instalment comes within days
	overdue  afterwards = "overdue"  // one has passed, and somebody was urged
	breaks   afterwards = "breaks"   // urged in vain: court
	confirms afterwards = "confirms" // the court confirmed it
	returns  afterwards = "returns"  // kept, and then the quarrel came back
	dictates afterwards = "dictates" // somebody else types, and nobody has confirmed yet
	corrects afterwards = "corrects" // logged with a slip
)

// afterwardsPlanned are those that must be there on the day the demo is opened, in the demo's own villages.
func afterwardsPlanned() []struct {
	way  afterwards
	days float64 // since it was logged
	end  ending
} {
	return []struct {
		way  afterwards
		days float64
		end  ending
	}{
		{blank, 6, performs}, {halfway, 8, performs}, {dueSoon, 16, owes}, {overdue, 40, owes}, {breaks, 110, owes}, {confirms, 55, owes},
		{returns, 42, performs}, {dictates, 1.2, drags}, {corrects, 3, drags},
	}
}

// draft writes the text of an agreement that is to be signed later.
func (w *world) draft(ctx context.Context, l *life, c *models.Case, actor models.Actor, ref casework.Ref) error {
	whole := w.agreement(l, c)
	form := casework.DraftForm{Form: "written", Facts: whole.Facts, Items: whole.Items, Manner: whole.Manner, AmountFen: whole.AmountFen, Instalments: whole.Instalments}
	for _, choice := range models.SettlementsFor(c) {
		text, _ := models.Settle(c, choice.Code, workday.OfTime(w.now).String())
		if l.after == blank && text.Blanks() == nil {
			continue // there would be nothing to fill in
		}
		form.Template = choice.Code
		for _, ground := range text.Grounds {
			form.Grounds = append(form.Grounds, ground.Code)
		}
		if l.after == blank {
			form.Items, form.AmountFen, form.Instalments = text.Items, text.AmountFen, nil
			for _, in := range text.Instalments {
				form.Instalments = append(form.Instalments, casework.InstalmentForm{DueOn: in.DueOn, AmountFen: in.AmountFen, What: in.What})
			}
		}
		break
	}
	if c.Draft() != nil {
		form.Reason = "日期推后"
	}
	if _, err := w.casework.Draft(ctx, actor, ref, form); err != nil {
		return fmt.Errorf("draft: %w", err)
	}
	if l.after != blank {
		w.later(l, 0.4)
	}
	return nil
}

// sign puts down who has signed; halfway the other side is still away.
func (w *world) sign(ctx context.Context, l *life, c *models.Case, actor models.Actor, ref casework.Ref) error {
	if l.after == halfway && len(c.Draft().Text.Signatures) > 0 {
		return nil
	}
	today := workday.OfTime(w.now).String()
	for _, in := range c.Draft().Text.Instalments {
		if in.DueOn < today { // it went up meanwhile
			return w.draft(ctx, l, c, actor, ref)
		}
	}
	form := casework.SignForm{ReachedOn: today, MediatorSigned: today}
	for _, p := range c.Parties {
		if p.Role == models.ThirdParty || l.after == halfway && p.Role == models.Respondent {
			continue
		}
		form.Signatures = append(form.Signatures, models.Signature{Party: p.Name, SignedOn: today})
	}
	if l.after != halfway {
		form.Sealed = today
	}
	if _, err := w.casework.Sign(ctx, actor, ref, form); err != nil {
		return fmt.Errorf("sign: %w", err)
	}
	w.later(l, 5+10*l.random.Float64())
	return nil
}

// signedLater says whether an agreement is written down first and signed afterwards.
func (l *life) signedLater() bool {
	return !l.oral && (l.after == blank || l.after == halfway || l.after == "" && l.random.IntN(3) == 0)
}

// confirm leads an agreement through the court; true where it did something.
func (w *world) confirm(ctx context.Context, l *life, c *models.Case, actor models.Actor, ref casework.Ref) (bool, error) {
	a, today := c.Agreement, workday.OfTime(w.now).String()
	form := casework.ConfirmForm{Step: models.ConfirmationApplied, On: today, Court: c.Place.CountyName + "人民法院"}
	switch x := a.Confirmation; {
	case l.after != confirms || today > a.ConfirmBy && x == nil || x != nil && x.Decision != "":
		return false, nil
	case x != nil:
		form = casework.ConfirmForm{Step: models.ConfirmationConfirmed, On: today, Number: fmt.Sprintf("〔%d〕调确字第%d号", workday.OfTime(w.now).Year, 11+l.random.IntN(80))}
	}
	_, err := w.casework.Confirm(ctx, actor, ref, form)
	w.later(l, 8)
	return true, err
}

// chase urges a debtor whose day has passed, and goes on from there.
func (w *world) chase(ctx context.Context, l *life, c *models.Case, in models.Instalment, actor models.Actor, ref casework.Ref) error {
	today := workday.OfTime(w.now).String()
	if in.DueOn >= today {
		w.later(l, 6/l.pace)
		return nil
	}
	var err error
	switch urged := len(c.Agreement.Urgings); {
	case urged == 0 || urged == 1 && l.after == breaks:
		_, err = w.casework.Press(ctx, actor, ref, casework.PressForm{
			Seq: in.Seq, On: today, How: pick(l.random, []string{"和组长一起上门", "打电话", "请到村部当面谈"}),
			Answer: pick(l.random, []string{"说月底卖了粮就付", "说工钱还没有结，再宽限半个月", "承认欠着，先付一部分"}),
		})
	case l.after == breaks:
		_, err = w.casework.Breach(ctx, actor, ref, casework.BreachForm{Way: "sue", Told: true, Note: "两次督促都没有付，申请人决定起诉。"})
	default:
		return nil
	}
	if err != nil {
		return fmt.Errorf("chase: %w", err)
	}
	w.later(l, 7/l.pace)
	return nil
}

// lookIn visits a dispute that is closed, and mediates it again where it came back.
func (w *world) lookIn(ctx context.Context, l *life, c *models.Case, actor models.Actor, ref casework.Ref) (acted bool, err error) {
	if c.After == nil || c.Filing != nil {
		return false, nil
	}
	if n := len(c.After.Visits); n > 0 {
		if l.after != returns || c.After.Visits[n-1].Signs == "" || len(c.Rounds) > 0 {
			return false, nil
		}
		l.held[c.Level], l.ending = 0, drags
		if _, err := w.casework.Reopen(ctx, actor, ref, casework.ReopenForm{Reason: "again", Note: "回访时发现双方又为同一块地争起来，都愿意请调委会再调。"}); err != nil {
			return false, fmt.Errorf("reopen: %w", err)
		}
		w.later(l, 2)
		return true, nil
	}
	if c.After.VisitBy == "" || l.after != returns && l.random.IntN(4) == 0 {
		return false, nil
	}
	form := casework.VisitForm{
		On: workday.OfTime(w.now).String(), How: pick(l.random, []string{"home", "home", "phone", "online"}), Satisfaction: pick(l.random, []string{"satisfied", "satisfied", "satisfied", "fair", "dissatisfied"}),
		Kept: map[bool]string{true: "协议全部履行", false: "没有再起争执"}[c.Agreement != nil],
	}
	for _, p := range c.Parties {
		if p.Role != models.ThirdParty {
			form.Visited = append(form.Visited, p.Name)
		}
	}
	if l.after == returns {
		form.How, form.Satisfaction, form.Signs, form.Measures = "home", "fair", "又为田埂和水口拌嘴", "当场劝开，约好再谈"
	}
	if _, err := w.casework.Visit(ctx, actor, ref, form); err != nil {
		return false, fmt.Errorf("visit: %w", err)
	}
	w.later(l, 2)
	return true, nil
}

// slip puts right what was logged wrong.
func (w *world) slip(ctx context.Context, l *life, c *models.Case, actor models.Actor, ref casework.Ref) error {
	form := casework.CorrectForm{
		Reason: "登记时听错了，和当事人核对后改正", Type: c.Type, Subtype: c.Subtype, Title: c.Title, Facts: strings.Replace(c.Facts, "。", "（经双方核对）。", 1), Requests: c.Requests, Source: c.Source,
		AmountFen: c.AmountFen + 20_000, Households: c.Households, Land: c.Land, Dividend: c.Dividend,
	}
	for i, p := range c.Parties {
		form.Parties = append(form.Parties, casework.CorrectPartyForm{
			Was: i + 1, Role: p.Role, Kind: p.Kind, Name: p.Name, Address: p.Address, Sex: p.Sex, Nation: p.Nation, Occupation: p.Occupation, Collective: p.Collective, Agent: p.Agent, Representative: p.Representative, Away: p.Away,
		})
	}
	if _, err := w.casework.Correct(ctx, actor, ref, form); err != nil {
		return fmt.Errorf("correct: %w", err)
	}
	w.later(l, 1)
	return nil
}
