package demo

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"fengqiao/models"
	"fengqiao/pkg/casework"
)

// tale is a quarrel in words. {申} and {被} stand for the two sides, {地} for the plot, {村} for the
// village, {亩} for the area, {元} for the sum, {年} for years, {户} for households.
type tale struct {
	subtype, title, facts string
	requests              []string
	terms                 []string // what an agreement says
}

var landTales = []tale{
	{"rent_arrears", "{申}与{被}土地流转租金拖欠纠纷",
		"{申}把{地}{亩}亩承包地流转给{被}种植，约定每年清明前付清租金。{被}称去年遭了水灾、收成不好，租金拖了{年}年没有给，合计{元}元。{申}多次上门讨要，双方在田头争吵过两回。",
		[]string{"{被}付清拖欠的租金{元}元", "今后按约定时间付租，再拖就收回土地"},
		[]string{"{被}分期付清拖欠的租金{元}元", "从明年起每年三月底前付清当年租金", "双方补签书面合同，报村集体备案"}},
	{"term_renewal", "{申}与{被}土地流转到期续租纠纷",
		"{地}{亩}亩的流转合同今年到期。{被}在地里搭了大棚，想按老价钱再租五年；{申}认为周边租金已经涨了，不同意原价续租，要求清场还田。大棚投入约{元}元，双方谈不拢。",
		[]string{"按现在的行情重新商定租金", "谈不成就清除大棚，恢复原状，交还土地"},
		[]string{"流转期延长三年，租金每亩每年涨一百二十元", "期满后{被}自行拆除大棚，恢复耕种条件", "重新签订书面合同并备案"}},
	{"termination", "{申}与{被}单方解除流转合同纠纷",
		"{申}承租{被}家{地}{亩}亩，合同还剩{年}年。{被}的儿子返乡要自己种，没打招呼就请人把地翻了，{申}刚下的菜苗全毁了，损失约{元}元。",
		[]string{"继续履行合同，或者赔偿菜苗和投入损失{元}元"},
		[]string{"合同到今年年底终止，{被}补偿{申}损失{元}元", "{申}收完这一季作物后交还土地"}},
	{"area_boundary", "{申}与{被}流转地块面积四至纠纷",
		"{地}前年平整过，老田埂没有了。{申}说自己家流转出去的是{亩}亩，{被}按卫星图量出来少了半亩多，少付了租金{元}元。双方对南边的界址说法不一。",
		[]string{"请村里一起量清面积，定下四至", "补付少算的租金{元}元"},
		[]string{"双方认可村里牵头丈量的面积，四至以新栽界石为准", "{被}补付租金{元}元"}},
	{"use_damage", "{申}与{被}流转土地改变用途纠纷",
		"{申}的{地}{亩}亩流转给{被}种果树，{被}在靠路一头硬化了一块水泥地停放农机，还堆了砂石。{申}认为毁了耕作层，要求马上清掉，修复费用估计要{元}元。",
		[]string{"清除水泥地和砂石，恢复耕种条件", "承担修复费用{元}元"},
		[]string{"{被}在农忙前清除硬化地面，恢复耕作层", "逾期不清的，按{元}元承担修复费用"}},
	{"sub_transfer", "{申}与{被}土地再流转纠纷",
		"{被}承租{申}家{地}{亩}亩，今年又把地转给外乡人种生姜，没有跟{申}说，也没有到村里备案。{申}担心姜地要歇几年，不同意再转，要求差价{元}元。",
		[]string{"停止再流转，或者按新价补付差价{元}元"},
		[]string{"{申}书面同意再流转到本季结束，{被}补付差价{元}元", "今后再流转先书面征得{申}同意并备案"}},
	{"no_contract", "{申}与{被}口头流转土地纠纷",
		"十来年前{申}外出打工，口头把{地}{亩}亩交给{被}种，只说“帮着种，不荒就行”。如今{申}回来要地，{被}说当年说好长期种，还修了水渠花了{元}元。没有字据，两家各说各的。",
		[]string{"交还土地", "水渠的投入说清楚，该补的补"},
		[]string{"{被}今年秋收后交还土地", "{申}补偿修渠费用{元}元"}},
	{"compensation", "{申}与{被}流转地征收补偿归属纠纷",
		"修县道占了{地}的一部分，青苗和附着物补偿{元}元打到了{申}账上。{被}说地是自己在种，果树是自己栽的，补偿应当归自己；{申}只肯给青苗款。",
		[]string{"地上附着物和青苗补偿归实际投入人"},
		[]string{"土地补偿归{申}，青苗和附着物补偿{元}元归{被}"}},
	{"priority", "{申}与{被}土地流转优先权纠纷",
		"{申}与{被}的{地}相邻，一直想连片种。{被}没问本组人，就把地租给了外村合作社。{申}认为同等价钱本集体的人应当优先。地里已投入{元}元。",
		[]string{"在同等条件下把{地}流转给{申}"},
		[]string{"合作社做满今年，明年起同等条件优先流转给{申}", "{申}补偿合作社已投入的{元}元"}},
	{"unfiled", "{申}与{被}流转合同未备案纠纷",
		"{申}与{被}签了{地}{亩}亩的流转合同，一直没有到村里备案。村里统一调整灌溉安排时没有把{被}算进去，误了插秧，损失约{元}元，两家互相埋怨。",
		[]string{"一起到村里补办备案", "误了农时的损失{元}元各担一半"},
		[]string{"双方补办备案", "损失{元}元由双方各承担一半"}},
}

