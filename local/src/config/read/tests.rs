use super::*;
use crate::config::{Decision, SameSite, Upstream};

/// Everything that a file may say.
const FULL: &str = r#"
[team]
session_duration = "12h"
strict_service_token_auth = false
revocation_delay = "25s"
cloudflared = true

[[application]]
name = "wiki"
domain = "wiki.localhost"
upstream = "http://127.0.0.1:8000"
upstream_host = "wiki.example.com:443"
aud = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
session_duration = "1h"
same_site_cookie_attribute = "lax"
http_only_cookie_attribute = false
enable_binding_cookie = true
path_cookie_attribute = true
options_preflight_bypass = false
service_auth_401_redirect = true
read_service_tokens_from_header = "Authorization"
skip_interstitial = true
custom_deny_message = "Ask Ada."
email_header = false
forwarded_headers = true

[application.cors_headers]
allowed_origins = ["http://localhost:5173"]
allow_all_origins = false
allowed_methods = ["GET", "POST"]
allow_all_methods = false
allowed_headers = ["X-Requested-With"]
allow_all_headers = false
allow_credentials = true
max_age = 600

[[application.policy]]
name = "staff"
decision = "allow"
include = { emails_ending_in = ["@Example.com"], emails = ["Bob@Example.org"], groups = ["admins"], everyone = false }
session_duration = "30m"

[[application.policy]]
name = "programs"
decision = "non_identity"
include = { service_tokens = ["ci"], any_valid_service_token = true }

[[application]]
name = "health"
domain = "wiki.localhost/health"
upstream = "http://127.0.0.1:8000"
policy = [{ name = "all", decision = "bypass", include = { everyone = true } }]

[[user]]
email = "Ada@Example.com"
name = "Ada"
groups = ["admins", { id = "7", email = "admins@example.com" }]
country = "DE"
custom = { department = "research", floor = 3, on_call = [true, 1.5] }

[[user]]
email = "bob@example.org"

[[service_token]]
name = "ci"
client_id = "0123456789abcdef0123456789abcdef.access"

[[service_token]]
name = "deploy"
"#;

const WIKI: &str = "[[application]]\nname = \"wiki\"\nupstream = \"http://127.0.0.1:8000\"\n";

fn error(text: &str) -> String {
    Config::parse(text, false).expect_err(text).0
}

#[test]
fn everything_that_can_be_said_is_read() {
    let config = Config::parse(FULL, false).expect("a configuration");
    assert_eq!((config.team.session_duration, config.team.revocation_delay), (43_200, 25));
    assert!(!config.team.strict_service_token_auth && config.cloudflared);

    let wiki = config.application("wiki").expect("wiki");
    assert_eq!((wiki.domain.host.as_str(), wiki.domain.path.as_str()), ("wiki.localhost", ""));
    assert_eq!(wiki.upstream, Upstream { host: "127.0.0.1".into(), port: 8_000 });
    assert_eq!(wiki.upstream_host.as_ref().expect("a host"), "wiki.example.com:443");
    assert!(wiki.aud.starts_with("0123456789abcdef"));
    assert_eq!((wiki.session_duration, wiki.same_site_cookie_attribute), (Some(3_600), SameSite::Lax));
    assert!(!wiki.http_only_cookie_attribute && wiki.enable_binding_cookie && wiki.path_cookie_attribute);
    assert!(!wiki.options_preflight_bypass && wiki.service_auth_401_redirect && wiki.skip_interstitial);
    assert_eq!(wiki.read_service_tokens_from_header.as_ref().expect("a header"), "authorization");
    assert_eq!(wiki.custom_deny_message.as_deref(), Some("Ask Ada."));
    assert!(!wiki.email_header && wiki.forwarded_headers);
    let cors = wiki.cors_headers.as_ref().expect("CORS");
    assert_eq!(
        (&*cors.allowed_origins, &*cors.allowed_methods),
        (&["http://localhost:5173".into()][..], &["GET".into(), "POST".into()][..])
    );
    assert_eq!(
        (&*cors.allowed_headers, cors.allow_credentials, cors.max_age),
        (&["X-Requested-With".into()][..], true, Some(600))
    );
    assert!(!cors.allow_all_origins && !cors.allow_all_methods && !cors.allow_all_headers);

    let [staff, programs] = &*wiki.policies else { panic!("two policies") };
    assert_eq!(
        (staff.name.as_str(), staff.decision, staff.session_duration),
        ("staff", Decision::Allow, Some(1_800))
    );
    assert_eq!(
        (&*staff.include.emails, &*staff.include.emails_ending_in),
        (&["bob@example.org".into()][..], &["@example.com".into()][..])
    );
    assert_eq!((&*staff.include.groups, staff.include.everyone), (&["admins".into()][..], false));
    assert_eq!(programs.decision, Decision::NonIdentity);
    assert_eq!(programs.include.service_tokens, ["0123456789abcdef0123456789abcdef.access"]);
    assert!(programs.include.any_valid_service_token && programs.id != staff.id);

    assert_eq!(config.application_at("wiki.localhost", "/health/live").expect("health").name, "health");
    let ada = config.user("ada@example.com").expect("Ada");
    assert_eq!((ada.name.as_str(), ada.country.as_str(), ada.groups.len()), ("Ada", "DE", 2));
    assert_eq!(
        serde_json::to_value(&ada.custom).expect("JSON"),
        serde_json::json!({"department": "research", "floor": 3, "on_call": [true, 1.5]})
    );
    assert_eq!(config.user("bob@example.org").map(|user| user.name.as_str()), Some("bob"));
    assert!(
        config
            .service_token("0123456789abcdef0123456789abcdef.access")
            .is_some_and(|token| token.name == "ci")
    );
}

