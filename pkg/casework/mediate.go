package casework

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"fengqiao/models"
	"fengqiao/pkg/escalation"
	"fengqiao/pkg/workday"
)

// Accept is 受理: the case gets its number and the clock of mediation starts.
func (s *Service) Accept(ctx context.Context, actor models.Actor, ref Ref, form AcceptForm) (*models.Case, error) {
	form.Mediators, form.Consent = trimList(form.Mediators), strings.TrimSpace(form.Consent)
	return s.change(ctx, actor, ref, models.ActionAccept, &form, func(c *models.Case, rules escalation.Rules, now time.Time) error {
		return c.Move(rules.Policy, models.ActionAccept, actor, now, form.Consent, func() error {
			rung, _ := rules.Policy.Rung(c.Level)
			if c.Conflict.Exists && rung.Seat == models.RegionVillage && c.Conflict.Consent == "" {
				if form.Consent == "" {
					return models.FieldErrorf("consent", "被申请人是村集体。请写明双方同意由村里调解，或者上报由司法所受理")
				}
				c.Conflict.Consent = form.Consent
			}
			if c.Mediators = form.Mediators; len(c.Mediators) == 0 {
				c.Mediators = []string{actor.Name}
			}
			if err := s.number(ctx, c, now); err != nil {
				return err
			}
			c.AcceptedAt = &now
			return receive(c, rules, rung, actor, now)
		})
	})
}

// receive notes who took the case on and starts the clock of mediation, unless one clock runs
// through the whole stage.
func receive(c *models.Case, rules escalation.Rules, rung models.Rung, actor models.Actor, now time.Time) error {
	stage := c.OpenStage()
	stage.Received, stage.Handler = &now, &actor
	if rung.SingleClock || stage.Clock().Phase == models.PhaseReturned {
		return nil
	}
	clock, err := rules.Start(c, models.PhaseMediation, rung.Level, now, 0)
	if err != nil {
		return err
	}
	stage.Clocks = append(stage.Clocks, clock)
	return nil
}

// Decline is 不予受理.
func (s *Service) Decline(ctx context.Context, actor models.Actor, ref Ref, form DeclineForm) (*models.Case, error) {
	return s.end(ctx, actor, ref, models.ActionDecline, models.OutcomeDeclined, &form, form.Reason)
}

// Withdraw ends a case because the applicant takes it back, or a party ends mediation
// (人民调解法第17、23条).
func (s *Service) Withdraw(ctx context.Context, actor models.Actor, ref Ref, form ReasonForm) (*models.Case, error) {
	return s.end(ctx, actor, ref, models.ActionWithdraw, models.OutcomeWithdrawn, &form, form.Reason)
}

func (s *Service) end(ctx context.Context, actor models.Actor, ref Ref, action models.Action, outcome models.Outcome, form any, reason string) (*models.Case, error) {
	return s.change(ctx, actor, ref, action, form, func(c *models.Case, rules escalation.Rules, now time.Time) error {
		return c.Move(rules.Policy, action, actor, now, reason, func() error {
			c.EndStage(now, outcome, "", reason)
			return nil
		})
	})
}

// RecordSitting adds one 调解记录.
func (s *Service) RecordSitting(ctx context.Context, actor models.Actor, ref Ref, form SittingForm) (*models.Case, error) {
	form.Mediators, form.Participants = trimList(form.Mediators), trimList(form.Participants)
	return s.change(ctx, actor, ref, models.ActionSitting, &form, func(c *models.Case, rules escalation.Rules, now time.Time) error {
		if form.HeldAt.After(now) {
			return models.FieldErrorf("heldAt", "调解时间不能晚于现在")
		}
		if workday.OfTime(form.HeldAt).Before(workday.OfTime(c.LoggedAt)) {
			return models.FieldErrorf("heldAt", "调解时间不能早于登记日期%s", workday.OfTime(c.LoggedAt))
		}
		statements, err := form.statements(c)
		if err != nil {
			return err
		}
		note := fmt.Sprintf("第%d次调解：%s", len(c.Sittings)+1, models.NameOf(SittingResults(), form.Result))
		if come := form.RiskSigns.Without(c.Signs); come.Any() {
			note += "；现场" + come.Text()
		}
		return c.Move(rules.Policy, models.ActionSitting, actor, now, note, func() error {
			sitting := models.Sitting{
				Seq: len(c.Sittings) + 1, HeldAt: form.HeldAt.UTC().Truncate(time.Millisecond), RecordedAt: now, Place: form.Place,
				Mediators: form.Mediators, Recorder: form.Recorder, Participants: form.Participants, Online: form.Online,
				RightsTold: form.RightsTold, Statements: statements, Course: form.Course, Result: form.Result, Level: c.Level,
			}
			if len(sitting.Mediators) == 0 {
				sitting.Mediators = []string{actor.Name}
			}
			if sitting.Recorder == "" {
				sitting.Recorder = actor.Name
			}
			if form.Together {
				if c.Cluster == nil {
					return models.FieldErrorf("together", "本案不属于已确认的群体性纠纷，不能登记共同调解")
				}
				sitting.Common = models.CommonKey(c.ID, sitting.Seq)
				c.Cluster.Sat = append(c.Cluster.Sat, sitting.Seq)
				c.Tell(now)
			}
			c.Sittings = append(c.Sittings, sitting)
			report(c, rules.Policy, form.RiskSigns, now)
			return nil
		})
	})
}

