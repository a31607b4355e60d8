package bench

import (
	_ "embed"
	"strings"
	"text/template"
)

//go:embed report.md.tmpl
var reportText string

var reportTemplate = template.Must(template.New("report").Parse(reportText))

// page returns the text of docs/benchmarks.md.
func page(environment []string, table *figures) (string, error) {
	var text strings.Builder
	err := reportTemplate.Execute(&text, struct {
		Environment []string
		Table       *figures
		Child       string
	}{environment, table, seconds(AssumedChild)})
	return text.String(), err
}
