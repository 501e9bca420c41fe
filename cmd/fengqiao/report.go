package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"text/tabwriter"
	"time"

	"fengqiao/models"
	"fengqiao/pkg/screening"
	"fengqiao/pkg/workday"
)

type reportCommand struct {
	storeFlags
	Region string `required:"" help:"县、镇或村的区划代码。" placeholder:"CODE"`
	Month  string `required:"" help:"月份，例如 2026-11。" placeholder:"YYYY-MM"`
	Out    string `help:"写成 Excel 文件。" placeholder:"FILE.xlsx"`
	JSON   bool   `name:"json" help:"输出 JSON。"`
}

// Run builds a report where it is not there yet, and shows it or writes it as a workbook.
func (c *reportCommand) Run(ctx context.Context, t *terminal) (err error) {
	a, err := c.open(ctx, time.Now)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.close()) }()
	// Whoever runs the command holds the whole store. Taking data out is on record all the same.
	actor := models.Actor{ID: "command-line", Name: "命令行", Role: models.RoleSystem, Region: c.Region}
	view, err := a.reports.Report(ctx, actor.Scope(), c.Region, c.Month)
	if err != nil {
		return err
	}
	if c.Out != "" {
		if err := a.writeWorkbook(ctx, actor, c); err != nil {
			return err
		}
	}
	switch {
	case c.JSON:
		return t.json(view.Report)
	case c.Out != "":
		return t.printf("已写入%s\n", c.Out)
	}
	return printReport(t, view)
}

// writeWorkbook writes beside the file's place and moves it there when it is whole.
func (a *application) writeWorkbook(ctx context.Context, actor models.Actor, c *reportCommand) (err error) {
	file, err := os.CreateTemp(filepath.Dir(c.Out), ".report-*.xlsx")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(file.Name()))
		}
	}()
	if err := errors.Join(a.reports.Workbook(ctx, actor, c.Region, c.Month, file), file.Close()); err != nil {
		return err
	}
	return os.Rename(file.Name(), c.Out)
}

func printReport(t *terminal, view *screening.View) error {
	note := ""
	if view.Provisional {
		note = "（本月未完，截至" + view.Report.BuiltAt.In(workday.Zone).Format("1月2日15:04") + "）"
	}
	if err := t.printf("%s %s 矛盾纠纷排查月报%s\n\n", view.Region.Name, view.Report.Month, note); err != nil {
		return err
	}
	table := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	for _, f := range view.Report.Figures {
		definition, ok := screening.Define(f.Key)
		if !ok {
			return fmt.Errorf("report has an unknown figure %q", f.Key)
		}
		fmt.Fprintf(table, "%s\t%s\n", definition.Name, figureText(f, definition))
	}
	return table.Flush()
}

// figureText writes a number as people read it, with the fraction behind a rate.
func figureText(f models.Figure, d screening.Definition) string {
	text := screening.Text(f)
	if f.Of != nil && *f.Of == 0 {
		return text
	}
	text += d.Unit
	if f.Of != nil && d.Unit == "%" {
		text += fmt.Sprintf("（%d/%d）", f.Value, *f.Of)
	}
	return text
}
