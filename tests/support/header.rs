//! Reads the C header as far as the tests ask, in the one style that cbindgen writes.

/// A function and the comment above it.
pub struct Function<'a> {
    pub name: &'a str,
    pub result: String,
    /// Type and name of each.
    pub parameters: Vec<(String, String)>,
    pub comment: &'a str,
}

impl Function<'_> {
    /// What a call passes and gets: a prototype without the names of its parameters.
    pub fn prototype(&self) -> String {
        let types: Vec<_> = self.parameters.iter().map(|(kind, _)| kind.as_str()).collect();
        let types = if types.is_empty() { "void".to_owned() } else { types.join(", ") };
        format!("{} {}({types})", self.result, self.name)
    }
}

pub fn functions(header: &str) -> Vec<Function<'_>> {
    between(header, "extern \"C\" {", "}  // extern \"C\"")
        .split("/**")
        .skip(1)
        .map(|item| {
            let (comment, code) = item.split_once("*/").expect("a comment has an end");
            let code = code.trim_start().trim_start_matches("CFACCESS_MUST_USE");
            let (declaration, _) = code.split_once(");").expect("one function a comment");
            function(comment, declaration)
        })
        .collect()
}

fn function<'a>(comment: &'a str, declaration: &'a str) -> Function<'a> {
    let (head, parameters) = declaration.split_once('(').expect("a list of parameters");
    let name_begins = 1 + head.rfind([' ', '*']).expect("a result and a name");
    let parameters = parameters.split(',').filter(|parameter| *parameter != "void");
    Function {
        name: &head[name_begins..],
        result: one_line(&head[..name_begins]),
        parameters: parameters.map(|parameter| typed_name(&one_line(parameter))).collect(),
        comment,
    }
}

/// The types of the functions that a caller passes.
pub fn callbacks(header: &str) -> Vec<Function<'_>> {
    let declarations = header.split("typedef ").skip(1).filter_map(|item| item.split_once(");"));
    declarations
        .filter_map(|(declaration, _)| declaration.split_once(" (*"))
        .filter_map(|(result, rest)| Some((result, rest.split_once(")(")?)))
        .map(|(result, (name, parameters))| Function {
            name,
            result: one_line(result),
            parameters: parameters.split(',').map(|parameter| typed_name(&one_line(parameter))).collect(),
            comment: "",
        })
        .collect()
}

/// Every struct without members.
pub fn opaque_types(header: &str) -> Vec<&str> {
    let names = header.lines().filter_map(|line| line.strip_prefix("typedef struct ")?.strip_suffix(';'));
    names.filter_map(|names| Some(names.split_once(' ')?.0)).collect()
}

/// Every struct with members: type and name of each.
pub fn structs(header: &str) -> Vec<(&str, Vec<(String, String)>)> {
    let members = |body: &str| {
        let code = without_comments(body);
        code.split_terminator(';').map(|member| typed_name(&one_line(member))).collect()
    };
    header
        .split("typedef struct ")
        .skip(1)
        .filter_map(|item| {
            let (name, body) = item.split_once(" {\n").filter(|(name, _)| !name.contains(';'))?;
            Some((name, members(body.split_once("\n}")?.0)))
        })
        .collect()
}

/// The members of `cfaccess_claims` that are strings of claims, in their order.
pub fn strings_of_claims(header: &str) -> Vec<String> {
    let claims =
        structs(header).into_iter().find(|(name, _)| *name == "cfaccess_claims").expect("the claims");
    let strings = claims.1.into_iter().filter(|(kind, _)| kind.ends_with("struct cfaccess_str"));
    strings.map(|(_, name)| name).filter(|name| name != "block").collect()
}

/// The statuses with their numbers, named without their prefix.
pub fn statuses(header: &str) -> Vec<(String, i32)> {
    let body = between(header, "enum\n#endif\n{\n", "\n};");
    without_comments(body)
        .split_terminator(',')
        .map(|entry| {
            let (name, number) = entry.trim().split_once(" = ").expect("a name and a number");
            let name = name.strip_prefix("CFACCESS_STATUS_").expect("the prefix of statuses");
            (name.to_owned(), number.parse().expect("a number"))
        })
        .collect()
}

/// The names of the constants that are part of the ABI; the version is not.
pub fn constants(header: &str) -> Vec<&str> {
    header
        .lines()
        .filter_map(|line| line.strip_prefix("#define ")?.split_once(' '))
        .map(|(name, _)| name)
        .filter(|name| !name.starts_with("CFACCESS_VERSION") && *name != "CFACCESS_MUST_USE")
        .collect()
}

/// What a macro of one line stands for.
pub fn value_of<'a>(header: &'a str, constant: &str) -> &'a str {
    between(header, &format!("#define {constant} "), "\n")
}

/// The program in the first comment.
pub fn example(header: &str) -> String {
    between(header, " * @code\n", " * @endcode")
        .lines()
        .map(|line| line.strip_prefix(" *").expect("a comment"))
        .map(|line| format!("{}\n", line.strip_prefix(' ').unwrap_or(line)))
        .collect()
}

fn between<'a>(text: &'a str, begin: &str, end: &str) -> &'a str {
    let (_, rest) = text.split_once(begin).unwrap_or_else(|| panic!("no {begin:?} in the header"));
    rest.split_once(end).unwrap_or_else(|| panic!("no {end:?} in the header")).0
}

fn without_comments(code: &str) -> String {
    let rest_of_comment = |text: &'_ str| text.split_once("*/").map(|(_, code)| code.to_owned());
    let mut pieces = code.split("/**");
    let first = pieces.next().unwrap_or_default().to_owned();
    let others = pieces.map(|piece| rest_of_comment(piece).expect("a comment has an end"));
    (first + &others.collect::<String>()).trim().to_owned()
}

fn one_line(code: &str) -> String {
    code.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `const char *team` is a `const char *` named `team`.
fn typed_name(declaration: &str) -> (String, String) {
    let name_begins = 1 + declaration.rfind([' ', '*']).expect("a type and a name");
    let (kind, name) = declaration.split_at(name_begins);
    (kind.trim_end().to_owned(), name.to_owned())
}
