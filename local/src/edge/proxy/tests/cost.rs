//! What a request costs more through the proxy than without it.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::support::*;

const REQUESTS: usize = 5000;
/// More at the median.
const MOST: Duration = Duration::from_micros(500);

async fn measure(address: SocketAddr) -> Vec<Duration> {
    let mut stream = open(address, "").await;
    let mut times = Vec::with_capacity(REQUESTS);
    for _ in 0..REQUESTS {
        let begun = Instant::now();
        request(&mut stream).await;
        times.push(begun.elapsed());
    }
    times.sort();
    times
}

async fn request(stream: &mut TcpStream) {
    let request = "GET /a?b=c HTTP/1.1\r\nHost: app.localhost\r\nAccept: */*\r\nCookie: CF_Authorization=ours; a=b\r\n\r\n";
    stream.write_all(request.as_bytes()).await.unwrap();
    assert!(read_head(stream).await.unwrap().starts_with("HTTP/1.1 200"));
    read_exactly(stream, 2).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "measures: make bench-local"]
async fn a_request_costs_at_most_half_a_millisecond_more() {
    let (origin, mut heads) = recording_origin().await;
    tokio::spawn(async move { while heads.recv().await.is_some() {} });
    let edge = edge(application(origin), person()).await;
    measure(origin).await;
    let (direct, through) = (measure(origin).await, measure(edge).await);
    let at = |times: &[Duration], percent: usize| times[times.len() * percent / 100];
    for (name, times) in [("direct", &direct), ("through the proxy", &through)] {
        println!("{name}: median {:?}, 99 % {:?}", at(times, 50), at(times, 99));
    }
    let more = at(&through, 50).saturating_sub(at(&direct, 50));
    println!("more at the median: {more:?}");
    assert!(more <= MOST);
}
