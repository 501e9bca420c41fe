package escalation

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"fengqiao/models"
	"fengqiao/pkg/workday"
)

// received is a case that was accepted so many days after it was logged.
func received(t require.TestingT, r Rules, days int) *models.Case {
	c := logged(t, r, 1, start)
	at := start.AddDate(0, 0, days)
	require.NoError(t, c.Move(r.Policy, models.ActionAccept, chair, at, "", func() error {
		stage := c.OpenStage()
		stage.Received, stage.Handler = &at, &chair
		rung, _ := r.Policy.Rung(c.Level)
		if rung.SingleClock {
			return nil
		}
		clock, err := r.Start(c, models.PhaseMediation, c.Level, at, 0)
		stage.Clocks = append(stage.Clocks, clock)
		return err
	}))
	return c
}

// ended ends the open stage so many days after the case was logged.
func ended(t require.TestingT, r Rules, c *models.Case, days int, action models.Action, outcome models.Outcome) *models.Case {
	at := start.AddDate(0, 0, days)
	require.NoError(t, c.Move(r.Policy, action, chair, at, "", func() error { c.EndStage(at, outcome, "", ""); return nil }))
	return c
}

func handedUp(t require.TestingT, r Rules, c *models.Case, days int, reason models.Reason) *models.Case {
	at, action, who := start.AddDate(0, 0, days), models.ActionEscalate, chair
	if reason == models.ReasonDeadline {
		action, who = models.ActionExpire, system
	}
	require.NoError(t, c.Move(r.Policy, action, who, at, "", func() error { return r.HandUp(c, at, HandOver{Reason: reason}) }))
	return c
}

// within is the default policy with other days of acceptance and of land transfers in the village.
func within(acceptance, mediation int) *models.Policy {
	p := models.DefaultPolicy(start.AddDate(-2, 0, 0))
	p.Rules[0].Days, p.Rules[1].Days = acceptance, mediation
	return p
}

// signedIn signs a case in so many days after it was logged.
func signedIn(t require.TestingT, r Rules, c *models.Case, days int) *models.Case {
	at := start.AddDate(0, 0, days)
	judicial := models.Actor{ID: "judicial", Name: "沈法安", Role: models.RoleJudicial, Region: c.Place.Township}
	require.NoError(t, c.Move(r.Policy, models.ActionReceive, judicial, at, "", func() error {
		c.OpenStage().Received, c.Review = &at, models.ReviewAccepted
		clock, err := r.Start(c, models.PhaseMediation, c.Level, at, 0)
		c.OpenStage().Clocks = append(c.OpenStage().Clocks, clock)
		return err
	}))
	return c
}

// closed ends a case at the township so many days after it was logged.
func closed(t require.TestingT, r Rules, c *models.Case, days int) *models.Case {
	at := start.AddDate(0, 0, days)
	judicial := models.Actor{ID: "judicial", Name: "沈法安", Role: models.RoleJudicial, Region: c.Place.Township}
	require.NoError(t, c.Move(r.Policy, models.ActionAgree, judicial, at, "", func() error { c.EndStage(at, models.OutcomeAgreed, "", ""); return nil }))
	return c
}

// returned sends a case back for ten days, so many days after it was logged.
func returned(t require.TestingT, r Rules, c *models.Case, days int) *models.Case {
	at := start.AddDate(0, 0, days)
	judicial := models.Actor{ID: "judicial", Name: "沈法安", Role: models.RoleJudicial, Region: c.Place.Township}
	require.NoError(t, c.Move(r.Policy, models.ActionReturn, judicial, at, "", func() error {
		rung, _ := r.Policy.Rung(c.Stages[len(c.Stages)-2].Level)
		office := c.Stages[len(c.Stages)-2].Office
		clock, err := r.Start(c, models.PhaseReturned, rung.Level, at, 10)
		c.EndStage(at, models.OutcomeReturned, "", "")
		c.StartStage(rung, office, at, clock)
		c.Review = models.ReviewReturned
		return err
	}))
	return c
}

// risen raises the risk so many days after the case was logged, and moves it up where the rules say so.
func risen(t require.TestingT, r Rules, c *models.Case, days int, risk models.RiskLevel) *models.Case {
	at := start.AddDate(0, 0, days)
	require.NoError(t, c.Move(r.Policy, models.ActionRaise, chair, at, "", func() error { c.Risk = risk; return r.Tighten(c, chair, at) }))
	require.NoError(t, r.RaiseUp(c, at, "有人受伤"))
	return c
}

