package models

import (
	"strings"
	"time"
)

// upper are the numerals of amounts, which nobody can turn into others with a stroke of the pen.
var upper = [...]string{"零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖"}

// MoneyInWords writes fen as papers carry an amount: 人民币叁万贰仟元整, 人民币壹仟零伍元零贰分. Amounts are never
// below zero.
func MoneyInWords(fen int64) string {
	yuan, jiao, cent := fen/100, fen/10%10, fen%10
	var out strings.Builder
	out.WriteString("人民币")
	if yuan > 0 || jiao == 0 && cent == 0 {
		out.WriteString(upperNumber(yuan))
		out.WriteString("元")
	}
	switch {
	case jiao == 0 && cent == 0:
		return out.String() + "整"
	case jiao > 0:
		out.WriteString(upper[jiao] + "角")
	case yuan > 0:
		out.WriteString("零")
	}
	if cent == 0 {
		return out.String() + "整"
	}
	return out.String() + upper[cent] + "分"
}

// upperNumber writes a whole number in groups of four digits. A gap of noughts is one 零.
func upperNumber(n int64) string {
	if n == 0 {
		return upper[0]
	}
	var groups []int64
	for ; n > 0; n /= 10_000 {
		groups = append(groups, n%10_000)
	}
	var out strings.Builder
	gap := false
	for i := len(groups) - 1; i >= 0; i-- {
		for d, digits := int64(1000), groups[i]; d > 0; d /= 10 {
			digit := digits / d % 10
			if digit == 0 {
				gap = out.Len() > 0
				continue
			}
			if gap {
				out.WriteString(upper[0])
				gap = false
			}
			out.WriteString(upper[digit] + map[int64]string{1000: "仟", 100: "佰", 10: "拾", 1: ""}[d])
		}
		if groups[i] > 0 {
			out.WriteString([...]string{"", "万", "亿", "万亿", "亿亿"}[i])
		}
	}
	return out.String()
}

// lower are the numerals of dates.
var lower = [...]string{"〇", "一", "二", "三", "四", "五", "六", "七", "八", "九"}

// DateInWords writes 2026-11-24 as 二〇二六年十一月二十四日; "" for what is no day.
func DateInWords(day string) string {
	d, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return ""
	}
	year := ""
	for _, c := range d.Format("2006") {
		year += lower[c-'0']
	}
	return year + "年" + SmallInWords(int(d.Month())) + "月" + SmallInWords(d.Day()) + "日"
}

// SmallInWords writes a number from 1 to 99: 一, 十, 十二, 二十四.
func SmallInWords(n int) string {
	out := ""
	if n >= 20 {
		out = lower[n/10]
	}
	if n >= 10 {
		out += "十"
	}
	if n%10 > 0 {
		out += lower[n%10]
	}
	return out
}
