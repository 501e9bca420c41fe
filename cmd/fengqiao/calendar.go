package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"text/tabwriter"

	"fengqiao/models"
	"fengqiao/pkg/escalation"
	"fengqiao/pkg/rules"
	"fengqiao/pkg/workday"
)

type calendarCommand struct {
	List calendarListCommand `cmd:"" help:"列出哪些年份的放假安排已经录入。"`
	Load calendarLoadCommand `cmd:"" help:"录入一年的放假安排，并重算受影响的期限。"`
}

type calendarListCommand struct {
	storeFlags
	nowFlag
	JSON bool `name:"json" help:"输出 JSON，包括每一天。"`
}

// Run lists the years that are kept.
func (c *calendarListCommand) Run(ctx context.Context, t *terminal) error {
	return c.withClock(ctx, c.clock, func(a *application) error {
		years, err := a.store.CalendarYears(ctx)
		if err != nil {
			return err
		}
		if c.JSON {
			return t.json(years)
		}
		this := workday.OfTime(a.now()).Year
		kept := map[int]bool{}
		table := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
		for _, y := range years {
			kept[y.Year] = true
			off, work := 0, 0
			for _, d := range y.Days {
				if d.Work {
					work++
				} else {
					off++
				}
			}
			fmt.Fprintf(table, "%d\t已公布\t放假%d天\t调休上班%d天\t%s\n", y.Year, off, work, y.Source)
		}
		for year := this; year <= this+2; year++ {
			if !kept[year] {
				fmt.Fprintf(table, "%d\t暂定\t\t\t只算周末和日期固定的节日\n", year)
			}
		}
		return table.Flush()
	})
}

type calendarLoadCommand struct {
	storeFlags
	nowFlag
	File   string `required:"" help:"一行一条：2027-01-01 元旦 休；2027-02-05至2027-02-11 春节 休；2027-02-14 春节 班。UTF-8。" placeholder:"FILE" type:"existingfile"`
	Year   string `help:"年份；不给出就是文件里第一个日期的那一年。" placeholder:"YYYY"`
	Source string `help:"依据，通知的名称或者文号；不给出就是文件名。"`
	DryRun bool   `help:"只列出哪些期限会变，不改动。"`
	JSON   bool   `name:"json" help:"输出 JSON。"`
}

var firstYear = regexp.MustCompile(`\d{4}`)

// shifted is a deadline that moves, without anybody's name.
type shifted struct {
	ID     string `json:"id"`
	Number string `json:"number"`
	Place  string `json:"place"`
	Was    string `json:"was"`
	Is     string `json:"is"`
	Note   string `json:"note"`
}

// Run loads a year, or says what that would move.
func (c *calendarLoadCommand) Run(ctx context.Context, t *terminal) error {
	text, err := os.ReadFile(c.File)
	if err != nil {
		return err
	}
	return c.withClock(ctx, c.clock, func(a *application) error {
		y, err := a.rules.ParseYear(rules.YearForm{
			Year: cmp.Or(c.Year, firstYear.FindString(string(text))), Source: cmp.Or(c.Source, filepath.Base(c.File)), Text: string(text),
		})
		if err != nil {
			return err
		}
		list, version, faults, err := a.planYear(ctx, y)
		if err != nil {
			return err
		}
		if c.DryRun {
			return errors.Join(c.print(t, list, fmt.Sprintf("载入%d年以后，%d件案件的期限要重算（只是预览，没有改动）\n", y.Year, len(list))), faults)
		}
		loaded, err := a.rules.LoadYear(ctx, commandLine(""), y, version)
		if err != nil {
			return err
		}
		return errors.Join(c.print(t, list, fmt.Sprintf("已载入%d年，重算了%d件案件的期限，其中%d件的最后一天变了\n", y.Year, loaded.All.Changed, loaded.All.Moved)), loaded.All.Faults)
	})
}

// planYear says what loading a year would move in every county.
func (a *application) planYear(ctx context.Context, y workday.Year) (list []shifted, version int64, faults, err error) {
	counties, err := a.store.Counties(ctx)
	if err != nil {
		return nil, 0, nil, err
	}
	list = []shifted{}
	_, version, err = a.store.CalendarYear(ctx, y.Year)
	if err != nil && models.AsError(err).Kind != models.NotFound {
		return nil, 0, nil, err
	}
	for _, county := range counties {
		plan, err := a.rules.PlanYear(ctx, models.Scope{Region: county.Code}, y)
		if err != nil {
			return nil, 0, nil, err
		}
		faults = errors.Join(faults, plan.Faults)
		for _, s := range plan.Shifts {
			list = append(list, shiftedOf(s))
		}
	}
	return list, version, faults, nil
}

func shiftedOf(s escalation.Shift) shifted {
	return shifted{s.ID.Hex(), s.Number, s.Place.TownshipName + s.Place.VillageName, s.Was.String(), s.Is.String(), s.Note}
}

func (c *calendarLoadCommand) print(t *terminal, list []shifted, sum string) error {
	if c.JSON {
		return t.json(list)
	}
	for _, s := range list {
		if err := t.printf("%s %s %s %s\n", s.ID, s.Number, s.Place, s.Note); err != nil {
			return err
		}
	}
	return t.printf("%s", sum)
}