#[test]
fn little_needs_to_be_said() {
    let config = Config::parse(WIKI, false).expect("a configuration");
    let wiki = config.application("wiki").expect("wiki");
    assert_eq!(wiki.domain.host, "wiki.localhost");
    assert_eq!(wiki.aud, "ffc5e8047e72335490ec5db3a3cf02870f39148887cef97391781aff9b94fae1");
    assert!(wiki.http_only_cookie_attribute && wiki.email_header && wiki.policies.is_empty());
    assert_eq!((config.team.session_duration, config.team.strict_service_token_auth), (86_400, true));
    assert!(config.users.is_empty() && config.service_tokens.is_empty() && !config.cloudflared);
    let exact = Config::parse(WIKI, true).expect("a configuration");
    assert_eq!(exact.application("wiki").expect("wiki").domain.host, "wiki.cfaccess.test");
}

#[test]
fn unknown_names_are_told_with_the_nearest() {
    for (text, expected) in [
        ("[[aplication]]", "line 1: unknown name \"aplication\", did you mean \"application\"?"),
        (
            "[team]\n\nsession_durration = \"1h\"",
            "line 3: [team]: unknown name \"session_durration\", did you mean \"session_duration\"?",
        ),
        (
            "[[application]]\nsesion_duration = \"1h\"",
            "line 2: [[application]] number 1: unknown name \"sesion_duration\", did you mean \"session_duration\"?",
        ),
        (
            "[[user]]\nemail = \"a@b\"\n[[user]]\nmail = \"a@b\"",
            "line 4: [[user]] number 2: unknown name \"mail\", did you mean \"email\"?",
        ),
        ("[[service_token]]\nzzz = 1", "line 2: [[service_token]] number 1: unknown name \"zzz\""),
        ("[[user]]\n\"a\\nb\" = 1", "line 2: [[user]] number 1: unknown name \"a\\nb\""),
    ] {
        assert_eq!(error(text), expected);
    }
    let cors = format!("{WIKI}[application.cors_headers]\nallowed_origin = []");
    assert_eq!(
        error(&cors),
        "line 5: [[application]] number 1, [cors_headers]: unknown name \"allowed_origin\", did you mean \"allowed_origins\"?"
    );
    let include = format!(
        "{WIKI}[[application.policy]]\nname = \"a\"\ndecision = \"allow\"\ninclude = {{ email = [\"a@b\"] }}"
    );
    assert_eq!(
        error(&include),
        "line 7: [[application]] number 1, [[policy]] number 1, [include]: unknown name \"email\", did you mean \"emails\"?"
    );
}