var dividendTales = []tale{
	{"membership", "{申}与{被}集体成员资格分红纠纷",
		"{申}出嫁后户口一直没有迁走，承包地也还在村里，去年的分红名单里却没有她和孩子。{被}说村里向来“嫁出去的不分”。涉及分红{元}元。",
		[]string{"确认成员资格", "补发分红{元}元"},
		[]string{"按章程提请成员大会确认{申}的成员资格", "确认后一次补发分红{元}元"}},
	{"quantification", "{申}与{被}集体股份量化纠纷",
		"清产核资时{申}家按三股登记，{申}认为漏了老母亲的一股。{被}说截止日那天人已迁走。差的一股历年分红合计{元}元。",
		[]string{"更正股份登记", "补发少分的{元}元"},
		[]string{"{被}核对截止日户籍底册，更正登记为四股", "补发历年分红{元}元"}},
	{"plan", "{申}等{户}户与{被}分红方案纠纷",
		"{被}把出租鱼塘的收入按人头平分。{申}等{户}户认为应当按股分，方案没有开成员大会，也没有提前公布。按股算要多得{元}元。",
		[]string{"重新召开成员大会议定方案", "按股份补足差额{元}元"},
		[]string{"{被}提前十日公告后召开成员大会，重新表决分配方案", "表决前暂缓发放，已发部分多退少补，差额{元}元"}},
	{"withholding", "{申}与{被}扣发分红纠纷",
		"{申}欠村里自来水入户费，{被}直接从分红里扣了{元}元，没有经过本人同意。{申}说水费有争议，分红不能拿来抵。",
		[]string{"返还扣发的分红{元}元"},
		[]string{"{被}返还扣发的分红{元}元", "水费另行核对，{申}在一个月内结清"}},
	{"reserve_funds", "{申}等{户}户与{被}公积公益金提取纠纷",
		"今年{被}提了三成公积公益金，往年只提一成。{申}等{户}户说没有开会，不晓得钱用到哪里去，要求少提多分，涉及{元}元。",
		[]string{"公布提取依据", "按章程比例重新计算，补发{元}元"},
		[]string{"按章程规定的一成提取，补发{元}元", "收支情况在公开栏公布七日"}},
	{"compensation_distribution", "{申}等{户}户与{被}征地补偿费分配纠纷",
		"高压线塔占了组里的地，补偿款由{被}统一分。{申}等{户}户的地占得多，认为平均分不公道，要求先补被占地的人家，差额{元}元。",
		[]string{"按占地面积先行补偿", "补足{元}元"},
		[]string{"青苗和附着物款按户发放，土地补偿费经成员大会表决分配", "补付差额{元}元"}},
	{"accounts_undisclosed", "{申}等{户}户与{被}财务不公开纠纷",
		"村里光伏和鱼塘有收入，两年没有贴过账。{申}等{户}户怀疑分红少算了约{元}元，联名要求查账，在村委会门口吵了半天。",
		[]string{"公开近两年收支明细", "少算的分红{元}元补发"},
		[]string{"{被}在十五日内公开近两年收支明细", "核实后补发分红{元}元"}},
}

