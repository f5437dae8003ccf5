// The rows that are measured from Go.
package main

import (
	"bufio"
	"fmt"
	"os"
	"testing"
	"time"
)

// How many runs there are between two readings of the clock.
const batch = 16

func main() {
	rows := prepare(os.Args[1])
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var command, row string
		var milliseconds int
		fmt.Sscan(lines.Text(), &command, &row, &milliseconds)
		run, known := rows[row]
		switch {
		case known && command == "time":
			fmt.Printf("%.2f\n", nanoseconds(run, time.Duration(milliseconds)*time.Millisecond))
		case known && command == "allocations":
			fmt.Println(testing.AllocsPerRun(1000, run))
		default:
			panic("not a command: " + lines.Text())
		}
	}
}

func nanoseconds(run func(), limit time.Duration) float64 {
	for range batch {
		run()
	}
	begin := time.Now()
	for runs := batch; ; runs += batch {
		for range batch {
			run()
		}
		if elapsed := time.Since(begin); elapsed >= limit {
			return float64(elapsed.Nanoseconds()) / float64(runs)
		}
	}
}
