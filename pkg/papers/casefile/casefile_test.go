package casefile_test

import (
	"archive/zip"
	"bytes"
	"flag"
	"fmt"
	"html"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"fengqiao/models"
	"fengqiao/pkg/papers/casefile"
	"fengqiao/pkg/papers/docx/docxtest"
)

var update = flag.Bool("update", false, "write the golden files anew")

func requireGolden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err, "write it with: go test ./pkg/papers/casefile -update")
	require.Empty(t, cmp.Diff(string(want), got), "%s is not current; if the change is meant: go test ./pkg/papers/casefile -update", path)
}

// every gives each paper of each case, and each empty form.
func every(t *testing.T, see func(name string, p casefile.Paper)) {
	t.Helper()
	for name, s := range sources() {
		for _, p := range casefile.Papers(s) {
			if p.Code != "contents" { // it points at pages of the whole file; below it is read alone
				see(name, p)
			}
		}
		for _, piece := range casefile.Pieces(s) {
			p, ok := casefile.Of(s, piece.Code)
			require.True(t, ok, piece.Code)
			see(name, p)
		}
	}
	for _, form := range casefile.Forms() {
		p, ok := casefile.Form(form.Code, "")
		require.True(t, ok, form.Code)
		see("form", p)
	}
}

// open is what a field leaves behind that was neither filled nor left as a line to write on.
var open = regexp.MustCompile(`undefined|<nil>|%!|（）|\(\)|〔〕|“”|：。|：；|，，|、、|，。|第次|于（|共期|0001年|NaN`)

func TestNoFieldIsLeftOpen(t *testing.T) {
	t.Parallel()
	every(t, func(name string, p casefile.Paper) {
		text := words(p.Blocks)
		require.Empty(t, open.FindAllString(text, -1), "%s %s:\n%s", name, p.Code, text)
		require.NotEmpty(t, strings.TrimSpace(text), "%s %s", name, p.Code)
	})
}

// TestAnEmptyFormHasRoom asks that nothing of an invented case stands in an empty form.
func TestAnEmptyFormHasRoom(t *testing.T) {
	t.Parallel()
	for _, form := range casefile.Forms() {
		p, _ := casefile.Form(form.Code, "")
		text := words(p.Blocks)
		require.NotRegexp(t, `☑|[0-9]{4}年|许来福`, text, form.Code)
	}
	_, ok := casefile.Form("contents", "")
	require.False(t, ok)
}

var tag = regexp.MustCompile(`<[^>]*>`)

// TestPageAndPaperSayTheSame compares the text of the preview with that of the Word file.
func TestPageAndPaperSayTheSame(t *testing.T) {
	t.Parallel()
	flat := strings.NewReplacer(" ", "", "\n", "", "\t", "", "　", "", "［照片：", "", "］", "", "＿", "")
	every(t, func(name string, p casefile.Paper) {
		page := html.UnescapeString(tag.ReplaceAllString(string(casefile.HTML(p)), ""))
		paper := docxtest.Part(t, bytesOf(t, casefile.Single(p)), "word/document.xml")
		var said strings.Builder
		for line := range strings.SplitSeq(paper, "\n") {
			if text := strings.TrimLeft(line, " "); !strings.HasPrefix(text, "<") {
				said.WriteString(text)
			}
		}
		field := regexp.MustCompile(`PAGEREFp_[a-z_0-9]+|PAGE\d*`)
		require.Equal(t, field.ReplaceAllString(flat.Replace(withoutPhotos(said.String())), ""), flat.Replace(withoutPhotos(page)), "%s %s", name, p.Code)
	})
}

// withoutPhotos drops what the page says in the place of a picture.
func withoutPhotos(s string) string {
	return regexp.MustCompile(`［照片：[^］]*］`).ReplaceAllString(s, "")
}

