package casework

import (
	"context"
	"fmt"
	"time"

	"fengqiao/models"
	"fengqiao/pkg/escalation"
	"fengqiao/pkg/workday"
)

// InvestigationForm is one 调查记录.
type InvestigationForm struct {
	HeldAt        time.Time `json:"heldAt" validate:"required" label:"调查时间"`
	Place         string    `json:"place" validate:"notblank,max=120" label:"调查地点"`
	Asked         string    `json:"asked" validate:"notblank,max=30" label:"被调查人"`
	As            string    `json:"as" validate:"required,oneof=party witness neighbour cadre expert other" label:"作为什么人"`
	Participants  []string  `json:"participants,omitempty" validate:"max=30,dive,notblank,max=30" label:"在场人"`
	Investigators []string  `json:"investigators,omitempty" validate:"max=9,dive,notblank,max=30" label:"调查人"`
	Recorder      string    `json:"recorder,omitempty" validate:"max=30" label:"记录人"`
	Text          string    `json:"text" validate:"notblank,max=10000" label:"调查内容"`
	Signed        bool      `json:"signed,omitempty" label:"被调查人已逐页签名"`
}

// RecordInvestigation adds one 调查记录.
func (s *Service) RecordInvestigation(ctx context.Context, actor models.Actor, ref Ref, form InvestigationForm) (*models.Case, error) {
	form.Investigators, form.Participants = trimList(form.Investigators), trimList(form.Participants)
	return s.change(ctx, actor, ref, models.ActionInquire, &form, func(c *models.Case, rules escalation.Rules, now time.Time) error {
		if form.HeldAt.After(now) {
			return models.FieldErrorf("heldAt", "调查时间不能晚于现在")
		}
		if workday.OfTime(form.HeldAt).Before(workday.OfTime(c.LoggedAt)) {
			return models.FieldErrorf("heldAt", "调查时间不能早于登记日期%s", workday.OfTime(c.LoggedAt))
		}
		in := models.Investigation{
			Seq: len(c.Investigations) + 1, HeldAt: form.HeldAt.UTC().Truncate(time.Millisecond), RecordedAt: now, Place: form.Place, Asked: form.Asked, As: form.As,
			Participants: form.Participants, Investigators: form.Investigators, Recorder: form.Recorder, Text: form.Text, Signed: form.Signed, Level: c.Level,
		}
		if len(in.Investigators) == 0 {
			in.Investigators = []string{actor.Name}
		}
		if in.Recorder == "" {
			in.Recorder = actor.Name
		}
		note := fmt.Sprintf("第%d份调查记录：%s%s", in.Seq, models.NameOf(models.AskedAs(), in.As), in.Asked)
		if !in.Signed {
			note += "，还没有签名"
		}
		return c.Move(rules.Policy, models.ActionInquire, actor, now, note, func() error {
			c.Investigations = append(c.Investigations, in)
			return nil
		})
	})
}
