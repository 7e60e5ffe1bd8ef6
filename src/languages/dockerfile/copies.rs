//! `COPY` and `ADD`: what comes out of the folder that the image is built from, and where it goes.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use super::Scanner;
use super::expansion::{Blanks, expand};
use super::instructions::Instruction;
use crate::languages::Copy;
use crate::languages::sourced::UNKNOWN;

/// The bytes of a working directory; a longer one is none that we know, as every relative path under it gets a copy.
const LONGEST: usize = 256;

impl Scanner<'_> {
    /// Takes note of the working directory that a `WORKDIR` sets for its stage.
    pub(super) fn read_workdir(&mut self, instruction: &Instruction<'_>) {
        let is_trigger = instruction.word.start > 0;
        let path = self.resolved(instruction, instruction.operands());
        let stage = self.workdirs.len().saturating_sub(1);
        let Some(folder) = self.workdirs.last_mut().filter(|_| !is_trigger) else { return };
        if let Some(path) = path.filter(|path| !path.is_empty()) {
            let path = within(folder.as_deref(), &path).filter(|path| path.len() <= LONGEST);
            *folder = path.map(|path| Arc::from(path.trim_end_matches('/')));
            self.said.workdirs.push((stage, folder.clone()));
        }
    }

    /// Takes note of what a `COPY` or `ADD` takes out of the folder that is built from: not what it takes from another
    /// image, from somewhere else, or from the Dockerfile itself.
    pub(super) fn read_copy(&mut self, instruction: &Instruction<'_>) {
        let is_trigger = instruction.word.start > 0;
        let Some(stage) = self.scan.stages.len().checked_sub(1).filter(|_| !is_trigger) else { return };
        let line = &instruction.line;
        let operands = instruction.operands();
        let flags = &line.text()[instruction.arguments.start..operands.start];
        if flags.contains("--from") {
            return;
        }
        let mut words = json_words(line.text(), operands.clone())
            .unwrap_or_else(|| line.fields(operands).map(Some).collect());
        let Some(target) = words.pop() else { return };
        let is_heredoc =
            |word: &Range<usize>| instruction.heredocs.iter().any(|heredoc| heredoc.word == *word);
        let is_one = words.len() == 1;
        words.retain(|word| !word.as_ref().is_some_and(is_heredoc));
        let mut sources = Vec::with_capacity(words.len());
        for word in words {
            let source = word.map_or(Some(unknown()), |word| self.resolved(instruction, word));
            let source = source.filter(|source| !source.contains("://") && !source.starts_with("git@"));
            sources.extend(source.map(|source| match source.trim_start_matches('/') {
                "" => ".".to_owned(),
                path => path.to_owned(),
            }));
        }
        let target = target.map_or(Some(unknown()), |target| self.resolved(instruction, target));
        let folder = self.workdirs.last().and_then(Option::as_deref);
        let Some(target) = target.filter(|_| !sources.is_empty()) else { return };
        let mut target = within(folder, &target).unwrap_or_else(|| UNKNOWN.to_string());
        if flags.contains("--parents") {
            target = UNKNOWN.to_string();
        } else if !is_one && !target.ends_with('/') {
            target.push('/');
        }
        self.scan.copies.push(Copy {
            stage,
            sources,
            target,
            span: line.span(0..line.text().trim_end().len()),
        });
    }

    /// What `range` of the line of `instruction` stands for, as one word.
    fn resolved<'l>(
        &mut self,
        instruction: &'l Instruction<'_>,
        range: Range<usize>,
    ) -> Option<Cow<'l, str>> {
        let line = &instruction.line;
        let text = line.text()[range.clone()].trim_end();
        let is_special = |byte: u8| matches!(byte, b'$' | b'"' | b'\'' | b'}' | b'\\' | b'`');
        if !text.bytes().any(is_special) {
            return (!text.is_empty()).then_some(Cow::Borrowed(text));
        }
        let words = expand(line, range, Blanks::Stay, &mut self.variables).words;
        words.first().map(|word| word.text().trim_end().to_owned().into())
    }
}

/// A word of which nothing is known.
fn unknown() -> Cow<'static, str> {
    UNKNOWN.to_string().into()
}

/// The path that `path` is from `folder`, with a slash at its end where it can only be a folder; `None` where the folder
/// is not known and matters.
fn within(folder: Option<&str>, path: &str) -> Option<String> {
    let path = if path == "." || path.ends_with("/.") { &path[..path.len() - 1] } else { path };
    if path.starts_with(['/', UNKNOWN]) {
        return Some(path.to_owned());
    }
    let mut path = path;
    while let Some(rest) = path.strip_prefix("./") {
        path = rest.trim_start_matches('/');
    }
    Some([folder?, "/", path].concat())
}

/// The strings of the JSON list that `range` of `text` is, without their quotes, if it is one; `None` in it for one with an
/// escape.
fn json_words(text: &str, range: Range<usize>) -> Option<Vec<Option<Range<usize>>>> {
    let text = text[..range.end].trim_end().strip_suffix(']')?;
    let mut rest = text.get(range.start..)?.trim_start().strip_prefix('[')?.trim_start();
    let mut words = Vec::new();
    while !rest.is_empty() {
        let string = rest.strip_prefix('"')?;
        let mut end = memchr::memchr2(b'"', b'\\', string.as_bytes())?;
        let has_escape = string.as_bytes()[end] == b'\\';
        while string.as_bytes()[end] == b'\\' {
            end += 2;
            end += memchr::memchr2(b'"', b'\\', string.as_bytes().get(end..)?)?;
        }
        let start = text.len() - string.len();
        words.push((!has_escape).then_some(start..start + end));
        let behind = string[end + 1..].trim_start();
        rest = match behind.strip_prefix(',').map(str::trim_start) {
            Some(next) if !next.is_empty() => next,
            None if behind.is_empty() => behind,
            _ => return None,
        };
    }
    Some(words)
}

