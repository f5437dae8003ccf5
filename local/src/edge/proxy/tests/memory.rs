//! Bodies of any size pass in the memory of a few buffers.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::support::*;

const MIB: u64 = 1 << 20;
/// The buffers, and what the allocator does not give back.
const MOST_GROWTH: u64 = 48 * MIB;

/// Of this process, in bytes.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
}

/// Watches the process while the future runs; says by how much it grew at most.
async fn growth(work: impl Future<Output = ()>) -> u64 {
    let before = resident();
    let peak = Arc::new(AtomicU64::new(0));
    let is_over = Arc::new(AtomicBool::new(false));
    let watcher = std::thread::spawn({
        let (peak, is_over) = (Arc::clone(&peak), Arc::clone(&is_over));
        move || {
            while !is_over.load(Ordering::Relaxed) {
                peak.fetch_max(resident(), Ordering::Relaxed);
                std::thread::sleep(Duration::from_millis(5));
            }
        }
    });
    work.await;
    is_over.store(true, Ordering::Relaxed);
    watcher.join().unwrap();
    peak.load(Ordering::Relaxed).saturating_sub(before)
}

async fn send(stream: &mut TcpStream, size: u64) {
    let block = vec![b'x'; 64 * 1024];
    for _ in 0..size / block.len() as u64 {
        stream.write_all(&block).await.unwrap();
    }
}

async fn receive(stream: &mut TcpStream, size: u64) {
    let mut block = vec![0; 64 * 1024];
    let mut left = size;
    while left > 0 {
        let count = stream.read(&mut block).await.unwrap();
        assert!(count > 0 && block[..count].iter().all(|byte| *byte == b'x'));
        left -= count as u64;
    }
}

async fn pass_both_ways(size: u64) {
    let origin = origin(move |mut stream| async move {
        read_head(&mut stream).await.unwrap();
        receive(&mut stream, size).await;
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {size}\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        send(&mut stream, size).await;
    })
    .await;
    let edge = edge(application(origin), person()).await;
    let grown = growth(async {
        let mut stream =
            open(edge, format!("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {size}\r\n\r\n")).await;
        send(&mut stream, size).await;
        read_head(&mut stream).await.unwrap();
        receive(&mut stream, size).await;
    })
    .await;
    println!("{} MiB each way: {} KiB more memory at most", size / MIB, grown / 1024);
    assert!(grown < MOST_GROWTH, "{grown}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "started by the test below"]
async fn a_body_of_128_mib() {
    pass_both_ways(128 * MIB).await;
}

/// In a process of its own, since other tests need memory, too.
#[test]
fn a_body_of_128_mib_passes_both_ways_in_constant_memory() {
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--nocapture", "--exact", "edge::proxy::tests::memory::a_body_of_128_mib"])
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && printed.contains("128 MiB each way"), "{printed}");
}

/// A client that does not read makes the origin wait.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_does_not_read_fills_no_memory() {
    let sent = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&sent);
    let origin = origin(move |mut stream| {
        let sent = Arc::clone(&counted);
        async move {
            read_head(&mut stream).await.unwrap();
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
            let block = vec![b'x'; 64 * 1024];
            while stream.write_all(&block).await.is_ok() {
                sent.fetch_add(block.len() as u64, Ordering::Relaxed);
            }
        }
    })
    .await;
    let edge = edge(application(origin), person()).await;
    let stream = open(edge, "GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
    tokio::time::sleep(Duration::from_millis(700)).await;
    let sent = sent.load(Ordering::Relaxed);
    println!("{} KiB in buffers", sent / 1024);
    assert!(sent > 0 && sent < 32 * MIB, "{sent}");
    drop(stream);
}
