package pages

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"fengqiao/pkg/workday"
)

// What people type for an amount, an area, a day or a moment. The messages follow the field's name.
var (
	errMoney    = errors.New("请写成数字，例如 3200 或 3,200.50（单位元）")
	errMoneyFen = errors.New("最多写到分，也就是两位小数")
	errArea     = errors.New("请写成数字，例如 12.5（单位亩），最多两位小数")
	errCount    = errors.New("请写成整数，例如 3")
	errYear     = errors.New("请写成四位数字，例如 2025")
	errMoment   = errors.New("请写成年-月-日 时:分，例如 2026-11-24 09:30")
	errLarge    = errors.New("的数字太大，请核对")
)

// halfWidth turns the full-width characters of Chinese keyboards into the plain ones.
func halfWidth(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '！' && r <= '～':
			return r - '！' + '!'
		case r == '　' || r == '\u00a0':
			return ' '
		case r == '。' || r == '．':
			return '.'
		}
		return r
	}, s)
}

// parseYuan reads 3200, 3,200.50, 3200元, 3200块, ￥3200 or 3.2万 as fen.
func parseYuan(text string) (int64, error) {
	s := strings.NewReplacer(",", "", "，", "", " ", "", "¥", "", "￥", "").Replace(halfWidth(text))
	for _, unit := range []string{"整", "钱", "元", "块"} {
		s = strings.TrimSuffix(s, unit)
	}
	scale := 2
	if number, ok := strings.CutSuffix(s, "万"); ok {
		s, scale = number, 6
	}
	n, err := parseDecimal(s, scale)
	if errors.Is(err, errPrecision) {
		return 0, errMoneyFen
	}
	if errors.Is(err, strconv.ErrRange) {
		return 0, errLarge
	}
	if err != nil {
		return 0, errMoney
	}
	return n, nil
}

// parseMu reads 12.5 or 12.5亩 as hundredths of a mu.
func parseMu(text string) (int64, error) {
	s := strings.TrimSuffix(strings.NewReplacer(",", "", " ", "").Replace(halfWidth(text)), "亩")
	n, err := parseDecimal(s, 2)
	if errors.Is(err, strconv.ErrRange) {
		return 0, errLarge
	}
	if err != nil {
		return 0, errArea
	}
	return n, nil
}

var errPrecision = errors.New("too many decimal places")

// parseDecimal reads a number of at most scale decimal places as that many units of the last one.
func parseDecimal(s string, scale int) (int64, error) {
	whole, part, point := strings.Cut(s, ".")
	digits := strings.TrimPrefix(whole, "-")
	if point && part == "" || digits == "" {
		return 0, strconv.ErrSyntax
	}
	for _, r := range digits + part {
		if r < '0' || r > '9' {
			return 0, strconv.ErrSyntax
		}
	}
	part = strings.TrimRight(part, "0")
	if len(part) > scale {
		return 0, errPrecision
	}
	return strconv.ParseInt(whole+part+strings.Repeat("0", scale-len(part)), 10, 64)
}

// parseYear reads 2025 or 2025年.
func parseYear(text string) (int64, error) {
	n, err := parseCount(text)
	if err != nil || n < 1000 || n > 9999 {
		return 0, errYear
	}
	return n, nil
}

// parseCount reads a whole number, with 户, 人, 份 or 年 behind it or not.
func parseCount(text string) (int64, error) {
	s := strings.TrimRight(strings.ReplaceAll(halfWidth(text), ",", ""), " 户人份股年日天期")
	n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64)
	if err != nil {
		return 0, errCount
	}
	return n, nil
}

// parseMoment reads what an input of the type datetime-local sends, or what people type in its place.
func parseMoment(text string) (time.Time, error) {
	s := strings.Join(strings.Fields(strings.NewReplacer("T", " ", "/", "-", "年", "-", "月", "-", "日", " ", "时", ":", "点", ":", "分", "").Replace(halfWidth(text))), " ")
	for _, layout := range []string{"2006-1-2 15:4", "2006-1-2 15:04:05"} {
		if at, err := time.ParseInLocation(layout, strings.TrimSuffix(s, ":"), workday.Zone); err == nil {
			return at, nil
		}
	}
	return time.Time{}, errMoment
}

// tidyDay turns 2026/11/4, 2026年11月4日, 2026.11.4 or 20261104 into 2026-11-04; other text stays.
func tidyDay(text string) string {
	s := strings.TrimSpace(strings.NewReplacer("年", "-", "月", "-", "日", "", "/", "-", ".", "-").Replace(halfWidth(text)))
	for _, layout := range []string{"2006-1-2", "20060102"} {
		if day, err := time.Parse(layout, s); err == nil {
			return day.Format(time.DateOnly)
		}
	}
	return text
}

// tidyMonth turns 2026/3, 2026年3月, 2026.3 or 202603 into 2026-03, for browsers without a field of
// months; other text stays.
func tidyMonth(text string) string {
	s := strings.TrimSpace(strings.NewReplacer("年", "-", "月", "", "/", "-", ".", "-").Replace(halfWidth(text)))
	for _, layout := range []string{"2006-1", "200601"} {
		if month, err := time.Parse(layout, s); err == nil {
			return month.Format("2006-01")
		}
	}
	return text
}

// yuan writes fen as people read it: 3,200 or 3,200.50.
func yuan(fen int64) string {
	sign := ""
	if fen < 0 {
		sign, fen = "-", -fen
	}
	if fen%100 == 0 {
		return sign + grouped(fen/100)
	}
	return fmt.Sprintf("%s%s.%02d", sign, grouped(fen/100), fen%100)
}

// mu writes hundredths of a mu: 12.5.
func mu(centi int64) string {
	s := strings.TrimRight(fmt.Sprintf("%d.%02d", centi/100, centi%100), "0")
	return strings.TrimSuffix(s, ".")
}

// grouped writes thousands apart.
func grouped(n int64) string {
	if n < 0 {
		return "-" + grouped(-n)
	}
	if n < 1000 {
		return strconv.FormatInt(n, 10)
	}
	return fmt.Sprintf("%s,%03d", grouped(n/1000), n%1000)
}