// patient is the default policy that moves nothing up at once.
func patient() *models.Policy {
	p := within(3, 30)
	p.AtOnce = nil
	return p
}

// story writes a trial as a line for each move, and one for how it stands.
func story(got Trial) []string {
	last := func(due time.Time) string {
		if due.IsZero() {
			return "-"
		}
		return workday.OfTime(due.Add(-time.Millisecond)).String()
	}
	var out []string
	for _, r := range got.Rises {
		out = append(out, fmt.Sprintf("%s→%s %s %s %s", r.From, r.To, r.Reason, r.Phase, last(r.DueAt)))
	}
	return append(out, fmt.Sprintf("%s %s %s %s", got.Standing, got.Level, got.Phase, last(got.DueAt)))
}

// TestTry: the case was logged on Monday 23 November 2026; three working days end on the 26th, thirty
// days from the 24th on Thursday 24 December, twenty on Monday 14 December. A case that comes to the township
// on the 15th waits there for three working days from the 16th, to Friday the 18th.
func TestTry(t *testing.T) {
	t.Parallel()
	real := rulesOf(ladders()[0])
	year := start.AddDate(1, 0, 0)
	accepted := func() *models.Case { return received(t, real, 1) }
	moved := func() *models.Case { return handedUp(t, real, accepted(), 32, models.ReasonDeadline) } // 25 December
	const (
		unaccepted = "village→township deadline acceptance 2026-11-26"
		early      = "village→township deadline mediation 2026-12-14"
		usual      = "village→township deadline mediation 2026-12-24"
	)
	for _, test := range []struct {
		name   string
		of     func() *models.Case
		policy *models.Policy
		now    time.Time
		want   []string
	}{
		{"never accepted: nobody knows what the township would have done", func() *models.Case { return logged(t, real, 1, start) }, within(3, 30), year,
			[]string{unaccepted, "unknown township review 2026-12-02"}},
		{"never accepted, and more days for it", func() *models.Case { return handedUp(t, real, logged(t, real, 1, start), 4, models.ReasonDeadline) }, within(5, 30), year,
			[]string{"village→township deadline acceptance 2026-11-30", "township→county deadline review 2026-12-04", "unknown county review 2026-12-11"}},
		{"declined in time", func() *models.Case {
			return ended(t, real, logged(t, real, 1, start), 2, models.ActionDecline, models.OutcomeDeclined)
		}, within(3, 30), year, []string{"ended village acceptance 2026-11-26"}},
		{"declined too late for these rules", func() *models.Case {
			return ended(t, real, logged(t, real, 1, start), 2, models.ActionDecline, models.OutcomeDeclined)
		}, within(1, 30), year, []string{"village→township deadline acceptance 2026-11-24", "unknown township review 2026-11-30"}},
		{"accepted too late for these rules", func() *models.Case { return received(t, real, 2) }, within(1, 30), year,
			[]string{"village→township deadline acceptance 2026-11-24", "unknown township review 2026-11-30"}},
		{"agreed in time", func() *models.Case { return ended(t, real, accepted(), 20, models.ActionAgree, models.OutcomeAgreed) }, within(3, 20), year,
			[]string{"ended village mediation 2026-12-14"}},
		{"agreed on the day after", func() *models.Case { return ended(t, real, accepted(), 22, models.ActionAgree, models.OutcomeAgreed) }, within(3, 20), year,
			[]string{early, "unknown township review 2026-12-18"}},
		{"agreed, with the rules as they were", func() *models.Case { return ended(t, real, accepted(), 22, models.ActionAgree, models.OutcomeAgreed) }, within(3, 30), year,
			[]string{"ended village mediation 2026-12-24"}},
		{"agreed, and taken up again", func() *models.Case {
			c := ended(t, real, accepted(), 20, models.ActionAgree, models.OutcomeAgreed)
			at := start.AddDate(0, 0, 40)
			do(t, real, c, models.ActionReopen, chair, at, func() error { return real.Reopen(c, chair, at) })
			return c
		}, within(3, 20), year, []string{"village→township deadline mediation 2027-01-22", "unknown township review 2027-01-27"}},
		{"handed up by a person, who nobody answered", func() *models.Case { return handedUp(t, real, accepted(), 10, models.ReasonFailed) }, within(3, 20), year,
			[]string{"township→county deadline review 2026-12-08", "unknown county review 2026-12-16"}},
		{"handed up by a person, too late for these rules", func() *models.Case { return handedUp(t, real, accepted(), 22, models.ReasonAsked) }, within(3, 20), year,
			[]string{early, "township→county deadline review 2026-12-18", "unknown county review 2026-12-25"}},
		{"moved by the clock, later by these rules", moved, within(3, 45), year,
			[]string{"village→township deadline mediation 2027-01-08", "township→county deadline review 2027-01-13", "unknown county review 2027-01-21"}},
		{"moved by the clock, and ten days earlier by these rules", moved, within(3, 20), year, []string{early, "unknown township review 2026-12-18"}},
		{"moved by the clock, and two days earlier by these rules", func() *models.Case { return closed(t, real, signedIn(t, real, moved(), 33), 50) }, within(3, 28), year,
			[]string{"village→township deadline mediation 2026-12-22", "ended township mediation 2027-01-25"}},
		{"signed in too late for these rules", func() *models.Case { return signedIn(t, real, moved(), 36) }, within(3, 28), year, // on the 29th
			[]string{"village→township deadline mediation 2026-12-22", "township→county deadline review 2026-12-28", "unknown county review 2027-01-06"}},
		{"moved by the clock, and the later day has not come", moved, within(3, 45), start.AddDate(0, 0, 40), []string{"running village mediation 2027-01-08"}},
		{"moved by the clock, and later than the township needed", func() *models.Case { return closed(t, real, signedIn(t, real, moved(), 33), 40) }, within(3, 45), year,
			[]string{"village→township deadline mediation 2027-01-08", "unknown township review 2027-01-13"}},
		{"signed in at the township, by these rules later", func() *models.Case { return signedIn(t, real, moved(), 33) }, within(3, 45), year,
			[]string{"village→township deadline mediation 2027-01-08", "township→county deadline mediation 2027-02-08", "unknown county review 2027-02-16"}},
		{"ended at the township in time", func() *models.Case { return closed(t, real, signedIn(t, real, moved(), 33), 50) }, within(3, 30), year,
			[]string{usual, "ended township mediation 2027-01-25"}},
		{"ended at the township too late for these rules", func() *models.Case { return closed(t, real, signedIn(t, real, moved(), 33), 50) }, func() *models.Policy {
			p := within(3, 30)
			p.Rules[7].Days = 10
			return p
		}(), year, []string{usual, "township→county deadline mediation 2027-01-05", "unknown county review 2027-01-13"}},
		{"sent back, and up again", func() *models.Case { return returned(t, real, moved(), 34) }, within(3, 30), year,
			[]string{usual, "village→township deadline returned 2027-01-06", "unknown township review 2027-01-12"}},
		{"sent back, and agreed below", func() *models.Case {
			return ended(t, real, returned(t, real, moved(), 34), 40, models.ActionAgree, models.OutcomeAgreed)
		}, within(3, 30), year, []string{usual, "ended village returned 2027-01-06"}},
		{"up to the top", func() *models.Case {
			c := handedUp(t, real, moved(), 38, models.ReasonDeadline)
			return c
		}, within(3, 30), year, []string{usual, "township→county deadline review 2026-12-30", "overdue county review 2027-01-08"}},
		{"still running", accepted, within(3, 20), start.AddDate(0, 0, 20), []string{"running village mediation 2026-12-14"}},
		{"still open on the last day", accepted, within(3, 20), local("2026-12-14 23:59"), []string{"running village mediation 2026-12-14"}},
		{"still open after the last day", accepted, within(3, 20), local("2026-12-15 00:00"), []string{early, "running township review 2026-12-18"}},
		{"extended in time", func() *models.Case {
			c := accepted()
			extend(t, real, c, start.AddDate(0, 0, 14), 10)
			return ended(t, real, c, 30, models.ActionAgree, models.OutcomeAgreed)
		}, within(3, 20), year, []string{"ended village mediation 2026-12-24"}},
		{"extended by more days than these rules allow", func() *models.Case {
			c := accepted()
			extend(t, real, c, start.AddDate(0, 0, 14), 10)
			return ended(t, real, c, 30, models.ActionAgree, models.OutcomeAgreed)
		}, func() *models.Policy { p := within(3, 20); p.ExtendMaxDays = 4; return p }(), year, []string{"village→township deadline mediation 2026-12-18", "unknown township review 2026-12-23"}},
		{"extended when these rules had moved it", func() *models.Case {
			c := accepted()
			extend(t, real, c, start.AddDate(0, 0, 22), 10)
			return ended(t, real, c, 30, models.ActionAgree, models.OutcomeAgreed)
		}, within(3, 20), year, []string{early, "unknown township review 2026-12-18"}},
		{"paused", func() *models.Case {
			c := accepted()
			pause(t, real, c, start.AddDate(0, 0, 7))   // the 30th
			resume(t, real, c, start.AddDate(0, 0, 17)) // 10 December: ten days do not count
			return ended(t, real, c, 30, models.ActionAgree, models.OutcomeAgreed)
		}, within(3, 20), year, []string{"ended village mediation 2026-12-24"}},
		{"paused for more days than these rules allow", func() *models.Case {
			c := accepted()
			pause(t, real, c, start.AddDate(0, 0, 7))
			resume(t, real, c, start.AddDate(0, 0, 17))
			return ended(t, real, c, 30, models.ActionAgree, models.OutcomeAgreed)
		}, func() *models.Policy { p := within(3, 20); p.PauseMaxDays = 6; return p }(), year, []string{"village→township deadline mediation 2026-12-21", "unknown township review 2026-12-25"}},
		{"paused when these rules had moved it", func() *models.Case {
			c := accepted()
			pause(t, real, c, start.AddDate(0, 0, 22))
			resume(t, real, c, start.AddDate(0, 0, 27))
			return ended(t, real, c, 30, models.ActionAgree, models.OutcomeAgreed)
		}, within(3, 20), year, []string{early, "unknown township review 2026-12-18"}},
		{"an extension that a pause saved", func() *models.Case {
			c := accepted()
			pause(t, real, c, start.AddDate(0, 0, 7))
			resume(t, real, c, start.AddDate(0, 0, 17))
			extend(t, real, c, start.AddDate(0, 0, 24), 5)
			return ended(t, real, c, 34, models.ActionAgree, models.OutcomeAgreed)
		}, within(3, 20), year, []string{"ended village mediation 2026-12-29"}},
		{"stands still", func() *models.Case {
			c := accepted()
			pause(t, real, c, start.AddDate(0, 0, 7))
			return c
		}, within(3, 20), start.AddDate(0, 0, 60), []string{"running village mediation -"}},
		{"ordered from above", func() *models.Case {
			c := accepted()
			at := start.AddDate(0, 0, 5)
			do(t, real, c, models.ActionOrder, county, at, func() error { return real.Order(c, county, "2026-12-04", "快办", at) })
			return ended(t, real, c, 14, models.ActionAgree, models.OutcomeAgreed)
		}, within(3, 20), year, []string{"village→township deadline mediation 2026-12-04", "unknown township review 2026-12-09"}},
		{"the risk rose later: ten days from then", func() *models.Case {
			return ended(t, real, risen(t, real, accepted(), 5, models.Orange), 14, models.ActionAgree, models.OutcomeAgreed)
		}, within(3, 20), year, []string{"ended village mediation 2026-12-08"}},
		{"the risk had risen before", func() *models.Case {
			c := risen(t, real, logged(t, real, 1, start), 0, models.Orange)
			at := start.AddDate(0, 0, 1)
			require.NoError(t, c.Move(real.Policy, models.ActionAccept, chair, at, "", func() error { c.OpenStage().Received = &at; return nil }))
			return ended(t, real, c, 20, models.ActionAgree, models.OutcomeAgreed)
		}, within(3, 20), year, []string{"village→township deadline mediation 2026-12-04", "unknown township review 2026-12-09"}},
		{"red, and up at once", func() *models.Case {
			return closed(t, real, signedIn(t, real, risen(t, real, accepted(), 5, models.Red), 6), 12)
		}, within(3, 20), year, []string{"village→township risk mediation -", "ended township mediation 2026-12-14"}},
		{"red before it was accepted", func() *models.Case { return risen(t, real, logged(t, real, 1, start), 1, models.Red) }, within(3, 20), year,
			[]string{"village→township risk acceptance -", "township→county deadline review 2026-11-27", "unknown county review 2026-12-04"}},
		{"red, and by these rules no reason to go up", func() *models.Case {
			return closed(t, real, signedIn(t, real, risen(t, real, accepted(), 5, models.Red), 6), 12)
		}, patient(), year, []string{"village→township deadline mediation 2026-12-08", "unknown township review 2026-12-14"}},
		{"orange, and by these rules a reason to go up at once", func() *models.Case {
			return ended(t, real, risen(t, real, accepted(), 5, models.Orange), 14, models.ActionAgree, models.OutcomeAgreed)
		}, func() *models.Policy {
			p := within(3, 20)
			p.AtOnce = []models.RiskLevel{models.Orange, models.Red}
			return p
		}(), year, []string{"village→township risk mediation -", "unknown township review 2026-12-02"}},
		{"red while it waits to be signed in", func() *models.Case {
			return closed(t, real, signedIn(t, real, risen(t, real, handedUp(t, real, accepted(), 10, models.ReasonFailed), 11, models.Red), 12), 14)
		}, within(3, 20), year, []string{"ended township mediation 2026-12-21"}},
		{"handed up for its risk by a person", func() *models.Case {
			return closed(t, real, signedIn(t, real, handedUp(t, real, accepted(), 10, models.ReasonRisk), 11), 14)
		}, patient(), year, []string{"ended township mediation 2027-01-04"}},
		{"one clock for the whole level", func() *models.Case { return ended(t, real, accepted(), 3, models.ActionAgree, models.OutcomeAgreed) }, ladders()[1], year,
			[]string{"group→village deadline mediation 2026-11-24", "ended village mediation 2026-11-27"}},
		{"one clock, and nobody accepted", func() *models.Case {
			return ended(t, real, logged(t, real, 1, start), 1, models.ActionWithdraw, models.OutcomeWithdrawn)
		}, ladders()[1], year, []string{"ended group mediation 2026-11-24"}},
		{"two levels at one place, and past both", func() *models.Case { return ended(t, real, accepted(), 9, models.ActionAgree, models.OutcomeAgreed) }, ladders()[1], year,
			[]string{"group→village deadline mediation 2026-11-24", "village→office deadline mediation 2026-11-27", "unknown office mediation 2026-12-01"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := test.of()
			before := bytesOf(t, c)
			got, err := Rules{Policy: test.policy, Calendar: real.Calendar}.Try(c, test.now)
			require.NoError(t, err)
			require.Equal(t, test.want, story(got))
			require.NotEmpty(t, got.Rule)
			require.Equal(t, before, bytesOf(t, c), "nothing is changed")
		})
	}
}

