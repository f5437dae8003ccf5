// Sends streams of tokens through go-oidc, as told on standard input: see ../driver.py.
package main

import (
	"bufio"
	"fmt"
	"os"
	"time"
)

// How long an answer may be outstanding at the end.
const patience = 3 * time.Second

func main() {
	verifier := newVerifier()
	streams := map[string]*stream{}
	fmt.Println("ready")
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var command, name, path string
		var rate, workers, count int
		fmt.Sscan(lines.Text(), &command, &name, &path, &rate, &workers, &count)
		switch command {
		case "stream":
			streams[name] = newStream(name, path, rate, workers, count, verifier.verify)
		case "warm":
			fmt.Println("warm", verifier.verify(readTokens(name)[0]))
		case "stop":
			streams[name].stop()
		case "end":
			end(streams)
		default:
			panic("not a command: " + lines.Text())
		}
	}
}

func end(streams map[string]*stream) {
	latest := time.Now().Add(patience)
	for _, s := range streams {
		s.stop()
	}
	for _, s := range streams {
		for !s.isAnswered() && time.Now().Before(latest) {
			time.Sleep(10 * time.Millisecond)
		}
		s.print()
	}
	fmt.Println("end")
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