#[cfg(test)]
mod tests {
    use crate::languages::{Environment, Language, Scan, scan, scan_in};

    /// What the stages of `text` copy, each as its stage, its sources and its target.
    fn describe(scan: &Scan, text: &str) -> Vec<String> {
        let copies = scan.copies.iter();
        let describe = copies.map(|copy| {
            let first = copy.span.of(text).split_whitespace().next().unwrap_or_default().to_uppercase();
            assert!(["COPY", "ADD"].contains(&first.as_str()));
            format!("{}: {} > {}", copy.stage, copy.sources.join(" "), copy.target)
        });
        describe.collect()
    }

    fn copies(text: &str) -> Vec<String> {
        describe(&scan(text, Language::Dockerfile), text)
    }

    /// What a stage copies that holds `lines`.
    fn copied(lines: &str) -> Vec<String> {
        let text = format!("# 💣\nFROM nginx\n{lines}\n");
        let found = copies(&text);
        assert_eq!(found, copies(&text.replace('\n', "\r\n")));
        found.into_iter().map(|copy| copy["0: ".len()..].to_owned()).collect()
    }

    #[test]
    fn sources_and_targets() {
        assert_eq!(copied("COPY nginx.conf /etc/nginx/nginx.conf"), ["nginx.conf > /etc/nginx/nginx.conf"]);
        assert_eq!(copied("copy a  b \\\n # c\n d* /e"), ["a b d* > /e/"]);
        assert_eq!(copied("ADD --chown=1 --link ./a/ /b/."), ["./a/ > /b/"]);
        assert_eq!(copied("COPY [ \"a b\" , \"/c d/\" ]"), ["a b > /c d/"]);
        assert_eq!(copied("COPY [\"a\\\\b\", \"c\", \"/d\"]"), ["$ c > /d/"]);
        assert_eq!(copied("COPY / '/x'"), [". > /x"]);
        assert_eq!(copied("COPY --parents a/b /c"), ["a/b > $"]);
        assert_eq!(copied("ADD http://a/b ./c /d"), ["./c > /d/"]);
        for none in [
            "COPY --from=0 a /b",
            "COPY --chown=1 --from=x a /b",
            "COPY a",
            "COPY",
            "COPY []",
            "ONBUILD COPY a /b",
            "ADD https://a/b /c",
            "COPY <<E /a\nb\nE",
            "RUN COPY a /b",
        ] {
            assert_eq!(copied(none), [""; 0], "{none}");
        }
        assert_eq!(copies("COPY a /b"), [""; 0], "in no stage");
        assert_eq!(copied("COPY <<E c /a\nb\nE"), ["c > /a/"]);
        for shell in ["[\"a\" /b", "[\"a\", \"b\",]", "[\"a\" \"b\"]", "[\"a\", b]"] {
            assert_eq!(copied(&format!("COPY {shell}")).len(), 1, "{shell} is no JSON");
        }
    }

    #[test]
    fn relative_targets() {
        assert_eq!(copied("COPY a ."), ["a > /"]);
        assert_eq!(copied("WORKDIR /etc/nginx\nCOPY nginx.conf ."), ["nginx.conf > /etc/nginx/"]);
        assert_eq!(copied("WORKDIR /etc/\nWORKDIR nginx\nCOPY a ./conf.d/"), ["a > /etc/nginx/conf.d/"]);
        assert_eq!(copied("WORKDIR $X\nCOPY a b\nCOPY a /c"), ["a > $/b", "a > /c"]);
        assert_eq!(copied("ARG X=/x\nWORKDIR \"$X\"\nCOPY $X b"), ["x > /x/b"]);
        assert_eq!(copied("COPY $A ${B}/c"), ["$ > $/c"]);
        let long = "WORKDIR abcdefgh\n".repeat(1000);
        assert_eq!(copied(&format!("{long}COPY a b")), ["a > $"]);
    }

    #[test]
    fn a_stage_goes_on_where_its_base_stands() {
        let text = "FROM a AS B\nWORKDIR /b\nFROM c\nCOPY d e\nFROM b\nCOPY f g\n";
        assert_eq!(copies(text), ["1: d > /e", "2: f > /b/g"]);
        let scan = scan(text, Language::Dockerfile);
        let name = |stage: usize| scan.scopes[scan.stages[stage].scope].name.as_str();
        assert_eq!([0, 1, 2].map(name), ["B", "1", "2"]);
    }

    #[test]
    fn arguments_of_the_build_count() {
        let text = "FROM a\nARG CONF=x\nCOPY $CONF /y\n";
        let environment = Environment::from_iter([("CONF", "z.conf")]);
        let given = scan_in(text, Language::Dockerfile, &environment);
        assert_eq!(describe(&given, text), ["0: z.conf > /y"]);
        assert_eq!(copies(text), ["0: x > /y"]);
    }
}
