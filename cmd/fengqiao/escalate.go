package main

import (
	"context"
	"errors"
	"time"

	"fengqiao/models"
	"fengqiao/pkg/escalation"
	"fengqiao/pkg/jobs"
	"fengqiao/pkg/workday"
)

type escalateCommand struct {
	storeFlags
	Now    time.Time `help:"以此时刻为准，RFC 3339，例如 2026-11-24T08:00:00+08:00；不给出则为现在。" placeholder:"RFC3339" format:"2006-01-02T15:04:05Z07:00"`
	DryRun bool      `help:"只列出要做什么，不改动。"`
	JSON   bool      `name:"json" help:"输出 JSON。"`
}

// planned is what a dry run would do to one case.
type planned struct {
	ID      string    `json:"id"`
	Number  string    `json:"number"`
	Village string    `json:"village"`
	Level   string    `json:"level"`
	DueAt   time.Time `json:"dueAt"`
	Step    string    `json:"step"`
	Why     string    `json:"why"`
}

// Run does one sweep, beside whatever else sweeps, and leaves its record.
func (c *escalateCommand) Run(ctx context.Context, t *terminal) (err error) {
	now := time.Now
	if !c.Now.IsZero() {
		now = func() time.Time { return c.Now }
	}
	a, err := c.open(ctx, now)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.close()) }()
	if c.DryRun {
		return c.preview(ctx, t, a)
	}
	run, err := jobs.Once(ctx, a.store, jobs.Command, holder(), now, func(ctx context.Context, now time.Time) (jobs.Outcome, error) {
		swept, err := a.sweeper.Run(ctx, now)
		return jobs.Outcome{Sweep: &swept}, err
	})
	if err != nil {
		return err
	}
	if c.JSON {
		return t.json(run.Sweep)
	}
	return t.printf("%s\n", run.Sweep)
}

func (c *escalateCommand) preview(ctx context.Context, t *terminal, a *application) error {
	list := []planned{}
	faults := a.sweeper.Preview(ctx, a.now(), func(c *models.Case, d escalation.Decision) error {
		p := planned{ID: c.ID.Hex(), Number: c.NumberText(), Village: c.Place.VillageName, Level: c.Level, Step: string(d.Step), Why: d.Why}
		if c.DueAt != nil {
			p.DueAt = *c.DueAt
		}
		list = append(list, p)
		return nil
	})
	if c.JSON {
		return errors.Join(t.json(list), faults)
	}
	for _, p := range list {
		if err := t.printf("%s %s %s 期限%s %s\n", p.ID, p.Number, p.Village, p.DueAt.In(workday.Zone).Format("2006-01-02 15:04"), p.Why); err != nil {
			return err
		}
	}
	return errors.Join(t.printf("共%d件（只是预览，没有改动）\n", len(list)), faults)
}
