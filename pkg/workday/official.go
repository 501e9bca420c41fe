package workday

import (
	"fmt"

	"github.com/6tail/lunar-go/HolidayUtil"
)

// firstOfficial is the first year that Official gives.
const firstOfficial = 2019

// Official returns the years whose calendar is known to the library lunar-go, in their order. They
// are the seed of the calendars that are kept; a later year is added to those as it is announced.
func Official() []Year {
	var years []Year
	for year := firstOfficial; ; year++ {
		list := HolidayUtil.GetHolidaysByYear(year)
		if list == nil || list.Len() == 0 {
			return years
		}
		y := Year{Year: year, Source: "国务院办公厅放假安排（lunar-go 1.4.6）"}
		for e := list.Front(); e != nil; e = e.Next() {
			h, ok := e.Value.(*HolidayUtil.Holiday)
			if !ok {
				panic(fmt.Sprintf("lunar-go gives a %T as a holiday", e.Value))
			}
			name := h.GetName()
			if name == "元旦节" { // what people call 元旦
				name = "元旦"
			}
			y.Days = append(y.Days, Day{Date: h.GetDay(), Name: name, Work: h.IsWork()})
		}
		years = append(years, y)
	}
}
