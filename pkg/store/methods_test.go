package store_test

import (
	"context"
	"strings"
	"time"

	"fengqiao/models"
	"fengqiao/pkg/docstore"
	"fengqiao/pkg/store"
	"fengqiao/pkg/workday"
)

// methods calls each method of the store in every way that changes what it asks the engine. What a
// call returns is not looked at here.
func methods(st *store.Store) map[string]func(context.Context) []error {
	scope, a, c := models.Scope{Region: county}, &models.Account{Username: "a"}, newCase(northOne, noon)
	session, token, run := &models.Session{TokenHash: "s", ExpiresAt: noon}, &models.SetupToken{TokenHash: "t"}, &models.JobRun{ID: "r", Job: "sweep", Slot: noon}
	m := &models.Message{ID: "m"}
	filed := &models.Return{ID: models.ReturnID(models.CellID(northOne, 1), "2026-11-01"), Village: northOne, Township: north, From: "2026-11-01"}
	call := func(calls ...func(context.Context) error) func(context.Context) []error {
		return func(ctx context.Context) []error {
			errs := make([]error, len(calls))
			for i, f := range calls {
				errs[i] = f(ctx)
			}
			return errs
		}
	}
	only := func(f func(context.Context) error) func(context.Context) []error { return call(f) }
	return map[string]func(context.Context) []error{
		"Ping":    only(st.Ping),
		"Account": only(func(ctx context.Context) error { _, err := st.Account(ctx, "a"); return err }),
		"AccountsByName": call(
			func(ctx context.Context) error { _, err := st.AccountsByName(ctx, "", 5); return err },
			func(ctx context.Context) error { _, err := st.AccountsByName(ctx, "a", 5); return err }),
		"AccountsAt": only(func(ctx context.Context) error { _, err := st.AccountsAt(ctx, northOne); return err }),
		"AccountsIn": call(
			func(ctx context.Context) error { _, err := st.AccountsIn(ctx, scope, nil, 5); return err },
			func(ctx context.Context) error {
				_, err := st.AccountsIn(ctx, scope, &models.Account{Username: "a", Region: north}, 5)
				return err
			}),
		"InsertAccount":   only(func(ctx context.Context) error { return st.InsertAccount(ctx, a) }),
		"ReplaceAccount":  only(func(ctx context.Context) error { a.Version = 1; return st.ReplaceAccount(ctx, a) }),
		"HasAdmin":        only(func(ctx context.Context) error { _, err := st.HasAdmin(ctx); return err }),
		"Session":         only(func(ctx context.Context) error { _, err := st.Session(ctx, "s"); return err }),
		"InsertSession":   only(func(ctx context.Context) error { return st.InsertSession(ctx, session) }),
		"DeleteSession":   only(func(ctx context.Context) error { return st.DeleteSession(ctx, session) }),
		"ExpiredSessions": only(func(ctx context.Context) error { _, err := st.ExpiredSessions(ctx, noon, 5); return err }),
		"Setup":           only(func(ctx context.Context) error { _, err := st.Setup(ctx, "t"); return err }),
		"InsertSetup":     only(func(ctx context.Context) error { return st.InsertSetup(ctx, token) }),
		"DeleteSetup":     only(func(ctx context.Context) error { return st.DeleteSetup(ctx, token) }),
		"KeepFile":        only(func(ctx context.Context) error { _, err := st.KeepFile(ctx, []byte("x")); return err }),
		"File":            only(func(ctx context.Context) error { _, err := st.File(ctx, "00"); return err }),
		"Slip":            only(func(ctx context.Context) error { _, err := st.Slip(ctx, "7K3F9QXM"); return err }),
		"InsertSlip":      only(func(ctx context.Context) error { return st.InsertSlip(ctx, &models.Slip{Key: "7K3F9QXM"}) }),
		"ReplaceSlip": only(func(ctx context.Context) error {
			return st.ReplaceSlip(ctx, &models.Slip{Key: "7K3F9QXM", Head: docstore.Head{Version: 1}})
		}),
		"Scan":       only(func(ctx context.Context) error { _, err := st.Scan(ctx, scope, "s"); return err }),
		"InsertScan": only(func(ctx context.Context) error { return st.InsertScan(ctx, &models.Scan{ID: "s"}) }),
		"ReplaceScan": only(func(ctx context.Context) error {
			return st.ReplaceScan(ctx, &models.Scan{ID: "s", Head: docstore.Head{Version: 1}})
		}),
		"WaitingScans": only(func(ctx context.Context) error { _, err := st.WaitingScans(ctx, northOne, 5); return err }),
		"RecordAccess": only(func(ctx context.Context) error {
			return st.RecordAccess(ctx, models.Actor{ID: "a"}, noon, "reveal", "c", county)
		}),
		"Accesses": only(func(ctx context.Context) error { _, err := st.Accesses(ctx, scope, noon, 5); return err }),

		"Case":         only(func(ctx context.Context) error { _, err := st.Case(ctx, scope, c.ID); return err }),
		"CaseByDraft":  only(func(ctx context.Context) error { _, err := st.CaseByDraft(ctx, scope, "a/1"); return err }),
		"CaseByNumber": only(func(ctx context.Context) error { _, err := st.CaseByNumber(ctx, scope, "n"); return err }),
		"InsertCase":   only(func(ctx context.Context) error { return st.InsertCase(ctx, c) }),
		"ReplaceCase":  only(func(ctx context.Context) error { c.Version = 1; return st.ReplaceCase(ctx, c) }),
		"ReplaceCases": only(func(ctx context.Context) error {
			c.Version = 1
			_, err := st.ReplaceCases(ctx, []*models.Case{c})
			return err
		}),
		"LastNumber": only(func(ctx context.Context) error { _, err := st.LastNumber(ctx, northOne, 2026); return err }),
		"Cases": func(ctx context.Context) []error {
			var errs []error
			for _, q := range everyList() {
				_, err := st.Cases(ctx, q.scope, q.filter, "", 5)
				errs = append(errs, err)
			}
			return errs
		},
		"CasesToSweep": call(
			func(ctx context.Context) error { _, err := st.CasesToSweep(ctx, noon, nil, 5); return err },
			func(ctx context.Context) error {
				_, err := st.CasesToSweep(ctx, noon, &models.Case{ID: c.ID, NextAt: &noon}, 5)
				return err
			}),
		"CasesComing": call(
			func(ctx context.Context) error { _, err := st.CasesComing(ctx, scope, "", noon, nil, 5); return err },
			func(ctx context.Context) error { _, err := st.CasesComing(ctx, scope, north, noon, nil, 5); return err },
			func(ctx context.Context) error {
				_, err := st.CasesComing(ctx, scope, northOne, noon, &models.Case{ID: c.ID, NextAt: &noon}, 5)
				return err
			}),
		"LatestDeadline": only(func(ctx context.Context) error { _, err := st.LatestDeadline(ctx, county); return err }),
		"CountLevels":    only(func(ctx context.Context) error { _, err := st.CountLevels(ctx, county); return err }),
		"ActiveCases": only(func(ctx context.Context) error {
			return st.ActiveCases(ctx, north, noon, noon, func(*models.Case) error { return nil })
		}),
		"CountLogged": only(func(ctx context.Context) error { _, err := st.CountLogged(ctx, north, noon, noon); return err }),
		"LoggedCourses": only(func(ctx context.Context) error {
			return st.LoggedCourses(ctx, north, noon, noon, func(*models.Case) error { return nil })
		}),
		"FirstLogged": only(func(ctx context.Context) error { _, _, err := st.FirstLogged(ctx, north); return err }),
		"CountOpen":   only(func(ctx context.Context) error { _, err := st.CountOpen(ctx, "o", noon); return err }),

		"Region":    only(func(ctx context.Context) error { _, err := st.Region(ctx, county); return err }),
		"PutRegion": only(func(ctx context.Context) error { return st.PutRegion(ctx, &models.Region{Code: "330683"}) }),
		"RegionsIn": only(func(ctx context.Context) error { _, err := st.RegionsIn(ctx, county); return err }),
		"RegionsOf": only(func(ctx context.Context) error { _, err := st.RegionsOf(ctx, scope, models.RegionVillage); return err }),
		"Counties":  only(func(ctx context.Context) error { _, err := st.Counties(ctx); return err }),
		"Place":     only(func(ctx context.Context) error { _, err := st.Place(ctx, northOne); return err }),

		"RiskPolicy":        only(func(ctx context.Context) error { _, err := st.RiskPolicy(ctx, county, 1); return err }),
		"RiskPolicyInForce": only(func(ctx context.Context) error { _, err := st.RiskPolicyInForce(ctx, county, noon); return err }),
		"RiskPolicies":      only(func(ctx context.Context) error { _, err := st.RiskPolicies(ctx, county); return err }),
		"InsertRiskPolicy":  only(func(ctx context.Context) error { return st.InsertRiskPolicy(ctx, models.DefaultRiskPolicy(noon)) }),

		"SubsidyTable":        only(func(ctx context.Context) error { _, err := st.SubsidyTable(ctx, county, 1); return err }),
		"SubsidyTableInForce": only(func(ctx context.Context) error { _, err := st.SubsidyTableInForce(ctx, county, noon); return err }),
		"SubsidyTables":       only(func(ctx context.Context) error { _, err := st.SubsidyTables(ctx, county); return err }),
		"InsertSubsidyTable":  only(func(ctx context.Context) error { return st.InsertSubsidyTable(ctx, subsidyTable(1, noon)) }),
		"SubsidySheet":        only(func(ctx context.Context) error { _, err := st.SubsidySheet(ctx, "s"); return err }),
		"SubsidySheets":       only(func(ctx context.Context) error { _, err := st.SubsidySheets(ctx, north, noon); return err }),
		"PutSubsidySheet": call(
			func(ctx context.Context) error {
				return st.PutSubsidySheet(ctx, &models.SubsidySheet{Township: north, Period: "2026-10"})
			},
			func(ctx context.Context) error {
				return st.PutSubsidySheet(ctx, &models.SubsidySheet{Township: north, Period: "2026-10", Head: docstore.Head{Version: 1}})
			}),
		"SubsidyClaim":       only(func(ctx context.Context) error { _, err := st.SubsidyClaim(ctx, "c"); return err }),
		"SubsidyClaims":      only(func(ctx context.Context) error { _, err := st.SubsidyClaims(ctx, []string{"c", "d"}); return err }),
		"InsertSubsidyClaim": only(func(ctx context.Context) error { return st.InsertSubsidyClaim(ctx, &models.SubsidyClaim{Case: "c"}) }),
		"ReplaceSubsidyClaim": only(func(ctx context.Context) error {
			return st.ReplaceSubsidyClaim(ctx, &models.SubsidyClaim{Case: "c", Head: docstore.Head{Version: 1}})
		}),

		"Cluster": only(func(ctx context.Context) error { _, err := st.Cluster(ctx, scope, "k"); return err }),
		"Clusters": call(
			func(ctx context.Context) error {
				_, err := st.Clusters(ctx, scope, "", models.ClusterSuggested, 5)
				return err
			},
			func(ctx context.Context) error {
				_, err := st.Clusters(ctx, scope, north, models.ClusterSuggested, 5)
				return err
			},
			func(ctx context.Context) error {
				_, err := st.Clusters(ctx, scope, northOne, models.ClusterSuggested, 5)
				return err
			}),
		"InsertCluster": only(func(ctx context.Context) error { return st.InsertCluster(ctx, &models.Cluster{ID: "k"}) }),
		"ReplaceCluster": only(func(ctx context.Context) error {
			return st.ReplaceCluster(ctx, &models.Cluster{ID: "k", Head: docstore.Head{Version: 1}})
		}),
		"ClustersSince": only(func(ctx context.Context) error {
			_, err := st.ClustersSince(ctx, north[:9], models.ClusterSuggested, noon)
			return err
		}),
		"PendingClusters": call(
			func(ctx context.Context) error { _, err := st.PendingClusters(ctx, noon, nil, 5); return err },
			func(ctx context.Context) error {
				_, err := st.PendingClusters(ctx, noon, &models.Cluster{ID: "k", PendingAt: &noon}, 5)
				return err
			}),
		"CasesFollowing": only(func(ctx context.Context) error { _, err := st.CasesFollowing(ctx, scope, c); return err }),
		"CasesWithRoot": only(func(ctx context.Context) error {
			_, err := st.CasesWithRoot(ctx, northOne, models.Root{Kind: models.RootYear, Text: "2025"})
			return err
		}),
		"RootedSince": only(func(ctx context.Context) error {
			return st.RootedSince(ctx, north, noon, noon, func(store.RootedCase) error { return nil })
		}),
		"LoggedCases": only(func(ctx context.Context) error {
			return st.LoggedCases(ctx, north, noon, noon, func(*models.Case) error { return nil })
		}),
		"CasesTogether": call(
			func(ctx context.Context) error { _, err := st.CasesTogether(ctx, noon, nil, 5); return err },
			func(ctx context.Context) error {
				_, err := st.CasesTogether(ctx, noon, &models.Case{ID: c.ID, TogetherAt: &noon}, 5)
				return err
			}),
		"CasesToScore": call(
			func(ctx context.Context) error { _, err := st.CasesToScore(ctx, noon, nil, 5); return err },
			func(ctx context.Context) error {
				_, err := st.CasesToScore(ctx, noon, &models.Case{ID: c.ID, RescoreAt: &noon}, 5)
				return err
			}),
		"OpenCases": only(func(ctx context.Context) error {
			return st.OpenCases(ctx, county, 5, func([]*models.Case) error { return nil })
		}),

		"Policy":              only(func(ctx context.Context) error { _, err := st.Policy(ctx, county, 1); return err }),
		"PolicyInForce":       only(func(ctx context.Context) error { _, err := st.PolicyInForce(ctx, county, noon); return err }),
		"Policies":            only(func(ctx context.Context) error { _, err := st.Policies(ctx, county); return err }),
		"InsertPolicy":        only(func(ctx context.Context) error { return st.InsertPolicy(ctx, models.DefaultPolicy(noon)) }),
		"Calendar":            only(func(ctx context.Context) error { _, err := st.Calendar(ctx, noon); return err }),
		"CalendarSince":       only(func(ctx context.Context) error { _, err := st.CalendarSince(ctx, noon, noon); return err }),
		"CalendarYear":        only(func(ctx context.Context) error { _, _, err := st.CalendarYear(ctx, 2026); return err }),
		"ReplaceCalendarYear": only(func(ctx context.Context) error { return st.ReplaceCalendarYear(ctx, workday.Year{Year: 2026}, 1) }),
		"CheckSeal":           only(func(ctx context.Context) error { return st.CheckSeal(ctx, "mark") }),
		"CalendarYears":       only(func(ctx context.Context) error { _, err := st.CalendarYears(ctx); return err }),
		"InsertCalendarYear":  only(func(ctx context.Context) error { return st.InsertCalendarYear(ctx, workday.Year{Year: 2026}) }),
		"Report":              only(func(ctx context.Context) error { _, err := st.Report(ctx, north, "2026-10"); return err }),
		"InsertReport": only(func(ctx context.Context) error {
			return st.InsertReport(ctx, &models.Report{Region: north, Month: "2026-10"})
		}),
		"ReplaceReport": only(func(ctx context.Context) error {
			return st.ReplaceReport(ctx, &models.Report{ID: north + "/2026-10", Head: docstore.Head{Version: 1}})
		}),
		"PutHeads": only(func(ctx context.Context) error { _, err := st.PutHeads(ctx, []byte("head")); return err }),
		"Heads":    only(func(ctx context.Context) error { _, err := st.Heads(ctx, strings.Repeat("0", 64)); return err }),
		"UnsealedReports": only(func(ctx context.Context) error {
			return st.UnsealedReports(ctx, county, "2026-09", "2026-10", func(*models.Report) error { return nil })
		}),
		"Check":  only(func(ctx context.Context) error { _, err := st.Check(ctx, north, "2026-10"); return err }),
		"Checks": only(func(ctx context.Context) error { _, err := st.Checks(ctx, north, 5); return err }),
		"InsertCheck": only(func(ctx context.Context) error {
			return st.InsertCheck(ctx, &models.FileCheck{Region: north, Month: "2026-10"})
		}),
		"ReplaceCheck": only(func(ctx context.Context) error {
			return st.ReplaceCheck(ctx, &models.FileCheck{ID: north + "/2026-10", Head: docstore.Head{Version: 1}})
		}),
		"Reports": only(func(ctx context.Context) error { _, err := st.Reports(ctx, north, "2026-09", "2026-10"); return err }),
		"CountReports": only(func(ctx context.Context) error {
			_, err := st.CountReports(ctx, north, "2026-09", "2026-10")
			return err
		}),
		"Run":        only(func(ctx context.Context) error { _, err := st.Run(ctx, "r"); return err }),
		"InsertRun":  only(func(ctx context.Context) error { return st.InsertRun(ctx, run) }),
		"ReplaceRun": only(func(ctx context.Context) error { run.Version = 1; return st.ReplaceRun(ctx, run) }),
		"Runs":       only(func(ctx context.Context) error { _, err := st.Runs(ctx, "sweep", 5); return err }),
		"OldRuns":    only(func(ctx context.Context) error { _, err := st.OldRuns(ctx, "sweep", noon, 5); return err }),
		"DeleteRun":  only(func(ctx context.Context) error { return st.DeleteRun(ctx, run) }),
		"AcquireLease": only(func(ctx context.Context) error {
			_, err := st.AcquireLease(ctx, "sweep", "me", noon, time.Minute)
			return err
		}),
		"Lease":        only(func(ctx context.Context) error { _, err := st.Lease(ctx, "sweep"); return err }),
		"ReleaseLease": only(func(ctx context.Context) error { return st.ReleaseLease(ctx, &models.Lease{Job: "sweep"}, noon) }),

		"CasesToNotify": call(
			func(ctx context.Context) error { _, err := st.CasesToNotify(ctx, noon, nil, 5); return err },
			func(ctx context.Context) error {
				_, err := st.CasesToNotify(ctx, noon, &models.Case{ID: c.ID, NoticeAt: &noon}, 5)
				return err
			}),
		"Grid":    only(func(ctx context.Context) error { _, err := st.Grid(ctx, scope, northOne); return err }),
		"GridsIn": only(func(ctx context.Context) error { _, err := st.GridsIn(ctx, scope, north); return err }),
		"PutGrid": call(
			func(ctx context.Context) error { return st.PutGrid(ctx, &models.Grid{Village: northOne}) },
			func(ctx context.Context) error {
				return st.PutGrid(ctx, &models.Grid{Village: northOne, Head: docstore.Head{Version: 1}})
			}),
		"Return": only(func(ctx context.Context) error {
			_, err := st.Return(ctx, scope, models.ReturnID(models.CellID(northOne, 1), "2026-11-01"))
			return err
		}),
		"InsertReturn": only(func(ctx context.Context) error { return st.InsertReturn(ctx, filed) }),
		"ReplaceReturn": only(func(ctx context.Context) error {
			filed.Version = 1
			return st.ReplaceReturn(ctx, filed)
		}),
		"ReturnsOf": call(
			func(ctx context.Context) error { _, err := st.ReturnsOf(ctx, scope, north, "2026-11-01"); return err },
			func(ctx context.Context) error {
				_, err := st.ReturnsOf(ctx, models.Scope{Region: northOne}, north, "2026-11-01")
				return err
			}),
		"WaitingReturns": call(
			func(ctx context.Context) error { _, err := st.WaitingReturns(ctx, scope, north); return err },
			func(ctx context.Context) error {
				_, err := st.WaitingReturns(ctx, models.Scope{Region: northOne}, north)
				return err
			}),
		"ActiveReturns":     only(func(ctx context.Context) error { _, err := st.ActiveReturns(ctx, north, noon, noon); return err }),
		"ScreeningSettings": only(func(ctx context.Context) error { _, err := st.ScreeningSettings(ctx, county); return err }),
		"PutScreeningSettings": call(
			func(ctx context.Context) error {
				return st.PutScreeningSettings(ctx, &models.ScreeningSettings{County: county})
			},
			func(ctx context.Context) error {
				return st.PutScreeningSettings(ctx, &models.ScreeningSettings{County: county, Head: docstore.Head{Version: 1}})
			}),

		"Message":        only(func(ctx context.Context) error { _, err := st.Message(ctx, "m"); return err }),
		"InsertMessage":  only(func(ctx context.Context) error { return st.InsertMessage(ctx, m) }),
		"ReplaceMessage": only(func(ctx context.Context) error { m.Version = 1; return st.ReplaceMessage(ctx, m) }),
		"ReplaceMessages": only(func(ctx context.Context) error {
			m.Version = 1
			_, err := st.ReplaceMessages(ctx, []*models.Message{m})
			return err
		}),
		"Inbox":          only(func(ctx context.Context) error { _, err := st.Inbox(ctx, "a", "", 5); return err }),
		"DeadMessages":   only(func(ctx context.Context) error { _, err := st.DeadMessages(ctx, "", 5); return err }),
		"UnreadMessages": only(func(ctx context.Context) error { _, err := st.UnreadMessages(ctx, "a", noon, 5); return err }),
		"CountUnread":    only(func(ctx context.Context) error { _, err := st.CountUnread(ctx, "a"); return err }),
		"MessagesToSend": call(
			func(ctx context.Context) error { _, err := st.MessagesToSend(ctx, noon, nil, 5); return err },
			func(ctx context.Context) error {
				_, err := st.MessagesToSend(ctx, noon, &models.Message{ID: "m", NextAt: &noon}, 5)
				return err
			}),
		"NoticeSettings": only(func(ctx context.Context) error { _, err := st.NoticeSettings(ctx, "a"); return err }),
		"PutNoticeSettings": call(
			func(ctx context.Context) error {
				return st.PutNoticeSettings(ctx, &models.NoticeSettings{Recipient: "a"})
			},
			func(ctx context.Context) error {
				return st.PutNoticeSettings(ctx, &models.NoticeSettings{Recipient: "a", Head: docstore.Head{Version: 1}})
			}),
	}
}

