package pages_test

import (
	"context"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"fengqiao/models"
	"fengqiao/pkg/account"
	"fengqiao/pkg/jobs"
)

// fakeJobs stands for the runner of a process. The zero one has every job and does nothing.
type fakeJobs struct {
	run func(job, who string) (string, error)
}

func (f *fakeJobs) Next(job string) time.Time {
	if job == jobs.Command {
		return time.Time{}
	}
	return began.Add(time.Hour)
}

func (f *fakeJobs) RunNow(_ context.Context, job, who string) (string, error) {
	if f.run == nil {
		return "none", nil
	}
	return f.run(job, who)
}

// jobText is what the page says of one job.
func (p *page) jobText(job string) string { return p.text("#job-" + job) }

func TestJobsPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	at := func(minutes int) time.Time { return began.Add(time.Duration(minutes) * time.Minute).UTC() }
	ended := func(minutes int) *time.Time { e := at(minutes).Add(2500 * time.Millisecond); return &e }
	for _, run := range []models.JobRun{
		{ID: "1", Job: jobs.Sweep, Slot: at(-15), StartedAt: at(-15), EndedAt: ended(-15), Status: jobs.StatusFailed, Holder: "pc/1", Note: "系统出错了，请稍后再试"},
		{ID: "2", Job: jobs.Sweep, Slot: at(-10), StartedAt: at(-9), EndedAt: ended(-9), Status: jobs.StatusDone, Holder: "pc/1", CaughtUp: true, Note: "补做，期间错过3次", Sweep: &models.SweepRun{
			Looked: 9, Moved: 4, Warned: 2, Overdue: 1, Resumed: 1, Urged: 1, Skipped: map[string]int{"刚刚被人修改，留待下次": 2},
		}},
		{ID: "3", Job: jobs.Sweep, Slot: at(-5), StartedAt: at(-5), Status: jobs.StatusRunning, Holder: "pc/2"},
		{ID: "4", Job: jobs.Sweep, Slot: at(0), StartedAt: at(0), Status: jobs.StatusRunning, Holder: "pc/3"},
		{ID: "5", Job: jobs.Reports, Slot: at(-5), StartedAt: at(-5), EndedAt: ended(-5), Status: jobs.StatusDone, Holder: "pc/1", Note: "补齐月报4份"},
	} {
		require.NoError(t, w.store.InsertRun(t.Context(), &run))
	}
	_, err := w.store.AcquireLease(t.Context(), jobs.Sweep, "pc/3", began, time.Minute)
	require.NoError(t, err)
	_, err = w.store.AcquireLease(t.Context(), jobs.Reports, "pc/1", began.Add(-time.Hour), time.Minute)
	require.NoError(t, err)

	p := w.visitor("admin").get(t, "/admin/jobs")
	sweep := p.jobText(jobs.Sweep)
	for _, words := range []string{
		"下一次2026年3月2日 10:00", "上一次2026年3月2日 09:00 正在运行", "谁在运行pc/3正在运行，占用到09:01:00", "最近4次运行，其中补做1次",
		"检查9件，上报4件，提醒2件，最高一级逾期提示1件，恢复计时1件，提示没有登记报告公安1件；未处理2件（刚刚被人修改，留待下次）；补做，期间错过3次",
	} {
		require.Contains(t, sweep, words)
	}
	require.Equal(t, []string{"正在运行", "中断", "完成", "失败"}, p.texts("#job-"+jobs.Sweep+" tbody .tag"), "the newest first; what nobody does any more was cut off")
	require.Equal(t, []string{"", "", "2.5秒", "2.5秒"}, p.texts("#job-"+jobs.Sweep+" tbody td:nth-child(3)"))
	require.Contains(t, p.jobText(jobs.Reports), "谁在运行现在没有在运行")
	require.Contains(t, p.jobText(jobs.Reports), "做了什么补齐月报4份")
	require.Contains(t, p.jobText(jobs.Sessions), "还没有运行过")
	require.Equal(t, 1, p.doc.Find("#job-"+jobs.Sweep+" form").Length())
	require.Zero(t, p.doc.Find("#job-"+jobs.Command+" form").Length(), "it runs where somebody types it")
}

