use std::num::NonZeroU64;
use std::thread;

use serde_json::json;

use crate::faults::{Fault, Faults, Limit, Scope, Stage};

fn times(times: u64) -> Limit {
    Limit::Times(NonZeroU64::new(times).unwrap())
}

fn scope(application: &str, path: &str) -> Scope {
    Scope::new(Some(application.into()), Some(path)).unwrap()
}

#[test]
fn of_a_hundred_parallel_requests_one_is_hit_once() {
    for limit in [1, 7] {
        let faults = Faults::default();
        faults.add(Fault::Expired, Scope::default(), times(limit)).unwrap();
        let hits = thread::scope(|scope| {
            let take = || faults.take(Stage::Token, Some("wiki"), "/", 0);
            let requests: Vec<_> = (0..100).map(|_| scope.spawn(take)).collect();
            requests.into_iter().filter_map(|request| request.join().unwrap()).count()
        });
        assert_eq!(hits as u64, limit);
        assert_eq!(faults.list(0), []);
    }
}

#[test]
fn a_fault_hits_only_what_it_is_for() {
    let faults = Faults::default();
    faults.add(Fault::Expired, scope("wiki", "/api/"), Limit::Never {}).unwrap();
    for path in ["/api", "/api/", "/api/users"] {
        assert_eq!(faults.take(Stage::Token, Some("wiki"), path, 0), Some(Fault::Expired));
    }
    for (stage, application, path) in [
        (Stage::Token, Some("wiki"), "/"),
        (Stage::Token, Some("wiki"), "/apiary"),
        (Stage::Token, Some("blog"), "/api"),
        (Stage::Token, None, "/api"),
        (Stage::Edge, Some("wiki"), "/api"),
        (Stage::Certs, Some("wiki"), "/api"),
    ] {
        assert_eq!(faults.take(stage, application, path, 0), None);
    }
    assert_eq!(faults.list(0)[0].hits, 3);
}

#[test]
fn the_first_goes_before_the_others_until_it_is_used_up() {
    let faults = Faults::default();
    faults.add(Fault::Expired, Scope::default(), times(1)).unwrap();
    faults.add(Fault::WrongApp, Scope::default(), Limit::Never {}).unwrap();
    let taken: Vec<_> = (0..3).map(|_| faults.take(Stage::Token, None, "/", 0).unwrap()).collect();
    assert_eq!(taken, [Fault::Expired, Fault::WrongApp, Fault::WrongApp]);
    faults.clear();
    assert_eq!(faults.take(Stage::Token, None, "/", 0), None);
}

#[test]
fn a_fault_ends_at_its_time() {
    let faults = Faults::default();
    faults.add(Fault::Expired, Scope::default(), Limit::Until(100)).unwrap();
    assert_eq!(faults.take(Stage::Token, None, "/", 99), Some(Fault::Expired));
    assert_eq!(faults.take(Stage::Token, None, "/", 100), None);
    assert_eq!(faults.list(100), []);
}

#[test]
fn a_request_that_a_fault_cannot_hit_does_not_count() {
    let faults = Faults::default();
    faults.add(Fault::WsClose, Scope::default(), times(1)).unwrap();
    let is_socket = |fault| fault == Fault::WsClose;
    assert_eq!(faults.take_if(Stage::Edge, None, "/", 0, |fault| !is_socket(fault)), None);
    assert_eq!(faults.take_if(Stage::Edge, None, "/", 0, is_socket), Some(Fault::WsClose));
    assert_eq!(faults.take_if(Stage::Edge, None, "/", 0, is_socket), None);
}

#[test]
fn what_cannot_be_is_refused() {
    let faults = Faults::default();
    assert!(Scope::new(None, Some("api")).is_err());
    assert!(faults.add(Fault::Certs500, scope("wiki", "/"), Limit::Never {}).is_err());
    for _ in 0..100 {
        faults.add(Fault::Certs500, Scope::default(), times(1)).unwrap();
    }
    assert!(faults.add(Fault::Certs500, Scope::default(), times(1)).is_err());
}

#[test]
fn the_list_is_plain_json() {
    let faults = Faults::default();
    faults.add(Fault::Expired, scope("wiki", "/"), times(2)).unwrap();
    faults.add(Fault::Edge503, Scope::default(), Limit::Until(5)).unwrap();
    faults.add(Fault::Certs500, Scope::default(), Limit::Never {}).unwrap();
    assert_eq!(
        serde_json::to_value(faults.list(0)).unwrap(),
        json!([
            { "fault": "expired", "application": "wiki", "path": "/", "times": 2, "hits": 0 },
            { "fault": "edge-503", "application": null, "path": null, "until": 5, "hits": 0 },
            { "fault": "certs-500", "application": null, "path": null, "hits": 0 },
        ])
    );
}
