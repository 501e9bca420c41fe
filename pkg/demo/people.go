package demo

import (
	"fmt"
	"math/rand/v2"
	"time"

	"fengqiao/models"
	"fengqiao/pkg/casework"
)

const (
	surnames = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
	mens     = "德厚守田满仓根生有福长庚大山春来金水建国树林立业宝贵兴旺顺发广才柏松秋生永年家旺"
	womens   = "桂香玉梅秀英春霞小满兰芳凤仙彩云月娥翠萍巧珍素琴爱莲"
)

// pair picks a given name of two characters.
func pair(r *rand.Rand, names string) string {
	runes := []rune(names)
	i := 2 * r.IntN(len(runes)/2)
	return string(runes[i : i+2])
}

func pick[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

// person invents a villager of the county. Numbers are valid in form and belong to nobody: no
// place has that region code.
func person(r *rand.Rand, role models.PartyRole, villageName string) casework.PartyForm {
	p := casework.PartyForm{Role: role, Kind: models.Person, Sex: "男", Nation: "汉族"}
	given := mens
	if r.IntN(3) == 0 {
		p.Sex, given = "女", womens
	}
	p.Name = string(pick(r, []rune(surnames))) + pair(r, given)
	if r.IntN(5) == 0 {
		p.Name = string([]rune(p.Name)[:2])
	}
	born := time.Date(1944, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, r.IntN(55*365))
	p.IDNumber = idNumber(born, r.IntN(500)*2+map[string]int{"男": 1, "女": 0}[p.Sex])
	p.Phone = fmt.Sprintf("1390000%04d", r.IntN(10_000))
	p.Address = fmt.Sprintf("%s%s组%d号", villageName, pick(r, []string{"一", "二", "三", "四", "五", "六"}), 1+r.IntN(80))
	p.Away, p.Occupation = r.IntN(7) == 0, "种地"
	if p.Away {
		p.Occupation = "外出务工"
	}
	return p
}

// idNumber adds the check digit of GB 11643 to a number of the invented county.
func idNumber(born time.Time, serial int) string {
	number := fmt.Sprintf("%s%s%03d", CountyCode, born.Format("20060102"), serial)
	weights := []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, w := range weights {
		sum += w * int(number[i]-'0')
	}
	return number + string("10X98765432"[sum%11])
}

func organisation(role models.PartyRole, name string, collective bool, speaker string) casework.PartyForm {
	return casework.PartyForm{Role: role, Kind: models.Organisation, Name: name, Collective: collective, Representative: speaker, Occupation: "负责人"}
}
