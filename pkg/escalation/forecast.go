package escalation

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"fengqiao/models"
	"fengqiao/pkg/workday"
)

// Coming is something that the clock will do to a case if nobody does anything before.
type Coming struct {
	At   time.Time
	Step Step
	What string        // what is done, in plain Chinese: 自动上报枫溪镇司法所
	Why  string        // and why: 调解期限12月23日24时届满，仍未办结
	From models.Office // who has the case
	To   models.Office // who is told, or gets the case
	// Level is the name of the level that has the case.
	Level string
}

// Foresee lists what the clock will do to a case after now and until a moment, in its order, through
// every hand-over that nobody signs in. What is due by now comes first, at now.
//
// It does to a copy what a sweep at each of these moments would do, so that it also sees what comes
// after a pause has ended by itself.
func (r Rules) Foresee(c *models.Case, now, until time.Time) ([]Coming, error) {
	var list []Coming
	seen := copyOf(c)
	for at := now; seen.NextAt != nil; {
		if seen.NextAt.After(at) {
			at = *seen.NextAt
		}
		if at.After(until) {
			break
		}
		d := Decide(r.Policy, seen, at)
		if d.Step == Nothing {
			break // a sweep at that moment would leave it alone as well
		}
		list = append(list, r.coming(seen, d, at))
		if err := r.Carry(seen, d, at); err != nil {
			return nil, fmt.Errorf("foresee case %s: %w", c.ID.Hex(), err)
		}
	}
	return list, nil
}

// copyOf is a case whose open clock can run without touching the case it was made from.
func copyOf(c *models.Case) *models.Case {
	out := *c
	out.Timeline, out.Notices = slices.Clip(c.Timeline), slices.Clip(c.Notices)
	out.Stages = slices.Clone(c.Stages)
	if stage := out.OpenStage(); stage != nil {
		stage.Clocks = slices.Clone(stage.Clocks)
		if clock := stage.Clock(); clock != nil {
			clock.Warnings, clock.Pauses = slices.Clone(clock.Warnings), slices.Clone(clock.Pauses)
		}
	}
	if c.After != nil {
		after := *c.After
		after.Reminders = slices.Clone(after.Reminders)
		out.After = &after
	}
	if c.Cluster != nil {
		cluster := *c.Cluster
		out.Cluster = &cluster
	}
	if c.Police != nil {
		police := *c.Police
		out.Police = &police
	}
	return &out
}

// coming says of a step that lies ahead what a decision says of one that is due.
func (r Rules) coming(c *models.Case, d Decision, at time.Time) Coming {
	out := Coming{At: at, Step: d.Step, What: d.Step.Name(), Why: d.Why, From: c.Office, To: c.Office}
	if stage := c.LastStage(); stage != nil {
		out.Level = stage.Name
	}
	clock := c.RunningClock()
	switch d.Step {
	case Move:
		above, _ := r.Policy.Above(c.Level)
		out.To = models.OfficeOf(above, c.Place)
		out.What = "自动上报" + out.To.Name
		out.Why = fmt.Sprintf("%s期限%s届满，仍未办结", clock.Phase.Name(), lastDay(clock))
	case Tell:
		out.Why = fmt.Sprintf("%s期限%s届满，本案已在最高一级，请转请仲裁或诉讼", clock.Phase.Name(), lastDay(clock))
	case Resume:
		out.Why = "累计暂停的日数用完"
	}
	return out
}

// Name is the step as people say it.
func (s Step) Name() string {
	return map[Step]string{Warn: "提醒", Move: "自动上报", Tell: "提示逾期", Resume: "恢复计时", Urge: "提示没有登记报告公安", Remind: "事后提醒"}[s]
}

// mostReminders is how many of an agreement's reminders one line names: they may be many.
const mostReminders = 2

// Say tells in one line what the clock does to a case now, or why it does nothing, and what comes
// next if nobody does anything, up to the next hand-over.
func (r Rules) Say(c *models.Case, now time.Time) (string, error) {
	coming, err := r.Foresee(c, now, models.FarFuture())
	if err != nil {
		return "", err
	}
	if i := slices.IndexFunc(coming, func(step Coming) bool { return step.Step == Move }); i >= 0 {
		coming = coming[:i+1]
	}
	d := Decide(r.Policy, c, now)
	text := "现在：" + d.Why
	if still, err := r.IfResumed(c, now); err != nil {
		return "", err
	} else if still != "" {
		text += "，" + still
	}
	if d.Step != Nothing {
		text += "，等待下一次自动检查"
	}
	var next []string
	said := map[string]bool{}
	for _, step := range coming {
		switch {
		case !step.At.After(now) || said[step.Why]: // what is reminded of twice is said once
		case step.Step == Remind && len(next) < mostReminders:
			said[step.Why] = true
			next = append(next, speakTime(step.At, now, step.Step)+"提醒："+step.Why)
		case step.Step != Remind:
			next = append(next, speakTime(step.At, now, step.Step)+step.What)
		}
	}
	switch {
	case len(next) > 0:
		text += "；接下来 " + strings.Join(next, "，")
	case d.Step == Nothing:
		text += "；接下来没有系统自动办理的事"
	}
	return text, nil
}

// speakTime writes a moment as people say it. Of a reminder that comes at midnight the day is enough.
func speakTime(at, now time.Time, step Step) string {
	day := speak(workday.OfTime(at), workday.OfTime(now))
	local := at.In(workday.Zone)
	switch {
	case local.Minute() > 0:
		return fmt.Sprintf("%s %d时%d分", day, local.Hour(), local.Minute())
	case local.Hour() > 0 || step != Warn && step != Remind:
		return fmt.Sprintf("%s %d时", day, local.Hour())
	}
	return day + " "
}
