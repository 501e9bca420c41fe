package main

import (
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"
)

// results are everything that was measured.
type results struct {
	Create         created       `json:"create"`
	Small          measured      `json:"small"`
	Large          measured      `json:"large"`
	FirstPageSmall time.Duration `json:"firstPageSmall"`
	FirstPageLarge time.Duration `json:"firstPageLarge"`
	SweepAlone     sweptAway     `json:"sweepAlone"`
	SweepRead      sweptAway     `json:"sweepRead"` // with people reading cases
	Trial          tried         `json:"trial"`
}

// created is how many cases a second were written, the median of some rounds.
type created struct {
	Bare      float64 `json:"bare"`    // the bare loop
	Clients16 float64 `json:"clients"` // through the API with sixteen clients
	Clients1  float64 `json:"client1"` // with one
	Ratio16   float64 `json:"ratio"`   // of what one round measured
	Ratio1    float64 `json:"ratio1"`
	Bytes     int     `json:"bytes"` // of a document
	Resident  int64   `json:"residentKiB"`
	Peak      int64   `json:"peakKiB"`
}

// measured is the median of each time at one size.
type measured struct {
	Queue    time.Duration `json:"queue"`
	Search   time.Duration `json:"search"` // of a name in the county: both sizes fill the page, or nearly
	Page     time.Duration `json:"page"`
	Report   time.Duration `json:"report"`
	Sheet    time.Duration `json:"sheet"`   // the page of a township's stored report
	Reports  time.Duration `json:"reports"` // of all places of the county, of one month
	Built    int           `json:"built"`   // how many those are
	Sweep    time.Duration `json:"sweep"`
	Idle     time.Duration `json:"idle"`
	Resident int64         `json:"residentKiB"`
	Peak     int64         `json:"peakKiB"`

	// The same name within a township, where the large store finds many times as much.
	SearchTown     time.Duration `json:"searchTown"`
	SearchTownRows float64       `json:"searchTownRows"`
}

// line is one line of the table: a figure, what it is held against, and whether it is met.
type line struct {
	Name   string  `json:"name"`
	Small  string  `json:"small"`
	Large  string  `json:"large"`
	Figure float64 `json:"figure"`
	Unit   string  `json:"unit"`
	Most   float64 `json:"most,omitempty"`
	Least  float64 `json:"least,omitempty"`
	Met    bool    `json:"met"`
}

// createLines holds the rates of logging cases against that of the bare loop.
func (r *results) createLines() []line {
	rate := func(n float64) string { return fmt.Sprintf("%.0f/s", n) }
	return []line{
		{Name: "API 登记，16个客户端 ÷ 裸 SQLite 循环", Small: rate(r.Create.Bare), Large: rate(r.Create.Clients16), Figure: r.Create.Ratio16, Unit: "×", Least: 2},
		{Name: "API 登记，1个客户端 ÷ 裸 SQLite 循环", Small: rate(r.Create.Bare), Large: rate(r.Create.Clients1), Figure: r.Create.Ratio1, Unit: "×", Least: 0.5},
	}
}

