//! Connections to the origin: used again, and many at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::sync::{Barrier, mpsc};

use super::support::*;

#[tokio::test]
async fn a_connection_is_used_again_and_closed_when_idle() {
    let (event, mut events) = mpsc::unbounded_channel();
    let origin = origin(move |mut stream| {
        let event = event.clone();
        async move {
            event.send("opened").unwrap();
            while read_head(&mut stream).await.is_some() {
                stream.write_all(OK).await.unwrap();
            }
            event.send("closed").unwrap();
        }
    })
    .await;
    let edge = edge(application(origin), person()).await;
    let mut stream = open(edge, "").await;
    for _ in 0..20 {
        stream.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
        soon(read_head(&mut stream)).await.unwrap();
        assert_eq!(read_exactly(&mut stream, 2).await, "ok");
        // The connection is given back by a task of its own.
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    assert_eq!(events.recv().await, Some("opened"));
    assert_eq!(soon(events.recv()).await, Some("closed"));
    drop(stream);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_clients_are_served_at_once() {
    const CLIENTS: usize = 1000;
    raise_limit_of_open_files();
    let together = Arc::new(Barrier::new(CLIENTS));
    let served = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&served);
    let origin = origin(move |mut stream| {
        let (together, served) = (Arc::clone(&together), Arc::clone(&counted));
        async move {
            while read_head(&mut stream).await.is_some() {
                // Nobody is answered before all have asked.
                together.wait().await;
                served.fetch_add(1, Ordering::Relaxed);
                stream.write_all(OK).await.unwrap();
            }
        }
    })
    .await;
    let edge = edge(application(origin), person()).await;
    let clients = (0..CLIENTS).map(|_| async move {
        let mut stream = open(edge, "").await;
        for _ in 0..3 {
            stream.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
            assert!(read_head(&mut stream).await.unwrap().starts_with("HTTP/1.1 200"));
            assert_eq!(read_exactly(&mut stream, 2).await, "ok");
        }
    });
    tokio::time::timeout(Duration::from_secs(60), futures_util::future::join_all(clients)).await.unwrap();
    assert_eq!(served.load(Ordering::Relaxed), 3 * CLIENTS);
}

fn raise_limit_of_open_files() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit }).unwrap();
}
