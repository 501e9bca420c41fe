package casework

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"fengqiao/models"
	"fengqiao/pkg/escalation"
	"fengqiao/pkg/store"
)

// Log writes down a new dispute. draftKey is the client's own key for the draft: sending the same
// draft again gives the case that is already there and created is false. Empty means none. A finding
// becomes one case, whoever logs it: the second time gives the case of the first, and it is noted at the
// finding in any case.
func (s *Service) Log(ctx context.Context, actor models.Actor, form LogForm, draftKey string) (c *models.Case, created bool, err error) {
	if !slices.Contains(loggers, actor.Role) {
		return nil, false, models.Errorf(models.Forbidden, "case.log", "只有调解员、村调委会主任、司法所和县矛调中心可以登记纠纷")
	}
	now := s.now()
	if err := s.checkLog(&form, now); err != nil {
		return nil, false, err
	}
	if !actor.Scope().Covers(form.VillageCode) {
		return nil, false, models.FieldErrorf("villageCode", "这个村不在您的管辖范围内，请重新选择")
	}
	place, err := s.store.Place(ctx, form.VillageCode)
	if store.IsNotFound(err) {
		return nil, false, models.FieldErrorf("villageCode", "没有这个村，请重新选择")
	}
	if err != nil {
		return nil, false, err
	}
	filed, err := s.filedCase(ctx, actor, &form)
	if err != nil {
		return nil, false, err
	}
	if c, err = s.newCase(form, place); err != nil {
		return nil, false, err
	}
	if form.DictatedBy != "" {
		c.Dictation = &models.Dictation{By: form.DictatedBy, Typist: cmp.Or(form.Typist, actor.Name)}
	}
	if draftKey != "" {
		c.DraftKey = actor.ID + "/" + draftKey
	}
	if form.Finding != "" {
		if err := s.fromFinding(ctx, actor, c, form.Finding); err != nil {
			return nil, false, err
		}
	}
	if filed != nil {
		if err := s.goOn(ctx, actor, c, filed, form.Again); err != nil {
			return nil, false, err
		}
	}
	rules, err := escalation.RulesFor(ctx, s.store, c, now)
	if err != nil {
		return nil, false, err
	}
	s.index(c)
	fellows, err := s.link(ctx, c)
	if err != nil {
		return nil, false, err
	}
	if err := enter(c, rules, actor, form, now); err != nil {
		return nil, false, err
	}
	if crowded(rules.Risk, fellows, now) {
		c.Tell(now)
	}
	err = s.store.InsertCase(ctx, c)
	if created = err == nil; store.IsDuplicate(err, store.IndexDraftKey) {
		c, err = s.store.CaseByDraft(ctx, actor.Scope(), c.DraftKey)
	}
	if err == nil && form.Finding != "" {
		err = s.noteAtFinding(ctx, c)
	}
	if err != nil {
		return nil, false, err
	}
	if created {
		s.suggest(ctx, rules.Risk, c, fellows, now)
	}
	return c, created, nil
}

var loggers = []models.Role{models.RoleMediator, models.RoleChair, models.RoleJudicial, models.RoleCounty}

// CheckLog says what is wrong with a draft without keeping it, for forms of several steps.
func (s *Service) CheckLog(form *LogForm) error { return s.checkLog(form, s.now()) }

func (s *Service) checkLog(form *LogForm, now time.Time) error {
	form.tidy()
	if err := s.validate.Check(form); err != nil {
		return err
	}
	return form.check(now)
}

