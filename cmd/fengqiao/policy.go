package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"fengqiao/models"
	"fengqiao/pkg/rules"
	"fengqiao/pkg/workday"
)

type policyCommand struct {
	List    policyListCommand    `cmd:"" help:"列出一个县的时限规则各版。"`
	Show    policyShowCommand    `cmd:"" help:"显示一版时限规则，不写是哪一版就是现行的。"`
	Try     policyTryCommand     `cmd:"" help:"用一年里登记的案件试算一版规则，不改动任何案件。"`
	Publish policyPublishCommand `cmd:"" help:"发布一版时限规则。"`
}

// countyFlags say whose rules are meant.
type countyFlags struct {
	County string `help:"县的区划代码；只有一个县时可以不写。" placeholder:"CODE"`
}

// nowFlag is the moment by which a command goes.
type nowFlag struct {
	Now time.Time `help:"以此时刻为准，RFC 3339；不给出则为现在。" placeholder:"RFC3339" format:"2006-01-02T15:04:05Z07:00" hidden:""`
}

func (f *nowFlag) clock() time.Time {
	if f.Now.IsZero() {
		return time.Now()
	}
	return f.Now
}

var (
	errWhichCounty = errors.New("有几个县，请用 --county 写明是哪一个")
	errNoCounty    = errors.New("还没有县，请先用 fengqiao region import 导入地区")
)

// county is the one that is meant: that of the flag, or the only one there is.
func (f *countyFlags) county(ctx context.Context, a *application) (string, error) {
	counties, err := a.store.Counties(ctx)
	if err != nil {
		return "", err
	}
	for _, c := range counties {
		if c.Code == f.County || f.County == "" && len(counties) == 1 {
			return c.Code, nil
		}
	}
	switch {
	case f.County != "":
		return "", fmt.Errorf("没有代码是%s的县", f.County)
	case len(counties) == 0:
		return "", errNoCounty
	}
	return "", errWhichCounty
}

type policyListCommand struct {
	storeFlags
	countyFlags
	nowFlag
	JSON bool `name:"json" help:"输出 JSON。"`
}

// Run lists the versions that matter to a county.
func (c *policyListCommand) Run(ctx context.Context, t *terminal) error {
	return c.withClock(ctx, c.clock, func(a *application) error {
		county, err := c.county(ctx, a)
		if err != nil {
			return err
		}
		return listEditions(ctx, t, a.rules.Deadlines, county, c.JSON)
	})
}

type policyShowCommand struct {
	storeFlags
	countyFlags
	nowFlag
	Version string `arg:"" optional:"" help:"哪一版，如 policy list 的第一列；不写就是现行的。"`
	JSON    bool   `name:"json" help:"输出 JSON，改好以后可以交给 policy try 和 policy publish。"`
}

// Run shows one version.
func (c *policyShowCommand) Run(ctx context.Context, t *terminal) error {
	return c.withClock(ctx, c.clock, func(a *application) error {
		county, err := c.county(ctx, a)
		if err != nil {
			return err
		}
		return showEdition(ctx, t, a.rules.Deadlines, county, c.Version, c.JSON, printPolicy)
	})
}

func printPolicy(t *terminal, p *models.Policy) error {
	if err := t.printf("%s《%s》，%s起生效\n逐级上报：%s\n\n", p.VersionName(), p.Name, workday.OfTime(p.EffectiveFrom), p.LadderNames()); err != nil {
		return err
	}
	table := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	for i := range p.Rules {
		r := &p.Rules[i]
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", r.Name, r.Period(), r.Warning(), cmp.Or(p.Extension(r), "—"), p.Reach(r))
	}
	if err := table.Flush(); err != nil {
		return err
	}
	for _, term := range p.AfterTerms() {
		if err := t.printf("\n%s：%s", term.Code, term.Name); err != nil {
			return err
		}
	}
	return t.printf("\n立即上报的风险：%s；退回补充%d至%d日；延期最多%d日；暂停累计最多%d日；%d小时内登记报告公安\n",
		p.AtOnceNames(), p.ReturnMinDays, p.ReturnMaxDays, p.ExtendMaxDays, p.PauseMaxDays, p.PoliceHours)
}

type policyTryCommand struct {
	storeFlags
	countyFlags
	nowFlag
	Year int    `required:"" help:"哪一年登记的案件。" placeholder:"YYYY"`
	File string `help:"要试算的规则，JSON，见 policy show --json；不给出就是待生效的那一版。" placeholder:"FILE.json" type:"existingfile"`
	JSON bool   `name:"json" help:"输出 JSON，列出结果不同的每一件案件。"`
}

