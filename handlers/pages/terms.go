package pages

import (
	"fmt"
	"strings"
	"time"

	"fengqiao/models"
)

// termsExtra is what stands beside the text of an agreement: templates, articles, doubts.
type termsExtra struct {
	Templates []link
	Articles  []models.Article
	Hints     []models.Hint
	Drafts    int      // versions that are there
	Signed    []string // who has signed the current one
}

// termsOf is that of the page of an action, whose address the templates are asked for at.
func (p *Pages) termsOf(slug string) func(*models.Case, *models.Policy, models.Actor) any {
	return func(c *models.Case, _ *models.Policy, _ models.Actor) any { return p.terms(c, slug) }
}

func (p *Pages) terms(c *models.Case, slug string) termsExtra {
	extra := termsExtra{Articles: models.ArticlesFor(c.Type, c.Subtype), Hints: c.Hints(today(p.Now())), Drafts: len(c.Drafts)}
	for _, s := range models.SettlementsFor(c) {
		extra.Templates = append(extra.Templates, link{Path: casePath(c) + "/" + slug + "?template=" + s.Code, Name: s.Name})
	}
	if d := c.Draft(); d != nil {
		for _, s := range d.Text.Signatures {
			extra.Signed = append(extra.Signed, s.Party)
		}
	}
	return extra
}

// fillDraft begins with the template that was asked for, else with the version that is there.
func fillDraft(f *form, c *models.Case, _ models.Actor, now time.Time) { fillTerms(f, c, now) }

func fillTerms(f *form, c *models.Case, now time.Time) {
	text := models.Agreement{Form: "written", Facts: c.Facts, AmountFen: c.AmountFen}
	if d := c.Draft(); d != nil {
		text = d.Text
	}
	if settled, ok := models.Settle(c, f.Value("template"), today(now)); ok {
		text = settled
	}
	v := f.Values
	v.Set("template", text.Template)
	v.Set("form", text.Form)
	v.Set("oralReason", text.OralReason)
	v.Set("facts", text.Facts)
	v.Set("items", strings.Join(text.Items, "\n"))
	v.Set("manner", text.Manner)
	if text.AmountFen > 0 {
		v.Set("amountFen", yuan(text.AmountFen))
	}
	for i, in := range text.Instalments {
		at := fmt.Sprintf("instalments[%d].", i)
		v.Set(at+"dueOn", in.DueOn)
		v.Set(at+"what", in.What)
		if in.AmountFen > 0 {
			v.Set(at+"amountFen", yuan(in.AmountFen))
		}
	}
	for i, ground := range text.Grounds {
		v.Set(fmt.Sprintf("grounds[%d]", i), ground.Code)
	}
}

// Chosen says whether a choice of a list of boxes is ticked, wherever it stood when it was sent.
func (f *form) Chosen(list, code string) bool {
	for name, values := range f.Values {
		if _, ok := rowOf(name, list); ok && len(values) > 0 && values[0] == code {
			return true
		}
	}
	return false
}

// signingExtra is the draft that is being signed.
type signingExtra struct {
	Text    *agreementView
	Seq     int
	Written bool
	Missing []string
	Hints   []models.Hint
}

func (p *Pages) signingOf(c *models.Case, _ *models.Policy, _ models.Actor) any {
	d := c.Draft()
	if d == nil {
		return signingExtra{}
	}
	return signingExtra{
		Text: viewAgreement(&d.Text, p.Now()), Seq: d.Seq, Written: d.Text.Form == "written", Missing: c.Unsigned(&d.Text), Hints: c.Hints(today(p.Now())),
	}
}

// fillSign shows the days that are known; one that is left empty is a signature that is missing still.
func fillSign(f *form, c *models.Case, _ models.Actor, now time.Time) {
	a := c.Draft().Text
	reached := a.ReachedOn
	if reached == "" {
		reached = today(now)
	}
	f.Values.Set("reachedOn", reached)
	if a.Form != "written" {
		return
	}
	for i, party := range signers(c) {
		at := fmt.Sprintf("signatures[%d].", i)
		f.Values.Set(at+"party", party)
		for _, s := range a.Signatures {
			if s.Party == party {
				f.Values.Set(at+"signedOn", s.SignedOn)
			}
		}
	}
	f.Values.Set("mediatorSigned", a.MediatorSigned)
	f.Values.Set("sealed", a.Sealed)
}
