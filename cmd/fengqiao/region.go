package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"fengqiao/models"
	"fengqiao/pkg/store"
)

type regionCommand struct {
	Import regionImportCommand `cmd:"" help:"从 CSV 文件导入地区，已有的改名。"`
}

type regionImportCommand struct {
	storeFlags
	File string `arg:"" help:"CSV 文件，首行为 code,name,shortName,committee,office,households；UTF-8。" type:"existingfile"`
}

// Run adds the places of a file; where a line cannot be read, none of them.
func (c *regionImportCommand) Run(ctx context.Context, t *terminal) error {
	file, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer file.Close() // read only: nothing is lost
	regions, err := readRegions(file)
	if err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	return c.with(ctx, func(a *application) error {
		if err := a.checkParents(ctx, regions); err != nil {
			return err
		}
		for _, r := range regions {
			if err := a.store.PutRegion(ctx, r); err != nil {
				return err
			}
		}
		return t.printf("已导入%d个地区\n", len(regions))
	})
}

// checkParents asks that the place around each township and village is kept, or is among those that
// come.
func (a *application) checkParents(ctx context.Context, regions []*models.Region) error {
	coming := map[string]bool{}
	for _, r := range regions {
		coming[r.Code] = true
	}
	var faults []error
	for _, r := range regions {
		if len(r.Code) <= 6 || coming[r.Parent] {
			continue
		}
		_, err := a.store.Region(ctx, r.Parent)
		if store.IsNotFound(err) {
			faults = append(faults, fmt.Errorf("没有%s（%s）的上级%s，请先导入", r.Name, r.Code, r.Parent))
		} else if err != nil {
			return err
		}
	}
	return errors.Join(faults...)
}

var regionColumns = []string{"code", "name", "shortName", "committee", "office", "households"}

// readRegions reads a list of places, each before those inside it, and says every line that is wrong.
func readRegions(in io.Reader) ([]*models.Region, error) {
	reader := csv.NewReader(in)
	reader.FieldsPerRecord = len(regionColumns)
	reader.TrimLeadingSpace = true
	head, err := reader.Read()
	if err != nil {
		return nil, fmt.Errorf("读不到首行: %w", err)
	}
	head[0] = strings.TrimPrefix(head[0], "\uFEFF")
	if !slices.Equal(head, regionColumns) {
		return nil, fmt.Errorf("首行应为 %s", strings.Join(regionColumns, ","))
	}
	var out []*models.Region
	var faults []error
	seen := map[string]bool{}
	for {
		row, err := reader.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if errors.Is(err, csv.ErrFieldCount) {
			line, _ := reader.FieldPos(0)
			faults = append(faults, fmt.Errorf("第%d行: 应有%d列，现在有%d列", line, len(regionColumns), len(row)))
			continue
		}
		if err != nil {
			return nil, err
		}
		line, _ := reader.FieldPos(0)
		region, err := regionOf(row)
		if err == nil && seen[region.Code] {
			err = fmt.Errorf("代码%s重复", region.Code)
		}
		if err != nil {
			faults = append(faults, fmt.Errorf("第%d行: %w", line, err))
			continue
		}
		seen[region.Code] = true
		out = append(out, region)
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	slices.SortStableFunc(out, func(a, b *models.Region) int { return len(a.Code) - len(b.Code) })
	return out, nil
}

func regionOf(row []string) (*models.Region, error) {
	for i := range row {
		row[i] = strings.TrimSpace(row[i])
	}
	r := &models.Region{Code: row[0], Name: row[1], ShortName: row[2], Committee: row[3], Office: row[4]}
	if err := models.CheckRegionCode(r.Code); err != nil {
		return nil, err
	}
	r.Kind = models.RegionKindOf(r.Code)
	switch r.Kind {
	case models.RegionProvince:
	case models.RegionCity:
		r.Parent = r.Code[:2]
	case models.RegionCounty:
		r.Parent = r.Code[:4]
	case models.RegionTownship:
		r.Parent = r.Code[:6]
	case models.RegionVillage:
		r.Parent = r.Code[:9]
	}
	if r.Name == "" {
		return nil, errors.New("没有名称")
	}
	if r.ShortName == "" {
		r.ShortName = r.Name
	}
	if r.Committee == "" && (r.Kind == models.RegionVillage || r.Kind == models.RegionTownship) {
		r.Committee = r.Name + "人民调解委员会"
	}
	if r.Office == "" && r.Kind == models.RegionTownship {
		r.Office = r.Name + "司法所"
	}
	if r.Office == "" && r.Kind == models.RegionCounty {
		r.Office = r.Name + "矛调中心"
	}
	if row[5] != "" {
		n, err := strconv.Atoi(row[5])
		if err != nil || n < 0 {
			return nil, fmt.Errorf("户数“%s”不是数字", row[5])
		}
		r.Households = n
	}
	return r, nil
}
