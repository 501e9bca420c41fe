package escalation

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"fengqiao/models"
	"fengqiao/pkg/workday"
)

// happening is one thing that changed a running clock: an adjustment, or a pause, when it ended or
// while it lasts when it began.
type happening struct {
	at     time.Time
	pause  *models.Pause
	adjust *models.Adjustment
}

// history is what changed a clock, in its order.
func history(clock *models.Clock) []happening {
	var all []happening
	for i := range clock.Pauses {
		p := &clock.Pauses[i]
		all = append(all, happening{at: *cmp.Or(p.Until, &p.From), pause: p})
	}
	for i := range clock.Adjustments {
		all = append(all, happening{at: clock.Adjustments[i].At, adjust: &clock.Adjustments[i]})
	}
	slices.SortStableFunc(all, func(a, b happening) int { return a.at.Compare(b.at) })
	return all
}

// pausedAt says whether a clock stood still at a moment.
func pausedAt(clock *models.Clock, at time.Time) bool {
	return slices.ContainsFunc(clock.Pauses, func(p models.Pause) bool {
		return !at.Before(p.From) && (p.Until == nil || at.Before(*p.Until))
	})
}

// written is a working that is being written, line by line in the order of what happened. Each line is
// true at the time it tells of: the deadline is worked out again after each thing that changed it.
type written struct {
	rules Rules
	clock *models.Clock
	event workday.Date
	lines []models.WorkLine
	last  workday.Date          // the last day as it is written last
	said  map[workday.Date]bool // days of which it is written that they do not count
	moved [2]workday.Date       // what is written last of a moved last day
}

// working writes the deadline's sum in plain Chinese: the summary first, then each step.
func (r Rules) working(c *models.Case, rung models.Rung, clock *models.Clock, sum reckoning) ([]models.WorkLine, error) {
	w := written{rules: r, clock: clock, event: workday.OfTime(clock.Since), said: map[workday.Date]bool{}}
	then := "到期由" + rung.Name + "报告逾期，并转请仲裁或诉讼"
	if above, ok := r.Policy.Above(rung.Level); ok {
		then = "到期自动上报" + models.OfficeOf(above, c.Place).Name
	}
	first := w.event.AddDays(1)
	summary := fmt.Sprintf("从%s起算%s，至%s24时；%s", w.speak(first), daysOf(sum.days, clock.Unit), w.speak(sum.Last), then)
	if sum.by != nil {
		summary = fmt.Sprintf("%s，至%s24时；%s", map[models.AdjustmentKind]string{models.AdjustRisk: "风险提高后期限缩短", models.AdjustOrder: "上级督办"}[sum.by.Kind], w.speak(sum.Last), then)
	}
	if pause := clock.Pause(); pause != nil {
		latest, err := r.resumed(clock, pause.EndsBy)
		if err != nil {
			return nil, err
		}
		then = "恢复计时以后，" + then
		summary = fmt.Sprintf("暂停计时中，从%s起（%s），最迟到%s24时自动恢复；到那时才恢复，期限为%s24时%s；%s",
			w.speak(workday.OfTime(pause.From)), pause.Ground.Name(), w.speak(lastBefore(pause.EndsBy)), w.speak(latest.Last), tentative(latest.Provisional), then)
	}

	part, changes, at := *clock, history(clock), sum
	part.Pauses, part.Adjustments = nil, nil
	var err error
	if len(changes) > 0 {
		if at, err = r.reckon(&part); err != nil {
			return nil, err
		}
	}
	w.last = at.Last
	w.line("summary", first, sum.Last, "%s", summary)
	w.line("start", w.event, w.event, "%s%s，当日不计（民法典第201条）", w.speak(w.event), begins[clock.Phase])
	w.line("count", first, at.Last, "%s期限%s，依据时限规则（%s）“%s”", clock.Phase.Name(), daysOf(clock.Days, clock.Unit), clock.PolicyVersion(), clock.RuleName)
	w.days(at)
	for _, h := range changes {
		before := at
		if h.pause != nil {
			part.Pauses = append(part.Pauses, *h.pause)
		} else {
			part.Adjustments = append(part.Adjustments, *h.adjust)
		}
		if at, err = r.reckon(&part); err != nil {
			return nil, err
		}
		if h.pause != nil {
			w.paused(h.pause, at)
			continue
		}
		if err := w.adjusted(h.adjust, &part, before, at); err != nil {
			return nil, err
		}
	}
	if clock.Provisional {
		w.lines = append(w.lines, models.WorkLine{Kind: "provisional", Text: "暂定：所经年份的放假安排尚未公布，公布后重新计算"})
	}
	return append(w.lines, models.WorkLine{Kind: "then", Text: then}), nil
}

