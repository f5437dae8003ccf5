//! What holds for every page.

mod elements;

use elements::{Element, elements};

use super::samples::{Texts, pages};
use super::{chosen_email, headers, misdirected};

fn for_each(check: impl Fn(&str, &str, Vec<Element<'_>>)) {
    for texts in [Texts::USUAL, Texts::HOSTILE] {
        for (name, page) in pages(&texts) {
            check(name, &page, elements(&page));
        }
    }
}

#[test]
fn every_page_says_that_nothing_is_real() {
    for_each(|name, page, _| {
        let bar = "<header class=\"bar\"><p>Local Access. Nothing here is real.</p></header>";
        assert!(page.contains(bar), "{name}");
    });
}

#[test]
fn texts_make_no_elements_and_no_attributes() {
    for ((name, usual), (_, hostile)) in pages(&Texts::USUAL).iter().zip(&pages(&Texts::HOSTILE)) {
        let shape = |page| -> Vec<(String, Vec<String>)> {
            let shape_of = |element: &Element<'_>| {
                let attributes = element.attributes.iter().map(|(name, _)| (*name).to_owned()).collect();
                (element.name.to_owned(), attributes)
            };
            elements(page).iter().map(shape_of).collect()
        };
        assert_eq!(shape(usual), shape(hostile), "{name}");
    }
}

#[test]
fn texts_are_shown_as_they_are() {
    let hostile = Texts::HOSTILE;
    let all = pages(&hostile);
    let page = |wanted: &str| &all.iter().find(|(name, _)| *name == wanted).unwrap().1;
    for (name, text) in [
        ("login", hostile.name),
        ("login", hostile.email),
        ("login", hostile.application),
        ("login", hostile.host),
        ("login", hostile.hidden),
        ("denied-message", hostile.message),
        ("denied-message", hostile.email),
        ("not-found", hostile.host),
        ("forbidden", hostile.email),
        ("forbidden", hostile.hidden),
        ("signed-out", hostile.email),
        ("approve", hostile.host),
        ("approve", hostile.email),
        ("status", hostile.name),
        ("status", hostile.email),
        ("status", hostile.application),
        ("status", hostile.host),
        ("status", hostile.reason),
        ("status-refused", hostile.notice),
        ("status", hostile.path),
    ] {
        let escaped =
            text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
        assert!(page(name).contains(&escaped), "{name}: {escaped}");
    }
}

#[test]
fn nothing_runs_and_nothing_is_loaded() {
    let known = [
        "action",
        "aria-label",
        "aria-labelledby",
        "autocomplete",
        "charset",
        "checked",
        "class",
        "content",
        "datetime",
        "for",
        "href",
        "id",
        "label",
        "lang",
        "method",
        "name",
        "placeholder",
        "required",
        "role",
        "scope",
        "spellcheck",
        "step",
        "type",
        "value",
    ];
    for_each(|page, _, elements| {
        for element in elements {
            let loads =
                ["script", "link", "img", "iframe", "object", "embed", "base", "svg", "video", "audio"];
            assert!(!loads.contains(&element.name), "{page}: {}", element.name);
            for (name, value) in &element.attributes {
                assert!(known.contains(name), "{page}: {name}");
                let is_local = value.starts_with("/cdn-cgi/")
                    || value.starts_with('#')
                    || value.starts_with("http://127.0.0.1:8780/")
                    || value.starts_with("http://wiki.localhost:8780/")
                    || value.starts_with("http://localhost:8780/");
                assert!(!["href", "action"].contains(name) || is_local, "{page}: {value}");
            }
        }
    });
    assert!(!include_str!("style.css").contains("url(") && !include_str!("style.css").contains("@import"));
}

#[test]
fn every_field_has_its_label() {
    for_each(|page, _, elements| {
        let labelled: Vec<&str> =
            elements.iter().filter(|each| each.name == "label").filter_map(|each| each.get("for")).collect();
        let fields = elements
            .iter()
            .filter(|each| ["input", "select", "textarea"].contains(&each.name))
            .filter(|each| each.get("type") != Some("hidden"));
        for field in fields {
            let is_in_label = field.parents.contains(&"label");
            assert!(is_in_label || field.get("id").is_some_and(|id| labelled.contains(&id)), "{page}");
        }
    });
}

#[test]
fn every_page_has_a_language_a_title_landmarks_and_one_heading() {
    for_each(|page, _, elements| {
        for name in ["html", "title", "header", "main", "h1"] {
            assert_eq!(elements.iter().filter(|each| each.name == name).count(), 1, "{page}: {name}");
        }
        assert_eq!(elements.first().unwrap().get("lang"), Some("en"));
        assert!(elements.iter().all(|each| each.name != "h1" || each.parents.contains(&"main")));
        let mut ids: Vec<&str> = elements.iter().filter_map(|each| each.get("id")).collect();
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count, "{page}: an id twice");
        let targets = elements.iter().filter_map(|each| each.get("href")?.strip_prefix('#'));
        for named in elements.iter().filter_map(|each| each.get("aria-labelledby")).chain(targets) {
            assert!(ids.contains(&named), "{page}: {named}");
        }
    });
}

