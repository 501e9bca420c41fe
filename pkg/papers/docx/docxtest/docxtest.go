// Package docxtest reads Word files in tests: their XML as text that can be compared, and their pages as
// LibreOffice prints them.
package docxtest

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Part is one XML part of a file, with each element on a line of its own. It fails on XML that is not well
// formed.
func Part(t testing.TB, file []byte, name string) string {
	t.Helper()
	archive, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	require.NoError(t, err)
	f, err := archive.Open(name)
	require.NoError(t, err)
	defer f.Close()
	decoder, depth := xml.NewDecoder(f), 0
	var out strings.Builder
	indent := func() { out.WriteString(strings.Repeat(" ", depth)) }
	for {
		token, err := decoder.RawToken()
		if errors.Is(err, io.EOF) {
			return out.String()
		}
		require.NoError(t, err)
		switch token := token.(type) {
		case xml.StartElement:
			indent()
			out.WriteString("<" + qualified(token.Name))
			for _, a := range token.Attr {
				if a.Name.Space != "xmlns" {
					out.WriteString(" " + qualified(a.Name) + `="` + a.Value + `"`)
				}
			}
			out.WriteString(">\n")
			depth++
		case xml.EndElement:
			depth--
		case xml.CharData:
			if strings.TrimSpace(string(token)) != "" {
				indent()
				out.WriteString(string(token) + "\n")
			}
		}
	}
}

func qualified(n xml.Name) string {
	if n.Space == "" {
		return n.Local
	}
	return n.Space + ":" + n.Local
}

// PDF turns a file into a PDF in LibreOffice, and gives its path. With FENGQIAO_TEST_PAPERS set to a folder
// the PDF is kept there under the name, to be looked at.
func PDF(t testing.TB, file []byte, name string) string {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, name+".docx")
	require.NoError(t, os.WriteFile(path, file, 0o600))
	command := exec.CommandContext(t.Context(), "soffice", "-env:UserInstallation=file://"+filepath.Join(dir, "profile"), "--headless", "--convert-to", "pdf", "--outdir", dir, path)
	said, err := command.CombinedOutput()
	require.NoError(t, err, "%s", said)
	pdf := filepath.Join(dir, name+".pdf")
	data, err := os.ReadFile(pdf)
	require.NoError(t, err, "%s", said)
	if keep := os.Getenv("FENGQIAO_TEST_PAPERS"); keep != "" {
		require.NoError(t, os.MkdirAll(keep, 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(keep, name+".pdf"), data, 0o600))
	}
	return pdf
}

// Printed is the text of each page of a file as LibreOffice prints it.
func Printed(t testing.TB, file []byte, name string) []string {
	t.Helper()
	words, err := exec.CommandContext(t.Context(), "pdftotext", "-layout", PDF(t, file, name), "-").Output()
	require.NoError(t, err)
	return strings.Split(strings.TrimSuffix(string(words), "\f"), "\f")
}
