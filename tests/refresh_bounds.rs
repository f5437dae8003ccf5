//! What a fetch that is slow, hangs or never ends may cost: who is held up, for how long, and what is left of it.
#![cfg(target_os = "linux")]

mod support;

use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use cfaccess::{Keys, LogFunction};
use support::fetched::*;

const TIMEOUT: Duration = Duration::from_secs(2);

/// Keys in force, and a fetch function that hangs from the second call on.
fn keys_whose_refresh_hangs() -> (std::sync::mpsc::Sender<Answer>, Endpoint, Keys) {
    let (answer, hanging) = sent_answers();
    let endpoint = Endpoint::new(move |number| if number == 0 { Ok(document()) } else { hanging(number) })
        .with(|options| options.timeout = TIMEOUT);
    let keys = endpoint.keys();
    keys.connect().expect("keys");
    thread::sleep(Duration::from_millis(1_200));
    (answer, endpoint, keys)
}

fn timed<T>(body: impl FnOnce() -> T) -> (T, Duration) {
    let begin = Instant::now();
    (body(), begin.elapsed())
}

#[test]
fn two_callers_wait_for_another_key_and_the_rest_is_refused_at_once() {
    let (_answer, _endpoint, keys) = keys_whose_refresh_hangs();
    let verifier = verifier(&keys);

    let verdicts: Vec<_> = thread::scope(|scope| {
        let callers: Vec<_> = (0..8)
            .map(|number| {
                let token = token_of_key(&format!("{number:064x}"));
                let verifier = &verifier;
                scope.spawn(move || timed(|| verdict(verifier, &token)))
            })
            .collect();
        callers.into_iter().map(|caller| caller.join().expect("a verdict")).collect()
    });

    let (waited, refused): (Vec<_>, Vec<_>) =
        verdicts.into_iter().partition(|(verdict, _)| *verdict == "UNKNOWN_KEY");
    assert_eq!(waited.len(), 2, "{waited:?}");
    for (verdict, time) in refused {
        assert_eq!(verdict, "KEYS_PENDING");
        assert!(time < TIMEOUT / 2, "{time:?}");
    }
}

#[test]
fn a_caller_whose_key_is_in_force_is_not_held_up_by_those_who_wait() {
    let (_answer, endpoint, keys) = keys_whose_refresh_hangs();
    let verifier = verifier(&keys);

    thread::scope(|scope| {
        let waiting = scope.spawn(|| verdict(&verifier, &token_of_key(&"0".repeat(64))));
        eventually("the fetch hangs", || endpoint.fetches() == 2);
        let (verdict, time) = timed(|| verdict(&verifier, &good_token()));
        assert_eq!(verdict, "OK");
        assert!(time < TIMEOUT / 2, "{time:?}");
        assert_eq!(waiting.join().expect("a verdict"), "UNKNOWN_KEY");
    });
}

#[test]
fn closing_ends_although_a_fetch_function_hangs() {
    let (_answer, _endpoint, keys) = keys_whose_refresh_hangs();
    let verifier = verifier(&keys);
    assert_eq!(try_verdict(&verifier, &token_of_key(&"0".repeat(64))), "KEYS_PENDING");

    let ((), time) = timed(|| keys.close());

    assert!((TIMEOUT.mul_f32(0.9)..TIMEOUT * 2).contains(&time), "{time:?}");
}

#[test]
fn a_fetch_that_was_given_up_is_counted_and_reported() {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&lines);
    let (answer, hanging) = sent_answers();
    let endpoint = Endpoint::new(move |number| if number == 0 { hanging(number) } else { Ok(document()) })
        .with(|options| {
            options.timeout = Duration::from_millis(100);
            options.log =
                Some(LogFunction::new(move |_, line| heard.lock().expect("lines").push(line.to_owned())));
        });
    let keys = endpoint.keys();

    let refusal = keys.connect().expect_err("a fetch that hangs");
    let reason = "the fetch gave no answer within 0.1 s";
    assert!(refusal.message().ends_with(reason), "{refusal}");
    let status = keys.status();
    assert_eq!((status.failures, status.last_error.as_deref()), (1, Some(reason)));

    eventually("the next fetch", || keys.connect().is_ok());
    assert_eq!(keys.status().failures, 1);
    assert!(lines.lock().expect("lines").iter().any(|line| line.ends_with("was given up")), "{lines:?}");
    drop(answer);
}

