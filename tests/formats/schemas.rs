//! Every report against the schema of its reader, with something found, with nothing found and with no file at all.

use std::fs;
use std::path::Path;
use std::process::Command;

use boon::{Compiler, Schemas};
use serde_json::Value;
use tempfile::TempDir;

use super::{folder, json, mixed, program, report};

/// The schemas of JSON, by the forms that they describe.
const JSON: [(&str, &str); 3] = [
    ("sarif", include_str!("schemas/sarif-2.1.0.json")),
    ("gitlab", include_str!("schemas/gitlab.json")),
    ("rdjson", include_str!("schemas/rdjson.json")),
];

/// Those of XML.
const XML: [(&str, &str); 2] = [("junit", "junit-10.xsd"), ("checkstyle", "checkstyle.xsd")];

/// Folders with little to say.
fn silent() -> [TempDir; 2] {
    [folder(&[("Dockerfile", "FROM alpine\nEXPOSE 8080\n")]), TempDir::new().unwrap()]
}

/// Why the schema of `form` does not allow `report`.
pub fn complaint(form: &str, report: &Value) -> Option<String> {
    let (_, schema) = JSON.into_iter().find(|(name, _)| *name == form).unwrap();
    let (mut compiler, mut schemas) = (Compiler::new(), Schemas::new());
    compiler.enable_format_assertions();
    compiler.add_resource("http://schemas/it.json", json(schema)).unwrap();
    let schema = compiler.compile("http://schemas/it.json", &mut schemas).unwrap();
    schemas.validate(report, schema).err().map(|error| format!("{error:#}"))
}

/// Why the schema of `form` does not allow the file at `report`; also where that cannot be told.
pub fn xml_complaint(form: &str, report: &Path) -> Option<String> {
    let xmllint = program("xmllint")?;
    let (_, schema) = XML.into_iter().find(|(name, _)| *name == form).unwrap();
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats/schemas").join(schema);
    let output = Command::new(xmllint)
        .args(["--nonet", "--noout", "--schema"])
        .arg(schema)
        .arg(report)
        .output()
        .unwrap();
    (!output.status.success()).then(|| String::from_utf8_lossy(&output.stderr).into_owned())
}

/// Holds what is reported on `folder` against every schema.
pub fn hold(folder: &Path) {
    for (form, _) in JSON {
        let text = report(folder, form);
        assert_eq!(complaint(form, &json(&text)), None, "{form}: {text}");
    }
    let out = TempDir::new().unwrap();
    for (form, _) in XML {
        let path = out.path().join(form);
        let text = report(folder, form);
        fs::write(&path, &text).unwrap();
        assert_eq!(xml_complaint(form, &path), None, "{form}: {text}");
    }
}

#[test]
fn reports_are_as_their_readers_want_them() {
    hold(mixed().path());
    silent().iter().for_each(|folder| hold(folder.path()));
}

#[test]
fn a_schema_refuses_what_is_none() {
    let folder = mixed();
    for (form, within) in [("sarif", "/runs/0/results/0"), ("gitlab", "/0"), ("rdjson", "/diagnostics/0")] {
        let mut report = json(&report(folder.path(), form));
        *report.pointer_mut(within).unwrap() = Value::Bool(true);
        assert!(complaint(form, &report).is_some(), "{form}");
    }
    let Some(_) = program("xmllint") else { return };
    let out = TempDir::new().unwrap();
    for ((form, _), within) in XML.into_iter().zip(["tests=", "severity="]) {
        let path = out.path().join(form);
        fs::write(&path, report(folder.path(), form).replacen(within, "other=", 1)).unwrap();
        assert!(xml_complaint(form, &path).is_some(), "{form}");
    }
}
