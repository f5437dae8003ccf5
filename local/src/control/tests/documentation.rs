//! What `docs/local-control.md` says.

use http::{Method, StatusCode};

use super::{access, call};
use crate::faults::Fault;

const PAGE: &str = include_str!("../../../../docs/local-control.md");

/// The rows of the table with this first column.
fn rows(heading: &str) -> impl Iterator<Item = &'static str> {
    let (_, table) = PAGE.split_once(&format!("| {heading} |")).unwrap();
    table.lines().skip(2).take_while(|line| line.starts_with('|'))
}

#[test]
fn every_fault_is_documented_with_its_status() {
    let expected = Fault::all().map(|fault| {
        let status = fault.status().map_or_else(|| "–".to_owned(), |status| format!("`{status}`"));
        format!("| `{}` | {} | {status} |", fault.name(), fault.effect())
    });
    assert_eq!(rows("fault").collect::<Vec<_>>(), expected.collect::<Vec<_>>());
}

#[tokio::test]
async fn every_call_that_is_documented_is_there() {
    let access = access();
    let calls: Vec<_> = rows("call").map(|row| row.split('`').nth(1).unwrap()).collect();
    assert_eq!(calls.len(), 13);
    for text in calls {
        let (method, path) = text.split_once(' ').unwrap();
        // Not done: there is no such media type.
        let answer = super::send(
            &access,
            super::authorized(Method::from_bytes(method.as_bytes()).unwrap(), path)
                .header("content-type", "text/plain")
                .body(axum::body::Body::empty())
                .unwrap(),
        )
        .await;
        let wanted = if path == "ready" { StatusCode::OK } else { StatusCode::FORBIDDEN };
        assert_eq!(answer.status, wanted, "{text}");
        let options = call(&access, Method::OPTIONS, path, "").await;
        assert_eq!(options.status, StatusCode::METHOD_NOT_ALLOWED, "{text}");
        assert!(options.headers["allow"].to_str().unwrap().contains(method), "{text}");
    }
}
