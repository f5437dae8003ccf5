//! What is printed: data to standard output, words to standard error.

use std::env;
use std::io::{self, IsTerminal, Write};

use serde_json::{Value, json};

use crate::exit::{Exit, Failure};
use crate::redaction::{printable, redact};

/// Where and how a command prints.
pub struct Output {
    json: bool,
    colours: Colours,
}

/// Which of the two streams show colours.
#[derive(Clone, Copy)]
struct Colours {
    stdout: bool,
    stderr: bool,
}

#[derive(Clone, Copy)]
pub enum Style {
    Good,
    Bad,
    Warning,
    Faint,
}

impl Output {
    pub fn new(json: bool) -> Output {
        Output { json, colours: Colours::of_environment() }
    }

    /// A text of standard output in colour, where that has colours.
    pub fn paint(&self, style: Style, text: &str) -> String {
        painted(self.colours.stdout, style, text)
    }

    /// Prints the result of a command: as an object, or as text that ends with a line break.
    pub fn result(
        &self,
        object: impl FnOnce() -> Value,
        text: impl FnOnce() -> String,
    ) -> Result<(), Failure> {
        if self.json { self.raw(format!("{}\n", object())) } else { self.raw(text()) }
    }

    /// Prints data as it is.
    pub fn raw(&self, data: impl AsRef<[u8]>) -> Result<(), Failure> {
        let mut stdout = io::stdout().lock();
        match stdout.write_all(data.as_ref()).and_then(|()| stdout.flush()) {
            // Whoever reads it has seen enough.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            Err(error) => Err(Failure::io("write to standard output", &error)),
            Ok(()) => Ok(()),
        }
    }

    /// Says something that is worth knowing but is no data.
    pub fn note(&self, text: &str) {
        self.say(Style::Warning, "note", text);
    }

    /// Reports a failure, and says how the program ends.
    pub fn failure(&self, failure: &Failure) -> Exit {
        let message = redact(&failure.message);
        if self.json {
            let object = json!({
                "status": failure.status.name(),
                "http_status": failure.status.http_status(),
                "message": message,
            });
            // Whether it can be printed changes nothing about how the program ends.
            let _ = self.raw(format!("{object}\n"));
        } else {
            self.say(Style::Bad, failure.status.name(), &message);
        }
        failure.exit
    }

    fn say(&self, style: Style, label: &str, text: &str) {
        let label = painted(self.colours.stderr, style, label);
        // There is nobody left to tell that standard error cannot be written.
        let _ = writeln!(io::stderr(), "{label}: {}", printable(&redact(text)));
    }
}

impl Colours {
    /// On a terminal, unless `NO_COLOR` (<https://no-color.org>) says no or the terminal cannot.
    fn of_environment() -> Colours {
        let refused = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
            || env::var_os("TERM").is_none_or(|name| name == "dumb");
        Colours {
            stdout: !refused && io::stdout().is_terminal(),
            stderr: !refused && io::stderr().is_terminal(),
        }
    }
}

fn painted(coloured: bool, style: Style, text: &str) -> String {
    let code = match style {
        Style::Good => "32",
        Style::Bad => "1;31",
        Style::Warning => "33",
        Style::Faint => "2",
    };
    if coloured { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
}

/// `1 key`, `2 keys`
pub fn count(number: usize, noun: &str) -> String {
    match (number, noun.strip_suffix('y').filter(|stem| !stem.ends_with('e'))) {
        (1, _) => format!("1 {noun}"),
        (_, Some(stem)) => format!("{number} {stem}ies"),
        (_, None) => format!("{number} {noun}s"),
    }
}

/// Prints the help that was asked for, or what is wrong with the arguments, which may hold a token by mistake.
pub fn print_usage(error: &clap::Error) -> Exit {
    if !error.use_stderr() {
        // As above.
        let _ = error.print();
        return Exit::Done;
    }
    let rendered = error.render();
    let text =
        if Colours::of_environment().stderr { rendered.ansi().to_string() } else { rendered.to_string() };
    let _ = io::stderr().write_all(redact(&text).as_bytes());
    Exit::Usage
}
