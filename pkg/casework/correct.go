package casework

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"fengqiao/models"
	"fengqiao/pkg/escalation"
)

// Correct is 补正: the case's own fields are put right, with the reason. What stood there before is kept, and
// the event names what is another. The deadline follows where the rules give the type, or the village's
// conflict of interest, other days: it is worked out anew from the clock's beginning.
func (s *Service) Correct(ctx context.Context, actor models.Actor, ref Ref, form CorrectForm) (*models.Case, error) {
	form.Reason = strings.TrimSpace(form.Reason)
	return s.change(ctx, actor, ref, models.ActionCorrect, nil, func(c *models.Case, rules escalation.Rules, now time.Time) error {
		next := form.logged(c.Place.Village)
		next.tidy()
		tidied := form
		tidied.Title, tidied.Facts, tidied.Requests = next.Title, next.Facts, next.Requests
		if err := s.validate.Check(&tidied); err != nil {
			return err
		}
		if err := next.check(now); err != nil {
			return err
		}
		right := *c
		right.Type, right.Subtype, right.Title, right.Facts, right.Requests = next.Type, next.Subtype, next.Title, next.Facts, next.Requests
		right.Source, right.AmountFen, right.Households, right.Land, right.Dividend = next.Source, next.AmountFen, next.Households, landOf(next.Land, next.Parties), next.Dividend
		var err error
		if right.Parties, err = s.partiesOf(c, form.Parties, next.Parties); err != nil {
			return err
		}
		changes := changesOf(c, &right)
		if len(changes) == 0 {
			return models.FieldErrorf("reason", "没有改动任何内容")
		}
		correction := models.Correction{At: now, By: actor, Reason: form.Reason, Changes: changes, Before: c.CountedNow()}
		made := rules.Policy
		if clock := c.RunningClock(); clock != nil && (clock.PolicyNumber != made.Number || clock.PolicyCounty != made.County) {
			if made, err = s.store.Policy(ctx, clock.PolicyCounty, clock.PolicyNumber); err != nil {
				return err
			}
		}
		return c.Move(rules.Policy, models.ActionCorrect, actor, now, correctionNote(correction), func() error {
			rename(c, form.Parties, right.Parties)
			c.Type, c.Subtype, c.Title, c.Facts, c.Requests = right.Type, right.Subtype, right.Title, right.Facts, right.Requests
			c.Source, c.AmountFen, c.Households, c.Land, c.Dividend, c.Parties = right.Source, right.AmountFen, right.Households, right.Land, right.Dividend, right.Parties
			c.Conflict.Exists = slices.ContainsFunc(c.Parties, func(p models.Party) bool { return p.Collective && p.Role == models.Respondent })
			if !c.Conflict.Exists {
				c.Conflict.Consent = ""
			}
			c.Corrections = append(c.Corrections, correction)
			_, err := rules.Reclassify(c, made, now)
			return err
		})
	})
}

// partiesOf are the parties as they should be; a number that was left out stays that of the party before.
func (s *Service) partiesOf(c *models.Case, form []CorrectPartyForm, tidy []PartyForm) ([]models.Party, error) {
	var wrong faults
	var out []models.Party
	seen := map[int]bool{}
	for i, p := range form {
		if p.Was > len(c.Parties) || p.Was > 0 && seen[p.Was] {
			wrong.add(fmt.Sprintf("parties[%d].name", i), "这名当事人和原来的对不上，请重新打开本页")
			continue
		}
		seen[p.Was] = true
		party, err := s.party(c.ID, tidy[i])
		if err != nil {
			return nil, err
		}
		if p.Was > 0 {
			before := c.Parties[p.Was-1]
			if tidy[i].IDNumber == "" && before.Kind == p.Kind { // an identity number is no credit code
				party.IDNumber = before.IDNumber
			}
			if tidy[i].Phone == "" {
				party.Phone = before.Phone
			}
		}
		out = append(out, party)
	}
	return out, invalid(wrong)
}

// rename lets signatures and statements follow a name that was put right.
func rename(c *models.Case, form []CorrectPartyForm, parties []models.Party) {
	is := func(name string) string {
		for j, p := range form {
			if p.Was > 0 && c.Parties[p.Was-1].Name == name {
				return parties[j].Name
			}
		}
		return name
	}
	texts := []*models.Agreement{}
	if c.Agreement != nil {
		texts = append(texts, c.Agreement)
	}
	if d := c.Draft(); d != nil {
		texts = append(texts, &d.Text)
	}
	for _, a := range texts {
		a.Signatures = slices.Clone(a.Signatures)
		for i := range a.Signatures {
			a.Signatures[i].Party = is(a.Signatures[i].Party)
		}
	}
	for i := range c.Sittings {
		said := slices.Clone(c.Sittings[i].Statements)
		for j := range said {
			said[j].Party = is(said[j].Party)
		}
		c.Sittings[i].Statements = said
	}
}

