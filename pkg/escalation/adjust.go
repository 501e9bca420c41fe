package escalation

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"fengqiao/models"
	"fengqiao/pkg/workday"
)

// These change a running clock. They are called inside Case.Move and leave the deadline worked out
// anew.

// Bars says what of the rules stands against an action that the lifecycle allows just now, nil for nothing:
// a pause or an extension may come too late, or its days may be used up.
func Bars(policy *models.Policy, c *models.Case, action models.Action, now time.Time) error {
	var err error
	switch r := (Rules{Policy: policy}); action {
	case models.ActionPause:
		_, err = r.mayPause(c, now)
	case models.ActionExtend:
		_, err = r.mayExtend(c, now)
	}
	return err
}

// Pause stops the running clock. All pauses of a case together have the days that the policy gives;
// the clock goes on by itself when they are used up.
func (r Rules) Pause(c *models.Case, by models.Actor, ground models.PauseGround, note string, now time.Time) error {
	left, err := r.mayPause(c, now)
	if err != nil {
		return err
	}
	clock := c.RunningClock()
	endsBy := workday.OfTime(now).AddDays(left).Start()
	clock.Pauses = append(clock.Pauses, models.Pause{Ground: ground, Note: note, By: by, From: now, EndsBy: endsBy})
	return r.recount(c, now)
}

// mayPause is how many days a pause that begins now may last, or why there is none.
func (r Rules) mayPause(c *models.Case, now time.Time) (left int, err error) {
	used := 0
	for _, p := range c.Pauses() {
		if p.Until != nil {
			used += days(p.From, *p.Until)
		}
	}
	if left = r.Policy.PauseMaxDays - used; left <= 0 {
		return 0, models.Errorf(models.Precondition, "case.pause_used_up", "本案累计暂停已满%d日，不能再暂停", r.Policy.PauseMaxDays)
	}
	return left, r.inTime(c, "暂停计时", now)
}

// inTime refuses what can only be done before a deadline has passed: what is late by then stays late, in
// the days between the deadline and the sweep as well.
func (r Rules) inTime(c *models.Case, what string, now time.Time) error {
	clock := c.RunningClock()
	if clock.Pause() != nil || now.Before(clock.DueAt) {
		return nil
	}
	above, ok := r.Policy.Above(c.Level)
	if !ok {
		return models.Errorf(models.Precondition, "case.overdue", "%s期限已于%s届满，不能再%s。本案已在最高一级，请抓紧办结，或者转请仲裁或诉讼", clock.Phase.Name(), lastDay(clock), what)
	}
	return models.Errorf(models.Precondition, "case.overdue", "%s期限已于%s届满，不能再%s。本案将自动上报%s，上级按自己的期限重新计时；已经谈成的，请登记协议",
		clock.Phase.Name(), lastDay(clock), what, models.OfficeOf(above, c.Place).Name)
}

// days counts civil days from one moment to another.
func days(from, to time.Time) int {
	n := 0
	for d, end := workday.OfTime(from), workday.OfTime(to); d.Before(end); d = d.AddDays(1) {
		n++
	}
	return n
}

// Resume lets the clock go on. However late it is called, a pause ends when its days are used up.
func (r Rules) Resume(c *models.Case, now time.Time) error {
	pause := c.RunningClock().Pause()
	until := now
	if until.After(pause.EndsBy) {
		until = pause.EndsBy
	}
	pause.Until = &until
	return r.recount(c, now)
}

// Extend gives the running clock more days, with both parties' recorded consent.
func (r Rules) Extend(c *models.Case, by models.Actor, n int, consent string, now time.Time) error {
	most, err := r.mayExtend(c, now)
	switch {
	case err != nil:
		return err
	case n < 1 || n > most:
		return models.FieldErrorf("days", "延期应为1至%d日", most)
	}
	clock := c.RunningClock()
	clock.Adjustments = append(clock.Adjustments, models.Adjustment{Kind: models.AdjustExtend, At: now, By: by, Days: n, Note: consent})
	return r.recount(c, now)
}

// mayExtend is by how many days the running clock may be extended now, or why by none.
func (r Rules) mayExtend(c *models.Case, now time.Time) (most int, err error) {
	clock := c.RunningClock()
	if clock.Phase != models.PhaseMediation {
		return 0, models.Errorf(models.Precondition, "case.no_extension", "只有调解期限可以延期，%s期限不能延", clock.Phase.Name())
	}
	most, err = r.Policy.ExtendLimitOf(c)
	switch {
	case err != nil:
		return 0, err
	case r.Policy.ExtendMaxDays == 0:
		return 0, models.Errorf(models.Precondition, "case.no_extension", "本县的时限规则不允许延期")
	case most == 0:
		return 0, models.Errorf(models.Precondition, "case.no_extension", "按本县的时限规则，这一类纠纷不能延期")
	}
	if err = r.inTime(c, "延期", now); err == nil && clock.Adjusted(models.AdjustOrder) != nil {
		err = models.Errorf(models.Precondition, "case.ordered", "上级已经督办本案，不能延期")
	}
	return most, err
}

