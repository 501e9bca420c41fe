package rules

import (
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/text/width"

	"fengqiao/models"
)

// RiskDraft is a version of the risk rules as it is typed in; see Draft. Amounts are in yuan.
type RiskDraft struct {
	Name              string            `json:"name"`
	EffectiveFrom     string            `json:"effectiveFrom" validate:"day"`
	Factors           []RiskDraftFactor `json:"factors"`
	YellowFrom        string            `json:"yellowFrom"`
	OrangeFrom        string            `json:"orangeFrom"`
	RedFrom           string            `json:"redFrom"`
	ClusterDays       string            `json:"clusterDays"`
	ClusterHouseholds string            `json:"clusterHouseholds"`
}

// RiskDraftFactor is one row as it is typed in.
type RiskDraftFactor struct {
	Kind   string `json:"kind"`
	From   string `json:"from"` // "" where it only is or is not
	Points string `json:"points"`
}

// RiskDraftOf writes a version as it is typed in, without a day on which it takes effect.
func RiskDraftOf(p *models.RiskPolicy) RiskDraft {
	d := RiskDraft{
		Name: p.Name, YellowFrom: strconv.Itoa(p.YellowFrom), OrangeFrom: strconv.Itoa(p.OrangeFrom), RedFrom: strconv.Itoa(p.RedFrom),
		ClusterDays: strconv.Itoa(p.ClusterDays), ClusterHouseholds: strconv.Itoa(p.ClusterHouseholds),
	}
	for _, f := range p.Factors {
		row := RiskDraftFactor{Kind: string(f.Kind), Points: strconv.Itoa(f.Points)}
		switch {
		case f.Kind == models.FactorAmount:
			row.From = strconv.FormatInt(f.From/100, 10)
		case f.Kind.Unit() != "":
			row.From = strconv.FormatInt(f.From, 10)
		}
		d.Factors = append(d.Factors, row)
	}
	return d
}

// Policy reads a draft. What cannot be read is a fault at its field; whether it fits together is for
// CheckRisk.
func (d RiskDraft) Policy() (*models.RiskPolicy, error) {
	r := reading{}
	p := &models.RiskPolicy{Edition: models.Edition{Name: strings.TrimSpace(d.Name)}, Factors: make([]models.RiskFactor, len(d.Factors))}
	p.EffectiveFrom = r.effective(d.EffectiveFrom)
	p.YellowFrom = r.number("yellowFrom", points(d.YellowFrom), "黄色的分数线")
	p.OrangeFrom = r.number("orangeFrom", points(d.OrangeFrom), "橙色的分数线")
	p.RedFrom = r.number("redFrom", points(d.RedFrom), "红色的分数线")
	p.ClusterDays = r.number("clusterDays", d.ClusterDays, "群体性纠纷的天数")
	p.ClusterHouseholds = r.number("clusterHouseholds", strings.TrimSuffix(strings.TrimSpace(d.ClusterHouseholds), "户"), "群体性纠纷的户数")
	for i, row := range d.Factors {
		at := fmt.Sprintf("factors[%d].", i)
		f := models.RiskFactor{Kind: models.RiskFactorKind(row.Kind), From: 1}
		if unit := f.Kind.Unit(); unit != "" || strings.TrimSpace(row.From) != "" {
			text := strings.TrimSuffix(strings.TrimSpace(width.Fold.String(row.From)), unit)
			f.From = int64(r.number(at+"from", text, "从多少算起"))
			if f.Kind == models.FactorAmount {
				f.From *= 100
			}
		}
		f.Points = r.number(at+"points", points(row.Points), "分数")
		p.Factors[i] = f
	}
	return p, r.err()
}

// points is a number with 分 behind it or not.
func points(text string) string { return strings.TrimSuffix(strings.TrimSpace(text), "分") }
