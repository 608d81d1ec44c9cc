//! Reads just enough Rust to see which modules and crates a file names. Comments and strings are not code. Of the
//! tests, only the `#[cfg(test)] mod` item itself is skipped, not what follows it.

/// A word, `::`, a single character, or `""` for any quoted literal.
struct Token {
    text: String,
    line: usize,
    /// What is between the quotes, of a literal.
    literal: Option<String>,
}

/// A file without its test modules.
pub struct Source {
    tokens: Vec<Token>,
    /// The number of lines without test modules.
    pub lines: usize,
    /// The test modules declared here that are separate files.
    pub test_files: Vec<String>,
    /// All modules declared here that are separate files.
    pub files: Vec<String>,
}

/// A name and the line it is on.
pub type Named = (String, usize);

/// Stands for the root of the crate, through which every module can be named.
pub const EVERYTHING: &str = "*";

impl Source {
    pub fn read(text: &str) -> Source {
        let mut source =
            Source { tokens: tokens(text), lines: text.lines().count(), test_files: Vec::new(), files: Vec::new() };
        let mut at = 0;
        while at < source.tokens.len() {
            match source.test_module(at) {
                Some((name, end)) => {
                    if source.is(end - 1, ";") {
                        source.test_files.push(name.clone());
                        source.files.push(name);
                    }
                    source.lines -= source.tokens[end - 1].line + 1 - source.tokens[at].line;
                    source.tokens.drain(at..end);
                }
                None => {
                    if source.is(at, "mod") && source.is(at + 2, ";") {
                        source.files.push(source.tokens[at + 1].text.clone());
                    }
                    at += 1;
                }
            }
        }
        source
    }

    /// The text of every literal, with its line.
    pub fn literals(&self) -> impl Iterator<Item = (usize, &str)> {
        self.tokens.iter().filter_map(|token| Some((token.line, token.literal.as_deref()?)))
    }

