//! For build servers: the reports of Checkstyle and of JUnit, which nearly all of them read.

use std::io::{self, Write};

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::file::Reported;
use super::{Files, is_treacherous};
use crate::finding::Severity;

/// Writes the findings of `files` as [Checkstyle](https://checkstyle.org) does: a `file` for each that has some, an
/// `error` for each of them, whatever its severity.
///
/// # Errors
///
/// Those of `out`.
pub fn checkstyle(files: Files<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut xml = writer(out)?;
    xml.create_element("checkstyle").with_attribute(("version", "10.0")).write_inner_content(|xml| {
        for file in files.filter(|file| !file.findings.is_empty()) {
            let name = clean(&file.name());
            xml.create_element("file").with_attribute(("name", name.as_str())).write_inner_content(
                |xml| {
                    for finding in &file.findings {
                        let severity = match finding.severity {
                            Severity::Hint => Severity::Info.name(),
                            other => other.name(),
                        };
                        xml.create_element("error")
                            .with_attribute(("line", finding.place.line.to_string().as_str()))
                            .with_attribute(("column", finding.place.column.to_string().as_str()))
                            .with_attribute(("severity", severity))
                            .with_attribute(("message", clean(&sentence(finding)).as_str()))
                            .with_attribute(("source", format!("portolan.{}", finding.rule).as_str()))
                            .write_empty()?;
                    }
                    Ok(())
                },
            )?;
        }
        Ok(())
    })?;
    writeln!(out)
}

/// Writes the findings of `files` as JUnit's runner for Ant does: a `testsuite` for each file, a failed `testcase` for
/// each finding, and one that passed where there is none.
///
/// # Errors
///
/// Those of `out`.
pub fn junit(files: Files<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut xml = writer(out)?;
    xml.create_element("testsuites").with_attribute(("name", "portolan")).write_inner_content(|xml| {
        for file in files {
            let name = clean(&file.name());
            let failures = file.findings.len();
            xml.create_element("testsuite")
                .with_attribute(("name", name.as_str()))
                .with_attribute(("tests", failures.max(1).to_string().as_str()))
                .with_attribute(("failures", failures.to_string().as_str()))
                .with_attribute(("errors", "0"))
                .with_attribute(("skipped", "0"))
                .write_inner_content(|xml| {
                    if file.findings.is_empty() {
                        let case = xml.create_element("testcase").with_attribute(("name", "ports"));
                        case.with_attribute(("classname", name.as_str())).write_empty()?;
                    }
                    file.findings.iter().try_for_each(|finding| failed(xml, &name, finding))
                })?;
        }
        Ok(())
    })?;
    writeln!(out)
}

/// A test case that failed.
fn failed(xml: &mut Writer<&mut dyn Write>, file: &str, finding: &Reported) -> io::Result<()> {
    let place = finding.place;
    let case = format!("{} ({}:{})", finding.rule, place.line, place.column);
    xml.create_element("testcase")
        .with_attribute(("name", case.as_str()))
        .with_attribute(("classname", file))
        .write_inner_content(|xml| {
            let said = format!("{file}:{}:{}: {}", place.line, place.column, sentence(finding));
            let said: Vec<String> = [said].into_iter().chain(finding.elsewhere()).collect();
            xml.create_element("failure")
                .with_attribute(("type", finding.severity.name()))
                .with_attribute(("message", clean(&finding.message).as_str()))
                .write_text_content(BytesText::new(&clean(&said.join("\n"))))?;
            Ok(())
        })?;
    Ok(())
}

fn writer(out: &mut dyn Write) -> io::Result<Writer<&mut dyn Write>> {
    let mut xml = Writer::new_with_indent(out, b' ', 2);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    Ok(xml)
}

/// What is wrong and what to do about it.
fn sentence(finding: &Reported) -> String {
    match &finding.help {
        Some(help) => format!("{} ({help})", finding.message),
        None => finding.message.clone(),
    }
}

/// `text` without what [XML 1.0](https://www.w3.org/TR/xml/#charsets) has no way to write, and without what a terminal might obey:
/// it is shown escaped.
fn clean(text: &str) -> String {
    let is_possible = |it: char| matches!(it, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    let mut clean = String::with_capacity(text.len());
    for char in text.chars() {
        let is_harmless = matches!(char, '\t' | '\n' | '\r') || !is_treacherous(char);
        if is_possible(char) && is_harmless { clean.push(char) } else { clean.extend(char.escape_default()) }
    }
    clean
}
