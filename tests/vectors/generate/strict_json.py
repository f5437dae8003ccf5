"""What a strict JSON reader refuses and what it accepts, for any object that is otherwise good."""

from __future__ import annotations

import json

from mint import with_members

DEEPEST = 32


def nested(depth: int) -> str:
    """Arrays in arrays, `depth` of them."""
    return "[" * depth + "]" * depth


def raw_values(most: int) -> str:
    """As many objects as fit in `most` bytes, one in the text of the other, under the name with which
    serde_json marks text that it parses again. To a strict reader it is one object with a string."""
    text = found = "1"
    while len(text) <= most:
        found = text
        text = json.dumps(
            {"$serde_json::private::RawValue": "[" * 120 + text + "]" * 120}, separators=(",", ":")
        )
    return found


def broken(good: bytes) -> list[tuple[str, str, bytes]]:
    """Name, reason and bytes of objects that are not JSON, or not JSON that is read here."""
    member = broken_members()
    return [
        ("white-space-only", "nothing but white space", b"  \n"),
        ("byte-order-mark", "a byte order mark before the text", b"\xef\xbb\xbf" + good),
        ("utf-16", "UTF-16 in place of UTF-8", good.decode().encode("utf-16-le")),
        ("trailing-bracket", "a bracket after the end", good + b"}"),
        ("trailing-object", "a second object after the first", good + good),
        ("trailing-nul", "a NUL byte after the end", good + b"\0"),
        ("leading-nul", "a NUL byte before the text", b"\0" + good),
        ("no-break-space", "white space that JSON does not know", b"\xc2\xa0" + good),
        ("form-feed", "a form feed is no white space in JSON", b"\x0c" + good),
        ("comment", "a comment", good[:-1] + b"/* */}"),
        ("line-comment", "a comment at the end", good + b"// end"),
        ("trailing-comma", "a comma before the closing bracket", good[:-1] + b",}"),
        ("leading-comma", "a comma after the opening bracket", b"{," + good[1:]),
        ("single-quotes", "single quotes", good.replace(b'"', b"'")),
        ("cut-short", "the closing bracket is missing", good[:-1]),
        ("unquoted-name", "a name without quotes", good[:-1] + b",x:1}"),
        ("name-without-value", "a name without a value", good[:-1] + b',"x"}'),
        ("invalid-utf-8", "a byte that is not UTF-8", with_members(good, '"x":"@"').replace(b"@", b"\xff")),
        ("overlong-utf-8", "a slash in two bytes", with_members(good, '"x":"@"').replace(b"@", b"\xc0\xaf")),
        (
            "utf-8-surrogate",
            "a surrogate in UTF-8",
            with_members(good, '"x":"@"').replace(b"@", b"\xed\xa0\x80"),
        ),
        (
            "utf-8-cut-short",
            "a character cut in two",
            with_members(good, '"x":"@"').replace(b"@", b"\xe2\x82"),
        ),
        ("utf-8-beyond", "beyond U+10FFFF", with_members(good, '"x":"@"').replace(b"@", b"\xf4\x90\x80\x80")),
        *((name, about, with_members(good, f'"x":{text}')) for name, about, text in member),
    ]