// storeLines holds the times of the large store against those of the small one.
func (r *results) storeLines() []line {
	mib := func(kib int64) string { return fmt.Sprintf("%d MiB", kib>>10) }
	var list []line
	for _, x := range []struct {
		name         string
		small, large time.Duration
		most         float64
	}{
		{"镇级逾期队列20行", r.Small.Queue, r.Large.Queue, 1.5},
		{"全县按姓名查找20行", r.Small.Search, r.Large.Search, 1.5},
		{fmt.Sprintf("镇内按姓名查找（平均找到%.1f件、%.1f件）", r.Small.SearchTownRows, r.Large.SearchTownRows), r.Small.SearchTown, r.Large.SearchTown, 0},
		{"案件页面", r.Small.Page, r.Large.Page, 1.5},
		{"到期检查1000件", r.Small.Sweep, r.Large.Sweep, 1.3},
		{"一镇月报", r.Small.Report, r.Large.Report, 1.5},
		{"一镇月报页面（已生成）", r.Small.Sheet, r.Large.Sheet, 1.5},
	} {
		list = append(list, line{Name: x.name, Small: short(x.small), Large: short(x.large), Figure: float64(x.large) / float64(x.small), Unit: "×", Most: x.most})
	}
	memory := max(r.Create.Peak, r.Small.Peak, r.Large.Peak)
	return append(list,
		line{Name: "到期检查，无事可做", Small: short(r.Small.Idle), Large: short(r.Large.Idle), Figure: float64(max(r.Small.Idle, r.Large.Idle)) / float64(time.Millisecond), Unit: "ms", Most: 5},
		line{Name: fmt.Sprintf("全县%d份月报", r.Large.Built), Small: short(r.Small.Reports), Large: short(r.Large.Reports), Figure: r.Large.Reports.Seconds(), Unit: "s", Most: 20},
		line{Name: "一镇月报页面", Small: short(r.Small.Sheet), Large: short(r.Large.Sheet), Figure: float64(max(r.Small.Sheet, r.Large.Sheet)) / float64(time.Millisecond), Unit: "ms", Most: 100},
		line{Name: "启动到第一页", Small: short(r.FirstPageSmall), Large: short(r.FirstPageLarge), Figure: r.FirstPageLarge.Seconds(), Unit: "s", Most: 1},
		line{Name: "常驻内存峰值", Small: mib(r.Small.Peak), Large: mib(r.Large.Peak), Figure: float64(memory) / 1024, Unit: "MiB", Most: 200},
	)
}

// sweepLines holds the figures of the large sweep against their targets.
func (r *results) sweepLines() []line {
	rate := func(s *sweptAway) string { return fmt.Sprintf("%.0f/s", s.perSecond()) }
	alone, read := &r.SweepAlone, &r.SweepRead
	return []line{
		{Name: fmt.Sprintf("一次上报%d件（左：没有人在用，右：有人在看案件）", alone.Due), Small: rate(alone), Large: rate(read), Figure: alone.perSecond(), Unit: "件/s", Least: 5_000},
		{Name: "案件页面 p99，检查时 ÷ 平时", Small: short(read.Rest), Large: short(read.Busy), Figure: float64(read.Busy) / float64(max(read.Rest, 1)), Unit: "×", Most: 5},
		{Name: "到期检查的内存峰值", Small: fmt.Sprintf("%d MiB", alone.Peak>>10), Large: fmt.Sprintf("%d MiB", read.Peak>>10), Figure: float64(max(alone.Peak, read.Peak)) / 1024, Unit: "MiB", Most: 200},
	}
}

// judged says of each line whether its target is met.
func judged(list []line) []line {
	for i := range list {
		l := &list[i]
		l.Met = (l.Most == 0 || l.Figure <= l.Most) && l.Figure >= l.Least
	}
	return list
}

func (r *results) print(w io.Writer, lines []line, small, large int) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "项目\t%d件\t%d件\t结果\t目标\t\n", small, large)
	for _, l := range lines {
		target, met := fmt.Sprintf("≤ %g", l.Most), "✓"
		switch {
		case l.Least > 0:
			target = fmt.Sprintf("≥ %g", l.Least)
		case l.Most == 0:
			target, met = "", ""
		}
		if !l.Met {
			met = "✗"
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%.2f %s\t%s\t%s\n", l.Name, l.Small, l.Large, l.Figure, l.Unit, target, met)
	}
	if r.Create.Bytes > 0 {
		fmt.Fprintf(table, "（前两行左列是裸循环，写入装有同样多案卷的库，右列是 API；每份案卷约%d字节）\t\t\t\t\t\n", r.Create.Bytes)
	}
	return table.Flush()
}

func short(d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return fmt.Sprintf("%d µs", d.Microseconds())
	case d < time.Second:
		return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
	}
	return fmt.Sprintf("%.2f s", d.Seconds())
}

func median[T float64 | time.Duration](list []T) T {
	slices.Sort(list)
	return list[len(list)/2]
}
