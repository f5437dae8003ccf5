//! What a header `Accept` asks for (RFC 9110 section 12.5.1).

use super::request::is_token;

/// A weight in thousandths, as RFC 9110 section 12.4.2 bounds it.
type Weight = u16;

/// One media range with its weight.
struct Range<'a> {
    kind: &'a [u8],
    subtype: &'a [u8],
    weight: Weight,
}

/// Whether plain text, or HTML, for which it substitutes, is preferred to JSON.
pub(super) fn prefers_text<'a>(values: impl Iterator<Item = &'a [u8]> + Clone) -> bool {
    let weight = |kind, subtype| weight_of(values.clone(), kind, subtype);
    weight("text", "plain").max(weight("text", "html")) > weight("application", "json")
}

/// Whether HTML is asked for by name, as browsers do for pages.
pub(super) fn names_html<'a>(values: impl Iterator<Item = &'a [u8]>) -> bool {
    ranges(values).find(|range| range.specificity("text", "html") == 3).is_some_and(|range| range.weight > 0)
}

/// The weight of the most specific range that matches, or of the first among equals; 0 if none matches.
fn weight_of<'a>(values: impl Iterator<Item = &'a [u8]>, kind: &str, subtype: &str) -> Weight {
    let (mut weight, mut best) = (0, 0);
    for range in ranges(values) {
        let specificity = range.specificity(kind, subtype);
        if specificity > best {
            (weight, best) = (range.weight, specificity);
        }
    }
    weight
}

/// The well-formed ranges. Others are ignored: their meaning could only be guessed.
fn ranges<'a>(values: impl Iterator<Item = &'a [u8]>) -> impl Iterator<Item = Range<'a>> {
    values.flat_map(|value| split(value, b',')).filter_map(|item| Range::parse(item.trim_ascii()))
}

impl<'a> Range<'a> {
    fn parse(item: &'a [u8]) -> Option<Range<'a>> {
        let mut pieces = split(item, b';');
        let name = pieces.next()?.trim_ascii();
        let slash = name.iter().position(|&byte| byte == b'/')?;
        let (kind, subtype) = (name.get(..slash)?, name.get(slash + 1..)?);
        if !is_token(kind) || !is_token(subtype) || (kind == b"*" && subtype != b"*") {
            return None;
        }
        let mut weight = None;
        for parameter in pieces.map(<[u8]>::trim_ascii).filter(|parameter| !parameter.is_empty()) {
            let equals = parameter.iter().position(|&byte| byte == b'=')?;
            let (name, value) = (parameter.get(..equals)?, parameter.get(equals + 1..)?);
            if !is_token(name) || !(is_token(value) || is_quoted(value)) {
                return None;
            }
            if name.eq_ignore_ascii_case(b"q") && weight.replace(parse_weight(value)?).is_some() {
                return None;
            }
        }
        Some(Range { kind, subtype, weight: weight.unwrap_or(1_000) })
    }

    fn specificity(&self, kind: &str, subtype: &str) -> u8 {
        let is_kind = self.kind.eq_ignore_ascii_case(kind.as_bytes());
        match self.subtype {
            b"*" if self.kind == b"*" => 1,
            b"*" if is_kind => 2,
            other if is_kind && other.eq_ignore_ascii_case(subtype.as_bytes()) => 3,
            _ => 0,
        }
    }
}

/// `0`, `0.5` or `1.000`: no more than three digits after the point.
fn parse_weight(text: &[u8]) -> Option<Weight> {
    let (whole, digits) = match text {
        [whole] => (whole, &[][..]),
        [whole, b'.', digits @ ..] if digits.len() <= 3 && digits.iter().all(u8::is_ascii_digit) => {
            (whole, digits)
        }
        _ => return None,
    };
    let mut thousandths = 0;
    for place in 0..3 {
        thousandths = 10 * thousandths + digits.get(place).map_or(0, |digit| Weight::from(digit - b'0'));
    }
    match whole {
        b'0' => Some(thousandths),
        b'1' if thousandths == 0 => Some(1_000),
        _ => None,
    }
}

/// RFC 9110 section 5.6.4.
fn is_quoted(text: &[u8]) -> bool {
    let Some(mut inner) = text.strip_prefix(b"\"").and_then(|text| text.strip_suffix(b"\"")) else {
        return false;
    };
    let is_text = |byte: u8| matches!(byte, b'\t' | b' '..=b'~' | 0x80..);
    while let [first, rest @ ..] = inner {
        inner = match (first, rest) {
            (b'\\', [escaped, rest @ ..]) if is_text(*escaped) => rest,
            (b'\\' | b'"', _) => return false,
            (byte, rest) if is_text(*byte) => rest,
            _ => return false,
        };
    }
    true
}

/// Splits at a separator outside quotes.
fn split(text: &[u8], separator: u8) -> impl Iterator<Item = &[u8]> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    text.split(move |&byte| {
        let is_end = byte == separator && !is_quoted;
        if is_escaped {
            is_escaped = false;
        } else if byte == b'"' {
            is_quoted = !is_quoted;
        } else {
            is_escaped = byte == b'\\' && is_quoted;
        }
        is_end
    })
}
