package cfaccess

// #include "callback.h"
import "C"

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/cgo"
	"time"
)

// fetcher is [RemoteOptions.Fetch], and how long it may take.
type fetcher struct {
	fetch   func(ctx context.Context, url string) ([]byte, error)
	timeout time.Duration
}

// document returns the document, or an error whose text has been read. The context ends a little before the
// callers stop waiting, so that they learn why there is no document.
func (f *fetcher) document(url string) (document []byte, failure error) {
	ctx, cancel := context.WithTimeout(context.Background(), f.timeout*19/20)
	defer cancel()
	ended := isolated(func() {
		fetched, err := f.fetch(ctx, url)
		if err != nil {
			failure = errors.New(err.Error())
			return
		}
		document = fetched
	})
	return document, errors.Join(ended, failure)
}

//export cfaccessGoFetch
func cfaccessGoFetch(handle C.uintptr_t, url *C.char, document *C.cfaccess_document) C.int32_t {
	fetched, err := cgo.Handle(handle).Value().(*fetcher).document(C.GoString(url))
	if err != nil {
		write(document, []byte(err.Error()))
		return 1
	}
	if err := write(document, fetched); err != nil {
		write(document, []byte(err.Error()))
		return 1
	}
	return 0
}

func write(document *C.cfaccess_document, content []byte) error {
	return outcomeError(C.cfaccess_go_document_write(document, bytesPointer(content), C.size_t(len(content))))
}

//export cfaccessGoLog
func cfaccessGoLog(handle C.uintptr_t, level C.int32_t, line *C.char) {
	logger := cgo.Handle(handle).Value().(*slog.Logger)
	severity := slog.LevelWarn
	if level == C.CFACCESS_LOG_INFO {
		severity = slog.LevelInfo
	}
	text := C.GoString(line)
	// There is nowhere to report that the logger failed.
	_ = isolated(func() { logger.Log(context.Background(), severity, text) })
}

//export cfaccessGoRelease
func cfaccessGoRelease(handle C.uintptr_t) {
	cgo.Handle(handle).Delete()
}

// isolated runs a function of the caller in its own goroutine, so that neither a panic nor
// runtime.Goexit unwinds the library, and reports whether it ended that way.
func isolated(run func()) (ended error) {
	done := make(chan struct{})
	ended = errors.New("it did not return")
	go func() {
		defer close(done)
		defer func() {
			if cause := recover(); cause != nil {
				ended = fmt.Errorf("it panicked: %v", cause)
			}
		}()
		run()
		ended = nil
	}()
	<-done
	return ended
}
