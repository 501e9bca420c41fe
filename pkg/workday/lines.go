package workday

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/width"
)

// LineError is what is wrong with one line of a year's days, in plain Chinese. Line counts from 1; 0
// stands for the whole.
type LineError struct {
	Line    int
	Message string
}

func (e LineError) Error() string {
	if e.Line == 0 {
		return e.Message
	}
	return fmt.Sprintf("第%d行：%s", e.Line, e.Message)
}

// ParseYear reads the days of an announced year as people paste them, one day or range in a line:
//
//	2027-01-01 元旦 休
//	2027年2月5日至11日　春节　放假
//	2027-02-14 春节 班
//
// It takes full-width signs, the usual ways of writing a date, 休 or 放假 and 班 or 上班; empty lines and
// what follows # are passed over. Days are given in their order. Every line that cannot be so is named:
// a day of another year that is not what its weekday says anyway, a weekday that is worked as always, a
// day that is both worked and off, and a year without its holidays of fixed date.
func ParseYear(year int, text string) (Year, []LineError) {
	p := lineParser{year: year, days: map[Date]Day{}, lines: map[Date]int{}}
	for i, line := range strings.Split(text, "\n") {
		p.line = i + 1
		line, _, _ = strings.Cut(width.Fold.String(line), "#")
		if line = strings.TrimSpace(remark.ReplaceAllString(line, "")); line != "" {
			p.read(line)
		}
	}
	if len(p.days) == 0 && len(p.faults) == 0 {
		p.faults = append(p.faults, LineError{0, "没有读到任何日期"})
	}
	if len(p.faults) == 0 {
		p.checkFixed()
	}
	out := Year{Year: year, Days: []Day{}}
	for _, d := range p.days {
		out.Days = append(out.Days, d)
	}
	slices.SortFunc(out.Days, func(a, b Day) int { return cmp.Compare(a.Date, b.Date) })
	return out, p.faults
}

var (
	remark   = regexp.MustCompile(`\([^)]*\)`) // (星期五)
	dayFirst = regexp.MustCompile(`^(?:(\d{4})[-/.年])?(\d{1,2})[-/.月](\d{1,2})(?:[日号])?`)
	dayLast  = regexp.MustCompile(`^\s*(?:至|到|~|—+|–|―)\s*(?:(\d{4})[-/.年])?(?:(\d{1,2})[-/.月])?(\d{1,2})(?:[日号])?`)
)

// The words for what a day is. Longer ones come first; 调休 alone may be either and is refused.
var marks = []struct {
	word  string
	work  bool
	known bool
}{
	{"放假调休", false, true}, {"调休放假", false, true}, {"调休上班", true, true}, {"补班上班", true, true}, {"休息", false, true}, {"放假", false, true}, {"上班", true, true}, {"补班", true, true},
	{"调休", false, false}, {"休", false, true}, {"放", false, true}, {"班", true, true},
}

// longestRange bounds a range: a slip in a month must not make a quarter of days off.
const longestRange = 15

type lineParser struct {
	year   int
	line   int
	days   map[Date]Day
	lines  map[Date]int
	faults []LineError
}

func (p *lineParser) fault(format string, args ...any) {
	p.faults = append(p.faults, LineError{p.line, fmt.Sprintf(format, args...)})
}

func (p *lineParser) read(line string) {
	found := dayFirst.FindStringSubmatch(line)
	if found == nil {
		p.fault("“%s”的开头不是日期，请写成%d-01-01 元旦 休", line, p.year)
		return
	}
	from, ok := p.date(found[1:4], Date{Year: p.year})
	if !ok {
		return
	}
	rest, to := line[len(found[0]):], from
	if found := dayLast.FindStringSubmatch(rest); found != nil {
		if to, ok = p.date(found[1:4], from); !ok {
			return
		}
		rest = rest[len(found[0]):]
	}
	name, work, ok := p.mark(rest)
	if !ok {
		return
	}
	if to.Before(from) {
		p.fault("%s在%s之前", to, from)
		return
	}
	if from.AddDays(longestRange).Before(to) {
		p.fault("%s至%s太长，请核对", from, to)
		return
	}
	for d := from; !to.Before(d); d = d.AddDays(1) {
		p.day(d, name, work)
	}
}

