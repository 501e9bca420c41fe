package demo

import (
	"fmt"
	"slices"
	"time"

	"fengqiao/models"
	"fengqiao/pkg/workday"
)

func (s *script) accept(now time.Time) error {
	return s.c.Move(s.rules.Policy, models.ActionAccept, s.actor, now, "", func() error {
		clock, err := s.rules.Start(s.c, models.PhaseMediation, s.c.Level, now, 0)
		if err != nil {
			return err
		}
		s.c.Mediators = []string{s.actor.Name}
		// Numbers of loaded cases are unique, and not gap-free: nobody counts them.
		s.c.Number = &models.CaseNumber{Committee: s.c.Place.Village, Year: workday.OfTime(now).Year, Seq: int64(s.serial) + 1}
		s.c.Number.Text = fmt.Sprintf("〔%d〕%s人调字第%d号", s.c.Number.Year, s.c.Place.VillageName, s.c.Number.Seq)
		s.c.NumberKey = s.c.Number.Key()
		s.c.AcceptedAt = &now
		stage := s.c.OpenStage()
		stage.Received, stage.Handler, stage.Clocks = &now, &s.actor, append(stage.Clocks, clock)
		return nil
	})
}

func (s *script) sit(now time.Time) error {
	n := len(s.c.Sittings) + 1
	return s.c.Move(s.rules.Policy, models.ActionSitting, s.actor, now, fmt.Sprintf("第%d次调解：择期继续调解", n), func() error {
		s.c.Sittings = append(s.c.Sittings, models.Sitting{
			Seq: n, HeldAt: now.Add(-time.Hour), RecordedAt: now, Place: sittingPlace(s.c, n%2), Mediators: []string{s.actor.Name}, Recorder: s.actor.Name, RightsTold: true,
			Course: fmt.Sprintf(pick(s.r, courses), s.c.PartyNames(models.Applicant), s.c.PartyNames(models.Respondent)), Result: "continue", Level: s.c.Level,
		})
		return nil
	})
}

func (s *script) agree(now time.Time) error {
	today := workday.OfTime(now)
	by, _, err := s.rules.ConfirmBy(today)
	if err != nil {
		return err
	}
	return s.c.Move(s.rules.Policy, models.ActionAgree, s.actor, now, "达成书面协议，"+today.String()+"生效", func() error {
		a := &models.Agreement{
			Form: "written", Facts: s.c.Facts, Items: s.dispute.terms, Manner: "现金或转账，付款后出具收条", AmountFen: s.dispute.fen, MediatorSigned: today.String(), Sealed: today.String(),
			ReachedOn: today.String(), InForceOn: today.String(), ConfirmBy: by.String(), RecordedAt: now, Level: s.c.Level,
			Instalments: []models.Instalment{{Seq: 1, DueOn: today.AddDays(15).String(), AmountFen: s.dispute.fen, What: "一次付清"}},
		}
		for _, p := range s.c.Parties {
			a.Signatures = append(a.Signatures, models.Signature{Party: p.Name, SignedOn: today.String()})
		}
		s.c.Agreement = a
		s.c.EndStage(now, models.OutcomeAgreed, "", "")
		return nil
	})
}

func (s *script) perform(now time.Time) error {
	err := s.c.Move(s.rules.Policy, models.ActionPerform, s.actor, now, "第1期已履行", func() error {
		in := &s.c.Agreement.Instalments[0]
		in.PerformedOn, in.RecordedAt = workday.OfTime(now).String(), &now
		return nil
	})
	if err != nil {
		return err
	}
	return s.c.Move(s.rules.Policy, models.ActionClose, s.actor, now, "协议全部履行", nil)
}

// index is what casework keeps a case found by.
func (s *script) index() {
	s.c.Grams = s.c.SearchGrams()
	for _, p := range s.c.Parties {
		for _, n := range []models.Sealed{p.IDNumber, p.Phone} {
			if n.Index != "" && !slices.Contains(s.c.Grams, "#"+n.Index) {
				s.c.Grams = append(s.c.Grams, "#"+n.Index)
			}
		}
	}
}
