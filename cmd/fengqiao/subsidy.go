package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"text/tabwriter"

	"fengqiao/models"
	"fengqiao/pkg/subsidy"
	"fengqiao/pkg/workday"
)

type subsidyCommand struct {
	List    subsidyListCommand    `cmd:"" help:"列出一个县的补贴标准各版。"`
	Show    subsidyShowCommand    `cmd:"" help:"显示一版补贴标准，不写是哪一版就是现行的。"`
	Publish subsidyPublishCommand `cmd:"" help:"发布一版补贴标准。"`
	Export  subsidyExportCommand  `cmd:"" help:"导出一个乡镇一期已经定稿的结算表（留有记录）。"`
}

type subsidyListCommand struct {
	storeFlags
	countyFlags
	nowFlag
	JSON bool `name:"json" help:"输出 JSON。"`
}

// Run lists the versions of a county.
func (c *subsidyListCommand) Run(ctx context.Context, t *terminal) error {
	return c.withClock(ctx, c.clock, func(a *application) error {
		county, err := c.county(ctx, a)
		if err != nil {
			return err
		}
		return listEditions(ctx, t, a.rules.Subsidies, county, c.JSON)
	})
}

type subsidyShowCommand struct {
	storeFlags
	countyFlags
	nowFlag
	Version string `arg:"" optional:"" help:"哪一版，如 subsidy list 的第一列；不写就是现行的。"`
	JSON    bool   `name:"json" help:"输出 JSON，改好以后可以交给 subsidy publish。"`
}

// Run shows one version.
func (c *subsidyShowCommand) Run(ctx context.Context, t *terminal) error {
	return c.withClock(ctx, c.clock, func(a *application) error {
		county, err := c.county(ctx, a)
		if err != nil {
			return err
		}
		return showEdition(ctx, t, a.rules.Subsidies, county, c.Version, c.JSON, printSubsidyTable)
	})
}

func printSubsidyTable(t *terminal, table *models.SubsidyTable) error {
	if err := t.printf("%s《%s》，%s起生效，%s结算\n\n", table.VersionName(), table.Name, workday.OfTime(table.EffectiveFrom), models.NameOf(models.SubsidyEveries(), string(table.Every))); err != nil {
		return err
	}
	out := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	for i, g := range table.Grades {
		fmt.Fprintf(out, "%s\t%s\n", g.Name, table.GradeText(i))
	}
	fmt.Fprintln(out)
	for _, r := range table.Rows {
		fmt.Fprintf(out, "%s\t%s元\t%s\t%s\n", r.Name, strconv.FormatFloat(float64(r.AmountFen)/100, 'f', -1, 64), r.TypeNames(), r.GradeNames())
	}
	fmt.Fprintln(out)
	for _, share := range table.ShareLines() {
		fmt.Fprintf(out, "%s\t%s\n", models.NameOf(models.SubsidyResults(), share.Code), share.Name)
	}
	return out.Flush()
}

type subsidyPublishCommand struct {
	storeFlags
	countyFlags
	nowFlag
	File string `required:"" help:"要发布的标准，JSON，见 subsidy show --json。" placeholder:"FILE.json" type:"existingfile"`
}

// Run publishes a version and says what is another in it than in the one in force.
func (c *subsidyPublishCommand) Run(ctx context.Context, t *terminal) error {
	return c.withClock(ctx, c.clock, func(a *application) error {
		county, err := c.county(ctx, a)
		if err != nil {
			return err
		}
		return publishEdition(ctx, t, a.rules.Subsidies, county, c.File, "以前结案的仍按原来的标准", models.CompareSubsidyTables)
	})
}

type subsidyExportCommand struct {
	storeFlags
	nowFlag
	Region string `required:"" help:"乡镇的区划代码，9位。" placeholder:"CODE"`
	Period string `required:"" help:"结算期：2026-10 或者 2026-Q4。" placeholder:"PERIOD"`
	Out    string `required:"" help:"写到这个文件；已经有的不覆盖。" placeholder:"FILE.xlsx" type:"path"`
}

// Run writes a closed sheet as Excel.
func (c *subsidyExportCommand) Run(ctx context.Context, t *terminal) error {
	return c.withClock(ctx, c.clock, func(a *application) error {
		file, err := os.OpenFile(c.Out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return err
		}
		err = subsidy.New(a.store, a.now).Workbook(ctx, commandLine(c.Region), c.Region, c.Period, file)
		if err = errors.Join(err, file.Close()); err != nil {
			return errors.Join(err, os.Remove(c.Out)) // nothing half written stays
		}
		return t.printf("已导出到%s\n", c.Out)
	})
}