    fn text(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |token| &token.text)
    }

    fn is(&self, at: usize, text: &str) -> bool {
        self.text(at) == text
    }

    /// The text of the token `distance` before this one; empty before the first.
    fn before(&self, at: usize, distance: usize) -> &str {
        at.checked_sub(distance).map_or("", |at| self.text(at))
    }

    /// The position after the bracket that closes the one at `at`.
    fn closed(&self, at: usize) -> usize {
        let mut open = 0;
        for end in at..self.tokens.len() {
            match self.text(end) {
                "(" | "[" | "{" => open += 1,
                ")" | "]" | "}" => open -= 1,
                _ => {}
            }
            if open == 0 {
                return end + 1;
            }
        }
        self.tokens.len()
    }

    /// The name and the end of the test module that begins at `start`.
    fn test_module(&self, start: usize) -> Option<(String, usize)> {
        let attribute = ["#", "[", "cfg", "(", "test", ")", "]"];
        if !attribute.iter().enumerate().all(|(nth, text)| self.is(start + nth, text)) {
            return None;
        }
        let mut at = start;
        while self.is(at, "#") {
            at = self.closed(at + 1);
        }
        if self.is(at, "pub") {
            at += 1;
            if self.is(at, "(") {
                at = self.closed(at);
            }
        }
        let end = if self.is(at + 2, ";") { at + 3 } else { self.closed(at + 2) };
        self.is(at, "mod").then(|| (self.text(at + 1).to_owned(), end))
    }

    /// The names that a file uses from the root of the crate `library`, in any notation: `crate::NAME`, in a list, or
    /// with `super` from a module that is `depth` below the root. Without a depth, the file belongs to another crate.
    pub fn named(&self, library: &str, depth: Option<usize>) -> Vec<Named> {
        let mut named = Vec::new();
        // the ends of open inline modules
        let mut inline: Vec<usize> = Vec::new();
        for at in 0..self.tokens.len() {
            inline.retain(|end| at < *end);
            if self.is(at, "mod") && self.is(at + 2, "{") {
                inline.push(self.closed(at + 2));
            }
            let visibility = match self.before(at, 1) {
                "(" => self.before(at, 2) == "pub" && self.is(at + 1, ")"),
                "in" => self.before(at, 2) == "(",
                _ => false,
            };
            if visibility || self.before(at, 1) == "extern" || self.goes_on(at) {
                continue;
            }
            match (self.text(at), depth.map(|depth| depth + inline.len())) {
                ("crate", Some(_)) => self.below_root(at + 1, &mut named),
                ("super" | "self", Some(depth)) if self.is(at, "super") || self.is(at + 1, "::") => {
                    self.below(at, depth, &mut named);
                }
                (text, _) if text == library && (self.is(at + 1, "::") || self.imports(at)) => {
                    self.below_root(at + 1, &mut named);
                }
                _ => {}
            }
        }
        named
    }

    /// Adds a path that begins with `super` or `self`, `up` modules below the root.
    fn below(&self, mut at: usize, mut up: usize, named: &mut Vec<Named>) {
        loop {
            match self.text(at) {
                "super" => {
                    up = up.saturating_sub(1);
                    if up == 0 {
                        return self.below_root(at + 1, named);
                    }
                    at += 1;
                }
                "self" | "::" => at += 1,
                "{" => return self.elements(at).into_iter().for_each(|element| self.below(element, up, named)),
                _ => return,
            }
        }
    }

    /// Adds what follows the root: `::NAME`, `::{…}`, or the root itself.
    fn below_root(&self, at: usize, named: &mut Vec<Named>) {
        let line = self.tokens[at - 1].line;
        if !self.is(at, "::") {
            return named.push((EVERYTHING.to_owned(), line));
        }
        match self.text(at + 1) {
            "{" => {
                for element in self.elements(at + 1) {
                    let name = if self.is(element, "self") { EVERYTHING } else { self.text(element) };
                    named.push((name.to_owned(), self.tokens[element].line));
                }
            }
            name => named.push((name.to_owned(), line)),
        }
    }

    /// The positions where the elements of a list in braces begin.
    fn elements(&self, open: usize) -> Vec<usize> {
        let end = self.closed(open) - 1;
        let mut elements = Vec::new();
        let mut at = open + 1;
        while at < end {
            elements.push(at);
            while at < end && !self.is(at, ",") {
                at = if self.is(at, "{") { self.closed(at) } else { at + 1 };
            }
            at += 1;
        }
        elements
    }

    /// Whether a token continues a path that began before it.
    fn goes_on(&self, at: usize) -> bool {
        self.before(at, 1) == "::" && is_name(self.before(at, 2))
    }

    /// The line where a crate is named: `NAME::…`, `use NAME;`, `use {NAME, …}`, `extern crate NAME`. A module with the
    /// same name that is declared or imported here does not count.
    pub fn names_crate(&self, name: &str) -> Option<usize> {
        let all = || (0..self.tokens.len()).filter(|at| self.is(*at, name));
        let module =
            all().any(|at| self.before(at, 1) == "mod" || self.in_use(at) && !self.imports(at) && self.is_leaf(at));
        let at = all().find(|at| self.imports(*at) || self.is(*at + 1, "::") && !self.goes_on(*at) && !module)?;
        Some(self.tokens[at].line)
    }

    /// The types and traits declared here, except those inside a trait or an `impl`.
    pub fn types(&self) -> Vec<&str> {
        let mut found = Vec::new();
        // the end of the last trait or `impl`
        let mut inside = 0;
        for at in 0..self.tokens.len() {
            let is_declared = match self.text(at) {
                "struct" | "enum" | "trait" => true,
                "type" => at >= inside,
                _ => false,
            };
            if is_declared && is_name(self.text(at + 1)) {
                found.push(self.text(at + 1));
            }
            if matches!(self.text(at), "impl" | "trait")
                && let Some(body) = (at..self.tokens.len()).find(|at| matches!(self.text(*at), "{" | ";"))
            {
                inside = inside.max(self.closed(body));
            }
        }
        found
    }

    fn is_leaf(&self, at: usize) -> bool {
        matches!(self.text(at + 1), ";" | "," | "}")
    }

    fn in_use(&self, at: usize) -> bool {
        let inside = |text: &str| is_name(text) || matches!(text, "::" | "{" | "}" | "," | "*");
        let first = (0..at).rev().map(|at| self.text(at)).find(|text| !inside(text));
        first == Some("use")
    }

    /// Whether a name without a path after it is imported from another crate.
    fn imports(&self, at: usize) -> bool {
        match self.before(at, 1) {
            "use" => true,
            "crate" => self.before(at, 2) == "extern",
            "::" => self.before(at, 2) == "use",
            // in a list that follows `use` directly
            "{" | "," => {
                let mut open = 0;
                for back in (0..at).rev() {
                    match self.text(back) {
                        "}" => open += 1,
                        "{" if open == 0 => return self.before(back, 1) == "use",
                        "{" => open -= 1,
                        ";" | "(" | ")" => return false,
                        _ => {}
                    }
                }
                false
            }
            _ => false,
        }
    }
}

