package screening

import (
	"context"
	"fmt"
	"time"

	"fengqiao/models"
	"fengqiao/pkg/store"
	"fengqiao/pkg/workday"
)

const (
	// remindEvery is how many days lie between two reminders of the same report.
	remindEvery = 3
	// remindMonths is how many months back a report that was never sealed is reminded of.
	remindMonths = 3
)

// Remind tells the accounts of every place whose report is not sealed what waits for them: the
// compilers while it is a draft, the reviewers afterwards. It may be called at any time, again, and by
// several processes at once: a reminder of one report, state and three days is made once, and one call
// after a week of downtime makes the latest only. It returns how many messages it made.
func (s *Service) Remind(ctx context.Context) (made int, err error) {
	counties, err := s.store.Counties(ctx)
	if err != nil {
		return 0, err
	}
	last := AddMonths(MonthOf(s.now()), -1)
	for _, county := range counties {
		err := s.store.UnsealedReports(ctx, county.Code, AddMonths(last, 1-remindMonths), last, func(r *models.Report) error {
			n, err := s.remind(ctx, r)
			made += n
			return err
		})
		if err != nil {
			return made, err
		}
	}
	return made, nil
}

// remind makes the messages of one report.
func (s *Service) remind(ctx context.Context, r *models.Report) (made int, err error) {
	w, err := NewWindow(r.Month, s.now())
	if err != nil || !s.settled(w) {
		return 0, err
	}
	action, ask := models.ReportConfirm, "月报已经生成，请写好说明后确认"
	switch r.Issue.State {
	case models.ReportConfirmed:
		action, ask = models.ReportReview, "月报已经确认，请审核"
	case models.ReportReviewed:
		action, ask = models.ReportSeal, "月报已经审核，请封存"
	}
	accounts, err := s.store.AccountsAt(ctx, r.Region)
	if err != nil || len(accounts) == 0 {
		return 0, err
	}
	place, err := s.store.Region(ctx, r.Region)
	if err != nil {
		return 0, err
	}
	at, err := time.ParseInLocation(monthLayout, r.Month, workday.Zone)
	if err != nil {
		return 0, err
	}
	subject := place.Name + at.Format("2006年1月")
	// All reports of a place are reminded of on the same days: those of the running month.
	slot := fmt.Sprintf("%s-%d", MonthOf(s.now()), (s.now().In(workday.Zone).Day()-1)/remindEvery)
	for _, a := range accounts {
		if _, refusal := r.Permit(action, a.Actor()); refusal != nil || a.Disabled {
			continue
		}
		m := &models.Message{
			ID:        models.MessageID("report-"+r.Region+"-"+r.Month, fmt.Sprintf("%s-%d-%s", action, len(r.Issue.Steps), slot), a.Username),
			Recipient: a.Username, Inbox: a.Username, Unread: a.Username, Report: r.ID, Kind: models.NoticeReport, Subject: subject, Text: subject + ask + "。", At: s.now(),
			Items: []models.DigestItem{}, Sends: []models.Send{},
		}
		switch err := s.store.InsertMessage(ctx, m); {
		case err == nil:
			made++
		case !store.IsDuplicate(err, "_id"):
			return made, err
		}
	}
	return made, nil
}
