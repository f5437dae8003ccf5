//! What a guard decides: the vectors that every language runs, and what they cannot show.

mod support;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use cfaccess::{
    Answer, Decision, Guard, GuardConfig, GuardRequest, HEADERS_READ, LogFunction, LogLevel, Refusal, Status,
    Timestamp, Verifier,
};
use serde_json::{Value, json};
use support::fetched::{self, Endpoint, document, eventually, sent_answers};
use support::session::{current_token, verifier_with};
use support::{mint, read_json, vectors};

type Headers = Vec<(Vec<u8>, Vec<u8>)>;

/// The vectors and their verifiers.
struct Vectors {
    document: Value,
    verifiers: BTreeMap<String, Arc<Verifier>>,
}

impl Vectors {
    fn read() -> Vectors {
        let document = read_json("tests/vectors/guard.json");
        let keys = document["defaults"]["keys"].as_str().expect("a file");
        let verifiers = document["verifiers"].as_object().expect("verifiers").iter();
        let verifiers = verifiers
            .map(|(name, config)| (name.clone(), Arc::new(vectors::verifier(config, keys))))
            .collect();
        Vectors { document, verifiers }
    }

    fn all(&self) -> &[Value] {
        let vectors = self.document["vectors"].as_array().expect("vectors");
        assert!(!vectors.is_empty());
        vectors
    }

    fn guard(&self, value: &Value) -> Result<Guard, Refusal> {
        let text = |value: &Value| value.as_str().expect("a string").to_owned();
        let list = |name: &str| value.get(name).map_or(&[][..], |list| list.as_array().expect("a list"));
        let optional = |value: &Value, name: &str| value.get(name).map(text);
        let mut config = GuardConfig::default();
        for route in list("routes") {
            let verifier = Arc::clone(&self.verifiers[&text(&route["verifier"])]);
            let prefix = optional(route, "prefix").unwrap_or("/".to_owned());
            let (host, page) = (optional(route, "host"), optional(route, "login_page"));
            config.add_route(host.as_deref(), &prefix, verifier, page.as_deref())?;
        }
        for open in list("open_paths") {
            let host = optional(open, "host");
            config.add_open_path(&text(&open["method"]), host.as_deref(), &text(&open["path"]))?;
        }
        if value["check_origin"] == json!(true) {
            config.check_origin();
        }
        for origin in list("trusted_origins") {
            config.trust_origin(&text(origin))?;
        }
        if value["allow_preflight"] == json!(true) {
            config.allow_preflight();
        }
        Guard::new(config)
    }

    fn headers(&self, request: &Value) -> Headers {
        let mut headers = request.get("headers").map(vectors::headers).unwrap_or_default();
        if let Some(name) = request["token"].as_str() {
            let token = self.document["tokens"][name].as_str().expect("a token").as_bytes().to_vec();
            headers.push((b"Cf-Access-Jwt-Assertion".to_vec(), token));
        }
        headers
    }

    fn now(&self) -> Timestamp {
        Timestamp::new(self.document["defaults"]["now"].as_i64().expect("seconds")).expect("a time")
    }

    /// The decision on a vector's request, with its host passed as told by `passed`.
    fn decide(&self, guard: &Guard, request: &Value, passed: Host) -> Decision {
        let bytes = |name: &str| request.get(name).map(vectors::bytes);
        let (host, path, raw_target) = (bytes("host"), bytes("path").expect("a path"), bytes("raw_target"));
        let mut headers = self.headers(request);
        if let (Host::AsHeader, Some(host)) = (passed, &host) {
            headers.insert(0, (b"hOST".to_vec(), host.clone()));
            headers.push((b"X-Other".to_vec(), b"\xff".to_vec()));
        }
        if let Host::AsHeader = passed {
            let is_read =
                |name: &[u8]| HEADERS_READ.iter().any(|read| name.eq_ignore_ascii_case(read.as_bytes()));
            headers.retain(|(name, _)| is_read(name));
        }
        let headers: Vec<_> =
            headers.iter().map(|(name, value)| (name.as_slice(), value.as_slice())).collect();
        let request = GuardRequest {
            method: request["method"].as_str().expect("a method").as_bytes(),
            scheme: request["scheme"].as_str().map(str::as_bytes),
            host: if let Host::Apart = passed { host.as_deref() } else { None },
            path: &path,
            raw_target: raw_target.as_deref(),
            headers: &headers,
        };
        guard.decide_at(&request, self.now())
    }
}

