//! Code actions: what they are, and that applying one does what it says.

use portolan::text::{Encoding, Position, Range, Span, Text};
use serde_json::{Value, json};

use crate::client::Client;
use crate::found;

mod fixes;
mod manners;
mod refactorings;

const COMPOSE: &str = "file:///stack/compose.yaml";

/// The capabilities of an editor that takes whole actions and nothing more.
fn simple() -> Value {
    json!({"textDocument": {"codeAction": {
        "codeActionLiteralSupport": {"codeActionKind": {"valueSet": []}},
        "isPreferredSupport": true,
    }}})
}

/// The capabilities that VS Code tells of.
fn vscode() -> Value {
    let told: Value = serde_json::from_str(include_str!("../clients/vscode.json")).unwrap();
    told["capabilities"].clone()
}

/// A document that an editor holds.
struct Editor {
    client: Client,
    encoding: Encoding,
    uri: &'static str,
    text: String,
    version: i32,
}

impl Editor {
    fn open(uri: &'static str, language: &str, text: &str) -> Self {
        Self::open_in(&simple(), uri, language, text)
    }

    /// The same in an editor of those capabilities.
    fn open_in(capabilities: &Value, uri: &'static str, language: &str, text: &str) -> Self {
        let mut client = Client::start();
        let capabilities = client.initialize(capabilities);
        let encoding = match capabilities["positionEncoding"].as_str() {
            Some("utf-8") => Encoding::Utf8,
            Some("utf-32") => Encoding::Utf32,
            _ => Encoding::Utf16,
        };
        client.open(uri, language, text);
        Self { client, encoding, uri, text: text.to_owned(), version: 1 }
    }

    /// The range of the first `part` of the text; the cursor before it, where `part` starts with `‸`.
    fn range(&self, part: &str) -> [u64; 4] {
        let word = part.trim_start_matches('‸');
        let start = self.text.find(word).unwrap();
        let end = if word.len() < part.len() { start } else { start + word.len() };
        let range = Text::new(&self.text).range(Span::new(start, end), self.encoding);
        [range.start.line, range.start.character, range.end.line, range.end.character].map(|it| it as u64)
    }

    /// The actions at `part`, under a context.
    fn actions(&mut self, part: &str, context: Value) -> Vec<Value> {
        let [line, character, end_line, end_character] = self.range(part);
        let mut context = context;
        if context["diagnostics"].is_null() {
            context["diagnostics"] = json!([]);
        }
        let start = json!({"line": line, "character": character});
        let end = json!({"line": end_line, "character": end_character});
        let range = json!({"start": start, "end": end});
        let params = json!({"textDocument": {"uri": self.uri}, "range": range, "context": context});
        self.client.request("textDocument/codeAction", params).unwrap().as_array().unwrap().clone()
    }

    /// The titles of the actions at `part`, under a context.
    fn titles_at(&mut self, part: &str, context: Value) -> Vec<String> {
        let actions = self.actions(part, context);
        actions.iter().map(|action| action["title"].as_str().unwrap().to_owned()).collect()
    }

    /// The action of that title at `part`.
    fn action(&mut self, part: &str, title: &str) -> Value {
        let actions = self.actions(part, json!({}));
        let titles: Vec<_> = actions.iter().map(|action| action["title"].clone()).collect();
        let action = actions.into_iter().find(|action| action["title"] == title);
        action.unwrap_or_else(|| panic!("no {title:?}: {titles:?}"))
    }

    /// What the text is after the edit of an action, as it is written in either form.
    fn edited(&self, edit: &Value) -> String {
        let changes = edit["documentChanges"].as_array().map(|changes| {
            assert_eq!(changes[0]["textDocument"], json!({"uri": self.uri, "version": self.version}));
            &changes[0]["edits"]
        });
        let mut edits = changes.unwrap_or(&edit["changes"][self.uri]).as_array().unwrap().clone();
        edits.reverse();
        let mut text = Text::new(&self.text);
        for edit in &edits {
            let position = |name: &str| {
                let [line, character] =
                    ["line", "character"].map(|key| edit["range"][name][key].as_u64().unwrap());
                Position {
                    line: usize::try_from(line).unwrap(),
                    character: usize::try_from(character).unwrap(),
                }
            };
            let range = Range { start: position("start"), end: position("end") };
            text.replace(range, edit["newText"].as_str().unwrap(), self.encoding);
        }
        text.to_string()
    }

    /// Tells the server that the text is another one.
    fn change(&mut self, text: String) {
        self.text = text;
        self.version += 1;
        let document = json!({"uri": self.uri, "version": self.version});
        let changes = json!([{"text": self.text}]);
        let params = json!({"textDocument": document, "contentChanges": changes});
        self.client.notify("textDocument/didChange", params);
    }

    fn found(&mut self) -> Vec<String> {
        found(&self.client.diagnostics(self.uri, Some(self.version)))
    }

    fn titles(&mut self, range: [u64; 4], only: Option<&[&str]>) -> Vec<String> {
        let actions = self.client.code_actions(self.uri, range, only);
        actions.iter().map(|action| action["title"].as_str().unwrap().to_owned()).collect()
    }

    /// Takes the action of that title at a place: applies its edits, the last one first, and tells the server.
    fn take(&mut self, line: u64, character: u64, title: &str) -> Value {
        let actions = self.client.code_actions(self.uri, [line, character, line, character], None);
        let action = actions.into_iter().find(|action| action["title"] == title);
        let action = action.unwrap_or_else(|| panic!("no {title:?}"));
        self.change(self.edited(&action["edit"]));
        action
    }
}
