package main

import (
	"context"
	"errors"
	"fmt"
	"io"
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
	Region string `xor:"place" required:"" help:"县、镇或村的区划代码。" placeholder:"CODE"`
	All    bool   `xor:"place" required:"" help:"所有的县、镇、村，写入 --out 给出的目录。"`
	Month  string `required:"" help:"月份，例如 2026-11。" placeholder:"YYYY-MM"`
	Out    string `help:"写成 Word 或 Excel 文件；给出目录时，两种文件都写在里面。" placeholder:"FILE.docx|FILE.xlsx|DIR"`
	JSON   bool   `name:"json" help:"输出 JSON。"`
}

var (
	errAllNeedsDir = errors.New("--all 请用 --out 给出一个目录，例如 --out ./月报")
	errAllJSON     = errors.New("--all 只写文件，不能和 --json 一起用")
	errOutKind     = errors.New("--out 请给出以 .docx 或 .xlsx 结尾的文件名，或者一个目录")
)

// Run builds a report where it is not there yet, and shows it or writes it as files.
func (c *reportCommand) Run(ctx context.Context, t *terminal) (err error) {
	kind := filepath.Ext(c.Out)
	if c.All {
		switch {
		case c.JSON:
			return errAllJSON
		case c.Out == "" || kind == wordSuffix || kind == excelSuffix:
			return errAllNeedsDir
		}
	}
	a, err := c.open(ctx, time.Now)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.close()) }()
	if c.All {
		return c.writeAll(ctx, t, a)
	}
	view, err := a.reports.Report(ctx, models.Scope{Region: c.Region}, c.Region, c.Month)
	if err != nil {
		return err
	}
	if c.Out != "" {
		if err := c.write(ctx, a, view.Region); err != nil {
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

const (
	wordSuffix  = ".docx"
	excelSuffix = ".xlsx"
)

// writer is how a report becomes a file of a kind; nil for another kind.
func (a *application) writer(kind string) func(context.Context, models.Actor, string, string, io.Writer) error {
	switch kind {
	case wordSuffix:
		return a.reports.Document
	case excelSuffix:
		return a.reports.Workbook
	}
	return nil
}

// write writes the report of one place as --out says.
func (c *reportCommand) write(ctx context.Context, a *application, region *models.Region) error {
	kind := filepath.Ext(c.Out)
	if a.writer(kind) != nil {
		if err := os.MkdirAll(filepath.Dir(c.Out), 0o700); err != nil {
			return err
		}
		return a.writeReport(ctx, region.Code, c.Month, c.Out)
	}
	if info, err := os.Stat(c.Out); kind != "" && (err != nil || !info.IsDir()) {
		return errOutKind
	}
	if err := os.MkdirAll(c.Out, 0o700); err != nil {
		return err
	}
	for _, kind := range []string{wordSuffix, excelSuffix} {
		name := fmt.Sprintf("%s-%s-%s%s", region.Code, region.Name, c.Month, kind)
		if err := a.writeReport(ctx, region.Code, c.Month, filepath.Join(c.Out, name)); err != nil {
			return err
		}
	}
	return nil
}

// writeAll writes the reports of every place, each county before what lies in it.
func (c *reportCommand) writeAll(ctx context.Context, t *terminal, a *application) error {
	counties, err := a.store.Counties(ctx)
	if err != nil {
		return err
	}
	var places []*models.Region
	for _, county := range counties {
		places = append(places, county)
		for _, kind := range []models.RegionKind{models.RegionTownship, models.RegionVillage} {
			inside, err := a.store.RegionsOf(ctx, models.Scope{Region: county.Code}, kind)
			if err != nil {
				return err
			}
			places = append(places, inside...)
		}
	}
	if len(places) == 0 {
		return errors.New("这里还没有地区，请先用 fengqiao region import 导入")
	}
	// The figures of all places come out of one reading of each township.
	if _, err := a.reports.BuildMonth(ctx, c.Month, nil); err != nil {
		return err
	}
	advance, finish := t.progress("正在写月报", len(places))
	defer finish()
	for i, place := range places {
		if err := c.write(ctx, a, place); err != nil {
			return fmt.Errorf("%s（%s）: %w", place.Name, place.Code, err)
		}
		advance(i + 1)
	}
	return t.printf("已把%d个地方的月报写入%s\n", len(places), c.Out)
}

// writeReport writes beside the file's place and moves it there when it is whole. Whoever runs the
// command holds the whole store; taking data out is on record all the same.
func (a *application) writeReport(ctx context.Context, region, month, path string) (err error) {
	kind := filepath.Ext(path)
	file, err := os.CreateTemp(filepath.Dir(path), ".report-*"+kind)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(file.Name()))
		}
	}()
	actor := models.Actor{ID: "command-line", Name: "命令行", Role: models.RoleSystem, Region: region}
	if err := errors.Join(a.writer(kind)(ctx, actor, region, month, file), file.Close()); err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
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
