package demo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"fengqiao/models"
	"fengqiao/pkg/docstore"
	"fengqiao/pkg/store"
	"fengqiao/pkg/subsidy"
	"fengqiao/pkg/workday"
)

// subsidyTable is what the invented county pays: every figure of it is invented, too.
func subsidyTable(now time.Time, by models.Actor) *models.SubsidyTable {
	today := now.In(workday.Zone)
	from := time.Date(today.Year(), today.Month()-4, 1, 0, 0, 0, 0, workday.Zone).UTC()
	published := from.AddDate(0, 0, -9)
	core := []models.DisputeType{models.LandTransfer, models.Dividend}
	return &models.SubsidyTable{
		Edition: models.Edition{County: CountyCode, Number: 1, Name: "青禾县以案定补标准（演示虚构）", EffectiveFrom: from, PublishedAt: &published, PublishedBy: &by},
		Every:   models.SettleMonthly,
		Grades: []models.SubsidyGrade{
			{Name: "简易"}, {Name: "一般", AmountFen: 5_000_00, Sittings: 2}, {Name: "疑难", Households: 5, AmountFen: 50_000_00, Sittings: 4},
		},
		Rows: []models.SubsidyRow{
			{Name: "简易纠纷", Grades: []string{"简易"}, AmountFen: 80_00},
			{Name: "一般纠纷", Except: core, Grades: []string{"一般"}, AmountFen: 150_00},
			{Name: "疑难纠纷", Except: core, Grades: []string{"疑难"}, AmountFen: 300_00},
			{Name: "土地流转、集体分红", Types: core, Grades: []string{"一般"}, AmountFen: 200_00},
			{Name: "土地流转、集体分红疑难纠纷", Types: core, Grades: []string{"疑难"}, AmountFen: 400_00},
		},
		OralPercent: 60, WorkPercent: 30, WorkSittings: 2,
	}
}

// settleSubsidies publishes the table and settles all periods but the last one that is over: that one
// waits for whoever opens the demo.
func settleSubsidies(ctx context.Context, st *store.Store, people staff, now time.Time) error {
	err := st.InsertSubsidyTable(ctx, subsidyTable(now, people[CountyCode]))
	if err != nil && !store.IsDuplicate(err, docstore.IDIndex) {
		return err
	}
	at := now
	service := subsidy.New(st, func() time.Time { return at })
	for i, t := range townships {
		township := CountyCode + t.code
		at = now
		periods, err := service.Periods(ctx, models.Scope{Region: CountyCode}, township)
		if err != nil {
			return err
		}
		over := slices.DeleteFunc(periods, func(p subsidy.Standing) bool { return !p.Over })
		for n, p := range slices.Backward(over) {
			if n == 0 || p.ClosedAt != nil {
				continue
			}
			at = p.Period.Before.Add(82 * time.Hour) // some days after its end, in the morning
			if err := settlePeriod(ctx, service, people[township], p.Period.Key, i == 0); err != nil {
				return fmt.Errorf("settle %s: %w", p.Period.Key, err)
			}
		}
	}
	return nil
}

// settlePeriod approves what is on a sheet, but for one file where something is to be seen, and closes it.
func settlePeriod(ctx context.Context, service *subsidy.Service, judicial models.Actor, period string, refuse bool) error {
	sheet, err := service.Sheet(ctx, judicial.Scope(), judicial.Region, period)
	if err != nil {
		return err
	}
	form := subsidy.DecideForm{Version: sheet.Version, Close: true}
	for i := range sheet.Lines {
		d := subsidy.DecisionForm{Key: sheet.Lines[i].Key, State: models.SubsidyApproved}
		if refuse && i == 1 {
			d.State, d.Reason = models.SubsidyRefused, "协议上签名的日期和调解记录对不上，请核对后重新报送"
		}
		form.Decisions = append(form.Decisions, d)
	}
	_, err = service.Decide(ctx, judicial, judicial.Region, period, form)
	return err
}