def broken_members() -> list[tuple[str, str, str]]:
    """Values of a member that nobody reads, and that are refused all the same."""
    return [
        ("not-a-number", "NaN", "NaN"),
        ("infinity", "Infinity", "Infinity"),
        ("beyond-a-double", "a number beyond a double", "1e400"),
        ("beyond-a-double-negative", "a negative number beyond a double", "-1e400"),
        ("beyond-a-double-in-digits", "a number beyond a double, written out", "1" + "0" * 310),
        ("leading-zero", "a number with a leading zero", "01"),
        ("leading-plus", "a number with a plus sign", "+1"),
        ("no-digit-after-point", "a point without digits after it", "1."),
        ("no-digit-before-point", "a point without digits before it", ".5"),
        ("hexadecimal", "a hexadecimal number", "0x10"),
        ("bare-minus", "a sign without a number", "-"),
        ("bare-word", "a word that is no literal", "undefined"),
        ("capital-literal", "a literal in capitals", "True"),
        ("raw-line-feed", "a raw line feed in a string", '"a\nb"'),
        ("raw-nul", "a raw NUL in a string", '"a\0b"'),
        ("raw-tab", "a raw tab in a string", '"a\tb"'),
        ("unknown-escape", "an escape that JSON does not know", r'"\x41"'),
        ("short-escape", "an escape with three digits", r'"\u041"'),
        ("high-surrogate", "half of a surrogate pair", r'"\ud800"'),
        ("low-surrogate", "the other half alone", r'"\udc00"'),
        ("surrogates-reversed", "a surrogate pair the wrong way round", r'"\udc00\ud800"'),
        ("surrogate-twice", "two first halves", r'"\ud83d\ud83d"'),
        ("surrogate-in-name", "half of a surrogate pair in a name", r'{"\ud800":1}'),
        ("open-string", "a string without an end", '"a'),
        ("open-array", "an array without an end", "[1"),
        ("missing-comma", "two values without a comma", "[1 2]"),
        ("brackets-crossed", "brackets that close each other", '[{"a":1]}'),
        ("too-deep", "one level deeper than allowed", nested(DEEPEST)),
        ("two-hundred-deep", "two hundred levels", nested(200)),
    ]


def duplicates(good: bytes, name: str) -> list[tuple[str, str, bytes]]:
    """Objects in which a name stands twice; `name` is one of the object's own, with a plain string value."""
    first = f"\\u{ord(name[0]):04x}{name[1:]}"
    return [
        ("duplicate-name", "a known name twice", with_members(good, f'"{name}":"x"')),
        (
            "duplicate-escaped",
            "a known name twice, once with an escape",
            with_members(good, f'"{first}":"x"'),
        ),
        ("duplicate-unknown", "an unknown name twice", with_members(good, '"x":1,"x":1')),
        ("duplicate-empty-name", "the empty name twice", with_members(good, '"":1,"":2')),
        ("duplicate-nested", "a name twice, one level down", with_members(good, '"x":{"a":1,"a":1}')),
        (
            "duplicate-in-array",
            "a name twice, in an object in an array",
            with_members(good, '"x":[{"a":1,"a":2}]'),
        ),
        (
            "duplicate-nested-escaped",
            "the same, with an escape",
            with_members(good, r'"x":{"a":1,"\u0061":1}'),
        ),
        (
            "duplicate-surrogates",
            "one name in UTF-8 and escaped",
            with_members(good, '"x":{"😀":1,"\\ud83d\\ude00":1}'),
        ),
    ]


def unusual(good: bytes) -> list[tuple[str, str, bytes]]:
    """Objects that look odd and are good JSON."""
    spaced = good.replace(b'":', b'" :\n\t').replace(b',"', b' , "')
    values = [
        ("largest-numbers", "numbers that a double can hold", "[1e308,-1e308,0.1,-0,12345678901234567890]"),
        ("surrogate-pair", "a character outside the first plane, escaped", r'"\ud83d\ude00"'),
        ("all-escapes", "every escape that JSON knows", r'"\"\\\/\b\f\n\r\t\u0000\u001F"'),
        ("utf-8", "UTF-8 of two, three and four bytes", '"ä€😀"'),
        (
            "delete-and-separators",
            "characters that only look like control characters to JSON",
            '"\x7f\u2028\ufeff"',
        ),
        ("deepest", "as deep as allowed", nested(DEEPEST - 1)),
        ("same-name-elsewhere", "one name in two objects", '[{"a":1},{"a":1}]'),
        (
            "names-of-objects",
            "names that mean something in JavaScript",
            '{"__proto__":{"a":1},"constructor":1}',
        ),
        ("long-name", "a name of a thousand characters", '{"' + "n" * 1000 + '":1}'),
        ("names-by-case", "names that differ in case", '{"a":1,"A":1}'),
    ]
    return [
        ("white-space-around", "white space before and after", b" \t\r\n" + good + b" \t\r\n"),
        ("white-space-inside", "white space between all parts", spaced),
        ("empty-name", "a member without a name", with_members(good, '"":1')),
        *((name, about, with_members(good, f'"x":{text}')) for name, about, text in values),
    ]
