package main

import (
	"context"
	"fmt"
	"text/tabwriter"

	"fengqiao/models"
	"fengqiao/pkg/rules"
	"fengqiao/pkg/workday"
)

type riskCommand struct {
	List    riskListCommand    `cmd:"" help:"列出一个县的风险规则各版。"`
	Show    riskShowCommand    `cmd:"" help:"显示一版风险规则，不写是哪一版就是现行的。"`
	Try     riskTryCommand     `cmd:"" help:"用未结的案件，或者一年里登记的案件试算一版规则，不改动任何案件。"`
	Publish riskPublishCommand `cmd:"" help:"发布一版风险规则。"`
}

type riskListCommand struct {
	storeFlags
	countyFlags
	nowFlag
	JSON bool `name:"json" help:"输出 JSON。"`
}

// Run lists the versions that matter to a county.
func (c *riskListCommand) Run(ctx context.Context, t *terminal) error {
	return c.withClock(ctx, c.clock, func(a *application) error {
		county, err := c.county(ctx, a)
		if err != nil {
			return err
		}
		return listEditions(ctx, t, a.rules.Risks, county, c.JSON)
	})
}

type riskShowCommand struct {
	storeFlags
	countyFlags
	nowFlag
	Version string `arg:"" optional:"" help:"哪一版，如 risk list 的第一列；不写就是现行的。"`
	JSON    bool   `name:"json" help:"输出 JSON，改好以后可以交给 risk try 和 risk publish。"`
}

// Run shows one version.
func (c *riskShowCommand) Run(ctx context.Context, t *terminal) error {
	return c.withClock(ctx, c.clock, func(a *application) error {
		county, err := c.county(ctx, a)
		if err != nil {
			return err
		}
		return showEdition(ctx, t, a.rules.Risks, county, c.Version, c.JSON, printRiskPolicy)
	})
}

func printRiskPolicy(t *terminal, p *models.RiskPolicy) error {
	if err := t.printf("%s《%s》，%s起生效\n\n", p.VersionName(), p.Name, workday.OfTime(p.EffectiveFrom)); err != nil {
		return err
	}
	table := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	for _, f := range p.Factors {
		fmt.Fprintf(table, "%d分\t%s\n", f.Points, f.Measure())
	}
	fmt.Fprintln(table)
	for _, line := range p.Lines() {
		fmt.Fprintf(table, "%s\t%s\n", models.RiskLevel(line.Code).Name(), line.Name)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	return t.printf("\n疑似群体性纠纷：%s\n", p.ClusterText())
}

type riskTryCommand struct {
	storeFlags
	countyFlags
	nowFlag
	Year int    `help:"哪一年登记的案件；不写就是现在未结的。" placeholder:"YYYY"`
	File string `required:"" help:"要试算的规则，JSON，见 risk show --json。" placeholder:"FILE.json" type:"existingfile"`
	JSON bool   `name:"json" help:"输出 JSON，列出等级不同的每一件案件。"`
}

// Run tries a version and prints how many cases would have each level.
func (c *riskTryCommand) Run(ctx context.Context, t *terminal) error {
	return c.withClock(ctx, c.clock, func(a *application) error {
		county, err := c.county(ctx, a)
		if err != nil {
			return err
		}
		candidate, err := readEdition[models.RiskPolicy](c.File)
		if err != nil {
			return err
		}
		if err := a.validate.Check(candidate); err != nil {
			return err
		}
		if err := candidate.Check(); err != nil {
			return err
		}
		current, err := a.rules.Risks.Current(ctx, county)
		if err != nil {
			return err
		}
		advance, finish := func(int) {}, func() {}
		trial, err := a.rules.TryRisk(ctx, rules.RiskTrialQuery{
			County: county, Year: c.Year, With: candidate, Against: current,
			Counted:  func(total int) { advance, finish = t.progress("试算", total) },
			Progress: func(done int) { advance(done) },
		})
		finish()
		if err != nil {
			return err
		}
		if c.JSON {
			return t.json(trial)
		}
		return printRiskTrial(t, trial)
	})
}

func printRiskTrial(t *terminal, trial *rules.RiskTrial) error {
	of := "现在未结的"
	if trial.Year > 0 {
		of = fmt.Sprintf("%d年登记的", trial.Year)
	}
	if err := t.printf("%s案件%d件，等级变高%d件，变低%d件\n\n", of, trial.Cases, trial.Higher, trial.Lower); err != nil {
		return err
	}
	table := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	for _, row := range trial.Levels {
		fmt.Fprintf(table, "%s\t现行%d\t试算%d\n", row.Name, row.Was, row.Is)
	}
	for _, row := range trial.Townships {
		fmt.Fprintf(table, "%s橙色以上\t现行%d\t试算%d\n", row.Name, row.Was, row.Is)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	for _, d := range trial.Differing {
		if err := t.printf("  %s %s %s：现行%s → 试算%s\n", d.ID.Hex(), d.Number, d.Place, d.Was.Text(), d.Is.Text()); err != nil {
			return err
		}
	}
	return nil
}

type riskPublishCommand struct {
	storeFlags
	countyFlags
	nowFlag
	File string `required:"" help:"要发布的规则，JSON，见 risk show --json。" placeholder:"FILE.json" type:"existingfile"`
}

// Run publishes a version and says what is another in it than in the one in force.
func (c *riskPublishCommand) Run(ctx context.Context, t *terminal) error {
	return c.withClock(ctx, c.clock, func(a *application) error {
		county, err := c.county(ctx, a)
		if err != nil {
			return err
		}
		return publishEdition(ctx, t, a.rules.Risks, county, c.File, "那天夜里重新评估未结的纠纷", models.CompareRiskPolicies)
	})
}