/// Whether a path can continue after this token.
fn is_name(text: &str) -> bool {
    !matches!(text, "use" | "in" | "as" | "return" | "mut" | "dyn" | "impl" | "else" | "match" | "if")
        && text.starts_with(|c: char| c.is_alphanumeric() || c == '_')
}

fn tokens(text: &str) -> Vec<Token> {
    let text: Vec<char> = text.chars().collect();
    let is = |at: usize, wanted: &str| wanted.chars().enumerate().all(|(nth, c)| text.get(at + nth) == Some(&c));
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let (mut tokens, mut at, mut line) = (Vec::new(), 0, 1);
    while at < text.len() {
        let start = at;
        let (mut word, mut literal) = (None, None);
        if is(at, "//") {
            at += text[at..].iter().take_while(|c| **c != '\n').count();
        } else if is(at, "/*") {
            let mut open = 0;
            loop {
                let (step, now) = match () {
                    () if is(at, "/*") => (2, open + 1),
                    () if is(at, "*/") => (2, open - 1),
                    () => (1, open),
                };
                (at, open) = (at + step, now);
                if open == 0 || at >= text.len() {
                    break;
                }
            }
        } else if let Some((before, hashes)) = raw_string(&text[at..]) {
            let end = format!("\"{}", "#".repeat(hashes));
            at += before;
            let content = at;
            while at < text.len() && !is(at, &end) {
                at += 1;
            }
            literal = Some(text[content..at].iter().collect());
            at += end.len();
            word = Some("\"\"".to_owned());
        } else if text[at] == '"' || text[at] == '\'' && (is(at + 1, "\\") || is(at + 2, "'")) {
            let quote = text[at];
            at += 1;
            while at < text.len() && text[at] != quote {
                at += if text[at] == '\\' { 2 } else { 1 };
            }
            literal = Some(text[start + 1..at.min(text.len())].iter().collect());
            at += 1;
            word = Some("\"\"".to_owned());
        } else if text[at] == '\'' {
            // a lifetime
            at += 1 + text[at + 1..].iter().take_while(|c| is_word(**c)).count();
        } else if is_word(text[at]) {
            at += text[at..].iter().take_while(|c| is_word(**c)).count();
            word = Some(text[start..at].iter().collect());
        } else {
            at += if is(at, "::") { 2 } else { 1 };
            word = Some(text[start..at].iter().collect::<String>()).filter(|word| !word.trim().is_empty());
        }
        if let Some(text) = word {
            tokens.push(Token { text, line, literal });
        }
        let at = at.min(text.len());
        line += text[start..at].iter().filter(|c| **c == '\n').count();
    }
    tokens
}

/// The length of the opening of a raw string, and its number of `#`.
fn raw_string(text: &[char]) -> Option<(usize, usize)> {
    let prefix = usize::from(matches!(text, ['b' | 'c', 'r', ..]));
    let hashes = text.iter().skip(prefix + 1).take_while(|c| **c == '#').count();
    let begins = text.get(prefix) == Some(&'r') && text.get(prefix + 1 + hashes) == Some(&'"');
    begins.then_some((prefix + hashes + 2, hashes))
}