/// How the host of a request is passed: separately, as Go has it, or as one of the headers that are read.
#[derive(Clone, Copy, Debug)]
enum Host {
    Apart,
    AsHeader,
}

/// A second host makes two headers.
fn ways_to_pass_the_host(request: &Value) -> &'static [Host] {
    let headers = request.get("headers").and_then(Value::as_array);
    let is_host = |header: &Value| header[0].as_str().is_some_and(|name| name.eq_ignore_ascii_case("host"));
    if headers.is_some_and(|headers| headers.iter().any(is_host)) {
        &[Host::AsHeader]
    } else {
        &[Host::Apart, Host::AsHeader]
    }
}

fn header<'a>(answer: &'a Answer, wanted: &str) -> Option<&'a str> {
    let mut found = answer.headers.iter().filter(|(name, _)| *name == wanted);
    found.next().map(|(_, value)| value.as_ref())
}

fn seen(decision: &Decision) -> Value {
    let mut seen = match decision {
        Decision::Open => json!({"kind": "open"}),
        Decision::Allowed(_) => json!({"kind": "allowed"}),
        Decision::Refused(answer) => json!({
            "kind": "refused",
            "http_status": answer.http_status,
            "content_type": header(answer, "Content-Type"),
            "location": header(answer, "Location"),
            "headers": answer.headers.iter().map(|(name, value)| (*name, json!(value))).collect::<BTreeMap<_, _>>(),
            "body": answer.body,
        }),
    };
    seen["email"] = json!(decision.email());
    seen
}

fn status(decision: &Decision) -> &'static str {
    match decision {
        Decision::Refused(answer) => answer.refusal.status().name(),
        _ => "OK",
    }
}

/// How a decision differs from that of a vector. Content type, location and e-mail must be absent unless the vector has
/// them.
fn differs(vector: &Value, decision: &Decision) -> Option<String> {
    if json!(status(decision)) != vector["status"] {
        return Some(format!("{} instead of {}: {decision:?}", status(decision), vector["status"]));
    }
    let (expected, seen) = (vector["decision"].as_object().expect("a decision"), seen(decision));
    let always = ["kind", "http_status", "content_type", "location", "email"];
    let others = expected.keys().map(String::as_str);
    let name = always
        .into_iter()
        .chain(others)
        .find(|name| seen.get(name).unwrap_or(&Value::Null) != expected.get(*name).unwrap_or(&Value::Null))?;
    Some(format!("{name} is {} instead of {}", seen[name], expected.get(name).unwrap_or(&Value::Null)))
}

#[test]
fn vectors() {
    let vectors = Vectors::read();
    let different: Vec<String> = vectors
        .all()
        .iter()
        .filter_map(|vector| {
            let guard = vectors.guard(&vector["guard"]);
            let differs = match (&guard, vector.get("request")) {
                (Ok(guard), Some(request)) => ways_to_pass_the_host(request).iter().find_map(|&passed| {
                    let differs = differs(vector, &vectors.decide(guard, request, passed))?;
                    Some(format!("{differs} (host {passed:?})"))
                }),
                (guard, _) => {
                    let made = guard.as_ref().map_or_else(|refusal| refusal.status(), |_| Status::Ok);
                    (json!(made.name()) != vector["status"]).then(|| format!("the guard is {made}"))
                }
            };
            differs.map(|how| format!("{}: {how}", vector["name"]))
        })
        .collect();
    assert!(different.is_empty(), "{} differ:\n{}", different.len(), different.join("\n"));
    println!("guard.json: {} vectors", vectors.all().len());
}