var otherTales = map[models.DisputeType][]tale{
	"marriage_family":  {{"", "{申}与{被}赡养纠纷", "{申}年过七旬，三个儿女轮流供养。{被}外出后停了每月的生活费，累计{元}元，老人看病也没人陪。", []string{"按月给付生活费，补齐{元}元"}, []string{"{被}补付生活费{元}元，今后每月十号前给付", "看病费用由儿女分摊"}}},
	"neighbourhood":    {{"", "{申}与{被}相邻排水纠纷", "{被}家翻修院墙，把滴水沟挪到了{申}家一侧，雨天水往屋里倒灌，泡坏了粮食，损失约{元}元。", []string{"恢复滴水沟", "赔偿损失{元}元"}, []string{"{被}在十日内改回滴水沟", "赔偿{申}{元}元"}}, {"", "{申}与{被}树木遮光纠纷", "{被}家屋后的杨树长过了墙，遮住{申}家的晒场，落叶堵了瓦沟，修瓦花了{元}元。", []string{"修剪或移走杨树", "承担修瓦费用{元}元"}, []string{"{被}把树冠修到墙高以下", "承担修瓦费用{元}元"}}},
	"homestead":        {{"", "{申}与{被}宅基地界址纠纷", "{被}建新房，地基往东挪了半米，压到两家中间的过道。{申}不让施工，工队停工一天就要{元}元。", []string{"按原界退让，留出过道"}, []string{"{被}退让半米，保留一米二过道", "停工损失{元}元由双方各半"}}},
	"contract":         {{"", "{申}与{被}农资赊销纠纷", "{申}在{被}店里赊了化肥，秋后结账时数目对不上，相差{元}元，双方各有各的账本。", []string{"核对账目，按实结算"}, []string{"双方核对后确认欠款{元}元，分两次付清"}}},
	"production":       {{"", "{申}与{被}灌溉用水纠纷", "天旱抢水，{被}夜里把上游口子堵了，{申}的秧田干了三天，补种花了{元}元。", []string{"恢复轮灌顺序", "承担补种费{元}元"}, []string{"按村里排的轮灌表用水", "{被}承担补种费{元}元"}}},
	"damages":          {{"", "{申}与{被}牲畜毁青苗纠纷", "{被}家的牛脱了缰，踩坏{申}家玉米地一片，损失约{元}元，{被}只肯赔一半。", []string{"赔偿青苗损失{元}元"}, []string{"{被}赔偿{元}元", "今后牲畜拴牢看管"}}},
	"labour":           {{"", "{申}与{被}工钱拖欠纠纷", "{申}给{被}的工地砌墙二十来天，说好完工结账，至今还差工钱{元}元。", []string{"付清工钱{元}元"}, []string{"{被}分两次付清工钱{元}元"}}},
	"village_affairs":  {{"", "{申}与{被}村道占用纠纷", "{被}在村道边堆了沙子，农用车过不去，{申}的收割机绕路耽误了工，损失{元}元。", []string{"清走沙堆", "赔偿误工{元}元"}, []string{"{被}三日内清走沙堆", "补偿误工费{元}元"}}},
	"forest_land":      {{"", "{申}与{被}山林界线纠纷", "两家自留山以老松树为界，老松树去年倒了。{被}砍了界边的几棵杉木，{申}说是自家的，值{元}元。", []string{"重新定界", "赔偿杉木款{元}元"}, []string{"双方以山脊埋石为界", "{被}补偿杉木款{元}元"}}},
	"expropriation":    {{"", "{申}与{被}拆迁附属物补偿纠纷", "修渠拆了{申}家的猪圈，丈量时漏了一间，补偿少了{元}元，{被}说表上有签字。", []string{"补量补偿{元}元"}, []string{"重新丈量，补付{元}元"}}},
	"environment":      {{"", "{申}与{被}养殖污水纠纷", "{被}的鸭棚污水流进公用水塘，{申}家的鱼翻了一批，损失约{元}元。", []string{"停止排污", "赔偿鱼损失{元}元"}, []string{"{被}修好沉淀池，污水不再入塘", "赔偿{元}元"}}},
	"traffic":          {{"", "{申}与{被}电动车相撞纠纷", "赶集日两辆电动车在村口拐弯处相撞，{申}崴了脚，医药费和误工合计{元}元。", []string{"赔偿医药费和误工费{元}元"}, []string{"{被}赔偿{元}元，一次付清"}}},
	"property_service": {{"", "{申}与{被}集中安置点物业纠纷", "安置点路灯坏了半个月没修，{申}拒交物业费{元}元，{被}停了垃圾清运。", []string{"修好路灯，恢复清运"}, []string{"{被}七日内修好路灯", "{申}补交物业费{元}元"}}},
	"medical":          {{"", "{申}与{被}村卫生室诊疗纠纷", "{申}的孩子打针后手臂红肿，到县里看花了{元}元，认为{被}没有问清过敏史。", []string{"说明情况，承担费用{元}元"}, []string{"{被}承担费用{元}元", "双方不再为此事追究"}}},
	"consumer":         {{"", "{申}与{被}种子质量纠纷", "{申}从{被}处买的早稻种子出苗不到六成，补种误了节气，损失约{元}元。", []string{"退货并赔偿{元}元"}, []string{"{被}退还种子款并补偿合计{元}元"}}},
	"other":            {{"", "{申}与{被}祭扫引起的纠纷", "清明上坟，{被}家烧纸引着了{申}家坟边的茶树，烧了十几棵，值{元}元。", []string{"赔偿茶树{元}元"}, []string{"{被}补栽茶树并赔偿{元}元"}}},
}

