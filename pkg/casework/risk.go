package casework

import (
	"context"
	"fmt"
	"strings"
	"time"

	"fengqiao/models"
	"fengqiao/pkg/escalation"
)

// SignsForm puts the signs of trouble of a dispute on record as they are now. One that was reported
// before and is missing here is over: only who may lower a risk says so, with the reason.
type SignsForm struct {
	models.RiskSigns
	Note string `json:"note,omitempty" validate:"max=500" label:"情况说明"`
}

// RiskForm raises or lowers the risk level of the dispute.
type RiskForm struct {
	Risk   models.RiskLevel `json:"risk" validate:"required,oneof=blue yellow orange red" label:"风险等级"`
	Reason string           `json:"reason" validate:"notblank,max=500" label:"理由"`
	Threat bool             `json:"threat,omitempty" label:"可能激化为治安或刑事案件"`
}

// ReportSigns puts on record which signs of trouble a dispute has.
func (s *Service) ReportSigns(ctx context.Context, actor models.Actor, ref Ref, form SignsForm) (*models.Case, error) {
	form.Note = strings.TrimSpace(form.Note)
	return s.change(ctx, actor, ref, models.ActionSigns, &form, func(c *models.Case, rules escalation.Rules, now time.Time) error {
		come, gone := form.RiskSigns.Without(c.Signs), c.Signs.Without(form.RiskSigns)
		if !come.Any() && !gone.Any() {
			return models.Errorf(models.Invalid, "signs.same", "和原来登记的一样，没有变化。有新情况请勾选；要调整等级请用“修改风险等级”")
		}
		if gone.Any() {
			if _, err := models.Permit(c.Seating(rules.Policy), models.ActionLower, actor); err != nil {
				return models.Errorf(models.Forbidden, "signs.lower", "“%s”已经登记。只有村调委会主任和司法所可以取消，您可以请他们核实", gone.Text())
			}
			if form.Note == "" {
				return models.FieldErrorf("note", "请写明怎样核实“%s”已经没有了", gone.Text())
			}
		}
		return c.Move(rules.Policy, models.ActionSigns, actor, now, signsNote(come, gone, form.Note), func() error {
			report(c, rules.Policy, come, now)
			c.Signs = form.RiskSigns
			return nil
		})
	})
}

func signsNote(come, gone models.RiskSigns, note string) string {
	var parts []string
	if come.Any() {
		parts = append(parts, "新出现："+come.Text())
	}
	if gone.Any() {
		parts = append(parts, "已经没有："+gone.Text())
	}
	if note != "" {
		parts = append(parts, note)
	}
	return strings.Join(parts, "；")
}

// report adds signs to those of a case, and asks for the report to the police where they call for it.
func report(c *models.Case, policy *models.Policy, signs models.RiskSigns, now time.Time) {
	c.Signs = c.Signs.With(signs)
	if signs.CallsPolice() {
		askPolice(c, policy, now)
	}
}

// Assess raises or lowers the risk of a dispute. What a person has raised it to holds until it is
// lowered, and never below what the system scores. A level that the policy says must not wait goes up
// at once, in the same write.
func (s *Service) Assess(ctx context.Context, actor models.Actor, ref Ref, form RiskForm) (*models.Case, error) {
	// Which of the two actions it is, the case tells. Who may lower may raise as well.
	return s.change(ctx, actor, ref, models.ActionRaise, nil, func(c *models.Case, rules escalation.Rules, now time.Time) error {
		action := models.ActionRaise
		if rank := form.Risk.Rank(); rank > 0 && rank < c.Risk.Rank() {
			action = models.ActionLower
		}
		if _, err := models.Permit(c.Seating(rules.Policy), action, actor); err != nil {
			return err
		}
		if err := s.validate.Check(&form); err != nil {
			return err
		}
		c.AdoptRisk(now)
		switch {
		case form.Risk == c.Risk:
			return models.FieldErrorf("risk", "风险等级已经是%s", c.Risk.Name())
		case form.Risk.Rank() < c.ScoredRisk().Rank():
			return models.FieldErrorf("risk", "系统按本案情况评估为%s，不能低于它。威胁、聚集等情况已经没有了的，请先在“风险情况”里更正", c.ScoredRisk().Name())
		}
		note := fmt.Sprintf("由%s改为%s：%s", c.Risk.Name(), form.Risk.Name(), form.Reason)
		err := c.Move(rules.Policy, action, actor, now, note, func() error {
			c.Raised = nil
			if form.Risk.Rank() > c.ScoredRisk().Rank() {
				c.Raised = &models.RiskRaise{Level: form.Risk, By: actor, At: now, Reason: form.Reason}
			}
			c.Risk = form.Risk
			if form.Threat {
				report(c, rules.Policy, models.RiskSigns{Threat: true}, now)
			}
			if action == models.ActionLower {
				return nil
			}
			return rules.Tighten(c, actor, now)
		})
		if err != nil || action == models.ActionLower {
			return err
		}
		return rules.RaiseUp(c, now, form.Reason)
	})
}

// Scored says what the system would assess a draft as, before it is logged.
func (s *Service) Scored(ctx context.Context, actor models.Actor, form LogForm) (*models.Assessment, error) {
	now := s.now()
	if err := s.checkLog(&form, now); err != nil {
		return nil, err
	}
	place, err := s.store.Place(ctx, form.VillageCode)
	if err != nil {
		return nil, err
	}
	c := factsOf(form, place)
	rules, err := escalation.RulesFor(ctx, s.store, c, now)
	if err != nil {
		return nil, err
	}
	rung, _ := rules.Policy.Intake(seatOf(c, actor, form))
	c.Stages = []models.Stage{{Office: models.OfficeOf(rung, place)}} // where it would begin
	if _, err := s.link(ctx, c); err != nil {
		return nil, err
	}
	return rules.Risk.Score(c, c.Linked, now), nil
}