#[test]
fn wrong_values_are_told_with_their_place() {
    for (line, expected) in [
        ("name = \"\"", "line 4: [[application]] number 1: name: \"\" is no name"),
        ("session_duration = \"1d\"", "session_duration: \"1d\" is not a duration"),
        (
            "session_duration = 60",
            "line 4: [[application]] number 1: \"session_duration\" is a number; it takes a string",
        ),
        ("session_duration = \"0s\"", "no time at all"),
        ("session_duration = \"731h\"", "longer than \"730h\""),
        (
            "domain = \"example.com\"",
            "domain: \"example.com\" is not under .localhost; other names need --tls",
        ),
        ("aud = \"ABC\"", "aud: \"ABC\" is not 64 hexadecimal digits"),
        ("enable_binding_cookie = \"yes\"", "\"enable_binding_cookie\" is a string; it takes true or false"),
        ("same_site_cookie_attribute = \"None\"", "is not \"none\", \"lax\" or \"strict\""),
        ("read_service_tokens_from_header = \"a b\"", "is no name of a header"),
        ("read_service_tokens_from_header = \"Cookie\"", "has a meaning of its own"),
        ("upstream_host = \"a@b\"", "not of the form HOST or HOST:PORT"),
        ("upstream_host = \"a/b\"", "not of the form HOST or HOST:PORT"),
        ("policy = 1", "takes a list of tables, each of which begins with two brackets: [[policy]]"),
        ("policy = [1]", "takes a list of tables"),
        (
            "policy = [{ decision = \"allow\" }]",
            "line 4: [[application]] number 1, [[policy]] number 1: \"name\" is missing",
        ),
        ("policy = [{ name = \"a\" }]", "\"decision\" is missing"),
        ("policy = [{ name = \"a\", decision = \"alow\" }]", "did you mean \"allow\"?"),
        ("policy = [{ name = \"a\", decision = \"allow\" }]", "\"include\" is missing"),
        ("policy = [{ name = \"a\", decision = \"allow\", include = {} }]", "[include]: it includes nobody"),
        (
            "policy = [{ name = \"a\", decision = \"allow\", include = { everyone = false, emails = [] } }]",
            "it includes nobody",
        ),
        (
            "policy = [{ name = \"a\", decision = \"allow\", include = { emails = \"a@b\" } }]",
            "takes a list of strings",
        ),
        (
            "policy = [{ name = \"a\", decision = \"allow\", include = { emails = [1] } }]",
            "takes a list of strings",
        ),
        (
            "policy = [{ name = \"a\", decision = \"allow\", include = { emails = [\"ada\"] } }]",
            "\"ada\" is no e-mail address",
        ),
        (
            "policy = [{ name = \"a\", decision = \"allow\", include = { emails_ending_in = [\"b.c\"] } }]",
            "not of the form \"@example.com\"",
        ),
        (
            "policy = [{ name = \"a\", decision = \"allow\", include = { groups = [\"\"] } }]",
            "a group has a name",
        ),
        (
            "policy = [{ name = \"a\", decision = \"bypass\", include = { emails = [\"a@b\"] } }]",
            "it takes only everyone = true",
        ),
        (
            "policy = [{ name = \"a\", decision = \"deny\", include = { everyone = true } }, { name = \"a\", decision = \"deny\", include = { everyone = true } }]",
            "[[policy]] number 2: the name \"a\" is that of number 1, too",
        ),
        (
            "policy = [{ name = \"a\", decision = \"allow\", include = { service_tokens = [\"cj\"] } }]\n[[service_token]]\nname = \"ci\"",
            "there is no [[service_token]] \"cj\"",
        ),
        (
            "policy = [{ name = \"a\", decision = \"allow\", include = { service_tokens = [\"deplyo\"] } }]\n[[service_token]]\nname = \"deploy\"",
            "there is no [[service_token]] \"deplyo\", did you mean \"deploy\"?",
        ),
        ("cors_headers = { allowed_origins = [\"*\"] }", "is no origin"),
        (
            "cors_headers = { allowed_origins = [\"http://localhost:5173/\"] }",
            "browsers never send \"http://localhost:5173/\", but \"http://localhost:5173\"",
        ),
        ("cors_headers = { allowed_methods = [\"get\"] }", "not in upper case"),
        ("cors_headers = { allowed_headers = [\"a b\"] }", "is no name of a header"),
        ("cors_headers = { max_age = 86401 }", "from -1 to 86400"),
        ("cors_headers = { max_age = 99999999999999999999 }", "too large a number"),
        ("options_preflight_bypass = true\ncors_headers = {}", "\"cors_headers\" would do nothing"),
    ] {
        // A second `name` would be TOML's error.
        let text = match line.starts_with("name") {
            true => format!("[[application]]\nupstream = \"http://127.0.0.1:8000\"\n\n{line}"),
            false => format!("{WIKI}{line}"),
        };
        let error = error(&text);
        assert!(error.contains(expected) && !error.contains('\n'), "{line}\n{error}\n{expected}");
    }
}

