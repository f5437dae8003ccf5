//! What a client of the Access keeps and gets.

use std::collections::HashMap;

/// What came back.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: String,
}

/// Cookies of a browser, by host; attributes other than an end in the past are not looked at.
#[derive(Default)]
pub(super) struct Jar(pub(super) HashMap<(String, String), String>);

impl Answer {
    pub(super) fn parse(text: &str) -> Answer {
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((text, ""));
        let mut lines = head.split("\r\n");
        let status =
            lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|status| status.parse().ok());
        let headers = lines.filter_map(|line| line.split_once(": "));
        let headers = headers.map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect();
        Answer { status: status.unwrap_or(0), headers, body: body.to_owned() }
    }

    pub(super) fn header(&self, name: &str) -> &str {
        self.all(name).first().copied().unwrap_or_default()
    }

    pub(super) fn all(&self, name: &str) -> Vec<&str> {
        let of_name = self.headers.iter().filter(|(found, _)| found == name);
        of_name.map(|(_, value)| value.as_str()).collect()
    }

    pub(super) fn cookie(&self, name: &str) -> Option<&str> {
        self.all("set-cookie").into_iter().find(|cookie| cookie.starts_with(&format!("{name}=")))
    }

    pub(super) fn csrf(&self) -> &str {
        let start = self.body.find("name=\"csrf\" value=\"").unwrap() + "name=\"csrf\" value=\"".len();
        self.body[start..].split('"').next().unwrap()
    }

    /// A header of the request that the origin got.
    pub(super) fn origin_got(&self, name: &str) -> Vec<&str> {
        let lines = self.body.lines().filter_map(|line| line.split_once(": "));
        lines.filter(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value).collect()
    }
}

impl Jar {
    pub(super) fn line(&self, host: &str) -> String {
        let of_host = self.0.iter().filter(|((of, _), _)| of == host);
        of_host.map(|((_, name), value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    pub(super) fn take(&mut self, host: &str, answer: &Answer) {
        for cookie in answer.all("set-cookie") {
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            let key = (host.to_owned(), name.to_owned());
            if value.is_empty() {
                self.0.remove(&key)
            } else {
                self.0.insert(key, value.to_owned())
            };
        }
    }

    pub(super) fn get(&self, host: &str, name: &str) -> Option<&str> {
        self.0.get(&(host.to_owned(), name.to_owned())).map(String::as_str)
    }

    pub(super) fn forget(&mut self, host: &str, name: &str) {
        self.0.remove(&(host.to_owned(), name.to_owned()));
    }
}