// statements are what the parties said, without those who said nothing.
func (f *SittingForm) statements(c *models.Case) ([]models.Statement, error) {
	var out []models.Statement
	var wrong faults
	for i, said := range f.Statements {
		said := models.Statement{Party: said.Party, Text: strings.TrimSpace(said.Text)}
		is := func(other models.Statement) bool { return other.Party == said.Party }
		switch {
		case said.Text == "":
		case !slices.ContainsFunc(c.Parties, func(p models.Party) bool { return p.Name == said.Party }):
			wrong.add(fmt.Sprintf("statements[%d].party", i), "“%s”不是本案当事人", said.Party)
		case slices.ContainsFunc(out, is):
			wrong.add(fmt.Sprintf("statements[%d].text", i), "%s的意见填了两次，请写在一处", said.Party)
		default:
			out = append(out, said)
		}
	}
	return out, invalid(wrong)
}

// Fail is 调解不成: the parties are told of their remedies (人民调解法第26条).
func (s *Service) Fail(ctx context.Context, actor models.Actor, ref Ref, form FailForm) (*models.Case, error) {
	return s.change(ctx, actor, ref, models.ActionFail, &form, func(c *models.Case, rules escalation.Rules, now time.Time) error {
		if !form.RemediesTold {
			return models.FieldErrorf("remediesTold", "终止调解前，请先告知当事人可以仲裁、行政处理或起诉（人民调解法第26条），并在此勾选")
		}
		return c.Move(rules.Policy, models.ActionFail, actor, now, form.Reason, func() error {
			c.Failure = &models.Failure{At: now, Reason: form.Reason, RemediesTold: true, RemediesText: models.Remedies(c.Type), Level: c.Level}
			c.EndStage(now, models.OutcomeFailed, "", form.Reason)
			return nil
		})
	})
}

// Refer is 转出 to arbitration, court, an administrative department or the police.
func (s *Service) Refer(ctx context.Context, actor models.Actor, ref Ref, form ReferForm) (*models.Case, error) {
	return s.change(ctx, actor, ref, models.ActionRefer, &form, func(c *models.Case, rules escalation.Rules, now time.Time) error {
		return refer(c, rules, actor, now, form)
	})
}

// refer sends a case away. At the top of the ladder this is the end of mediation, and the parties are
// told of their remedies as at any other end without agreement (人民调解法第26条).
func refer(c *models.Case, rules escalation.Rules, actor models.Actor, now time.Time, form ReferForm) error {
	told := form.RemediesTold || c.Failure != nil
	if _, above := rules.Policy.Above(c.Level); !above && !told {
		return models.FieldErrorf("remediesTold", "转出前，请先告知当事人可以仲裁、行政处理或起诉（人民调解法第26条），并在此勾选")
	}
	name := form.Name
	if name == "" {
		name = models.NameOf(models.ReferralTargets(), form.To)
	}
	return c.Move(rules.Policy, models.ActionRefer, actor, now, fmt.Sprintf("转出至%s：%s", name, form.Reason), func() error {
		c.Referral = &models.Referral{At: now, To: form.To, Name: name, Reason: form.Reason}
		if told {
			c.Referral.RemediesTold, c.Referral.RemediesText = true, models.Remedies(c.Type)
		}
		c.Review = ""
		c.EndStage(now, models.OutcomeReferred, "", form.Reason)
		return nil
	})
}

// Close is 结案 of an agreement that was performed, or of a failed mediation.
func (s *Service) Close(ctx context.Context, actor models.Actor, ref Ref, form CloseForm) (*models.Case, error) {
	return s.change(ctx, actor, ref, models.ActionClose, &form, func(c *models.Case, rules escalation.Rules, now time.Time) error {
		if a := c.Agreement; a != nil && c.State == models.Agreed {
			for _, i := range a.Instalments {
				if i.PerformedOn == "" {
					return models.Errorf(models.Precondition, "agreement.open", "第%d期尚未登记履行，请先登记履行再结案", i.Seq)
				}
			}
		}
		return closeCase(c, rules, actor, now, form.Note)
	})
}

// IDOf reads the id of a case; what is no id is a case that does not exist.
func IDOf(hex string) (bson.ObjectID, error) {
	id, err := bson.ObjectIDFromHex(hex)
	if err != nil {
		return id, models.Errorf(models.NotFound, "not_found", "没有找到这个纠纷")
	}
	return id, nil
}
