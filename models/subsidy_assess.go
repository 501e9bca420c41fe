package models

import (
	"fmt"
	"strings"
)

// SubsidyResult is how a file ended, as far as it is paid.
type SubsidyResult string

const (
	SubsidyWritten SubsidyResult = "written" // 达成书面协议
	SubsidyOral    SubsidyResult = "oral"    // 达成口头协议
	SubsidyWork    SubsidyResult = "work"    // 没有达成协议, but useful work was done
)

// SubsidyResults lists them.
func SubsidyResults() []Choice {
	return []Choice{{string(SubsidyWritten), "书面协议"}, {string(SubsidyOral), "口头协议"}, {string(SubsidyWork), "调解不成，做了工作"}}
}

// Subsidy is what a closed file comes to by a table: what is paid and its working, or why nothing is.
type Subsidy struct {
	Result    SubsidyResult
	Committee string // that is paid
	Row       string
	Grade     string
	AmountFen int64
	Working   string
	// Missing are the 必须 papers that the file lacks, Why says why nothing is paid though it is complete.
	Missing []string
	Why     string
}

// Paid says whether anything is paid.
func (s *Subsidy) Paid() bool { return len(s.Missing) == 0 && s.Why == "" }

// Assess says what a closed file comes to. It looks at the file alone. A table that Check passed has
// exactly one row for it.
func (t *SubsidyTable) Assess(c *Case) Subsidy {
	var s Subsidy
	switch RegionKindOf(c.Office.Region) {
	case RegionVillage:
		s.Committee = c.Place.VillageCommittee
	case RegionTownship:
		s.Committee = c.Place.TownshipCommittee
	}
	share, because := 100, ""
	switch a := c.Agreement; {
	case c.AcceptedAt == nil:
		s.Why = "没有受理，没有调解"
		return s
	case s.Committee == "":
		s.Why = "由县里办结，不归村、镇调委会"
		return s
	case a == nil && len(c.Sittings) < t.WorkSittings:
		s.Why = fmt.Sprintf("没有达成协议，调解%d次，不满%d次", len(c.Sittings), t.WorkSittings)
		return s
	case a == nil:
		s.Result, share = SubsidyWork, t.WorkPercent
		because = fmt.Sprintf("没有达成协议，调解%d次，满%d次，按%d%%", len(c.Sittings), t.WorkSittings, share)
	case a.Form == "oral":
		s.Result, share = SubsidyOral, t.OralPercent
		because = fmt.Sprintf("口头协议，按%d%%", share)
	default:
		s.Result = SubsidyWritten
	}
	grade, reached := t.grade(c)
	row := t.row(c.Type, grade)
	s.Row, s.Grade = row.Name, grade
	// What is less than a fen is not paid.
	s.AmountFen = row.AmountFen * int64(share) / 100
	s.Working = fmt.Sprintf("%s纠纷，%s；按“%s”每件%s元", NameOf(DisputeTypes(), string(c.Type)), reached, row.Name, yuanNumber(row.AmountFen))
	if because != "" {
		s.Working += fmt.Sprintf("；%s，%s元", because, yuanNumber(s.AmountFen))
	}
	switch s.Missing = c.MissingPapers(); {
	case len(s.Missing) > 0:
	case s.AmountFen == 0:
		s.Why = s.Working
	}
	return s
}

// grade is the last grade that a file reaches, and how it did.
func (t *SubsidyTable) grade(c *Case) (name, reached string) {
	has := map[string]int64{"households": int64(c.Households), "amountFen": c.AmountFen, "sittings": int64(len(c.Sittings))}
	for i := len(t.Grades) - 1; i > 0; i-- {
		var why []string
		for _, m := range thresholds() {
			if from := m.from(&t.Grades[i]); from > 0 && has[m.field] >= from {
				why = append(why, fmt.Sprintf("%s%s（%s以上）", m.reach, m.text(has[m.field]), m.text(from)))
			}
		}
		if len(why) > 0 {
			return t.Grades[i].Name, strings.Join(why, "，") + "，属于“" + t.Grades[i].Name + "”"
		}
	}
	return t.Grades[0].Name, "属于“" + t.Grades[0].Name + "”"
}

func (t *SubsidyTable) row(kind DisputeType, grade string) SubsidyRow {
	for i := range t.Rows {
		if t.Rows[i].matches(kind, grade) {
			return t.Rows[i]
		}
	}
	return SubsidyRow{} // Check lets no such table through
}