func TestFilledPapers(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"ordinary", "failed", "oral", "fresh", "drafted"} {
		var out strings.Builder
		for _, p := range casefile.Papers(sources()[name]) {
			fmt.Fprintf(&out, "== %s %s %s\n%s\n", p.Code, p.Name, p.Remark, words(p.Blocks))
		}
		requireGolden(t, name+".txt", out.String())
	}
	var out strings.Builder
	for _, form := range casefile.Forms() {
		p, _ := casefile.Form(form.Code, "")
		fmt.Fprintf(&out, "== %s\n%s\n", p.Code, words(p.Blocks))
	}
	requireGolden(t, "forms.txt", out.String())
	p, ok := casefile.Of(ordinary(), "agreement")
	require.True(t, ok)
	requireGolden(t, "agreement.xml", docxtest.Part(t, bytesOf(t, casefile.Single(p)), "word/document.xml"))
}

func TestNumbersAreMaskedUnlessGiven(t *testing.T) {
	t.Parallel()
	masked, clear := ordinary(), whole(ordinary())
	for _, code := range []string{"identity", "proxy", "confirmation"} {
		p, ok := casefile.Of(masked, code)
		require.True(t, ok, code)
		require.Contains(t, words(p.Blocks), "990101********1234", code)
		q, _ := casefile.Of(clear, code)
		require.Contains(t, words(q.Blocks), "990101196105031234", code)
	}
	p, _ := casefile.Of(clear, "application")
	require.Contains(t, words(p.Blocks), "| 65 |", "the age follows from the number")
	p, _ = casefile.Of(masked, "application")
	require.NotContains(t, words(p.Blocks), "| 65 |")
}

// TestPrinted turns whole files into PDF: each paper begins on the page that 卷内目录 says, no paper is torn
// from its signatures.
func TestPrinted(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"ordinary", "failed", "oral", "fresh", "drafted", "crowd"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			papers := casefile.Papers(sources()[name])
			doc := casefile.Whole(papers)
			printed := docxtest.Printed(t, bytesOf(t, doc), name)
			require.Len(t, printed, doc.PageCount(), "pages as worked out, and as printed")
			front := 0 // pages before the first that is counted
			for front < len(printed) && !regexp.MustCompile(`—\s*1\s*—`).MatchString(printed[front]) {
				front++
			}
			pages := doc.Pages()
			squeezed := strings.NewReplacer(" ", "", "\n", "")
			for _, p := range papers {
				if !p.Listed {
					continue
				}
				page, ok := pages["p_"+strings.ReplaceAll(p.Code, "-", "_")]
				require.True(t, ok, p.Code)
				title, _, _ := strings.Cut(p.Name, "（")
				require.Contains(t, squeezed.Replace(printed[front+page-1]), title, "%s begins on page %d", p.Code, page)
			}
			for i, page := range printed {
				if before, _, signed := strings.Cut(page, "签名、盖章或者捺印"); signed {
					before = before[:strings.LastIndex(before, "身份")]
					require.NotEmpty(t, strings.TrimSpace(before), "page %d does not say what is signed:\n%s", i+1, page)
				}
			}
		})
	}
}

// TestEmptyFormsPrint prints every form to fill in by hand.
func TestEmptyFormsPrint(t *testing.T) {
	t.Parallel()
	var papers []casefile.Paper
	for _, form := range casefile.Forms() {
		p, _ := casefile.Form(form.Code, "")
		p.Listed = true
		papers = append(papers, p)
	}
	doc := casefile.Whole(papers)
	require.Len(t, docxtest.Printed(t, bytesOf(t, doc), "forms"), doc.PageCount())
}

