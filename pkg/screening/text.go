package screening

import (
	"fmt"
	"strconv"

	"fengqiao/models"
)

// Text is a figure as people read it, without its unit: 1,204, 35,000.00, 85.7, 12.5, or “—” where
// there is nothing to reckon on.
func Text(f models.Figure) string {
	switch {
	case f.Of != nil && *f.Of == 0:
		return "—"
	case f.Of != nil && f.Unit == "%":
		return fmt.Sprintf("%.1f", 100*float64(f.Value)/float64(*f.Of))
	case f.Of != nil:
		return fmt.Sprintf("%.1f", float64(f.Value)/float64(*f.Of))
	case f.Unit == "元":
		sign, fen := "", f.Value
		if fen < 0 {
			sign, fen = "-", -fen
		}
		return fmt.Sprintf("%s%s.%02d", sign, grouped(fen/100), fen%100)
	}
	return grouped(f.Value)
}

// grouped writes thousands apart.
func grouped(n int64) string {
	digits := strconv.FormatInt(n, 10)
	start := 0
	if n < 0 {
		start = 1
	}
	for i := len(digits) - 3; i > start; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}
