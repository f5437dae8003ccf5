// Command load asks servers for the same page as fast as they answer.
//
// usage: load REQUEST ROW=ADDRESS...
//
// REQUEST is a file with the headers. A line "time ROW MILLISECONDS" on standard input is answered with the
// nanoseconds that a request took, with clients that ask in parallel.
package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// How many clients ask at once: enough that a server with one process always has a request to answer.
const clients = 8

func main() {
	headers, err := os.ReadFile(os.Args[1])
	if err != nil {
		panic(err)
	}
	lines := strings.ReplaceAll(strings.TrimSpace(string(headers)), "\n", "\r\n")
	request := []byte("GET / HTTP/1.1\r\n" + lines + "\r\n\r\n")
	addresses := map[string]string{}
	for _, argument := range os.Args[2:] {
		row, address, _ := strings.Cut(argument, "=")
		addresses[row] = address
	}
	questions := bufio.NewScanner(os.Stdin)
	for questions.Scan() {
		var command, row string
		var milliseconds int
		fmt.Sscan(questions.Text(), &command, &row, &milliseconds)
		address, known := addresses[row]
		if !known || command != "time" {
			panic("not a command: " + questions.Text())
		}
		fmt.Printf("%.2f\n", nanoseconds(address, request, time.Duration(milliseconds)*time.Millisecond))
	}
}

// nanoseconds returns what one request takes while all clients ask, after one request of each.
func nanoseconds(address string, request []byte, limit time.Duration) float64 {
	var answered atomic.Int64
	var ready, done sync.WaitGroup
	begin := make(chan time.Time)
	ready.Add(clients)
	for range clients {
		done.Go(func() {
			client := client{address: address, request: request}
			defer client.close()
			client.ask()
			ready.Done()
			end := (<-begin).Add(limit)
			for time.Now().Before(end) {
				client.ask()
				answered.Add(1)
			}
		})
	}
	ready.Wait()
	start := time.Now()
	for range clients {
		begin <- start
	}
	done.Wait()
	return float64(time.Since(start).Nanoseconds()) / float64(answered.Load())
}

// client keeps its connection as long as the server does.
type client struct {
	address    string
	request    []byte
	connection net.Conn
	reader     *bufio.Reader
}

func (c *client) ask() {
	if c.connection == nil {
		c.connect()
	}
	if _, err := c.connection.Write(c.request); err != nil {
		panic(err)
	}
	response, err := http.ReadResponse(c.reader, nil)
	if err != nil {
		panic(err)
	}
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK || !bytes.Equal(body, []byte("hello")) {
		panic(fmt.Sprintf("%s answered %s %q, %v", c.address, response.Status, body, err))
	}
	if response.Close {
		c.close()
	}
}

func (c *client) connect() {
	connection, err := net.Dial("tcp", c.address)
	if err != nil {
		panic(err)
	}
	c.connection, c.reader = connection, bufio.NewReader(connection)
}

func (c *client) close() {
	if c.connection != nil {
		c.connection.Close()
		c.connection = nil
	}
}