#[test]
fn wrong_people_are_told() {
    for (text, expected) in [
        ("[[user]]\nname = \"Ada\"", "line 1: [[user]] number 1: \"email\" is missing"),
        ("[[user]]\nemail = \"ada\"", "line 2: [[user]] number 1: email: \"ada\" is no e-mail address"),
        (
            "[[user]]\nemail = \"a@b\"\n[[user]]\nemail = \"A@B\"",
            "[[user]] number 2: the email \"a@b\" is that of number 1, too",
        ),
        ("[[user]]\nemail = \"a@b\"\ncountry = \"Germany\"", "not of the form \"DE\""),
        ("[[user]]\nemail = \"a@b\"\ngroups = \"admins\"", "\"groups\" is a list"),
        (
            "[[user]]\nemail = \"a@b\"\ngroups = [{ team = \"x\" }]",
            "tables with \"id\", \"name\" or \"email\"",
        ),
        ("[[user]]\nemail = \"a@b\"\ncustom = [1]", "\"custom\" is a table"),
        (
            "[[user]]\nemail = \"a@b\"\ncustom = { born = 1815-12-10 }",
            "line 3: [[user]] number 1: custom: JSON has no dates; write it as a string",
        ),
        ("[user]\nemail = \"a@b\"", "begins with two brackets: [[user]]"),
        ("team = 1", "line 1: \"team\" is a number; it takes a table"),
        ("[[service_token]]", "\"name\" is missing"),
        ("[[service_token]]\nname = \"ä\"", "more than letters, digits, spaces"),
        ("[[service_token]]\nname = \"ci\"\nclient_id = \"abc\"", "\"abc\" is not 32 hexadecimal digits"),
        (
            "[[service_token]]\nname = \"ci\"\n[[service_token]]\nname = \"ci\"",
            "the name \"ci\" is that of number 1, too",
        ),
        (
            "[[service_token]]\nname = \"a-b\"\n[[service_token]]\nname = \"a_b\"",
            "the environment variable \"CFACCESS_LOCAL_SECRET_A_B\" is that of number 1, too",
        ),
    ] {
        let error = error(text);
        assert!(error.contains(expected) && !error.contains('\n'), "{text}\n{error}");
    }
}

#[test]
fn secrets_do_not_stand_in_the_file() {
    for name in ["secret", "client_secret"] {
        let error = error(&format!("[[service_token]]\nname = \"ci\"\n{name} = \"hunter2\""));
        assert!(error.contains("CFACCESS_LOCAL_SECRET_CI") && error.contains("--state"), "{error}");
        assert!(!error.contains("hunter2"), "{error}");
    }
}