/// A request for the root of the host that the vectors have, with these headers.
fn request<'a>(headers: &'a [(&'a [u8], &'a [u8])]) -> GuardRequest<'a> {
    GuardRequest { method: b"GET", host: Some(b"app.example.com"), path: b"/", headers, ..Default::default() }
}

fn assertion(token: &str) -> [(&[u8], &[u8]); 1] {
    [(b"Cf-Access-Jwt-Assertion", token.as_bytes())]
}

/// A guard of these verifiers, each below its own prefix, and the lines that it logs.
fn guard_with_log(verifiers: &[(&str, &Arc<Verifier>)]) -> (Guard, Arc<Mutex<Vec<String>>>) {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&lines);
    let mut config = guard_config(verifiers);
    config.set_log(LogFunction::new(move |level, line| {
        assert_eq!(level, LogLevel::Warning);
        log.lock().expect("a lock").push(line.to_owned());
    }));
    (Guard::new(config).expect("a guard"), lines)
}

fn guard_config(verifiers: &[(&str, &Arc<Verifier>)]) -> GuardConfig {
    let mut config = GuardConfig::default();
    for (prefix, verifier) in verifiers {
        config.add_route(None, prefix, Arc::clone(verifier), None).expect("a route");
    }
    config
}

fn taken(lines: &Mutex<Vec<String>>) -> Vec<String> {
    std::mem::take(&mut lines.lock().expect("a lock"))
}

/// Keys that are in force while the endpoint answers, and for a second after.
fn short_lived_keys(is_up: &Arc<Mutex<bool>>) -> cfaccess::Keys {
    let is_up = Arc::clone(is_up);
    let answer =
        move |_| if *is_up.lock().expect("a lock") { Ok(document()) } else { Err("out of order".into()) };
    let second = std::time::Duration::from_secs(1);
    let endpoint =
        Endpoint::new(answer).with(|options| (options.refresh_after, options.max_stale) = (second, second));
    endpoint.keys()
}

#[test]
fn an_outage_is_logged_once_for_each_change() {
    let is_up = Arc::new(Mutex::new(false));
    let verifier = Arc::new(fetched::verifier(&short_lived_keys(&is_up)));
    let (guard, lines) = guard_with_log(&[("/", &verifier)]);
    let (token, rubbish) = (current_token("a", 3_600), "x");
    let outcome = |token: &str| status(&guard.decide(&request(&assertion(token))));

    for _ in 0..3 {
        assert_eq!((outcome(&token), outcome(rubbish)), ("KEYS_UNAVAILABLE", "MALFORMED"));
    }
    let [line] = taken(&lines).try_into().expect("one line for all of them");
    assert!(line.starts_with("requests are refused: KEYS_UNAVAILABLE: no keys of acme"), "{line}");

    *is_up.lock().expect("a lock") = true;
    eventually("keys", || outcome(&token) == "OK");
    *is_up.lock().expect("a lock") = false;
    eventually("the next outage", || outcome(&token) == "KEYS_UNAVAILABLE");
    assert_eq!(outcome(&token), "KEYS_UNAVAILABLE");
    assert_eq!(taken(&lines).len(), 1, "the second outage is logged once, too");
}

#[test]
fn the_answer_holds_the_warning_where_there_is_no_log_function() {
    let is_up = Arc::new(Mutex::new(false));
    let verifier = Arc::new(fetched::verifier(&short_lived_keys(&is_up)));
    let guard = Guard::new(guard_config(&[("/", &verifier)])).expect("a guard");
    let token = current_token("a", 3_600);
    let warning = || match guard.decide(&request(&assertion(&token))) {
        Decision::Refused(answer) => answer.warning.clone(),
        other => panic!("{other:?}"),
    };

    let (first, second) = (warning(), warning());

    assert!(first.is_some_and(|line| line.contains("KEYS_UNAVAILABLE")));
    assert_eq!(second, None);
}