var plots = []string{"大路上三丘", "塘边田", "枫树垄", "石桥头", "老屋背", "长丘", "官塘下", "庙前湾", "水碓坪", "黄泥坎"}

// dispute is a case to be: the form it is logged with and what an agreement on it would say.
type dispute struct {
	form  casework.LogForm
	terms []string
	fen   int64
}

// invent makes up a dispute in a village at a moment.
func invent(r *rand.Rand, kind models.DisputeType, village *models.Region, risk models.RiskLevel, at time.Time) dispute {
	tales := otherTales[kind]
	switch kind {
	case models.LandTransfer:
		tales = landTales
	case models.Dividend:
		tales = dividendTales
	}
	t := pick(r, tales)
	yuan := int64(300 + 20*r.IntN(90))
	if kind == models.LandTransfer || kind == models.Dividend {
		yuan = int64(1_000 + 100*r.IntN(190))
	}
	years, households := 1+r.IntN(4), 1
	centiMu := int64(80 + 10*r.IntN(140))
	plot := pick(r, plots)
	applicant, respondent := person(r, models.Applicant, village.Name), person(r, models.Respondent, village.Name)
	for respondent.Name == applicant.Name {
		respondent = person(r, models.Respondent, village.Name)
	}
	f := casework.LogForm{
		Type: kind, Subtype: t.subtype, VillageCode: village.Code, AmountFen: yuan * 100, Risk: risk,
		Source: pick(r, []string{"application", "application", "application", "initiative", "screening", "screening", "police", "petition"}),
	}
	switch kind {
	case models.LandTransfer:
		if r.IntN(3) == 0 {
			respondent = organisation(models.Respondent, pick(r, []string{"青禾绿丰种植专业合作社", "枫柳家庭农场", "石塘山货专业合作社"}), false, respondent.Name)
		}
		f.Land = landFacts(r, t.subtype, plot, village.Name, centiMu, yuan, years, at)
	case models.Dividend:
		respondent = organisation(models.Respondent, village.Name+"股份经济合作社", true, respondent.Name)
		if strings.Contains(t.title, "{户}") {
			households = 3 + r.IntN(12)
		}
		f.Dividend = dividendFacts(r, t.subtype, village.Name, yuan, at)
	}
	f.Households = households
	f.Parties = []casework.PartyForm{applicant, respondent}
	if f.Land != nil && r.IntN(6) == 0 {
		f.Parties = append(f.Parties, person(r, models.ThirdParty, village.Name))
	}
	words := strings.NewReplacer("{申}", applicant.Name, "{被}", respondent.Name, "{地}", "“"+plot+"”", "{村}", village.Name,
		"{亩}", fmt.Sprintf("%d.%d", centiMu/100, centiMu%100/10), "{元}", fmt.Sprint(yuan), "{年}", fmt.Sprint(years), "{户}", fmt.Sprint(households))
	f.Title, f.Facts = words.Replace(t.title), words.Replace(t.facts)
	for _, request := range t.requests {
		f.Requests = append(f.Requests, words.Replace(request))
	}
	d := dispute{form: f, fen: yuan * 100}
	for _, term := range t.terms {
		d.terms = append(d.terms, words.Replace(term))
	}
	return d
}

