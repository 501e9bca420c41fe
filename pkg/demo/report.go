package demo

import (
	"context"
	"fmt"
	"time"

	"fengqiao/models"
	"fengqiao/pkg/screening"
	"fengqiao/pkg/store"
	"fengqiao/pkg/workday"
)

// sealedMonths is how many months before the last one have sealed reports everywhere; of older ones
// those of the townships and the county do.
const sealedMonths = 2

// signers are who compiles and who reviews the reports of a place: people of the demo where there are
// some, else colleagues who have no login.
func (s staff) signers(region *models.Region) (compiler, head models.Actor) {
	compiler = s[region.Code]
	head = models.Actor{ID: "head-" + region.Code, Name: "彭致远", Role: compiler.Role, Region: region.Code}
	if region.Kind == models.RegionVillage {
		head.Role = models.RoleChair
	}
	for _, a := range Accounts() {
		if a.Region == region.Code && a.ID != compiler.ID && (a.Role == head.Role || a.Role == models.RoleChair) {
			head = a.Actor
		}
	}
	return compiler, head
}

// signReports brings the reports on their way, as far as each has come in life: those of past months
// are sealed, one of them with a supplement; of the last month there is one in every state.
func signReports(ctx context.Context, st *store.Store, people staff, now time.Time) error {
	last := screening.AddMonths(screening.MonthOf(now), -1)
	for _, region := range Regions() {
		reports, err := st.Reports(ctx, region.Code, "2000-01", last)
		if err != nil {
			return err
		}
		compiler, head := people.signers(region)
		for _, r := range reports {
			if region.Kind == models.RegionVillage && r.Month < screening.AddMonths(last, -sealedMonths) {
				continue
			}
			s := signing{ctx: ctx, store: st, report: r, compiler: compiler, head: head, until: now}
			s.sign(stepsOf(region, r.Month, last), textsOf(region, r.Month))
			if s.err != nil {
				return fmt.Errorf("sign the report %s: %w", r.ID, s.err)
			}
		}
	}
	return nil
}

// lookIntoChecks records what came of some of the checks of the last month.
func lookIntoChecks(ctx context.Context, st *store.Store, people staff, now time.Time) error {
	month := screening.AddMonths(screening.MonthOf(now), -1)
	service := screening.New(st, func() time.Time { return now.Add(-2 * time.Hour) })
	results := []screening.CheckForm{
		{Result: "true", Note: "双方都说调解过，钱已经付清。"}, {Result: "unreached", Note: "申请人在外打工，电话没有接通，下周再打。"}, {Result: "mended", Note: "调解日期登记错了一天，已在案件中写明。"},
	}
	for _, t := range townships {
		check, err := service.Check(ctx, models.Scope{Region: CountyCode}, CountyCode+t.code, month)
		if store.IsNotFound(err) {
			continue // the month before has ended only minutes ago
		}
		if err != nil {
			return err
		}
		for i, form := range results {
			if i >= len(check.Items) {
				break
			}
			form.Version, form.Item = check.Version, check.Items[i].Key
			if check, err = service.RecordCheck(ctx, people[check.Region], check.Region, month, form); err != nil {
				return fmt.Errorf("record a check: %w", err)
			}
		}
	}
	return nil
}

// stepsOf is how far a report has come.
func stepsOf(region *models.Region, month, last string) []models.ReportAction {
	all := []models.ReportAction{models.ReportConfirm, models.ReportReview, models.ReportSeal}
	township := func(i int) string { return CountyCode + townships[i].code }
	switch {
	case month == last && region.Code == township(0):
		return all[:1]
	case month == last && region.Code == township(1):
		return []models.ReportAction{models.ReportConfirm, models.ReportReturn}
	case month == last && region.Code == township(2):
		return all
	case month == last && region.Kind == models.RegionCounty:
		return all[:2]
	case month == last:
		return []models.ReportAction{models.ReportSave}
	case month == screening.AddMonths(last, -1) && region.Code == township(0):
		return append(all, models.ReportSupplement)
	}
	return all
}

func textsOf(region *models.Region, month string) map[string]string {
	texts := map[string]string{
		"overview":  "本月组织党员中心户入户走访，发现矛盾当场登记，做到早发现、早介入。总体平稳，没有发生因民间纠纷引起的治安案件。",
		"screening": "由村党支部牵头，党小组长分片包户，重点走访了流转大户和外出务工回乡人员。",
		"risk":      "秋收以后是流转合同到期和结算租金的时候，村集体分红方案也将公布，这两类纠纷可能增多。",
		"advice":    "请各村在分红方案公布以前，先开党员会和村民代表会议，把账目讲清楚。",
	}
	if region.Kind == models.RegionVillage {
		return map[string]string{"overview": "本月由党员中心户分片走访，没有漏户。", "risk": "留意合作社租金的结算。"}
	}
	if month[5:] < "04" {
		texts["risk"] = "春节前后外出人员集中回乡，租金结算和分红的矛盾可能集中出现。"
	}
	texts["stat_committees"], texts["stat_mediators"] = "5", "23"
	if region.Kind == models.RegionCounty {
		texts["stat_committees"], texts["stat_mediators"] = "16", "71"
	}
	return texts
}

// signing takes one report along, each step some hours after the one before. The first error stays.
type signing struct {
	ctx            context.Context
	store          *store.Store
	report         *models.Report
	compiler, head models.Actor
	until          time.Time
	err            error
}

func (s *signing) sign(steps []models.ReportAction, texts map[string]string) {
	next, err := time.ParseInLocation("2006-01", screening.AddMonths(s.report.Month, 1), workday.Zone)
	if err != nil {
		s.err = err
		return
	}
	at := next.Add(9*time.Hour + 20*time.Minute)
	for _, step := range steps {
		if s.err != nil || !at.Before(s.until) {
			return
		}
		actor := s.head
		form := screening.IssueForm{Version: s.report.Version, Blocks: texts}
		switch step {
		case models.ReportSave, models.ReportConfirm:
			actor = s.compiler
		case models.ReportReturn:
			form.Note = "研判写得太笼统，请写明是哪几个村、什么时候容易发生。"
		case models.ReportSupplement:
			form.Note = "概况说明中“没有发生因民间纠纷引起的治安案件”，经与派出所核对无误，予以说明。"
		}
		service := screening.New(s.store, func() time.Time { return at })
		s.report, s.err = service.Issue(s.ctx, actor, s.report.Region, s.report.Month, step, form)
		at = at.Add(5*time.Hour + 10*time.Minute)
	}
}