// everyList is each combination of what decides how a list is read, with and without all that only
// narrows it.
func everyList() []question {
	var all []question
	each := func(choices int, set func(f *store.CaseFilter, n int)) {
		grown := make([]question, 0, len(all)*choices)
		for _, q := range all {
			for n := range choices {
				another := q
				set(&another.filter, n)
				grown = append(grown, another)
			}
		}
		all = grown
	}
	for _, region := range []string{county, north, northOne} {
		all = append(all, question{scope: models.Scope{Region: region}})
	}
	each(4, func(f *store.CaseFilter, n int) {
		f.County, f.Township, f.Village = []string{"", county, "", ""}[n], []string{"", "", north, ""}[n], []string{"", "", "", northOne}[n]
	})
	each(3, func(f *store.CaseFilter, n int) {
		f.Review = []models.ReviewState{"", models.ReviewPending, models.ReviewAccepted}[n]
	})
	each(2, func(f *store.CaseFilter, n int) { f.State = []models.State{"", models.Mediating}[n] })
	each(3, func(f *store.CaseFilter, n int) { f.Offices = [][]string{nil, {"o"}, {"o", "p"}}[n] })
	each(2, func(f *store.CaseFilter, n int) { f.DueBefore = []*time.Time{nil, &noon}[n] })
	each(3, func(f *store.CaseFilter, n int) { f.Grams = [][]string{nil, {"大山"}, {"大山", "三组"}}[n] })
	each(2, func(f *store.CaseFilter, n int) {
		if n == 1 {
			f.Grouped, f.Cluster = true, "k"
			f.Level, f.Type, f.LoggedFrom, f.LoggedBefore = models.LevelVillage, models.LandTransfer, &noon, &noon
			if len(f.Grams) == 0 {
				f.Risk = models.Red
			}
		}
	})
	return all
}