var errNothingToTry = errors.New("没有待生效的版本，请用 --file 给出要试算的规则")

// candidate is the version to be tried: that of the file, or the next one that is to come.
func (c *policyTryCommand) candidate(ctx context.Context, a *application, county string) (*models.Policy, error) {
	if c.File != "" {
		policy, err := readEdition[models.Policy](c.File)
		if err != nil {
			return nil, err
		}
		if err := a.validate.Check(policy); err != nil {
			return nil, err
		}
		return policy, policy.Check()
	}
	versions, err := a.rules.Deadlines.Versions(ctx, county)
	if err != nil {
		return nil, err
	}
	var next *models.Policy
	for _, v := range versions {
		if v.Standing == rules.Coming {
			next = v.Rules // the one that takes effect last comes first
		}
	}
	if next == nil {
		return nil, errNothingToTry
	}
	return next, nil
}

// Run tries a version on the cases of a year and prints what would have been.
func (c *policyTryCommand) Run(ctx context.Context, t *terminal) error {
	return c.withClock(ctx, c.clock, func(a *application) error {
		county, err := c.county(ctx, a)
		if err != nil {
			return err
		}
		candidate, err := c.candidate(ctx, a, county)
		if err != nil {
			return err
		}
		current, err := a.rules.Deadlines.Current(ctx, county)
		if err != nil {
			return err
		}
		advance, finish := func(int) {}, func() {}
		trial, err := a.rules.Try(ctx, rules.TrialQuery{
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
		return printTrial(t, trial)
	})
}

// plainDay leaves a day as it is kept.
func plainDay(day string) string { return day }

func printTrial(t *terminal, trial *rules.Trial) error {
	if err := t.printf("%d年登记的案件%d件，自动上报：现行规则%d件（%d件次），试算的规则%d件（%d件次）\n多上报%d件，少上报%d件，上报的日期或层级不同%d件\n",
		trial.Year, trial.Cases, trial.Up.Was, trial.Rises.Was, trial.Up.Is, trial.Rises.Is, trial.More, trial.Fewer, trial.Moved); err != nil {
		return err
	}
	for _, left := range []struct {
		what string
		rules.Pair
	}{{"期限还没有到", trial.Pending}, {"到了最高一级又逾期", trial.Overdue}, {"到了实际没有到过的一级，不知道会怎样", trial.Unknown}} {
		if left.Pair == (rules.Pair{}) {
			continue
		}
		if err := t.printf("%s：现行规则%d件，试算的规则%d件\n", left.what, left.Was, left.Is); err != nil {
			return err
		}
	}
	if trial.Untried > 0 {
		if err := t.printf("算不出来%d件，没有算在里面\n", trial.Untried); err != nil {
			return err
		}
	}
	for _, part := range []struct {
		name string
		rows []rules.TrialRow
	}{{"从哪一级到哪一级", trial.Levels}, {"为什么", trial.Reasons}, {"哪个月", trial.Months}, {"哪个乡镇", trial.Townships}, {"哪种纠纷", trial.Types}} {
		if err := t.printf("\n%s\n", part.name); err != nil {
			return err
		}
		table := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
		for _, row := range part.rows {
			fmt.Fprintf(table, "  %s\t现行%d\t试算%d\n", row.Name, row.Was, row.Is)
		}
		if err := table.Flush(); err != nil {
			return err
		}
	}
	for i, d := range trial.Differing {
		if i == 0 {
			if err := t.printf("\n结果不同的案件\n"); err != nil {
				return err
			}
		}
		if err := t.printf("  %s %s %s %s：现行%s；试算%s\n", d.ID.Hex(), d.Number, d.Place, d.Way.Name(), d.Was.Text(plainDay), d.Is.Text(plainDay)); err != nil {
			return err
		}
	}
	return nil
}

type policyPublishCommand struct {
	storeFlags
	countyFlags
	nowFlag
	File string `required:"" help:"要发布的规则，JSON，见 policy show --json。" placeholder:"FILE.json" type:"existingfile"`
}

// Run publishes a version and says what is another in it than in the one in force.
func (c *policyPublishCommand) Run(ctx context.Context, t *terminal) error {
	return c.withClock(ctx, c.clock, func(a *application) error {
		county, err := c.county(ctx, a)
		if err != nil {
			return err
		}
		return publishEdition(ctx, t, a.rules.Deadlines, county, c.File, "已经算好的期限不变", models.ComparePolicies)
	})
}

// commandLine is whoever runs a command: they hold the whole store.
func commandLine(region string) models.Actor {
	return models.Actor{ID: "command-line", Name: "命令行", Role: models.RoleSystem, Region: region}
}
