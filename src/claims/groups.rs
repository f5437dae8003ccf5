//! What a token says about the groups of its owner.

use crate::json::{self, NotStrict, Value};

/// The member `groups` of a `custom` object. `None` if it does not tell; an empty list if it tells that there are none.
pub(crate) fn groups_of(custom: &str) -> Result<Option<Vec<String>>, NotStrict> {
    let mut custom = json::parse_object(custom)?;
    Ok(match custom.take("groups") {
        Some(Value::Null) => Some(Vec::new()),
        Some(Value::String(group)) => Some(vec![group.into_owned()]),
        // A list that cannot be read whole is not read in part.
        Some(Value::Array(groups)) => groups.iter().map(name_of).collect(),
        _ => None,
    })
}

/// A group is a string, or an object that is known by the first of these members that is a string and not empty.
fn name_of(group: &Value<'_>) -> Option<String> {
    let name = match group {
        Value::String(name) => Some(&**name),
        Value::Object(group) => ["name", "email", "id"]
            .into_iter()
            .filter_map(|member| group.get(member)?.as_str())
            .find(|name| !name.is_empty()),
        _ => None,
    };
    name.map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn groups(custom: &str) -> Option<Vec<String>> {
        groups_of(custom).expect("strict JSON")
    }

    #[test]
    fn groups_are_present_absent_or_unknown() {
        let cases: [(&str, Option<&[&str]>); 19] = [
            (r#"{}"#, None),
            (r#"{"Groups":["staff"]}"#, None),
            (r#"{"groups":[]}"#, Some(&[])),
            (r#"{"groups":null}"#, Some(&[])),
            (r#"{"groups":["staff","größe","a/b"]}"#, Some(&["staff", "größe", "a/b"])),
            (r#"{"groups":[""]}"#, Some(&[""])),
            (r#"{"groups":"staff"}"#, Some(&["staff"])),
            (r#"{"groups":"a,b"}"#, Some(&["a,b"])),
            (r#"{"groups":[{"id":"1","email":"a@b","name":"staff"}]}"#, Some(&["staff"])),
            (r#"{"groups":[{"id":"1","email":"staff@example.com"}]}"#, Some(&["staff@example.com"])),
            (r#"{"groups":[{"id":"1","name":"","email":null}]}"#, Some(&["1"])),
            (r#"{"groups":["staff",{"id":"1"}]}"#, Some(&["staff", "1"])),
            (r#"{"groups":["staff",1]}"#, None),
            (r#"{"groups":[{"gid":"1"}]}"#, None),
            (r#"{"groups":[["staff"]]}"#, None),
            (r#"{"groups":[null]}"#, None),
            (r#"{"groups":{"name":"staff"}}"#, None),
            (r#"{"groups":false}"#, None),
            (r#"{"groups":1}"#, None),
        ];
        for (custom, expected) in cases {
            assert_eq!(
                groups(custom).as_deref().map(|list| list.iter().map(String::as_str).collect()),
                expected.map(<[_]>::to_vec),
                "{custom}"
            );
        }
    }

    #[test]
    fn what_is_no_strict_object_has_no_groups() {
        for text in ["", "[]", "null", r#"{"groups":[],"groups":["admin"]}"#, "{} "] {
            let is_strict = text == "{} ";
            assert_eq!(groups_of(text).is_ok(), is_strict, "{text}");
        }
    }
}
