//! Stages: where each begins and ends, what it is built upon, and its user.

use std::borrow::Cow;
use std::sync::Arc;

use smol_str::{SmolStr, ToSmolStr};

use super::Scanner;
use super::expansion::{Blanks, expand};
use super::instructions::Instruction;
use crate::languages::{Scope, ScopeKind, Setting, Stage};

impl Scanner<'_> {
    /// Opens the stage of a `FROM [--platform=…] image [AS name]`.
    pub(super) fn read_from(&mut self, instruction: &Instruction<'_>) {
        let is_trigger = instruction.word.start > 0;
        if is_trigger {
            return;
        }
        if self.scope.is_none() {
            self.scan.breakages.extend(self.said.stray.clone());
        }
        let line = &instruction.line;
        let mut words = line.words(instruction.operands());
        let image = words.next();
        let is_as = words.next().is_some_and(|word| line.text()[word].eq_ignore_ascii_case("AS"));
        let name = words.next().filter(|_| is_as);

        self.variables.close_stage();
        let image = image.map(|image| expand(line, image, Blanks::Stay, &mut self.variables).words);
        let image = image.and_then(|words| Some(words.first()?.text().to_owned())).unwrap_or_default();
        let base = self.stages.get(&*lower_case(&image)).copied();
        let number = self.variables.open_stage(base);

        self.scope = Some(self.scan.scopes.len());
        let (scope, instructions) = (self.scan.scopes.len(), Vec::new());
        self.scan.stages.push(Stage { scope, image, base, instructions });
        let span = line.span(name.clone().unwrap_or(instruction.word.clone()));
        let name = name.map(|name| SmolStr::from(&line.text()[name]));
        if let Some(name) = &name {
            let name: Arc<str> = Arc::from(lower_case(name));
            self.said.names.push((Arc::clone(&name), number));
            self.stages.insert(name, number);
        }
        let name = name.unwrap_or_else(|| number.to_smolstr());
        let user = base.and_then(|base| self.scan.scopes[self.scopes[base]].user.clone());
        self.scopes.push(self.scan.scopes.len());
        // Most images that somebody else built start at the root.
        let workdir = base.map_or_else(|| Some(Arc::clone(&self.root)), |base| self.workdirs[base].clone());
        self.said.workdirs.push((number, workdir.clone()));
        self.workdirs.push(workdir);
        self.said.users.push(user.clone());
        let extent = line.span(0..line.text().trim_end().len());
        self.scan.scopes.push(Scope { kind: ScopeKind::Stage, name, span, extent, section: 0, user });
    }

    /// The stage goes on to the end of `instruction`, which stands in it, with its here-documents.
    pub(super) fn extend_stage(&mut self, instruction: &Instruction<'_>) {
        let Some(scope) = self.scope else { return };
        let line = instruction.line.span(0..instruction.line.text().trim_end().len());
        let end = instruction.heredocs.last().map_or(line.end, |heredoc| heredoc.body.end);
        self.scan.scopes[scope].extent.end = end;
    }

    /// Takes note of the user of the stage.
    pub(super) fn read_user(&mut self, instruction: &Instruction<'_>) {
        /// The bytes of a name; a longer one is none, and every stage built upon this one gets a copy.
        const LONGEST: usize = 256;
        let is_trigger = instruction.word.start > 0;
        let Some(scope) = self.scope.filter(|_| !is_trigger) else { return };
        let user = expand(&instruction.line, instruction.operands(), Blanks::Stay, &mut self.variables);
        let Some(user) = user.words.first() else { return };
        let span = user.span(0..user.text().len());
        let user =
            (user.text().len() <= LONGEST).then(|| Box::new(Setting { value: user.text().into(), span }));
        self.said.users.push(user.clone());
        self.scan.scopes[scope].user = user;
    }
}

/// `name` in lower case, in which most names are written.
fn lower_case(name: &str) -> Cow<'_, str> {
    let is_upper = |byte: u8| byte.is_ascii_uppercase();
    if name.bytes().any(is_upper) { name.to_ascii_lowercase().into() } else { name.into() }
}
