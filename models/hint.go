package models

import (
	"fmt"
	"time"
)

// Hint is something in a case that may be wrong and wants checking. It is never a finding: pages
// show it under “可能存在的问题，请核实”.
type Hint struct {
	Text string // plain Chinese, our paraphrase
	Law  string // law and article
}

const (
	contractLaw    = "农村土地承包法"
	arbitrationLaw = "农村土地承包经营纠纷调解仲裁法"
	collectiveLaw  = "农村集体经济组织法"
	committeeLaw   = "村民委员会组织法"
)

// Hints compares the case's own fields with the law, as of a day (2006-01-02). Fields that were
// left empty give no hint, but for the duties that want a record to be there.
func (c *Case) Hints(today string) []Hint {
	var hints []Hint
	hint := func(law, format string, args ...any) {
		hints = append(hints, Hint{Text: fmt.Sprintf(format, args...), Law: law})
	}
	if l := c.Land; l != nil {
		l.hints(hint)
		arbitrationHint(hint, l.ViolationKnownOn, today)
	}
	if d := c.Dividend; d != nil {
		if d.Decision == "no" {
			hint(collectiveLaw+"第26、42条，"+committeeLaw+"第24条", "分配没有经过成员大会或者村民会议、村民代表会议决定")
		}
		if d.Disclosed == "no" {
			hint(committeeLaw+"第30条", "分配方案或者财务没有公开")
		}
		arbitrationHint(hint, d.ViolationKnownOn, today)
	}
	if c.Conflict.Exists && c.Conflict.Consent == "" && c.Office.Region == c.Place.Village {
		hint("人民调解法第3条", "被申请人是村集体，由本村调解须双方同意并有记录，否则请上报司法所")
	}
	return hints
}

func (l *LandTransferFacts) hints(hint func(law, format string, args ...any)) {
	if l.To != "" && l.ContractLandTo != "" && l.To > l.ContractLandTo {
		hint(contractLaw+"第38条", "流转截止%s，超过承包期剩余期限（%s止）", l.To, l.ContractLandTo)
	}
	if l.Contract != "" && l.Contract != "written" && l.From != "" && l.To > addYears(l.From, 1, -1) {
		hint(contractLaw+"第40条", "流转超过一年，应当有书面合同")
	}
	if l.Contract != "" && !l.Filed {
		hint(contractLaw+"第36条", "没有向发包方备案的记录")
	}
	if l.From != "" && l.To >= addYears(l.From, 5, -1) && !l.Registered {
		hint(contractLaw+"第41条", "流转五年以上而没有登记，可以申请登记以保护权利")
	}
	if l.SubTransferred && !l.SubConsent {
		hint(contractLaw+"第46条", "再流转没有承包方书面同意的记录")
	}
}

// arbitrationHint tells the two years within which land-contract arbitration is asked for
// (农村土地承包经营纠纷调解仲裁法第18条).
func arbitrationHint(hint func(law, format string, args ...any), knownOn, today string) {
	if knownOn == "" {
		return
	}
	end := sameDay(knownOn, 2)
	const law = arbitrationLaw + "第18条"
	switch {
	case today > end:
		hint(law, "申请仲裁的二年时效可能已于%s届满，请核实有无中断", end)
	case today > addDays(end, -90):
		hint(law, "申请仲裁的二年时效将于%s届满，请提醒当事人", end)
	}
}

// zone is that of civil days. China has had one, without summer time, since 1991.
var zone = time.FixedZone("CST", 8*60*60)

// farDay is later than every day: a day that cannot be read gives no hint.
const farDay = "9999-12-31"

// addYears is a day some years and days later.
func addYears(day string, years, days int) string {
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return farDay
	}
	return at.AddDate(years, 0, days).Format(time.DateOnly)
}

func addDays(day string, days int) string { return addYears(day, 0, days) }

// sameDay is the last day of a period of years after a day: the day of the same date, or the last
// of that month where it has none (民法典第202条).
func sameDay(day string, years int) string {
	end := addYears(day, years, 0)
	if end != farDay && end[8:] != day[8:] { // 29 February became 1 March
		return addDays(end, -1)
	}
	return end
}