#[test]
fn every_way_to_name_a_module_is_seen() {
    let cases = [
        ("use crate::module::X;", 1, "module"),
        ("fn f() -> crate::module::X {}", 1, "module"),
        ("use crate::{other, module::{X, Y}, Z};", 1, "other module Z"),
        ("use crate::{\n    other::{A, B},\n    module,\n};", 1, "other module"),
        ("use {std::fmt, crate::module::X};", 1, "module"),
        ("pub(in crate::own) use crate::module;", 1, "module"),
        ("pub(crate) fn f() {} pub(super) fn g() {}", 1, ""),
        ("use promoc::{module, other as o};", 1, "module other"),
        ("use super::module::X;", 1, "module"),
        ("use super::near::X;", 2, ""),
        ("use super::super::module::X;", 2, "module"),
        ("use super::super::near::X;", 3, ""),
        ("use super::{near, super::module::X};", 2, "module"),
        ("use self::super::{module, other};", 1, "module other"),
        ("fn f() { super::super::module::g() }", 2, "module"),
        ("mod inline { use super::near; use super::super::module; } use super::other;", 1, "module other"),
        ("use crate as root;", 1, "*"),
        ("use crate::*;", 1, "*"),
        ("use super::super as root;", 2, "*"),
        ("use super::{self as root};", 1, "*"),
        ("use promoc as root;", 1, "*"),
        ("macro_rules! m { () => { $crate::module::X } }", 1, "module"),
        ("#[cfg(test)] mod tests { use crate::a; }\nuse crate::module;", 1, "module"),
        ("#[cfg(test)]\n#[allow(dead_code)]\npub(crate) mod tests;\nuse crate::module;", 1, "module"),
        ("#[cfg(test)] use crate::module;", 1, "module"),
        ("mod a { #[cfg(test)] mod tests { fn f() { if x {} } } use crate::module; }", 1, "module"),
        ("// use crate::a;\n/* /* crate::b */ crate::c */ use crate::module;", 1, "module"),
        (
            r####"const A: &str = "crate::a \" crate::b"; const B: &str = r#"crate::c " crate::d"#; use crate::module;"####,
            1,
            "module",
        ),
        (
            r####"const A: &[u8] = br"crate::a\"; const C: [char; 3] = ['"', '\'', 'x']; fn f<'a>() -> &'a crate::module::X {}"####,
            1,
            "module",
        ),
    ];
    for (text, depth, wanted) in cases {
        let source = Source::read(text);
        let mut named = source.named("promoc", Some(depth));
        named.retain(|(name, _)| name != "own");
        let named: Vec<String> = named.into_iter().map(|(name, _)| name).collect();
        assert_eq!(named.join(" "), wanted, "{text}");
    }
    let other = Source::read("use crate::own; use super::own; use promoc::{module, other};\nfn f() { promoc::g() }");
    let named: Vec<(String, usize)> = other.named("promoc", None);
    assert_eq!(named, [("module".to_owned(), 1), ("other".to_owned(), 1), ("g".to_owned(), 2)]);
}

#[test]
fn every_way_to_name_a_crate_is_seen() {
    for text in [
        "use git2::Oid;",
        "use git2;",
        "use git2 as g;",
        "use ::git2::Oid;",
        "use {std::fmt, git2};",
        "use {git2 as g, std::fmt};",
        "extern crate git2;",
        "fn f(id: git2::Oid) {}",
        "#[cfg(test)] mod tests { fn f() {} }\nfn f(id: &::git2::Oid) {}",
        "#[derive(git2::X)] struct S;",
    ] {
        assert!(Source::read(text).names_crate("git2").is_some(), "{text}");
    }
    for text in [
        "let git2 = 1;",
        "use super::git2; fn f() { git2::g() }",
        "use super::{git2, x}; fn f() { git2::g() }",
        "mod git2; fn f() { git2::g() }",
        "use crate::run::git2::X;",
        "f(a, git2); S { git2 };",
        "// git2::Oid\nconst A: &str = \"git2::Oid\";",
        "use libgit2::X;",
    ] {
        assert_eq!(Source::read(text).names_crate("git2"), None, "{text}");
    }
}

#[test]
fn only_test_modules_are_left_out_of_the_line_count() {
    let source =
        Source::read("//! Why.\n\n#[cfg(test)]\nmod tests;\nmod b;\n\n#[cfg(test)]\nmod more {\n}\nfn f() {}\n");
    assert_eq!(
        (source.lines, source.test_files, source.files),
        (5, vec!["tests".into()], vec!["tests".into(), "b".into()])
    );
}

#[test]
fn every_declared_type_is_seen() {
    let text = "pub(crate) struct A<'a>(&'a str); // struct No;
        enum B { struct_ } type C = fn(impl Fn()); fn f() -> impl T { struct D; }
        pub trait E { type No; fn g(); } impl E for A<'_> { type No = C; } mod inline { type F = \"type No\"; }
        macro_rules! m { ($name:ident) => { struct $name; } } #[cfg(test)] mod tests { struct No; }";
    assert_eq!(Source::read(text).types(), ["A", "B", "C", "D", "E", "F"]);
}
