package main

import (
	"context"
	"errors"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"fengqiao/models"
	"fengqiao/pkg/escalation"
	"fengqiao/pkg/store"
	"fengqiao/pkg/workday"
)

type explainCommand struct {
	storeFlags
	Case string    `arg:"" help:"案件的 id，或者完整的卷号，例如 〔2026〕北坡村人调字第12号。"`
	Now  time.Time `help:"以此时刻为准，RFC 3339；不给出则为现在。" placeholder:"RFC3339" format:"2006-01-02T15:04:05Z07:00"`
	JSON bool      `name:"json" help:"输出 JSON。"`
}

// explained is a case's clock: how the deadline came about and what happens when.
type explained struct {
	ID       string            `json:"id"`
	Number   string            `json:"number"`
	State    string            `json:"state"`
	Level    string            `json:"level"`
	Office   string            `json:"office"`
	DueAt    *time.Time        `json:"dueAt"` // nil while nothing is due
	Paused   bool              `json:"paused"`
	Working  []models.WorkLine `json:"working"` // of the clock that runs, or ran last
	Now      string            `json:"now"`     // what a sweep at this moment would do, or why nothing
	Coming   []explainedStep   `json:"coming"`
	Calendar string            `json:"calendar,omitempty"`
}

type explainedStep struct {
	At   time.Time `json:"at"`
	Step string    `json:"step"`
	What string    `json:"what"`
	Why  string    `json:"why"`
	To   string    `json:"to"`
}

// Run prints why a case is due when it is, and what the clock will do.
func (c *explainCommand) Run(ctx context.Context, t *terminal) error {
	return c.with(ctx, func(a *application) error {
		now := a.now()
		if !c.Now.IsZero() {
			now = c.Now
		}
		found, err := a.findCase(ctx, c.Case)
		if err != nil {
			return err
		}
		out, err := a.explain(ctx, found, now)
		if err != nil {
			return err
		}
		if c.JSON {
			return t.json(out)
		}
		return out.print(t)
	})
}

// findCase finds a case by its id or its whole number, wherever it is.
func (a *application) findCase(ctx context.Context, text string) (*models.Case, error) {
	counties, err := a.store.Counties(ctx)
	if err != nil {
		return nil, err
	}
	id, idErr := bson.ObjectIDFromHex(text)
	for _, county := range counties {
		scope := models.Scope{Region: county.Code}
		if idErr == nil {
			found, err := a.store.Case(ctx, scope, id)
			if err == nil || !store.IsNotFound(err) {
				return found, err
			}
			continue
		}
		for after := ""; ; {
			page, err := a.store.Cases(ctx, scope, store.CaseFilter{Grams: models.Grams(text)}, after, 100)
			if err != nil {
				return nil, err
			}
			for _, found := range page.Cases {
				if found.Number != nil && found.Number.Text == text {
					return found, nil
				}
			}
			if after = page.Next; after == "" {
				break
			}
		}
	}
	return nil, errors.New("没有找到这个纠纷，请写完整的 id 或卷号")
}

func (a *application) explain(ctx context.Context, c *models.Case, now time.Time) (explained, error) {
	out := explained{
		ID: c.ID.Hex(), Number: c.NumberText(), State: c.State.Name(), Office: c.Office.Name, Level: c.Level, DueAt: c.DueAt, Paused: c.IsPaused(),
		Working: []models.WorkLine{}, Coming: []explainedStep{},
	}
	rules, err := escalation.RulesFor(ctx, a.store, c, now)
	if err != nil {
		return out, err
	}
	if rung, ok := rules.Policy.Rung(c.Level); ok {
		out.Level = rung.Name
	}
	if stage := c.LastStage(); stage != nil && stage.Clock() != nil {
		out.Working, out.Calendar = stage.Clock().Working, stage.Clock().Calendar
	}
	out.Now = escalation.Decide(rules.Policy, c, now).Why
	if still, err := rules.IfResumed(c, now); err != nil {
		return out, err
	} else if still != "" {
		out.Now += "，" + still
	}
	list, err := rules.Foresee(c, now, models.FarFuture())
	for _, coming := range list {
		out.Coming = append(out.Coming, explainedStep{At: coming.At.UTC(), Step: string(coming.Step), What: coming.What, Why: coming.Why, To: coming.To.Name})
	}
	return out, err
}

func (e *explained) print(t *terminal) error {
	due, which := "没有正在计时的期限", "最后一个期限是"
	switch {
	case e.Paused:
		due, which = "暂停计时中", ""
	case e.DueAt != nil:
		which = ""
		due = "期限到" + e.DueAt.Add(-time.Millisecond).In(workday.Zone).Format("2006年1月2日") + "24时"
	}
	if err := t.printf("%s %s\n%s，%s，现由%s办理；%s\n\n%s怎样算出来的：\n", e.ID, e.Number, e.State, e.Level, e.Office, due, which); err != nil {
		return err
	}
	for _, line := range e.Working {
		if err := t.printf("  %s\n", line.Text); err != nil {
			return err
		}
	}
	if err := t.printf("\n现在：%s\n接下来，如果没有人办理：\n", e.Now); err != nil {
		return err
	}
	for _, step := range e.Coming {
		if err := t.printf("  %s %s（%s）：%s\n", step.At.In(workday.Zone).Format("2006-01-02 15:04"), step.What, step.To, step.Why); err != nil {
			return err
		}
	}
	if len(e.Coming) == 0 {
		return t.printf("  没有\n")
	}
	return nil
}