// begins is what happens on the day from which a phase is counted.
var begins = map[models.Phase]string{
	models.PhaseAcceptance: "登记", models.PhaseReview: "上报送达", models.PhaseMediation: "开始调解", models.PhaseReturned: "退回送达",
}

// resumed is the deadline of a clock that stands still, if it goes on at a moment.
func (r Rules) resumed(clock *models.Clock, at time.Time) (reckoning, error) {
	on := *clock
	on.Pauses = slices.Clone(clock.Pauses)
	on.Pauses[len(on.Pauses)-1].Until = &at
	return r.reckon(&on)
}

// IfResumed says what the deadline would be if the clock, which stands still, went on now: “如果今天恢复，
// 期限为…”; "" where it runs.
func (r Rules) IfResumed(c *models.Case, now time.Time) (string, error) {
	clock := c.RunningClock()
	if clock == nil || clock.Pause() == nil || now.Before(clock.Pause().From) {
		return "", nil
	}
	sum, err := r.resumed(clock, earlier(now, clock.Pause().EndsBy))
	if err != nil {
		return "", fmt.Errorf("case %s: %w", c.ID.Hex(), err)
	}
	return fmt.Sprintf("如果今天恢复计时，期限为%s24时%s", speak(sum.Last, workday.OfTime(now)), tentative(sum.Provisional)), nil
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func tentative(provisional bool) string {
	if provisional {
		return "（暂定）"
	}
	return ""
}

// lastBefore is the day that ends with a moment at midnight.
func lastBefore(end time.Time) workday.Date { return workday.OfTime(end.Add(-time.Millisecond)) }

func (w *written) speak(d workday.Date) string { return speak(d, w.event) }

func (w *written) line(kind string, from, to workday.Date, format string, args ...any) {
	w.lines = append(w.lines, models.WorkLine{Kind: kind, From: from.String(), To: to.String(), Text: fmt.Sprintf(format, args...)})
}

// days writes which days of a period do not count, and that its last day moved, as far as that is not
// written yet.
func (w *written) days(at reckoning) {
	var fresh []workday.Skip
	for _, skip := range at.Skipped {
		if !w.said[skip.Date] {
			w.said[skip.Date] = true
			fresh = append(fresh, skip)
		}
	}
	for _, skip := range joinSkips(fresh) {
		if skip.from != skip.to {
			w.line("skip", skip.from, skip.to, "%s至%s不计：%s", w.speak(skip.from), w.speak(skip.to), skip.why)
			continue
		}
		w.line("skip", skip.from, skip.to, "%s不计：%s", w.speak(skip.from), skip.why)
	}
	moved := [2]workday.Date{at.MovedFrom, at.Last}
	if at.MovedFrom != (workday.Date{}) && moved != w.moved {
		w.line("moved", at.MovedFrom, at.Last, "%s是%s，顺延至%s（民法典第203条）", w.speak(at.MovedFrom), w.rules.Calendar.Why(at.MovedFrom), w.speak(at.Last))
	}
	w.moved = moved
}

// became says what becomes of the last day that is written.
func (w *written) became(at reckoning) string {
	was := w.last
	w.last = at.Last
	if was == at.Last {
		return "期限仍为" + w.speak(at.Last) + "24时"
	}
	return fmt.Sprintf("期限由%s改为%s24时", w.speak(was), w.speak(at.Last))
}

// paused writes the line of a pause.
func (w *written) paused(p *models.Pause, at reckoning) {
	from := workday.OfTime(p.From)
	if p.Until == nil {
		last := lastBefore(p.EndsBy)
		w.line("pause", from, last, "%s起暂停计时（%s）：%s；最迟%s24时自动恢复", w.speak(from), p.Ground.Name(), p.Note, w.speak(last))
		return
	}
	to := workday.OfTime(*p.Until).AddDays(-1)
	if to.Before(from) {
		w.line("pause", from, from, "%s暂停计时（%s），当天恢复，没有一天不计，%s", w.speak(from), p.Ground.Name(), w.became(at))
		return
	}
	for d := from; !to.Before(d); d = d.AddDays(1) {
		w.said[d] = true
	}
	span := w.speak(from)
	if to != from {
		span += "至" + w.speak(to)
	}
	w.line("pause", from, to, "%s不计：暂停计时（%s），%s", span, p.Ground.Name(), w.became(at))
	w.days(at)
}

// adjusted writes the line of an extension, a higher risk or an order. What is changed while the clock
// stands still shows in the deadline when it goes on.
func (w *written) adjusted(a *models.Adjustment, part *models.Clock, before, at reckoning) error {
	on, still := workday.OfTime(a.At), pausedAt(w.clock, a.At)
	own, err := w.rules.shortened(part, a)
	if err != nil {
		return err
	}
	end := ""
	switch {
	case still && a.Kind == models.AdjustOrder:
		end = "恢复计时以后，期限不晚于" + w.speak(own.Last) + "24时"
	case still:
		end = "当时暂停计时，恢复以后才算出期限"
	case a.Kind != models.AdjustExtend && !own.Due.Before(before.Due):
		end = fmt.Sprintf("算到%s；原期限%s24时不晚于这一天，不变", w.speak(own.Last), w.speak(before.Last))
	default:
		end = w.became(at)
	}
	switch a.Kind {
	case models.AdjustExtend:
		w.line("extend", on, at.Last, "%s延期%s：%s；%s", w.speak(on), daysOf(a.Days, w.clock.Unit), a.Note, end)
	case models.AdjustOrder:
		w.line("order", on, at.Last, "%s督办：%s；%s", w.speak(on), a.Note, end)
	case models.AdjustRisk:
		if extended(part, time.Time{}) > extended(part, a.At) {
			end += "（此前的延期不加在新期限上）"
		}
		w.line("risk", on, at.Last, "%s%s，次日起算%s（规则“%s”），%s", w.speak(on), a.Note, daysOf(a.Days, a.Unit), a.Rule, end)
	}
	if !still {
		w.days(at)
	}
	return nil
}

func daysOf(n int, unit models.Unit) string {
	if unit == models.WorkingDays {
		return fmt.Sprintf("%d个工作日", n)
	}
	return fmt.Sprintf("%d日", n)
}

// speak writes a date as people say it; the year only where it is not that of the event.
func speak(d, event workday.Date) string {
	if d.Year == event.Year {
		return fmt.Sprintf("%d月%d日", d.Month, d.Day)
	}
	return fmt.Sprintf("%d年%d月%d日", d.Year, d.Month, d.Day)
}

type skipRun struct {
	from, to workday.Date
	why      string
}

// joinSkips makes one line of neighbouring days that are skipped for the same reason.
func joinSkips(skips []workday.Skip) []skipRun {
	var runs []skipRun
	for _, s := range skips {
		if n := len(runs); n > 0 && runs[n-1].why == s.Why && runs[n-1].to.AddDays(1) == s.Date {
			runs[n-1].to = s.Date
			continue
		}
		runs = append(runs, skipRun{s.Date, s.Date, s.Why})
	}
	return runs
}