// date reads year, month and day; what is not written is that of the day before it.
func (p *lineParser) date(parts []string, before Date) (Date, bool) {
	numbers := []int{before.Year, int(before.Month), 0}
	for i, part := range parts {
		if part != "" {
			numbers[i], _ = strconv.Atoi(part) // digits by the pattern
		}
	}
	d := Date{numbers[0], time.Month(numbers[1]), numbers[2]}
	if d.AddDays(0) != d {
		p.fault("没有%d年%d月%d日这一天", numbers[0], numbers[1], numbers[2])
		return Date{}, false
	}
	return d, true
}

// mark cuts what a day is off its name.
func (p *lineParser) mark(rest string) (name string, work, ok bool) {
	words := strings.FieldsFunc(rest, func(r rune) bool { return strings.ContainsRune(" \t\r,，、:;；。.", r) })
	name = strings.Join(words, "")
	for _, m := range marks {
		cut, found := strings.CutSuffix(name, m.word)
		if !found {
			cut, found = strings.CutPrefix(name, m.word)
		}
		switch {
		case !found:
			continue
		case !m.known:
			p.fault("“调休”看不出是放假还是上班，请写“休”或“班”")
			return "", false, false
		case cut == "":
			p.fault("没有写是什么节日，例如“元旦”")
			return "", false, false
		case len([]rune(cut)) > 10:
			p.fault("“%s”不像节日的名称", cut)
			return "", false, false
		}
		return cut, m.work, true
	}
	p.fault("没有写是“休”还是“班”")
	return "", false, false
}

func (p *lineParser) day(d Date, name string, work bool) {
	weekday := d.Weekday()
	weekend := weekday == time.Saturday || weekday == time.Sunday
	if d.Year != p.year {
		if work != weekend { // it is so anyway
			return
		}
		p.fault("%s不在%d年，请在那一年里录入", d, p.year)
		return
	}
	if work && !weekend {
		p.fault("%s是星期%s，本来就上班", d, []string{"日", "一", "二", "三", "四", "五", "六"}[weekday])
		return
	}
	if before, twice := p.days[d]; twice && before.Work != work {
		p.fault("%s和第%d行矛盾，一处放假，一处上班", d, p.lines[d])
		return
	} else if twice {
		return
	}
	p.days[d], p.lines[d] = Day{Date: d.String(), Name: name, Work: work}, p.line
}

// checkFixed asks for the holidays of fixed date, which no announcement leaves out.
func (p *lineParser) checkFixed() {
	for month := time.January; month <= time.December; month++ {
		for day := 1; day <= 31; day++ {
			name, holiday := fixed[[2]int{int(month), day}]
			d := Date{p.year, month, day}
			if known, ok := p.days[d]; holiday && (!ok || known.Work) {
				p.faults = append(p.faults, LineError{0, fmt.Sprintf("没有列出%d月%d日（%s）放假，请补上", month, day, name)})
			}
		}
	}
}

// movable are the holidays that follow the moon or the sun: part of their names.
var movable = []string{"春节", "清明", "端午", "中秋"}

// Missing names the movable holidays that no day of a year is called after. Two may fall together and
// have one name: this is a doubt, not a fault.
func (y *Year) Missing() []string {
	var out []string
	for _, name := range movable {
		if !slices.ContainsFunc(y.Days, func(d Day) bool { return strings.Contains(d.Name, name) }) {
			out = append(out, name)
		}
	}
	return out
}

// Lines writes the days of a year as ParseYear reads them, neighbours of one name in one line.
func (y *Year) Lines() string {
	var b strings.Builder
	word := map[bool]string{true: "班", false: "休"}
	for i := 0; i < len(y.Days); {
		first, last := y.Days[i], y.Days[i]
		for i++; i < len(y.Days); i++ {
			at, err := Parse(last.Date)
			if next := y.Days[i]; err != nil || next.Name != first.Name || next.Work != first.Work || next.Date != at.AddDays(1).String() {
				break
			}
			last = y.Days[i]
		}
		if first == last {
			fmt.Fprintf(&b, "%s %s %s\n", first.Date, first.Name, word[first.Work])
		} else {
			fmt.Fprintf(&b, "%s至%s %s %s\n", first.Date, last.Date, first.Name, word[first.Work])
		}
	}
	return b.String()
}