// changesOf lists the fields of a case that are others than before.
func changesOf(was, is *models.Case) []models.Change {
	var out []models.Change
	change := func(field, a, b string) {
		if a != b {
			out = append(out, models.Change{Field: field, Was: a, Is: b})
		}
	}
	change("纠纷类型", typeName(was), typeName(is))
	change("标题", was.Title, is.Title)
	change("简要事实", was.Facts, is.Facts)
	change("请求", strings.Join(was.Requests, "；"), strings.Join(is.Requests, "；"))
	change("来源", models.NameOf(models.Sources(), was.Source), models.NameOf(models.Sources(), is.Source))
	change("涉及金额", yuan(was.AmountFen)+"元", yuan(is.AmountFen)+"元")
	change("涉及户数", fmt.Sprint(was.Households), fmt.Sprint(is.Households))
	changeStruct(change, or(was.Land), or(is.Land))
	changeStruct(change, or(was.Dividend), or(is.Dividend))
	for i := range max(len(was.Parties), len(is.Parties)) {
		var a, b models.Party
		if i < len(was.Parties) {
			a = was.Parties[i]
		}
		if i < len(is.Parties) {
			b = is.Parties[i]
		}
		field, text := fmt.Sprintf("第%d名当事人", i+1), partyText(a)
		if text == partyText(b) && (a.IDNumber.Index != b.IDNumber.Index || a.Phone.Index != b.Phone.Index) {
			change(field, text, text+"（号码中遮住的数字改过）")
			continue
		}
		change(field, text, partyText(b))
	}
	return out
}

func or[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}

// changeStruct compares the fields of a type of dispute by their labels.
func changeStruct[T any](change func(field, a, b string), was, is T) {
	a, b := reflect.ValueOf(was), reflect.ValueOf(is)
	for i := range a.NumField() {
		field := a.Type().Field(i)
		change(field.Tag.Get("label"), fieldText(field, a.Field(i)), fieldText(field, b.Field(i)))
	}
}

func fieldText(field reflect.StructField, v reflect.Value) string {
	switch {
	case v.IsZero():
		return ""
	case v.Kind() == reflect.Bool:
		return "是"
	case strings.Contains(field.Name, "Fen"):
		return yuan(v.Int()) + "元"
	case strings.HasSuffix(field.Name, "CentiMu"):
		return yuan(v.Int()) + "亩"
	}
	text := fmt.Sprint(v.Interface())
	if name, ok := fieldWords[text]; ok {
		return name
	}
	return text
}

// fieldWords are the codes of those fields as people say them.
var fieldWords = map[string]string{
	"none": "没有合同", "oral": "口头约定", "written": "书面合同", "share": "按股分配", "head": "按人分配", "yes": "是", "no": "否", "unknown": "不清楚",
}

// partyText is a party in one line, with masked numbers; "" for none.
func partyText(p models.Party) string {
	if p.Name == "" {
		return ""
	}
	parts := []string{p.Role.Name(), p.Name}
	if p.Kind == models.Organisation {
		parts = append(parts, "单位")
	}
	for _, x := range []struct{ name, text string }{
		{"证件号码", p.IDNumber.Mask}, {"电话", p.Phone.Mask}, {"性别", p.Sex}, {"民族", p.Nation}, {"职业或职务", p.Occupation}, {"住址", p.Address}, {"代理人", p.Agent}, {"代表人", p.Representative},
	} {
		if x.text != "" {
			parts = append(parts, x.name+x.text)
		}
	}
	if p.Collective {
		parts = append(parts, "村集体")
	}
	if p.Away {
		parts = append(parts, "在外地")
	}
	return strings.Join(parts, "，")
}

func typeName(c *models.Case) string {
	name := models.NameOf(models.DisputeTypes(), string(c.Type))
	if c.Subtype != "" {
		name += "·" + models.NameOf(models.Subtypes(c.Type), c.Subtype)
	}
	return name
}

// correctionNote says which fields were put right, and the reason.
func correctionNote(x models.Correction) string {
	var names []string
	for _, change := range x.Changes {
		names = append(names, change.Field)
	}
	return fmt.Sprintf("改正%s。原因：%s", strings.Join(names, "、"), x.Reason)
}
