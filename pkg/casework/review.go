package casework

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"fengqiao/models"
	"fengqiao/pkg/escalation"
	"fengqiao/pkg/store"
)

// Escalate hands a case up because a person asks for it.
func (s *Service) Escalate(ctx context.Context, actor models.Actor, ref Ref, form EscalateForm) (*models.Case, error) {
	return s.change(ctx, actor, ref, models.ActionEscalate, &form, func(c *models.Case, rules escalation.Rules, now time.Time) error {
		note := models.NameOf(models.EscalationReasons(), string(form.Reason)) + "：" + form.Note
		return c.Move(rules.Policy, models.ActionEscalate, actor, now, note, func() error {
			return rules.HandUp(c, now, escalation.HandOver{Reason: form.Reason, Note: form.Note, Asked: form.Asked})
		})
	})
}

// Reviews returns one page of the cases that wait at the actor's own office, or offices, to be signed
// in; the earliest deadline first.
func (s *Service) Reviews(ctx context.Context, actor models.Actor, after string, limit int) (store.CasePage, error) {
	if !signsIn(actor.Role) {
		return store.CasePage{}, models.Errorf(models.Forbidden, "case.reviews", "只有村调委会主任、司法所和县矛调中心签收上报的案件")
	}
	policy, err := s.store.PolicyInForce(ctx, actor.Region[:6], s.now())
	if err != nil {
		return store.CasePage{}, err
	}
	filter := store.CaseFilter{Review: models.ReviewPending}
	for _, rung := range policy.Ladder {
		if rung.Seat == actor.Role.Seat() {
			filter.Offices = append(filter.Offices, models.OfficeID(actor.Region, rung.Level))
		}
	}
	if len(filter.Offices) == 0 {
		return store.CasePage{Cases: []*models.Case{}}, nil
	}
	return s.store.Cases(ctx, actor.Scope(), filter, after, limit)
}

// signsIn says whether a role signs in what is handed up to its office.
func signsIn(role models.Role) bool {
	return slices.ContainsFunc(models.Lifecycle(), func(t models.Transition) bool {
		return t.Action == models.ActionReceive && slices.Contains(t.Roles, role)
	})
}

// Review answers an escalation: sign in and take over, send back once with what is missing, or
// refer.
func (s *Service) Review(ctx context.Context, actor models.Actor, ref Ref, form ReviewForm) (*models.Case, error) {
	form.Missing = trimList(form.Missing)
	action := models.ActionReceive
	if form.Decision == "return" {
		action = models.ActionReturn
	}
	return s.change(ctx, actor, ref, action, &form, func(c *models.Case, rules escalation.Rules, now time.Time) error {
		switch form.Decision {
		case "accept":
			return s.receive(ctx, c, rules, actor, now, form)
		case "return":
			return giveBack(c, rules, actor, now, form)
		}
		if form.To == "" {
			return models.FieldErrorf("to", "请选择转往何处")
		}
		if strings.TrimSpace(form.Note) == "" {
			return models.FieldErrorf("note", "请填写转出的理由")
		}
		return refer(c, rules, actor, now, ReferForm{To: form.To, Name: form.Name, Reason: form.Note, RemediesTold: form.RemediesTold})
	})
}

func (s *Service) receive(ctx context.Context, c *models.Case, rules escalation.Rules, actor models.Actor, now time.Time, form ReviewForm) error {
	return c.Move(rules.Policy, models.ActionReceive, actor, now, form.Note, func() error {
		c.Review, c.Asked = models.ReviewAccepted, form.AskVillage
		if c.AcceptedAt == nil {
			if err := s.number(ctx, c, now); err != nil {
				return err
			}
			c.AcceptedAt = &now
		}
		if !slices.Contains(c.Mediators, actor.Name) {
			c.Mediators = append(c.Mediators, actor.Name)
		}
		rung, _ := rules.Policy.Rung(c.Level)
		return receive(c, rules, rung, actor, now)
	})
}

// giveBack sends a case back to the level that handed it up, once, for a number of days after
// which it comes up again by itself.
func giveBack(c *models.Case, rules escalation.Rules, actor models.Actor, now time.Time, form ReviewForm) error {
	policy := rules.Policy
	items, err := form.items()
	if err != nil {
		return err
	}
	for _, item := range items {
		form.Missing = append(form.Missing, item.String())
	}
	if len(form.Missing) == 0 {
		return models.FieldErrorf("missing", "请逐项写明需要补充什么")
	}
	if form.Days == 0 {
		form.Days = policy.ReturnMaxDays
	}
	if form.Days < policy.ReturnMinDays || form.Days > policy.ReturnMaxDays {
		return models.FieldErrorf("days", "退回后的期限应为%d至%d日", policy.ReturnMinDays, policy.ReturnMaxDays)
	}
	note := fmt.Sprintf("退回，%d日内补充：%s", form.Days, strings.Join(form.Missing, "；"))
	return c.Move(policy, models.ActionReturn, actor, now, note, func() error {
		below := c.Stages[len(c.Stages)-2]
		rung, ok := policy.Rung(below.Level)
		if !ok {
			return models.Errorf(models.Precondition, "case.no_rung", "时限规则里没有下一级，不能退回")
		}
		clock, err := rules.Start(c, models.PhaseReturned, rung.Level, now, form.Days)
		if err != nil {
			return err
		}
		from := c.Office
		c.OpenStage().Missing, c.OpenStage().Returned = form.Missing, items
		c.EndStage(now, models.OutcomeReturned, "", form.Note)
		c.StartStage(rung, below.Office, now, clock)
		c.Review = models.ReviewReturned
		c.Notify("returned", now, below.Office, fmt.Sprintf("%s（%s）被%s退回，请在%d日内补充%d项内容", c.NumberText(), c.Place.VillageName, from.Name, form.Days, len(form.Missing)))
		return nil
	})
}

// items are the papers that are sent back.
func (f *ReviewForm) items() ([]models.ReturnItem, error) {
	var out []models.ReturnItem
	for i, p := range f.Papers {
		reason := strings.TrimSpace(p.Reason)
		switch {
		case reason == "" && strings.TrimSpace(p.Page) != "":
			return nil, models.FieldErrorf(fmt.Sprintf("papers[%d].reason", i), "请写明这一页要补充什么")
		case reason == "":
		case !models.HasCode(models.PaperNames(), p.Paper):
			return nil, models.FieldErrorf(fmt.Sprintf("papers[%d].paper", i), "卷宗里没有这种材料")
		default:
			out = append(out, models.ReturnItem{Paper: p.Paper, Page: strings.Trim(strings.TrimSpace(p.Page), "第页"), Reason: reason})
		}
	}
	return out, nil
}