func landFacts(r *rand.Rand, subtype, plot, villageName string, centiMu, yuan int64, years int, at time.Time) *models.LandTransferFacts {
	day := func(years, days int) string { return at.AddDate(years, 0, days).Format(time.DateOnly) }
	l := &models.LandTransferFacts{
		Contract: "written", ContractDate: day(-years-1, -40), Filed: r.IntN(3) > 0, From: day(-years-1, -30), To: day(5, -30), ContractLandTo: "2057-12-31",
		LandName: plot, Location: villageName + plot, AreaCentiMu: centiMu, Use: pick(r, []string{"种水稻", "种蔬菜", "种果树", "种药材"}),
		PriceFenPerMu: max(yuan*100*100/(centiMu*int64(years)), 30_000), ViolationKnownOn: day(0, -20-r.IntN(300)),
	}
	switch subtype {
	case "no_contract":
		l.Contract, l.ContractDate, l.Filed, l.To = "oral", "", false, ""
	case "unfiled":
		l.Filed = false
	case "sub_transfer":
		l.SubTransferred = true
	case "rent_arrears":
		l.PaidUntil = day(-years, -30)
	case "term_renewal":
		l.To, l.PressingOn = day(0, 30), day(0, 30)
	}
	if l.Contract == "written" {
		l.ContractRef = fmt.Sprintf("%s-%s", l.ContractDate[:4], plot)
	}
	return l
}

func dividendFacts(r *rand.Rand, subtype, villageName string, yuan int64, at time.Time) *models.DividendFacts {
	d := &models.DividendFacts{
		Collective: villageName + "股份经济合作社", Year: at.Year() - 1, DistributableFen: int64(180_000+1_000*r.IntN(400)) * 100, Basis: pick(r, []string{"share", "head"}),
		PerUnitFen: int64(260+10*r.IntN(40)) * 100, ClaimedShares: int64(1 + r.IntN(4)), Decision: pick(r, []string{"yes", "no", "unknown"}), Disclosed: pick(r, []string{"yes", "no", "unknown"}),
		ViolationKnownOn: at.AddDate(0, 0, -10-r.IntN(200)).Format(time.DateOnly),
	}
	if d.Decision == "yes" {
		d.DecisionDate = at.AddDate(0, -2, -r.IntN(60)).Format(time.DateOnly)
	}
	if subtype == "plan" {
		d.PayoutOn = at.AddDate(0, 0, 10).Format(time.DateOnly)
	}
	if subtype == "membership" {
		d.MemberReason = pick(r, []string{"外嫁女", "入赘", "户籍迁移", "新生儿"})
	}
	if subtype == "accounts_undisclosed" {
		d.Disclosed = "no"
	}
	return d
}
