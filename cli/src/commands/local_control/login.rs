//! `cfaccess local login`

use serde_json::{Value, json};

use super::client::Client;
use super::set;
use crate::arguments::{Login, Print};
use crate::exit::{Exit, Failure};
use crate::output::Output;

pub fn run(command: &Login, output: &Output) -> Result<Exit, Failure> {
    let mut body = json!({"email": command.email});
    set(&mut body, [("app", command.app.as_ref().map(|app| json!(app)))]);
    let answer = Client::new(&command.server)?.post("sessions", Some(&body))?;
    let text = shown(&answer, command.print)
        .ok_or_else(|| Failure::internal("the answer has no cookie, token and address"))?;
    output.result(|| answer, || text)?;
    Ok(Exit::Done)
}

fn shown(answer: &Value, print: Print) -> Option<String> {
    let member = |name: &str| answer.get(name).and_then(Value::as_str);
    let cookie = member("cookie")?.split(';').next()?;
    Some(match print {
        Print::Cookie => format!("{cookie}\n"),
        Print::Token => format!("{}\n", member("token")?),
        // Neither a JWT nor the address of an application holds a quote.
        Print::Curl => format!("curl --cookie '{cookie}' '{}'\n", member("url")?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_can_be_used_as_it_is() {
        let answer = json!({
            "cookie": "CF_Authorization=a.b.c; Expires=Thu, 01 Jan 2026 00:00:00 GMT; Path=/",
            "token": "a.b.c",
            "url": "http://localhost:8780/",
        });
        let shown = |print| shown(&answer, print).unwrap_or_default();
        assert_eq!(shown(Print::Cookie), "CF_Authorization=a.b.c\n");
        assert_eq!(shown(Print::Token), "a.b.c\n");
        assert_eq!(shown(Print::Curl), "curl --cookie 'CF_Authorization=a.b.c' 'http://localhost:8780/'\n");
    }
}