func TestRunJobNow(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		run    models.JobRun // what stands in the ledger afterwards
		err    error
		status int
		words  string
		bad    bool
	}{
		{"done", models.JobRun{Status: jobs.StatusDone, Sweep: &models.SweepRun{Looked: 3, Moved: 1, Warned: 2}, Note: "孙维新手动运行"}, nil, http.StatusOK, "“到期上报”运行完成，用时1.0秒：检查3件，上报1件，提醒2件；孙维新手动运行。", false},
		{"failed", models.JobRun{Status: jobs.StatusFailed, Note: "系统暂时不能用，请稍后再试"}, nil, http.StatusOK, "“到期上报”运行失败，用时1.0秒：系统暂时不能用，请稍后再试。", false},
		{"not yet done", models.JobRun{Status: jobs.StatusRunning}, nil, http.StatusOK, "“到期上报”正在运行，过一会儿刷新这一页看结果。", false},
		{"running elsewhere", models.JobRun{}, models.Errorf(models.Precondition, "job.running", "这个任务正在pc/2运行，占用到09:01:00，请等它结束"), http.StatusConflict, "“到期上报”没有运行：这个任务正在pc/2运行，占用到09:01:00，请等它结束", true},
		{"no such job", models.JobRun{}, models.Errorf(models.NotFound, "job.unknown", "没有这个自动任务"), http.StatusNotFound, "没有这个自动任务", true},
		{"stopping", models.JobRun{}, models.Errorf(models.Unavailable, "job.stopped", "系统正在停止，请稍后再试"), http.StatusServiceUnavailable, "系统正在停止", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			var asked []string
			w.jobs.run = func(job, who string) (string, error) {
				asked = append(asked, job+" "+who)
				run := test.run
				run.ID, run.Job, run.Slot, run.StartedAt = "sweep@now/&x=1", jobs.Sweep, began.UTC(), began.UTC()
				if run.Status != jobs.StatusRunning {
					end := began.Add(time.Second).UTC()
					run.EndedAt = &end
				}
				if test.err == nil {
					require.NoError(t, w.store.InsertRun(t.Context(), &run))
				}
				return run.ID, test.err
			}
			p := w.visitor("admin").get(t, "/admin/jobs").form(t, "#job-sweep form").send(t)
			require.Equal(t, test.status, p.status)
			require.Equal(t, []string{"sweep 孙维新"}, asked)
			require.Contains(t, p.text("main"), test.words)
			require.Equal(t, test.bad, p.doc.Find(".notice.good").Length() == 0)
			requireSound(t, p)
		})
	}
	w := newWorld(t)
	require.Equal(t, http.StatusOK, w.visitor("admin").get(t, "/admin/jobs?run=gone").status, "an old address")
	require.Equal(t, http.StatusForbidden, w.visitor("county").post(t, "/admin/jobs/sweep/run", url.Values{}).status)
}

// seat gives somebody an account and a session beside those of every world.
func (w *world) seat(t *testing.T, who models.Actor) {
	t.Helper()
	hash, err := passwordHash()
	require.NoError(t, err)
	require.NoError(t, w.store.InsertAccount(t.Context(), &models.Account{Username: who.ID, Name: who.Name, Role: who.Role, Region: who.Region, PasswordHash: hash, CreatedAt: began.UTC(), Epoch: 1}))
	token, tokenHash := account.NewToken()
	require.NoError(t, w.store.InsertSession(t.Context(), &models.Session{TokenHash: tokenHash, Username: who.ID, Epoch: 1, CreatedAt: began.UTC(), ExpiresAt: began.AddDate(10, 0, 0).UTC()}))
	w.tokens[who.ID] = token
}
