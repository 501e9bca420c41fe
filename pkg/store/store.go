package store

import (
	"context"
	"errors"
	"sync"

	"fengqiao/models"
	"fengqiao/pkg/docstore"
)

// Store is the application's documents on one engine. Safe for concurrent use. Every call reads the
// store: nothing that another process may have changed is remembered, but what was made of bytes
// that are still the same, and what cannot change before the day is over.
type Store struct {
	engine docstore.Engine

	validate      *models.Validator
	calendarMemos sync.Map // first year → *docstore.Memo[*workday.Calendar]

	policiesInForce     inForce[models.Policy, *models.Policy]
	riskPoliciesInForce inForce[models.RiskPolicy, *models.RiskPolicy]
	subsidiesInForce    inForce[models.SubsidyTable, *models.SubsidyTable]

	cases     docstore.Collection[models.Case, *models.Case]
	accounts  docstore.Collection[models.Account, *models.Account]
	sessions  docstore.Collection[models.Session, *models.Session]
	setups    docstore.Collection[models.SetupToken, *models.SetupToken]
	accesses  docstore.Collection[models.Access, *models.Access]
	regions   docstore.Collection[models.Region, *models.Region]
	policies  docstore.Collection[models.Policy, *models.Policy]
	calendars docstore.Collection[calendarYear, *calendarYear]
	reports   docstore.Collection[models.Report, *models.Report]
	checks    docstore.Collection[models.FileCheck, *models.FileCheck]
	runs      docstore.Collection[models.JobRun, *models.JobRun]
	leases    docstore.Collection[models.Lease, *models.Lease]
	seals     docstore.Collection[sealMark, *sealMark]

	riskPolicies docstore.Collection[models.RiskPolicy, *models.RiskPolicy]
	clusters     docstore.Collection[models.Cluster, *models.Cluster]
	grids        docstore.Collection[models.Grid, *models.Grid]
	returns      docstore.Collection[models.Return, *models.Return]
	screening    docstore.Collection[models.ScreeningSettings, *models.ScreeningSettings]
	slips        docstore.Collection[models.Slip, *models.Slip]
	scans        docstore.Collection[models.Scan, *models.Scan]

	subsidyTables docstore.Collection[models.SubsidyTable, *models.SubsidyTable]
	subsidySheets docstore.Collection[models.SubsidySheet, *models.SubsidySheet]
	subsidyClaims docstore.Collection[models.SubsidyClaim, *models.SubsidyClaim]

	messages       docstore.Collection[models.Message, *models.Message]
	noticeSettings docstore.Collection[models.NoticeSettings, *models.NoticeSettings]
}

// Kinds lists everything that is kept, as declared to the engines.
func Kinds() []*docstore.Kind {
	return []*docstore.Kind{caseKind(), accountKind(), sessionKind(), setupKind(), accessKind(), regionKind(), policyKind(), calendarKind(), reportKind(), checkKind(), runKind(), leaseKind(), sealKind(), messageKind(), noticeSettingsKind(), gridKind(), returnKind(), screeningKind(), riskPolicyKind(), clusterKind(), slipKind(), scanKind(), subsidyTableKind(), subsidySheetKind(), subsidyClaimKind()}
}

// New declares every kind to the engine and returns the store on it.
func New(ctx context.Context, engine docstore.Engine) (*Store, error) {
	if err := engine.Ensure(ctx, Kinds()...); err != nil {
		return nil, err
	}
	s := &Store{
		engine:    engine,
		validate:  models.NewValidator(),
		cases:     docstore.NewCollection[models.Case](engine, caseKind()),
		accounts:  docstore.NewCollection[models.Account](engine, accountKind()),
		sessions:  docstore.NewCollection[models.Session](engine, sessionKind()),
		setups:    docstore.NewCollection[models.SetupToken](engine, setupKind()),
		accesses:  docstore.NewCollection[models.Access](engine, accessKind()),
		regions:   docstore.NewCollection[models.Region](engine, regionKind()),
		policies:  docstore.NewCollection[models.Policy](engine, policyKind()),
		calendars: docstore.NewCollection[calendarYear](engine, calendarKind()),
		reports:   docstore.NewCollection[models.Report](engine, reportKind()),
		checks:    docstore.NewCollection[models.FileCheck](engine, checkKind()),
		runs:      docstore.NewCollection[models.JobRun](engine, runKind()),
		leases:    docstore.NewCollection[models.Lease](engine, leaseKind()),
		seals:     docstore.NewCollection[sealMark](engine, sealKind()),

		riskPolicies: docstore.NewCollection[models.RiskPolicy](engine, riskPolicyKind()),
		clusters:     docstore.NewCollection[models.Cluster](engine, clusterKind()),
		grids:        docstore.NewCollection[models.Grid](engine, gridKind()),
		returns:      docstore.NewCollection[models.Return](engine, returnKind()),
		screening:    docstore.NewCollection[models.ScreeningSettings](engine, screeningKind()),
		slips:        docstore.NewCollection[models.Slip](engine, slipKind()),
		scans:        docstore.NewCollection[models.Scan](engine, scanKind()),

		subsidyTables: docstore.NewCollection[models.SubsidyTable](engine, subsidyTableKind()),
		subsidySheets: docstore.NewCollection[models.SubsidySheet](engine, subsidySheetKind()),
		subsidyClaims: docstore.NewCollection[models.SubsidyClaim](engine, subsidyClaimKind()),

		messages:       docstore.NewCollection[models.Message](engine, messageKind()),
		noticeSettings: docstore.NewCollection[models.NoticeSettings](engine, noticeSettingsKind()),
	}
	s.policiesInForce.kept, s.riskPoliciesInForce.kept, s.subsidiesInForce.kept = s.policies, s.riskPolicies, s.subsidyTables
	return s, nil
}

// Ping says whether the store answers.
func (s *Store) Ping(ctx context.Context) error { return told(s.engine.Ping(ctx), "") }

// told turns the document store's errors into those of the application. noun names the document
// for people; where it is empty a missing document is an internal error.
func told(err error, noun string) error {
	var duplicate *docstore.DuplicateError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, docstore.ErrNotFound) && noun != "":
		return &models.Error{Kind: models.NotFound, Code: "not_found", Message: "没有找到这个" + noun, Cause: err}
	case errors.Is(err, docstore.ErrConflict):
		return &models.Error{Kind: models.Conflict, Code: "conflict", Message: "刚刚有人改过，请刷新后再试", Cause: err}
	case errors.As(err, &duplicate):
		return &models.Error{Kind: models.Conflict, Code: "duplicate", Message: "已经有同样的" + noun, Cause: err}
	case errors.Is(err, docstore.ErrUnavailable):
		return &models.Error{Kind: models.Unavailable, Code: "unavailable", Message: "系统暂时不能用，请稍后再试", Cause: err}
	}
	return err
}

// IsDuplicate says whether a unique key of that name was taken.
func IsDuplicate(err error, index string) bool {
	var duplicate *docstore.DuplicateError
	return errors.As(err, &duplicate) && duplicate.Index == index
}

// IsConflict says whether somebody else changed the document meanwhile.
func IsConflict(err error) bool { return errors.Is(err, docstore.ErrConflict) }

// IsNotFound says whether there is no such document, in the scope or at all.
func IsNotFound(err error) bool {
	var e *models.Error
	return errors.As(err, &e) && e.Kind == models.NotFound
}
