package pages

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/gin-gonic/gin"

	"fengqiao/handlers/web"
	"fengqiao/models"
	"fengqiao/pkg/jobs"
	"fengqiao/pkg/store"
	"fengqiao/pkg/workday"
)

type jobsBody struct {
	Jobs   []jobView
	Done   string // what a run that was asked for came to
	Notice string // why it was not begun
}

// jobView is one job with its latest runs.
type jobView struct {
	Code, Name, Schedule string
	Next                 string // "" where this process does not run it
	Last                 *runView
	Lease                string // who has it, "" for nobody
	Runs                 []runView
	Missed               int // runs among these that caught up what was missed
	RunPath              string
}

type runView struct {
	Slot, Started, Took, Status, Tone, Holder, What string
	CaughtUp                                        bool
}

// jobRuns is how many runs of a job are shown.
const jobRuns = 12

const jobsTitle = "自动任务"

func (p *Pages) jobs(c *gin.Context) error {
	var body jobsBody
	if id := c.Query("run"); id != "" {
		run, err := p.Store.Run(c.Request.Context(), id)
		if err != nil && !store.IsNotFound(err) {
			return err
		}
		if err == nil {
			body.Done = doneRun(run)
		}
	}
	return p.showJobs(c, http.StatusOK, body)
}

// doneRun says what became of a run that somebody asked for.
func doneRun(run *models.JobRun) string {
	v := viewRun(run, true)
	text := "“" + jobName(run.Job) + "”" + map[string]string{jobs.StatusDone: "运行完成", jobs.StatusFailed: "运行失败", jobs.StatusRunning: "正在运行，过一会儿刷新这一页看结果"}[run.Status]
	if v.Took != "" {
		text += "，用时" + v.Took
	}
	if v.What != "" && run.Status != jobs.StatusRunning {
		text += "：" + v.What
	}
	return text + "。"
}

func jobName(code string) string {
	for _, job := range jobs.Names() {
		if job.Code == code {
			return job.Name
		}
	}
	return code
}

// runWait is how long a run that somebody asked for is waited for; it goes on without them.
const runWait = 20 * time.Second

// runJob has a job run now.
func (p *Pages) runJob(c *gin.Context) error {
	if p.Jobs == nil {
		return models.Errorf(models.Precondition, "job.elsewhere", "这台服务器不运行自动任务")
	}
	ctx, cancel := context.WithTimeout(c.Request.Context(), runWait)
	defer cancel()
	actor := web.Actor(c)
	run, err := p.Jobs.RunNow(ctx, c.Param("job"), actor.Name)
	if told := models.AsError(err); err != nil && told.Kind == models.Precondition {
		return p.showJobs(c, web.Status(told), jobsBody{Notice: "“" + jobName(c.Param("job")) + "”没有运行：" + told.Message})
	}
	if err != nil {
		return err
	}
	return redirect(c, "/admin/jobs?"+url.Values{"run": {run}}.Encode())
}

func (p *Pages) showJobs(c *gin.Context, status int, body jobsBody) error {
	for _, job := range jobs.Names() {
		view, err := p.viewJob(c.Request.Context(), job)
		if err != nil {
			return err
		}
		body.Jobs = append(body.Jobs, view)
	}
	return p.render(c, status, "jobs", jobsTitle, body)
}

func (p *Pages) viewJob(ctx context.Context, job jobs.Named) (jobView, error) {
	now := p.Now()
	view := jobView{Code: job.Code, Name: job.Name, Schedule: job.Schedule}
	if p.Jobs != nil {
		if next := p.Jobs.Next(job.Code); !next.IsZero() {
			view.Next, view.RunPath = moment(next), "/admin/jobs/"+job.Code+"/run"
		}
	}
	lease, err := p.Store.Lease(ctx, job.Code)
	if err != nil {
		return view, err
	}
	held := lease != nil && now.Before(lease.Until)
	if held {
		view.Lease = fmt.Sprintf("%s正在运行，占用到%s", lease.Holder, lease.Until.In(workday.Zone).Format("15:04:05"))
	}
	runs, err := p.Store.Runs(ctx, job.Code, jobRuns)
	if err != nil {
		return view, err
	}
	for _, r := range runs {
		v := viewRun(r, held && lease.Holder == r.Holder || job.Code == jobs.Command)
		if r.CaughtUp {
			view.Missed++
		}
		view.Runs = append(view.Runs, v)
	}
	if len(view.Runs) > 0 {
		view.Last = &view.Runs[0]
	}
	return view, nil
}

// viewRun shows a run. A run that says running, while nobody holds its lease, was cut off.
func viewRun(r *models.JobRun, held bool) runView {
	v := runView{Slot: moment(r.Slot), Started: moment(r.StartedAt), Holder: r.Holder, CaughtUp: r.CaughtUp, Status: "正在运行", Tone: "near"}
	switch {
	case r.Status == jobs.StatusDone:
		v.Status, v.Tone = "完成", "calm"
	case r.Status == jobs.StatusFailed:
		v.Status, v.Tone = "失败", "late"
	case !held:
		v.Status, v.Tone = "中断", "late"
	}
	if r.EndedAt != nil {
		v.Took = took(r.EndedAt.Sub(r.StartedAt))
	}
	if r.Sweep != nil {
		v.What = r.Sweep.String()
	}
	if r.Note != "" {
		if v.What != "" {
			v.What += "；"
		}
		v.What += r.Note
	}
	return v
}

// took is a time as people say it.
func took(d time.Duration) string {
	switch {
	case d < time.Second:
		return fmt.Sprintf("%d毫秒", d.Milliseconds())
	case d < time.Minute:
		return fmt.Sprintf("%.1f秒", d.Seconds())
	}
	return fmt.Sprintf("%d分%d秒", int(d.Minutes()), int(d.Seconds())%60)
}