func extend(t require.TestingT, r Rules, c *models.Case, at time.Time, days int) {
	require.NoError(t, c.Move(r.Policy, models.ActionExtend, chair, at, "", func() error { return r.Extend(c, chair, days, "双方同意", at) }))
}

// TestTryAtOtherLevels: a case that came in at the township is tried by the rules for townships; where
// a ladder has no level for it, that is said.
func TestTryAtOtherLevels(t *testing.T) {
	t.Parallel()
	r := rulesOf(ladders()[0])
	at := func(level string) *models.Case {
		c := logged(t, r, 1, start)
		rung, _ := r.Policy.Rung(level)
		c.Stages[0].Level, c.Stages[0].Office = level, models.OfficeOf(rung, c.Place)
		return c
	}
	got, err := r.Try(at(models.LevelTownship), start.AddDate(1, 0, 0))
	require.NoError(t, err)
	require.Equal(t, []string{"township→county deadline acceptance 2026-11-26", "unknown county review 2026-12-04"}, story(got))
	got, err = r.Try(at(models.LevelCounty), start.AddDate(1, 0, 0))
	require.NoError(t, err)
	require.Equal(t, []string{"overdue county acceptance 2026-11-26"}, story(got), "nothing is above")
	four := rulesOf(ladders()[1])
	got, err = four.Try(at(models.LevelTownship), start.AddDate(1, 0, 0))
	require.NoError(t, err)
	require.Equal(t, []string{"office→township deadline mediation 2026-11-25", "overdue township mediation 2026-11-30"}, story(got), "from the lowest level at such a place")
	_, err = four.Try(at(models.LevelCounty), start)
	require.ErrorContains(t, err, "has no level")
	_, err = r.Try(&models.Case{}, start)
	require.ErrorContains(t, err, "has no stage")
}
