// Python prints the path of the Python interpreter that has what the local AWS needs. It installs what is missing.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/iam-onboarding/iam-onboarding/internal/localaws"
)

func main() {
	python, err := localaws.Python(context.Background())
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(python)
}
