package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"fengqiao/models"
	"fengqiao/pkg/rules"
	"fengqiao/pkg/workday"
)

// The versions of each kind of rules are listed, shown and published alike.

// listedEdition is a version in a list.
type listedEdition struct {
	Key           string    `json:"key"`
	Version       string    `json:"version"`
	Name          string    `json:"name"`
	EffectiveFrom time.Time `json:"effectiveFrom"`
	Standing      string    `json:"standing"`
}

// listEditions lists the versions that matter to a county.
func listEditions[T any, P rules.Kind[T]](ctx context.Context, t *terminal, book *rules.Book[T, P], county string, asJSON bool) error {
	versions, err := book.Versions(ctx, county)
	if err != nil {
		return err
	}
	list := []listedEdition{}
	for _, v := range versions {
		issue := v.Issue()
		list = append(list, listedEdition{v.Key(), issue.VersionName(), issue.Name, issue.EffectiveFrom, string(v.Standing)})
	}
	if asJSON {
		return t.json(list)
	}
	return printEditions(t, list)
}

func printEditions(t *terminal, list []listedEdition) error {
	table := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	for _, p := range list {
		fmt.Fprintf(table, "%s\t%s\t%s起\t%s\t%s\n", p.Key, rules.Standing(p.Standing).Name(), workday.OfTime(p.EffectiveFrom), p.Version, p.Name)
	}
	return table.Flush()
}

// showEdition shows one version, or the one in force where none is named.
func showEdition[T any, P rules.Kind[T]](ctx context.Context, t *terminal, book *rules.Book[T, P], county, key string, asJSON bool, show func(*terminal, P) error) error {
	policy, err := book.Current(ctx, county)
	if key != "" {
		var v rules.Version[P]
		v, err = book.Version(ctx, county, key)
		policy = v.Rules
	}
	if err != nil {
		return err
	}
	if asJSON {
		return t.json(policy)
	}
	return show(t, policy)
}

// readEdition reads a version from a file, as show --json writes it; its day may also be written
// 2027-01-01. What it does not know is an error: a mistyped rule must not pass in silence.
func readEdition[T any, P rules.Kind[T]](path string) (P, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var day struct{ EffectiveFrom string }
	fields := map[string]json.RawMessage{}
	if err := json.Unmarshal(text, &fields); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if err := json.Unmarshal(text, &day); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	from, err := dayOrMoment(day.EffectiveFrom)
	if err != nil {
		return nil, fmt.Errorf("%s: effectiveFrom 请写成 2027-01-01", path)
	}
	delete(fields, "effectiveFrom")
	rest, err := json.Marshal(fields)
	if err != nil {
		return nil, err
	}
	decoder := json.NewDecoder(strings.NewReader(string(rest)))
	decoder.DisallowUnknownFields()
	out := P(new(T))
	if err := decoder.Decode(out); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	out.Issue().EffectiveFrom = from
	return out, nil
}

// dayOrMoment reads 2027-01-01 as the beginning of that day, or a moment.
func dayOrMoment(text string) (time.Time, error) {
	if day, err := workday.Parse(text); err == nil {
		return day.Start(), nil
	}
	return time.Parse(time.RFC3339, text)
}

// publishEdition publishes a version and says what is another in it than in the one in force.
func publishEdition[T any, P rules.Kind[T]](ctx context.Context, t *terminal, book *rules.Book[T, P], county, path, then string, compare func(was, is P) []models.PolicyChange) error {
	next, err := readEdition[T, P](path)
	if err != nil {
		return err
	}
	current, err := book.Current(ctx, county)
	if err != nil && models.AsError(err).Kind != models.Precondition {
		return err
	}
	latest, err := book.Latest(ctx, county)
	if err != nil {
		return err
	}
	published, err := book.Publish(ctx, commandLine(county), county, next, latest)
	if err != nil {
		return err
	}
	issue := published.Issue()
	if err := t.printf("已发布%s《%s》，%s起生效，%s\n", issue.VersionName(), issue.Name, workday.OfTime(issue.EffectiveFrom), then); err != nil {
		return err
	}
	if current == nil {
		return nil
	}
	for _, change := range compare(current, published) {
		if err := t.printf("  %s\n", change.Text()); err != nil {
			return err
		}
	}
	return nil
}
