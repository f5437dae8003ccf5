//! A reader of markup that takes nothing but what is well formed.

/// Elements without an end.
const VOID: [&str; 3] = ["meta", "input", "link"];

pub(super) struct Element<'a> {
    pub(super) name: &'a str,
    pub(super) attributes: Vec<(&'a str, &'a str)>,
    /// Names of the elements that it is in.
    pub(super) parents: Vec<&'a str>,
}

impl Element<'_> {
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(each, _)| *each == name).map(|(_, value)| *value)
    }
}

/// Every element of a page, if each one ends where it has to.
pub(super) fn elements(page: &str) -> Vec<Element<'_>> {
    let mut rest = page.strip_prefix("<!DOCTYPE html>").unwrap();
    let (mut open, mut found) = (Vec::new(), Vec::new());
    while let Some((text, after)) = rest.split_once('<') {
        assert!(open.last() == Some(&"style") || !text.contains('>'), "{text}");
        if let Some(end) = after.strip_prefix('/') {
            let (name, after) = end.split_once('>').unwrap();
            assert_eq!(open.pop(), Some(name));
            rest = after;
            continue;
        }
        let (name, after) = after.split_at(after.find([' ', '>']).unwrap());
        assert!(name.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit()), "{name}");
        let (attributes, after) = attributes(after);
        found.push(Element { name, attributes, parents: open.clone() });
        if !VOID.contains(&name) {
            open.push(name);
        }
        rest = after;
    }
    assert!(open.is_empty() && rest.is_empty());
    found
}

/// The attributes of a tag, and what comes after it.
fn attributes(mut rest: &str) -> (Vec<(&str, &str)>, &str) {
    let mut found: Vec<(&str, &str)> = Vec::new();
    loop {
        rest = rest.trim_start();
        if let Some(after) = rest.strip_prefix('>') {
            return (found, after);
        }
        let (name, after) = rest.split_at(rest.find([' ', '=', '>']).unwrap());
        let (value, after) = match after.strip_prefix("=\"") {
            Some(quoted) => quoted.split_once('"').unwrap(),
            None => ("", after),
        };
        assert!(!found.iter().any(|(each, _)| *each == name), "{name}");
        found.push((name, value));
        rest = after;
    }
}