#[test]
fn fetches_that_hang_do_not_end_fetching_for_good() {
    let (_answer, hanging) = sent_answers();
    let endpoint = Endpoint::new(move |number| if number < 4 { hanging(number) } else { Ok(document()) })
        .with(|options| {
            options.timeout = Duration::from_millis(100);
            // The longest pause, too.
            options.refresh_after = Duration::from_secs(1);
        });
    let keys = endpoint.keys();

    eventually("four that hang", || {
        let _ = keys.connect();
        keys.status().last_error.is_some_and(|error| error.ends_with("; 4 fetches have not ended"))
    });
    eventually("a fifth", || keys.connect().is_ok());

    assert_eq!(endpoint.fetches(), 5);
}

#[test]
fn the_thread_of_a_fetch_has_ended_when_connect_returns() {
    let task = Arc::new(Mutex::new(std::path::PathBuf::new()));
    let own_task = Arc::clone(&task);
    let endpoint = Endpoint::new(|_| Ok(document())).with(|options| {
        options.log = Some(LogFunction::new(move |_, _| {
            let link = std::fs::read_link("/proc/thread-self").expect("a thread");
            thread::sleep(Duration::from_millis(200));
            *own_task.lock().expect("a task") = std::path::Path::new("/proc").join(link);
        }));
    });

    endpoint.keys().connect().expect("keys");

    let task = task.lock().expect("a task").clone();
    assert!(task.starts_with("/proc"), "the log function has returned");
    // The kernel forgets a thread a moment after it has told those who join it.
    thread::sleep(Duration::from_millis(50));
    assert!(!task.exists(), "{}", task.display());
}

#[test]
fn the_thread_of_a_fetch_blocks_all_signals() {
    let seen = Arc::new(Mutex::new(String::new()));
    let blocked = Arc::clone(&seen);
    let endpoint = Endpoint::new(move |_| {
        let status = std::fs::read_to_string("/proc/thread-self/status").expect("a status");
        let line = status.lines().find(|line| line.starts_with("SigBlk:")).expect("a mask");
        blocked.lock().expect("a mask").push_str(line);
        Ok(document())
    });

    endpoint.keys().connect().expect("keys");

    // All but SIGKILL, SIGSTOP and the two that glibc keeps for itself.
    assert!(seen.lock().expect("a mask").ends_with("fffffffe7ffbfeff"), "{seen:?}");
    let own = std::fs::read_to_string("/proc/thread-self/status").expect("a status");
    assert!(own.contains("SigBlk:\t0000000000000000"), "the caller's mask is as it was");
}

#[test]
fn a_verifier_begins_the_first_fetch_if_the_options_say_so() {
    for (prefetch, fetches) in [(false, 0), (true, 1)] {
        let endpoint = Endpoint::new(|_| Ok(document())).with(|options| options.prefetch = prefetch);
        let keys = endpoint.keys();
        let _verifier = verifier(&keys);
        keys.close();
        assert_eq!(endpoint.fetches(), fetches);
    }
}

#[test]
fn beginning_a_fetch_does_not_wait_for_it() {
    let (answer, fetch) = sent_answers();
    let endpoint = Endpoint::new(fetch);
    let keys = endpoint.keys();

    keys.begin();
    keys.begin();
    assert!(keys.status().keys.is_empty());
    answer.send(Ok(document())).expect("a fetch");

    eventually("keys", || !keys.status().keys.is_empty());
    keys.begin();
    assert_eq!(endpoint.fetches(), 1);
}

#[test]
fn the_copy_on_disk_is_there_when_whoever_waited_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    for number in 0..50 {
        let path = folder.path().join(format!("certs-{number}.json"));
        let endpoint =
            Endpoint::new(|_| Ok(document())).with(|options| options.cache_file = Some(path.clone()));
        assert_eq!(verdict(&verifier(&endpoint.keys()), &good_token()), "OK");
        assert!(path.exists(), "copy {number}");
    }
}
