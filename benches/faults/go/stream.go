package main

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"time"
)

type sample struct {
	begin   time.Time
	wait    time.Duration
	verdict string
}

// Tokens at a steady rate, taken up by whichever worker is free.
type stream struct {
	name   string
	tokens []string
	rate   int
	start  time.Time
	verify func(string) string

	lock     sync.Mutex
	expected int
	next     int
	samples  map[int]sample
}

func readTokens(path string) []string {
	content, err := os.ReadFile(path)
	must(err)
	return strings.Fields(string(content))
}

func newStream(name, path string, rate, workers, count int, verify func(string) string) *stream {
	s := &stream{
		name:     name,
		tokens:   readTokens(path),
		rate:     rate,
		start:    time.Now(),
		verify:   verify,
		expected: count,
		samples:  map[int]sample{},
	}
	for range workers {
		go s.work()
	}
	return s
}

func (s *stream) due(number int) time.Time {
	return s.start.Add(time.Duration(number) * time.Second / time.Duration(s.rate))
}

func (s *stream) stop() {
	s.lock.Lock()
	defer s.lock.Unlock()
	s.expected = min(s.expected, int(time.Since(s.start).Seconds()*float64(s.rate))+1)
}

func (s *stream) work() {
	for {
		s.lock.Lock()
		number := s.next
		s.next++
		s.lock.Unlock()
		if !s.isExpected(number) {
			return
		}
		begin := waitUntil(s.due(number))
		if !s.isExpected(number) {
			return
		}
		verdict := s.verify(s.tokens[number%len(s.tokens)])
		wait := time.Since(begin)
		s.lock.Lock()
		s.samples[number] = sample{begin, wait, verdict}
		s.lock.Unlock()
	}
}

func (s *stream) isExpected(number int) bool {
	s.lock.Lock()
	defer s.lock.Unlock()
	return number < s.expected
}

func (s *stream) isAnswered() bool {
	s.lock.Lock()
	defer s.lock.Unlock()
	return len(s.samples) >= s.expected
}

// A request that finds no free worker counts from the moment when it was due.
func waitUntil(due time.Time) time.Time {
	if ahead := time.Until(due); ahead > 0 {
		time.Sleep(ahead)
		return time.Now()
	}
	return due
}

func (s *stream) print() {
	s.lock.Lock()
	defer s.lock.Unlock()
	for number := range s.expected {
		shown, answered := s.samples[number]
		if !answered {
			due := s.due(number)
			shown = sample{due, time.Since(due), "unanswered"}
		}
		begin := float64(shown.begin.UnixMicro()) / 1e6
		fmt.Printf("sample %s %.6f %.6f %s\n", s.name, begin, shown.wait.Seconds(), shown.verdict)
	}
}