#[test]
fn the_outage_of_one_verifier_is_logged_once() {
    let (up, down) = (Arc::new(Mutex::new(true)), Arc::new(Mutex::new(false)));
    let [up, down] = [up, down].map(|is_up| Arc::new(fetched::verifier(&short_lived_keys(&is_up))));
    let (guard, lines) = guard_with_log(&[("/", &up), ("/down", &down), ("/down/2", &down)]);
    let token = current_token("a", 3_600);
    let headers = assertion(&token);
    let outcome = |path: &'static [u8]| status(&guard.decide(&GuardRequest { path, ..request(&headers) }));

    for _ in 0..3 {
        assert_eq!(outcome(b"/"), "OK");
        assert_eq!((outcome(b"/down"), outcome(b"/down/2")), ("KEYS_UNAVAILABLE", "KEYS_UNAVAILABLE"));
    }

    assert_eq!(taken(&lines).len(), 1);
}

#[test]
fn warnings_of_verifiers_are_logged_once_when_the_guard_is_made() {
    let odd = Arc::new(verifier_with(|config| config.add_audience("odd").expect("an audience")));
    let usual = Arc::new(verifier_with(|_| {}));

    let (_, lines) = guard_with_log(&[("/", &odd), ("/a", &odd), ("/b", &usual)]);

    assert_eq!(taken(&lines), ["the audience 'odd' is not an AUD tag of 64 hex digits"]);
}

#[test]
fn deciding_without_waiting_asks_to_be_asked_again() {
    let (answer, fetch) = sent_answers();
    let keys = Endpoint::new(fetch).keys();
    let verifier = Arc::new(fetched::verifier(&keys));
    let (guard, lines) = guard_with_log(&[("/", &verifier)]);
    let token = current_token("a", 3_600);
    let headers = assertion(&token);

    let Decision::Refused(pending) = guard.try_decide(&request(&headers)) else {
        panic!("it is not refused")
    };
    answer.send(Ok(document())).expect("a fetch");
    eventually("keys", || status(&guard.try_decide(&request(&headers))) == "OK");

    assert_eq!((pending.refusal.status(), pending.http_status), (Status::KeysPending, 503));
    assert_eq!(pending.route, Some(0), "the route whose keys are pending");
    assert_eq!(header(&pending, "Retry-After"), Some("1"));
    assert!(taken(&lines).is_empty(), "nothing is wrong");
    assert!(verifier.stats().refusals.is_empty());
}

#[test]
fn a_lookup_finds_what_a_decision_would_allow_and_nothing_else() {
    let verifier = Arc::new(verifier_with(|_| {}));
    let mut config = guard_config(&[("/", &verifier)]);
    config.add_open_path("GET", None, "/open").expect("an open path");
    config.check_origin();
    config.allow_preflight();
    let guard = Guard::new(config).expect("a guard");
    let token = current_token("a", 3_600);
    let known = assertion(&token)[0];
    let usual = [known];
    assert_eq!(guard.lookup(&request(&usual)), None, "it was never seen");
    let Decision::Allowed(claims) = guard.decide(&request(&usual)) else { panic!("it is not allowed") };

    let foreign = [known, (b"Origin".as_slice(), b"https://evil.example".as_slice())];
    let preflight = [known, foreign[1], (b"Access-Control-Request-Method".as_slice(), b"PUT".as_slice())];
    let another = [known, (b"Cf-Access-Authenticated-User-Email".as_slice(), b"root@example.com".as_slice())];
    let post = GuardRequest { method: b"POST", ..request(&foreign) };
    assert_eq!(guard.lookup(&request(&usual)), Some(claims.id()));
    assert_eq!(guard.lookup(&GuardRequest { path: b"/open", ..request(&usual) }), None, "open");
    assert_eq!(guard.lookup(&post), None, "of another origin");
    assert_eq!(
        guard.lookup(&GuardRequest { method: b"OPTIONS", ..request(&preflight) }),
        None,
        "a preflight"
    );
    assert_eq!(guard.lookup(&request(&another)), None, "of another person");
    assert_eq!(verifier.stats().hits, 1, "what is not found counts as nothing");
}