func TestZip(t *testing.T) {
	t.Parallel()
	s := ordinary()
	var out bytes.Buffer
	papers := casefile.Papers(s)
	require.NoError(t, casefile.Zip(&out, papers, casefile.Number(s)))
	archive, err := zip.NewReader(bytes.NewReader(out.Bytes()), int64(out.Len()))
	require.NoError(t, err)
	require.Len(t, archive.File, len(papers))
	for _, f := range archive.File {
		require.True(t, strings.HasPrefix(f.Name, "2026-北坡村人调字第12号-"), f.Name)
		require.NotRegexp(t, "许来福|合作社|合同|流水", f.Name, "no name of a person, nothing that somebody typed")
		require.NotContains(t, f.Name, "/")
	}
	var again bytes.Buffer
	require.NoError(t, casefile.Zip(&again, casefile.Papers(ordinary()), casefile.Number(s)))
	require.Equal(t, out.Bytes(), again.Bytes())
}

// TestDraftBesideAnEarlierRound asks that the agreement of an earlier round stays in the file while another waits
// to be signed.
func TestDraftBesideAnEarlierRound(t *testing.T) {
	t.Parallel()
	s := drafted()
	p, ok := casefile.Of(s, "agreement")
	require.True(t, ok)
	require.Contains(t, words(p.Blocks), "分两期付清租金32000元", "what was agreed stays in the file")
	p, ok = casefile.Of(s, "draft")
	require.True(t, ok)
	require.Contains(t, words(p.Blocks), "一次付清租金16000元")
	require.NotContains(t, words(p.Blocks), "二〇二六年十月二十日", "nobody has signed")
	for _, p := range casefile.Papers(s) {
		require.NotEqual(t, "draft", p.Code, "a draft is no part of the file")
	}
}

func TestUnknownPaper(t *testing.T) {
	t.Parallel()
	_, ok := casefile.Of(fresh(), "agreement")
	require.False(t, ok, "there is none yet")
	_, ok = casefile.Form("../etc", "")
	require.False(t, ok)
}

func TestHTMLIsEscaped(t *testing.T) {
	t.Parallel()
	s := ordinary()
	s.Case.Facts = `<script>alert(1)</script>&"`
	s.Case.Parties[0].Name = "<b>许</b>"
	for _, p := range casefile.Papers(s) {
		page := string(casefile.HTML(p))
		require.NotContains(t, page, "<script", p.Code)
		require.NotContains(t, page, "<b>", p.Code)
		require.NotContains(t, page, "style=", p.Code)
	}
}

func TestRemediesByType(t *testing.T) {
	t.Parallel()
	s := failed()
	s.Case.Failure.RemediesText = ""
	p, _ := casefile.Of(s, "termination")
	require.Contains(t, words(p.Blocks), models.Remedies(models.Dividend))
}

// BenchmarkWholeFile writes the whole file of an ordinary case. It may take 300 ms.
func BenchmarkWholeFile(b *testing.B) {
	s := ordinary()
	for b.Loop() {
		bytesOf(b, casefile.Whole(casefile.Papers(s)))
	}
}

// TestEveryPaperCarriesItsCode asks that every paper and form is known again by the code on it, and that nothing
// but attachments and papers without a key go without.
func TestEveryPaperCarriesItsCode(t *testing.T) {
	t.Parallel()
	for name, s := range sources() {
		keyed := *s
		keyed.Key = "7K3F9QXM"
		for _, p := range casefile.Papers(&keyed) {
			if strings.HasPrefix(p.Code, "attachment-") {
				require.Empty(t, p.Slip, p.Code)
				continue
			}
			got, err := models.ParseSlipCode(p.Slip.String())
			require.NoError(t, err)
			require.Equal(t, p.Slip, got, "%s: %s has no letter of its own", name, p.Code)
			require.Contains(t, p.Name, strings.SplitN(casefile.NameOf(got), "（", 2)[0])
		}
	}
	for _, piece := range casefile.Forms() {
		p, _ := casefile.Form(piece.Code, "7K3F9QXM")
		got, err := models.ParseSlipCode(p.Slip.String())
		require.NoError(t, err)
		require.Equal(t, piece.Code, got.Paper)
	}
}
