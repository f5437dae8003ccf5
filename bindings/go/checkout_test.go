package cfaccess_test

import (
	"flag"
	"fmt"
	"os"
	"testing"
)

// The tests use files of the project that are no part of the module. Outside of a checkout of the project, as
// in the module cache, those that need such a file are skipped.
const checkout = "../../"

func TestMain(m *testing.M) {
	flag.Parse()
	// Examples cannot skip themselves.
	if skip := flag.Lookup("test.skip"); !exists(vectorFolder) && skip.Value.String() == "" {
		fmt.Println("skipping the examples: tests/vectors of a checkout is needed")
		skip.Value.Set("^Example")
	}
	os.Exit(m.Run())
}

// needFile skips the test outside of a checkout.
func needFile(t testing.TB, path string) {
	t.Helper()
	if !exists(path) {
		t.Skipf("%s of a checkout is needed", path[len(checkout):])
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