#[test]
fn a_refusal_says_nothing_of_the_request() {
    let verifier = Arc::new(verifier_with(|_| {}));
    let guard = Guard::new(guard_config(&[("/", &verifier)])).expect("a guard");
    let foreign = mint::sign_with(
        &mint::signing_key("stranger"),
        mint::header().to_string().as_bytes(),
        mint::person().to_string().as_bytes(),
    );
    for token in ["secret.secret.secret", &foreign] {
        let headers = [
            assertion(token)[0],
            (b"Cookie".as_slice(), b"secret=secret".as_slice()),
            (b"Cf-Access-Authenticated-User-Email".as_slice(), b"secret@example.com".as_slice()),
        ];
        let secret =
            GuardRequest { path: b"/secret", raw_target: Some(b"/secret?secret"), ..request(&headers) };

        let Decision::Refused(answer) = guard.decide(&secret) else { panic!("it is not refused") };

        let shown = format!("{answer:?}");
        let signature = token.rsplit('.').next().expect("a signature");
        assert!(!shown.contains("secret") && !shown.contains(signature), "{shown}");
    }
}

/// Text with many of the characters that matter to hosts, paths and lists.
fn odd_text(random: &mut fastrand::Rng, most: usize) -> Vec<u8> {
    const PIECES: [&str; 34] = [
        "/",
        "/open",
        "open",
        "a",
        "A",
        ".",
        "..",
        ";",
        "%",
        "%2f",
        "%2e",
        "%25",
        "%5c",
        "%6fpen",
        "\\",
        "?",
        "#",
        ":",
        "443",
        "@",
        "[",
        "]",
        "::1",
        ",",
        "\"",
        "q=0.5",
        "text/html",
        "*",
        " ",
        "\0",
        "\u{e9}",
        "\u{fffd}",
        "http://",
        "example.com",
    ];
    let mut text: Vec<u8> =
        (0..random.usize(..most)).flat_map(|_| PIECES[random.usize(..PIECES.len())].bytes()).collect();
    if random.u8(..20) == 0 {
        text.push(random.u8(..));
    }
    text
}

#[test]
fn whatever_comes_is_decided_and_only_the_open_path_is_open() {
    let verifier = Arc::new(verifier_with(|_| {}));
    let mut config = guard_config(&[("/", &verifier), ("/a", &verifier)]);
    let page = "https://acme.cloudflareaccess.com/cdn-cgi/access/login/x";
    config.add_route(Some("example.com"), "/", Arc::clone(&verifier), Some(page)).expect("a route");
    config.add_open_path("GET", None, "/open").expect("an open path");
    config.check_origin();
    let guard = Guard::new(config).expect("a guard");
    let mut random = fastrand::Rng::with_seed(12);
    let mut opened = 0;
    for _ in 0..100_000 {
        let [host, path, target, accept] = [3, 4, 5, 6].map(|most| odd_text(&mut random, most));
        let headers = [(b"Accept".as_slice(), accept.as_slice()), (b"Host", &host)];
        let asked = GuardRequest {
            method: b"GET",
            path: &path,
            raw_target: random.bool().then_some(&target),
            headers: &headers[..random.usize(..=2)],
            ..Default::default()
        };

        match guard.decide(&asked) {
            Decision::Open => {
                assert!(path == b"/open" || path == b"open", "{asked:?}");
                opened += 1;
            }
            Decision::Allowed(_) => panic!("{asked:?} has no token"),
            Decision::Refused(answer) => {
                for (_, value) in &answer.headers {
                    assert!(value.bytes().all(|byte| matches!(byte, b' '..=b'~')), "{value:?} for {asked:?}");
                }
            }
        }
        assert_eq!(guard.lookup(&asked), None);
    }
    assert!(opened > 100, "{opened} of them are open, which shows little");
}