// enter opens the first stage where the case comes in: the village, or the township for its own
// cases and where the village would judge in its own house. A risk that must not wait goes up in
// the same write.
func enter(c *models.Case, rules escalation.Rules, actor models.Actor, form LogForm, now time.Time) error {
	rung, ok := rules.Policy.Intake(seatOf(c, actor, form))
	if !ok {
		return models.Errorf(models.Precondition, "case.no_rung", "时限规则里没有这一级，请联系管理员")
	}
	phase := models.PhaseAcceptance
	if rung.SingleClock {
		phase = models.PhaseMediation
	}
	office := models.OfficeOf(rung, c.Place)
	report(c, rules.Policy, form.RiskSigns, now)
	if form.Risk.Rank() > models.Blue.Rank() {
		c.Raised = &models.RiskRaise{Level: form.Risk, By: actor, At: now, Reason: "登记时评定"}
	}
	if rules.Risk != nil { // the first clock is that of the level which the case begins with
		c.Stages = []models.Stage{{Office: office}}
		if scored := rules.Risk.Score(c, c.Linked, now).Level; scored.Rank() > c.Risk.Rank() {
			c.Risk = scored
		}
		c.Stages = nil
	}
	clock, err := rules.Start(c, phase, rung.Level, now, 0)
	if err != nil {
		return err
	}
	c.Log(actor, now, rung, office, clock, logNote(c))
	if err := rules.Assess(c, now); err != nil {
		return err
	}
	return rules.RaiseUp(c, now, "登记时评为"+c.Risk.Name())
}

// seatOf is where a dispute begins: the village's own house is no place for a quarrel with it, where
// the parties want it so.
func seatOf(c *models.Case, actor models.Actor, form LogForm) models.RegionKind {
	if form.Intake == "township" && c.Conflict.Exists {
		return models.RegionTownship
	}
	return actor.Role.Seat()
}

func logNote(c *models.Case) string {
	var parts []string
	if c.Conflict.Exists {
		parts = append(parts, "被申请人是村集体，本村调解员有利益冲突")
	}
	if f := c.Linked.Follows; f != nil {
		parts = append(parts, f.Say(func(day string) string { return day })+"："+f.Again)
	}
	if d := c.Dictation; d != nil {
		parts = append(parts, d.By+"口述，"+d.Typist+"代录，等待本人确认")
	}
	return strings.Join(parts, "；")
}

// factsOf is a case as far as the form says, but for its parties.
func factsOf(form LogForm, place models.Place) *models.Case {
	c := &models.Case{
		ID: bson.NewObjectID(), Place: place, Type: form.Type, Subtype: form.Subtype, Title: form.Title, Facts: form.Facts,
		Requests: form.Requests, Source: form.Source, AmountFen: form.AmountFen, Households: form.Households,
		Land: landOf(form.Land, form.Parties), Dividend: form.Dividend, Risk: form.Risk, Signs: form.RiskSigns,
	}
	c.Conflict.Exists = slices.ContainsFunc(form.Parties, func(p PartyForm) bool { return p.Collective && p.Role == models.Respondent })
	return c
}

// landOf is what is known of the land: who has it stands among the parties mostly, and is not typed twice.
func landOf(land *models.LandTransferFacts, parties []PartyForm) *models.LandTransferFacts {
	if land == nil || land.Transferee != "" {
		return land
	}
	var organisations []string
	for _, p := range parties {
		if p.Kind == models.Organisation && !p.Collective {
			organisations = append(organisations, p.Name)
		}
	}
	if len(organisations) != 1 {
		return land
	}
	filled := *land
	filled.Transferee = organisations[0]
	return &filled
}

func (s *Service) newCase(form LogForm, place models.Place) (*models.Case, error) {
	c := factsOf(form, place)
	for _, p := range form.Parties {
		party, err := s.party(c.ID, p)
		if err != nil {
			return nil, err
		}
		c.Parties = append(c.Parties, party)
	}
	if c.Conflict.Exists && form.Intake != "township" {
		c.Conflict.Consent = form.Consent
	}
	return c, nil
}

// party seals the numbers of a party.
func (s *Service) party(id bson.ObjectID, p PartyForm) (models.Party, error) {
	party := models.Party{
		Role: p.Role, Kind: p.Kind, Name: p.Name, Address: p.Address, Sex: p.Sex, Nation: p.Nation,
		Occupation: p.Occupation, Collective: p.Collective, Agent: p.Agent, Representative: p.Representative, Away: p.Away,
	}
	var err error
	if party.IDNumber, err = s.seal(id, "idNumber", p.IDNumber, models.MaskIDNumber(p.IDNumber)); err != nil {
		return party, err
	}
	phone := p.Phone
	if phone != "" {
		if phone, err = models.CheckPhone(phone); err != nil {
			return party, err
		}
	}
	party.Phone, err = s.seal(id, "phone", phone, models.MaskPhone(phone))
	return party, err
}
