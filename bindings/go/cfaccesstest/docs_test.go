package cfaccesstest_test

import (
	"os"
	"strings"
	"testing"
)

func TestThePageShowsWhatRuns(t *testing.T) {
	page, err := os.ReadFile("../../../docs/testing.md")
	if os.IsNotExist(err) {
		t.Skip("docs/testing.md of a checkout is needed")
	}
	if err != nil {
		t.Fatal(err)
	}
	code, err := os.ReadFile("page_test.go")
	if err != nil {
		t.Fatal(err)
	}

	if !strings.Contains(string(page), "```go\n"+string(code)+"```\n") {
		t.Error("docs/testing.md does not show page_test.go as it is: copy it there")
	}
}