#[test]
fn applications_are_told_apart() {
    let second = |line: &str| format!("{WIKI}[[application]]\nupstream = \"http://127.0.0.1:1\"\n{line}");
    for (line, expected) in [
        ("name = \"wiki\"", "[[application]] number 2: the name \"wiki\" is that of number 1, too"),
        (
            "name = \"b\"\ndomain = \"WIKI.localhost/\"",
            "the domain \"wiki.localhost\" is that of number 1, too",
        ),
        ("name = \"b\"\ndomain = \"localhost\"", "\"localhost\" is for the only host"),
        ("name = \"our wiki\"", "domain: is missing, and \"our wiki\" cannot be part of a host name"),
    ] {
        assert!(error(&second(line)).contains(expected), "{line}: {}", error(&second(line)));
    }
    let aud = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    let same = format!(
        "{WIKI}aud = \"{aud}\"\n[[application]]\nname = \"b\"\nupstream = \"http://a:1\"\naud = \"{aud}\""
    );
    assert!(error(&same).contains("the aud"));
    assert!(Config::parse(&second("name = \"b\"\ndomain = \"wiki.localhost/b\""), false).is_ok());
    let paths = "[[application]]\nname = \"a\"\ndomain = \"localhost\"\nupstream = \"http://a:1\"\n\
                 [[application]]\nname = \"b\"\ndomain = \"localhost/b\"\nupstream = \"http://a:1\"";
    assert!(Config::parse(paths, false).is_ok());
    assert_eq!(error(""), "line 1: there is no [[application]]");
    assert!(error("[[application]]\nname = \"a\"").contains("\"upstream\" is missing"));
}

#[test]
fn mistakes_of_toml_are_one_line() {
    for (text, line) in [("a = ", 1), ("\n\n[team", 3), ("[team]\nx = 1\nx = 2", 3), ("a = \"", 1), ("\0", 1)]
    {
        let error = error(text);
        assert!(error.starts_with(&format!("line {line}: ")) && !error.contains('\n'), "{text:?}: {error}");
    }
    let deep = format!("a = {}", "[".repeat(100_000));
    assert!(!error(&deep).is_empty());
}

#[test]
fn the_defaults_are_those_of_the_file_that_says_the_same() {
    const SAME: &str = r#"
        [[application]]
        name = "app"
        domain = "HOST"
        upstream = "http://127.0.0.1:8000"
        [[application.policy]]
        name = "services"
        decision = "non_identity"
        include = { service_tokens = ["ci"] }
        [[application.policy]]
        name = "everyone"
        decision = "allow"
        include = { everyone = true }
        [[user]]
        email = "ada@example.com"
        name = "Ada"
        groups = ["admins"]
        [[user]]
        email = "grace@example.com"
        name = "Grace"
        [[user]]
        email = "linus@example.com"
        name = "Linus"
        [[service_token]]
        name = "ci"
    "#;
    let upstream = Upstream { host: "127.0.0.1".into(), port: 8_000 };
    for (host, face_is_exact) in [("localhost", false), ("app.cfaccess.test", true)] {
        let read = Config::parse(&SAME.replace("HOST", host), face_is_exact).expect("a configuration");
        let default = Config::for_upstream(upstream.clone(), face_is_exact);
        assert_eq!(format!("{default:?}"), format!("{read:?}"));
    }
}

/// Whatever the file says, the answer is a configuration or one line.
#[test]
fn mangled_files_do_no_harm() {
    let mut random = fastrand::Rng::with_seed(7);
    let pieces: Vec<&str> = FULL.split_inclusive(['\n', ' ', '"', '=', '[', '{', ',']).collect();
    let (mut read, mut refused) = (0, 0);
    for _ in 0..4_000 {
        let mut text: Vec<u8> = match random.bool() {
            true => FULL.as_bytes().to_vec(),
            false => (0..random.usize(1..80))
                .flat_map(|_| random.choice(&pieces).expect("a piece").bytes())
                .collect(),
        };
        for _ in 0..random.usize(0..4) {
            let start = random.usize(..text.len().max(1)).min(text.len());
            let end = (start + random.usize(..8)).min(text.len());
            let put: Vec<u8> = (0..random.usize(..3))
                .map(|_| *random.choice(b"\"'[]{}=,.#\n\\ 0a\x00\xc3").expect("a byte"))
                .collect();
            text.splice(start..end, put);
        }
        let text = String::from_utf8_lossy(&text);
        match Config::parse(&text, random.bool()) {
            Ok(_) => read += 1,
            Err(ConfigError(message)) => {
                refused += 1;
                assert!(message.starts_with("line ") && !message.contains(char::is_control), "{message:?}");
            }
        }
    }
    assert!(read > 100 && refused > 1_000, "{read} read, {refused} refused");
}
