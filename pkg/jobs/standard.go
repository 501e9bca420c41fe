package jobs

import (
	"context"
	"fmt"
	"time"

	"fengqiao/models"
	"fengqiao/pkg/store"
)

// Names of the jobs.
const (
	Sweep    = "sweep"    // 到期上报
	Reports  = "reports"  // 月报
	Sessions = "sessions" // 清理登录
	Notices  = "notices"  // 发送通知
	Recount  = "recount"  // 期限重算
	Risk     = "risk"     // 风险评估
	Clusters = "clusters" // 群体性纠纷
	Returns  = "returns"  // 排查提醒
	Remind   = "remind"   // 月报提醒
)

// Command is the name under which a sweep asked for at the command line leaves its record.
const Command = "escalate"

// Named is a job as people know it.
type Named struct{ Code, Name, Schedule string }

// Names lists the jobs as people know them, and the sweep at the command line.
func Names() []Named {
	return []Named{
		{Sweep, "到期上报", "每5分钟"}, {Notices, "发送通知", "每分钟"}, {Reports, "生成月报", "每月1日6:00"}, {Remind, "月报提醒", "每日8:30"}, {Sessions, "清理过期登录", "每日3:30"}, {Recount, "按放假安排重算期限", "每日0:20"}, {Returns, "提醒报排查表", "每小时"},
		{Risk, "重新评估风险、发现群体性纠纷", "每日0:40"}, {Clusters, "群体性纠纷一并办理", "每5分钟"}, {Command, "命令行检查期限", "有人运行命令时"},
	}
}

// Work is what the jobs do; the use cases are handed in.
type Work struct {
	// Sweep escalates and warns whatever is due.
	Sweep func(ctx context.Context, now time.Time) (models.SweepRun, error)
	// Reports builds the monthly reports that are missing and says how many.
	Reports func(ctx context.Context, now time.Time) (int, error)
	// Checks draws the call-backs of the month before and says for how many townships. nil where nobody
	// does.
	Checks func(ctx context.Context) (int, error)
	// Remind tells people which monthly reports wait for them and says how many messages it made. nil
	// where nobody does.
	Remind func(ctx context.Context) (int, error)
	// Sessions removes logins that have ended and says how many.
	Sessions func(ctx context.Context) (int, error)
	// Notices delivers what waits and says what it did. nil where nobody delivers.
	Notices func(ctx context.Context, now time.Time) (string, error)
	// Recount works out anew what a calendar that was loaded moves, and says how many deadlines; it
	// makes up for what loading a year did not come to. nil where nobody does.
	Recount func(ctx context.Context, now time.Time) (int, error)
	// Risk assesses anew what time, or a version of the risk rules that took effect, has changed, and
	// looks for group disputes; it says what it did. nil where nobody does.
	Risk func(ctx context.Context, now time.Time) (string, error)
	// Clusters brings what was done to one case of a group dispute to the others, where that did not come
	// through at once, and says what it did. nil where nobody does.
	Clusters func(ctx context.Context) (string, error)
	// Returns reminds of screening returns that are missing, and says how many messages it made; it also
	// notes at findings the cases they became, where that was broken off. nil where nobody does.
	Returns func(ctx context.Context, now time.Time) (int, error)
}

// LastDone is when a job began the last time that it was done to its end, zero for never.
func LastDone(ctx context.Context, st *store.Store, job string) (time.Time, error) {
	runs, err := st.Runs(ctx, job, 50)
	for _, run := range runs {
		if run.Status == StatusDone {
			return run.StartedAt, nil
		}
	}
	return time.Time{}, err
}

// noticesKept is how long the record of a delivery is kept: there is one a minute.
const noticesKept = 7 * 24 * time.Hour

// Standard lists the jobs of the system: the sweep every five minutes, the reports of the month
// before on the 1st at 06:00 and what reminds of them each morning, the cleaning of sessions and the
// recounting of deadlines at night, the delivery of notices every minute, and the reminders of returns
// every hour. All run at start as well.
func Standard(work Work) []Job {
	list := []Job{
		{Name: Sweep, Schedule: "*/5 * * * *", Run: func(ctx context.Context, now time.Time) (Outcome, error) {
			swept, err := work.Sweep(ctx, now)
			return Outcome{Sweep: &swept}, err
		}},
		{Name: Reports, Schedule: "0 6 1 * *", Run: func(ctx context.Context, now time.Time) (Outcome, error) {
			built, err := work.Reports(ctx, now)
			note := fmt.Sprintf("补齐月报%d份", built)
			if err == nil && work.Checks != nil { // what looks unlikely is seen in the reports
				var drawn int
				drawn, err = work.Checks(ctx)
				note += fmt.Sprintf("，抽查表%d份", drawn)
			}
			return Outcome{Note: note}, err
		}},
		{Name: Sessions, Schedule: "30 3 * * *", Run: func(ctx context.Context, _ time.Time) (Outcome, error) {
			dropped, err := work.Sessions(ctx)
			return Outcome{Note: fmt.Sprintf("清理过期登录%d个", dropped)}, err
		}},
	}
	if work.Remind != nil {
		list = append(list, Job{Name: Remind, Schedule: "30 8 * * *", Run: func(ctx context.Context, _ time.Time) (Outcome, error) {
			made, err := work.Remind(ctx)
			return Outcome{Note: fmt.Sprintf("提醒月报%d条", made)}, err
		}})
	}
	if work.Notices != nil {
		list = append(list, Job{Name: Notices, Schedule: "* * * * *", Keep: noticesKept, Run: func(ctx context.Context, now time.Time) (Outcome, error) {
			note, err := work.Notices(ctx, now)
			return Outcome{Note: note}, err
		}})
	}
	if work.Recount != nil {
		list = append(list, Job{Name: Recount, Schedule: "20 0 * * *", Run: func(ctx context.Context, now time.Time) (Outcome, error) {
			changed, err := work.Recount(ctx, now)
			return Outcome{Note: fmt.Sprintf("按放假安排重算期限%d件", changed)}, err
		}})
	}
	if work.Risk != nil {
		list = append(list, Job{Name: Risk, Schedule: "40 0 * * *", Run: func(ctx context.Context, now time.Time) (Outcome, error) {
			note, err := work.Risk(ctx, now)
			return Outcome{Note: note}, err
		}})
	}
	if work.Clusters != nil {
		list = append(list, Job{Name: Clusters, Schedule: "*/5 * * * *", Keep: noticesKept, Run: func(ctx context.Context, _ time.Time) (Outcome, error) {
			note, err := work.Clusters(ctx)
			return Outcome{Note: note}, err
		}})
	}
	if work.Returns != nil {
		list = append(list, Job{Name: Returns, Schedule: "15 * * * *", Run: func(ctx context.Context, now time.Time) (Outcome, error) {
			made, err := work.Returns(ctx, now)
			return Outcome{Note: fmt.Sprintf("提醒报排查表%d条", made)}, err
		}})
	}
	return list
}