// Order sets a last day from above. It only ever makes a deadline shorter.
func (r Rules) Order(c *models.Case, by models.Actor, lastDay, note string, now time.Time) error {
	day, err := workday.Parse(lastDay)
	if err != nil {
		return models.FieldErrorf("lastDay", "办结日期请写成年-月-日，例如%s", workday.OfTime(now))
	}
	clock := c.RunningClock()
	switch {
	case !workday.OfTime(now).Before(day):
		return models.FieldErrorf("lastDay", "办结日期应在今天之后")
	case clock.Pause() == nil && !day.AddDays(1).Start().Before(clock.DueAt):
		return models.FieldErrorf("lastDay", "督办只能缩短期限，现在的期限是%s", workday.OfTime(clock.DueAt.Add(-time.Millisecond)))
	}
	clock.Adjustments = append(clock.Adjustments, models.Adjustment{Kind: models.AdjustOrder, At: now, By: by, LastDay: day.String(), Note: note})
	return r.recount(c, now)
}

// Tighten shortens the running clock where the case's risk, just raised, has a rule with shorter
// days: those of the new rule are counted from now, and the earlier of the two ends holds.
func (r Rules) Tighten(c *models.Case, by models.Actor, now time.Time) error {
	clock := c.RunningClock()
	if clock == nil || clock.Phase != models.PhaseMediation {
		return nil
	}
	rule, err := r.Policy.Match(c.Circumstances(models.PhaseMediation, c.Level, c.Risk))
	if err != nil {
		return err
	}
	if rule.ID == clock.Rule {
		return nil
	}
	clock.Adjustments = append(clock.Adjustments, models.Adjustment{
		Kind: models.AdjustRisk, At: now, By: by, Days: rule.Days, Unit: rule.Unit, Rule: rule.Name, Note: "风险评为" + c.Risk.Name(),
	})
	return r.recount(c, now)
}

// Recalendar works a running deadline out anew with the calendar of now, because the days off of a
// year were announced or put right. It says whether the deadline, or a day that was passed over, is
// another by that, and what in plain Chinese; else nothing changes. A deadline that has passed stays
// as it was, and one that stands still is worked out when its clock goes on.
func (r Rules) Recalendar(c *models.Case, now time.Time) (changed bool, note string, err error) {
	clock := c.RunningClock()
	if clock == nil || clock.Pause() != nil || !now.Before(clock.DueAt) || clock.Calendar == r.Calendar.Version() {
		return false, "", nil
	}
	before := *clock
	if err := r.recount(c, now); err != nil {
		return false, "", err
	}
	if clock.DueAt.Equal(before.DueAt) && clock.Provisional == before.Provisional && slices.Equal(passedOver(clock), passedOver(&before)) {
		*clock = before
		return false, "", nil
	}
	why := "放假安排更正"
	if announcedFirst(&before, clock) {
		why = "放假安排公布"
	}
	was, is := workday.OfTime(before.DueAt.Add(-time.Millisecond)), workday.OfTime(clock.DueAt.Add(-time.Millisecond))
	note = fmt.Sprintf("%s，期限仍为%s", why, is)
	if was != is {
		note = fmt.Sprintf("%s，期限由%s改为%s", why, was, is)
	}
	if clock.Provisional {
		note += "（仍为暂定）"
	}
	return true, note, nil
}

// announcedFirst says whether the days off of a year that a deadline lies in were not known when it was
// worked out the last time, and are known now.
func announcedFirst(before, clock *models.Clock) bool {
	last := slices.MaxFunc([]time.Time{before.DueAt, clock.DueAt}, time.Time.Compare).Add(-time.Millisecond)
	for year := workday.OfTime(clock.Since).Year; year <= workday.OfTime(last).Year; year++ {
		if knows(clock.Calendar, year) && !knows(before.Calendar, year) {
			return true
		}
	}
	return false
}

// knows says whether a version of the calendar has a year. It begins with the years that it has.
func knows(version string, year int) bool {
	years, _, _ := strings.Cut(version, " ")
	return slices.Contains(strings.Split(years, ","), strconv.Itoa(year))
}

// passedOver are the lines of a working that say which days did not count.
func passedOver(clock *models.Clock) []models.WorkLine {
	last := workday.OfTime(clock.DueAt.Add(-time.Millisecond)).String() // what a shorter deadline never came to says nothing
	return slices.DeleteFunc(slices.Clone(clock.Working), func(line models.WorkLine) bool {
		return line.Kind != "skip" && line.Kind != "moved" || line.From > last
	})
}

// recount is Recount of the running clock.
func (r Rules) recount(c *models.Case, now time.Time) error {
	rung, ok := r.Policy.Rung(c.Level)
	if !ok {
		return fmt.Errorf("policy %s has no level %q", r.Policy.ID, c.Level)
	}
	return r.Recount(c, rung, c.RunningClock(), now)
}
