package escalation

import (
	"fmt"
	"time"

	"fengqiao/models"
	"fengqiao/pkg/workday"
)

// Step is what the clock wants done to a case.
type Step string

const (
	Nothing Step = ""        // not yet
	Warn    Step = "warn"    // a reminder is due
	Move    Step = "move"    // the deadline has passed: up one level
	Tell    Step = "overdue" // the deadline of the top rung has passed: there is nobody above
	Resume  Step = "resume"  // the days of pause are used up: the clock goes on
	Remind  Step = "remind"  // of an instalment, the days for judicial confirmation or a visit
	Urge    Step = "urge"    // a threat's report to the police was not put on record in time
)

// Decision is a step with its reason in plain Chinese.
type Decision struct {
	Step Step
	Why  string
}

// Decide says what is to be done to a case at a moment. It changes nothing.
func Decide(policy *models.Policy, c *models.Case, now time.Time) Decision {
	if c.UrgesReport() && !now.Before(c.Police.AnswerBy) {
		return Decision{Urge, "有可能激化为治安或刑事案件，期限内没有登记报告公安的情况（人民调解法第25条）"}
	}
	stage := c.OpenStage()
	if stage == nil || stage.Clock() == nil {
		if len(c.After.Due(now)) > 0 {
			return Decision{Remind, reminding(c, now)}
		}
		return Decision{Why: "没有正在计时的期限"}
	}
	clock := stage.Clock()
	if pause := clock.Pause(); pause != nil {
		if !now.Before(pause.EndsBy) {
			return Decision{Resume, "累计暂停的日数已经用完，恢复计时"}
		}
		return Decision{Why: "暂停计时中（" + pause.Ground.Name() + "）"}
	}
	if !now.Before(clock.DueAt) {
		above, ok := policy.Above(stage.Level)
		switch {
		case ok:
			return Decision{Move, fmt.Sprintf("%s期限已于%s届满，自动上报%s", clock.Phase.Name(), lastDay(clock), models.OfficeOf(above, c.Place).Name)}
		case clock.OverdueTold == nil:
			return Decision{Tell, fmt.Sprintf("%s期限已于%s届满，本案已在最高一级，请转请仲裁或诉讼", clock.Phase.Name(), lastDay(clock))}
		}
		return Decision{Why: "最高一级已逾期并已提示"}
	}
	for _, w := range clock.Warnings {
		if w.WarnedAt == nil && !now.Before(w.At) {
			return Decision{Warn, fmt.Sprintf("距%s期限届满还有%d日", clock.Phase.Name(), daysLeft(clock, now))}
		}
	}
	return Decision{Why: "期限未到"}
}

// Carry does to the case what was decided. A sweep that comes late moves a case one level only;
// the clock of the new level runs from now.
func (r Rules) Carry(c *models.Case, d Decision, now time.Time) error {
	system := models.SystemActor()
	switch d.Step {
	case Remind:
		return r.remind(c, d, now)
	case Warn:
		return c.Move(r.Policy, models.ActionWarn, system, now, d.Why, func() error {
			clock := c.OpenStage().Clock()
			for i := range clock.Warnings {
				if w := &clock.Warnings[i]; w.WarnedAt == nil && !now.Before(w.At) {
					w.WarnedAt = &now
				}
			}
			c.Notify("warning", now, c.Office, fmt.Sprintf("%s（%s）%s", c.NumberText(), c.Place.VillageName, d.Why))
			return nil
		})
	case Tell:
		return c.Move(r.Policy, models.ActionOverdue, system, now, d.Why, func() error {
			clock := c.OpenStage().Clock()
			clock.OverdueTold = &now
			for i := range clock.Warnings {
				if w := &clock.Warnings[i]; w.WarnedAt == nil {
					w.WarnedAt = &now
				}
			}
			c.Notify("overdue", now, c.Office, fmt.Sprintf("%s（%s）%s", c.NumberText(), c.Place.VillageName, d.Why))
			return nil
		})
	case Resume:
		return c.Move(r.Policy, models.ActionResume, system, now, d.Why, func() error { return r.Resume(c, now) })
	case Urge:
		return c.Move(r.Policy, models.ActionUrge, system, now, d.Why, func() error {
			c.Police.ToldAt = &now
			text := fmt.Sprintf("%s（%s）%s", c.NumberText(), c.Place.VillageName, d.Why)
			for _, office := range watchers(r.Policy, c) {
				c.Notify(models.NoticePolice, now, office, text)
			}
			return nil
		})
	case Move:
		due := c.OpenStage().Clock().DueAt
		note := d.Why
		if late := int(now.Sub(due) / (24 * time.Hour)); late > 0 {
			note += fmt.Sprintf("（迟于期限%d日移交）", late)
		}
		return c.Move(r.Policy, models.ActionExpire, system, now, note, func() error {
			return r.HandUp(c, now, HandOver{Reason: models.ReasonDeadline, Note: note})
		})
	}
	return nil
}

// watchers are who hears of a threat that nobody reported: who has the case, its township and its county,
// whether the ladder reaches there or not, each place once.
func watchers(policy *models.Policy, c *models.Case) []models.Office {
	out := []models.Office{c.Office}
	for _, seat := range []models.RegionKind{models.RegionTownship, models.RegionCounty} {
		rung, ok := policy.Intake(seat)
		if !ok {
			rung = models.Rung{Level: string(seat), Seat: seat, Body: "office"}
		}
		if office := models.OfficeOf(rung, c.Place); office.Region != c.Office.Region {
			out = append(out, office)
		}
	}
	return out
}

// HandOver is why a case goes up, and what is asked of the next level.
type HandOver struct {
	Reason models.Reason
	Note   string
	Asked  string
	To     string // the level that takes it up, "" for the next one above
}

// HandUp closes the open stage and opens one on the rung above, or on that which takes the case up, waiting
// for its review, with a fresh clock from now. It is called inside Case.Move.
func (r Rules) HandUp(c *models.Case, now time.Time, why HandOver) error {
	above, ok := r.Policy.Above(c.Level)
	if !ok {
		return models.Errorf(models.Precondition, "case.top_level", "本案已在最高一级，不能再上报")
	}
	if rung, ok := r.Policy.Rung(why.To); ok {
		above = rung
	}
	clock, err := r.Start(c, models.PhaseReview, above.Level, now, 0)
	if err != nil {
		return err
	}
	from := c.Office
	office := models.OfficeOf(above, c.Place)
	c.OpenStage().Asked = why.Asked
	c.EndStage(now, models.OutcomeEscalated, why.Reason, why.Note)
	c.StartStage(above, office, now, clock)
	c.Review, c.Asked = models.ReviewPending, false
	if c.Cluster != nil && why.Reason != models.ReasonCluster { // the others of a group dispute go up with it
		c.Cluster.Rose = from.ID
		c.Tell(now)
	}
	text := fmt.Sprintf("%s（%s）由%s上报%s，请签收", c.NumberText(), c.Place.VillageName, from.Name, office.Name)
	c.Notify("escalated", now, office, text)
	c.Notify("escalated", now, from, text)
	return nil
}

func lastDay(clock *models.Clock) string {
	d := workday.OfTime(clock.DueAt.Add(-time.Nanosecond))
	return fmt.Sprintf("%d年%d月%d日24时", d.Year, d.Month, d.Day)
}

// daysLeft counts whole days to the deadline, rounded up.
func daysLeft(clock *models.Clock, now time.Time) int {
	left := clock.DueAt.Sub(now)
	return int((left + 24*time.Hour - 1) / (24 * time.Hour))
}