#[test]
fn every_form_is_sent_by_post_with_its_token() {
    for_each(|page, _, elements| {
        let forms: Vec<_> = elements.iter().filter(|each| each.name == "form").collect();
        assert!(forms.iter().all(|form| form.get("method") == Some("post")), "{page}");
        let tokens = elements.iter().filter(|each| each.get("name") == Some("csrf"));
        assert_eq!(tokens.filter(|each| each.get("value") != Some("")).count(), forms.len(), "{page}");
    });
}

#[test]
fn texts_of_the_real_thing_are_word_for_word() {
    let all = pages(&Texts::USUAL);
    for (name, text) in [
        ("denied", "That account does not have access"),
        ("not-found", "Unable to find your Access application!"),
        ("unauthorized", "<title>401 Unauthorized</title>"),
        ("invalid-login", "Invalid login session – Please try going to the URL of your application again"),
    ] {
        assert!(all.iter().find(|(each, _)| *each == name).unwrap().1.contains(text), "{name}");
    }
}

#[test]
fn the_one_chosen_first_is_the_one_asked_for() {
    let all = pages(&Texts::USUAL);
    for (name, email) in [("login", "ada@example.com"), ("denied", "linus@example.com")] {
        let page = &all.iter().find(|(each, _)| *each == name).unwrap().1;
        let chosen: Vec<_> = elements(page)
            .iter()
            .filter(|each| each.get("checked").is_some())
            .map(|e| e.get("value").map(str::to_owned))
            .collect();
        assert_eq!(chosen, [Some(email.to_owned())]);
    }
}

#[test]
fn a_typed_address_goes_before_a_chosen_person() {
    assert_eq!(chosen_email("ada@example.com", ""), "ada@example.com");
    assert_eq!(chosen_email("ada@example.com", " \t"), "ada@example.com");
    assert_eq!(chosen_email("ada@example.com", " eve@example.net "), "eve@example.net");
    assert_eq!(chosen_email("", ""), "");
}

#[test]
fn an_address_that_is_not_of_the_web_is_no_link() {
    for address in ["javascript:alert(1)", "data:text/html,x", "//evil.test/", " http://x", "HTTP://x"] {
        assert_eq!(super::parts::link(address, "text").into_string(), "text");
    }
    assert_eq!(
        super::parts::link("http://a/?b&c", "text").into_string(),
        "<a href=\"http://a/?b&amp;c\">text</a>"
    );
}

#[test]
fn addresses_for_another_host_are_one_line() {
    let text = misdirected(&["http://localhost:8780", "http://127.0.0.1:8780"]);
    assert_eq!(text.trim_end().lines().count(), 1);
    assert!(text.contains("http://localhost:8780 http://127.0.0.1:8780"));
}

#[test]
fn the_policy_names_the_style_sheet_of_the_pages() {
    use base64::Engine as _;
    let headers = headers(&["http://wiki.localhost:8780"]);
    let policy = headers["content-security-policy"].to_str().unwrap();
    for_each(|name, page, _| {
        let style = page.split_once("<style>").unwrap().1.split_once("</style>").unwrap().0;
        let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, style.as_bytes());
        let hash = base64::engine::general_purpose::STANDARD.encode(hash);
        assert!(policy.contains(&format!("style-src 'sha256-{hash}'; ")), "{name}");
    });
    assert!(policy.starts_with("default-src 'none'; "));
    assert!(policy.ends_with(
        "; form-action 'self' http://wiki.localhost:8780; frame-ancestors 'none'; base-uri 'none'"
    ));
    assert_eq!(headers["referrer-policy"], "no-referrer");
    assert_eq!(headers["cache-control"], "no-store");
    assert_eq!(headers["x-content-type-options"], "nosniff");
}

#[test]
fn only_origins_get_into_the_policy() {
    let policy = |targets: &[&str]| {
        let headers = headers(targets);
        let text = headers["content-security-policy"].to_str().unwrap().to_owned();
        text.split_once("form-action ").unwrap().1.split_once(';').unwrap().0.to_owned()
    };
    assert_eq!(policy(&[]), "'self'");
    assert_eq!(policy(&["https://app.cfaccess.test/path?x"]), "'self' https://app.cfaccess.test");
    for target in ["*", "https:", "javascript:x", "data:,", "", "a; script-src *", "http://a;script-src b"] {
        assert_eq!(policy(&[target]), "'self'", "{target}");
    }
}
