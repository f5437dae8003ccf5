//! One line of the report, and how it is told.

use cfaccess::Refusal;
use serde_json::{Value, json};

use crate::output::{Output, Style};
use crate::redaction::{printable, redact};

/// One line of the report.
pub struct Check {
    pub name: &'static str,
    pub finding: Finding,
}

pub enum Finding {
    Good(String),
    /// It works, but not as well as it might; and what to do about it.
    Warning(String, String),
    /// It does not work; and what to do about it.
    Bad(String, String),
    /// It cannot be looked at before something else is mended.
    Skipped(&'static str),
}

pub fn check(name: &'static str, finding: Finding) -> Check {
    Check { name, finding }
}

pub fn bad(refusal: &Refusal, advice: &str) -> Finding {
    Finding::Bad(refusal.message().to_owned(), advice.to_owned())
}

impl Check {
    pub fn parts(&self) -> (&'static str, Style, &str, Option<&str>) {
        match &self.finding {
            Finding::Good(words) => ("ok", Style::Good, words, None),
            Finding::Warning(words, advice) => ("warning", Style::Warning, words, Some(advice)),
            Finding::Bad(words, advice) => ("failed", Style::Bad, words, Some(advice)),
            Finding::Skipped(why) => ("skipped", Style::Faint, why, None),
        }
    }

    pub fn told(&self, output: &Output) -> String {
        let (result, style, words, advice) = self.parts();
        let result = output.paint(style, &format!("{result:<8}"));
        let mut text = format!("{:<15} {result} {}\n", self.name, printable(&redact(words)));
        if let Some(advice) = advice {
            text += &format!("{:<24} -> {advice}\n", "");
        }
        text
    }

    pub fn to_json(&self) -> Value {
        let (result, _, words, advice) = self.parts();
        json!({"check": self.name, "result": result, "message": redact(words), "advice": advice})
    }
}
