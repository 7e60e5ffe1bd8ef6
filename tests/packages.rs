//! What is packed for the world: that the crate holds what its build needs and nothing else, that the packages for npm start
//! the program and are otherwise not there, and that the images and workflows are clean, by our own rules and by others'.
//!
//! What needs a program that is not on `PATH` is reported as ignored, in so many words; where `PORTOLAN_TOOLS` is `required`
//! it fails. `.ci/packages` builds the packages themselves and installs them.

use std::env;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Output, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use portolan::config::Config;
use portolan::languages::Language;
use portolan::lint::lint;
use serde_json::Value;

type Outcome = Result<(), Failed>;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

const PROGRAM: &str = env!("CARGO_BIN_EXE_portolan");

/// How long a program may take to end that was told to.
const PATIENCE: Duration = Duration::from_secs(30);

/// The target that this platform's package for npm holds, where there is one.
const TARGET: Option<&str> = if cfg!(all(target_os = "linux", target_arch = "x86_64")) {
    Some("x86_64-unknown-linux-gnu")
} else if cfg!(all(target_os = "linux", target_arch = "aarch64")) {
    Some("aarch64-unknown-linux-gnu")
} else if cfg!(all(target_os = "macos", target_arch = "x86_64")) {
    Some("x86_64-apple-darwin")
} else if cfg!(all(target_os = "macos", target_arch = "aarch64")) {
    Some("aarch64-apple-darwin")
} else if cfg!(all(windows, target_arch = "x86_64")) {
    Some("x86_64-pc-windows-msvc")
} else {
    None
};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let trials = vec![
        Trial::test("the_crate_holds_what_its_build_needs", the_crate_holds_what_its_build_needs),
        Trial::test("no_dependency_wants_a_newer_rust", no_dependency_wants_a_newer_rust),
        Trial::test("npm_has_every_platform_of_a_release", npm_has_every_platform_of_a_release),
        Trial::test("mason_takes_archives_that_a_release_has", mason_takes_archives_that_a_release_has),
        Trial::test("the_images_are_clean_by_our_own_rules", the_images_are_clean_by_our_own_rules),
        with("node", "npm_says_which_package_is_missing", npm_says_which_package_is_missing),
        for_target("npm_starts_the_program", TARGET, npm_starts_the_program),
        for_target(
            "npm_ends_as_the_program_does",
            TARGET.filter(|_| cfg!(unix)),
            npm_ends_as_the_program_does,
        ),
        for_target(
            "npm_takes_musl_where_nothing_else_fits",
            TARGET.filter(|_| cfg!(target_os = "linux")),
            npm_takes_musl,
        ),
        with("hadolint", "hadolint", hadolint),
        with("actionlint", "actionlint", actionlint),
        with("shellcheck", "shellcheck", shellcheck),
        with("zizmor", "zizmor", zizmor),
    ];
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// A test that needs a program.
fn with(program: &'static str, name: &str, test: impl FnOnce() -> Outcome + Send + 'static) -> Trial {
    let run = move || {
        if on_path(program).is_some() {
            return test().map(|()| Completion::Completed);
        }
        if env::var_os("PORTOLAN_TOOLS").is_some_and(|it| it == "required") {
            return Err(format!("not tested, and every tool is required: {program} is not on PATH").into());
        }
        Ok(Completion::ignored_with(format!("not tested: {program} is not on PATH")))
    };
    Trial::ignorable_test(name, run)
}

/// A test of the package for npm that holds the program for `target`, where that can be tested.
fn for_target(name: &str, target: Option<&'static str>, test: fn(&str) -> Outcome) -> Trial {
    let Some(target) = target else {
        let why = "not tested: there is no such package for this platform";
        return Trial::ignorable_test(name, move || Ok(Completion::ignored_with(why)));
    };
    with("node", name, move || test(target))
}

/// The program of that name that `PATH` finds first.
fn on_path(name: &str) -> Option<PathBuf> {
    let folders = env::var_os("PATH")?;
    let file = format!("{name}{}", env::consts::EXE_SUFFIX);
    env::split_paths(&folders).map(|folder| folder.join(&file)).find(|path| path.is_file())
}

/// Fails with `said` unless it holds.
fn ensure(holds: bool, said: impl FnOnce() -> String) -> Outcome {
    if holds { Ok(()) } else { Err(said().into()) }
}

/// What a program wrote on stdout, which must have ended well.
fn answer(command: &mut Command) -> Result<String, Failed> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    ensure(output.status.success(), || {
        format!("{command:?}: {}\n{}{}", output.status, said(&output.stdout), said(&output.stderr))
    })?;
    Ok(said(&output.stdout))
}

fn cargo() -> Command {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(ROOT).stderr(Stdio::piped());
    cargo
}

fn the_crate_holds_what_its_build_needs() -> Outcome {
    /// Beside `src/`; the first four cargo writes or reads itself.
    const ALSO: [&str; 12] = [
        ".cargo_vcs_info.json",
        "Cargo.lock",
        "Cargo.toml",
        "Cargo.toml.orig",
        "build.rs",
        "CHANGELOG.md",
        "LICENSE-APACHE",
        "LICENSE-MIT",
        "README.md",
        "data/README.md",
        "src/chart/svg/style.css",
        "src/registry/tables.txt",
    ];
    /// Of all files together; packed they take a third of it.
    const LARGEST: u64 = 4_000_000;

    let list = answer(cargo().args(["package", "--list", "--allow-dirty", "--offline"]))?.replace('\\', "/");
    let files: Vec<&str> = list.lines().collect();
    for file in &files {
        let is_source = file.starts_with("src/") && (file.ends_with(".rs") || file.ends_with(".md"));
        ensure(is_source || ALSO.contains(file), || format!("{file} is packed, and nobody said what for"))?;
    }
    for file in ALSO.iter().chain(&["src/main.rs", "src/lib.rs"]) {
        // Without a repository there is nothing to tell of it.
        let is_missing = !files.contains(file) && *file != ".cargo_vcs_info.json";
        ensure(!is_missing, || format!("{file} is not packed"))?;
    }
    let size: u64 = files
        .iter()
        .filter_map(|file| fs::metadata(Path::new(ROOT).join(file)).ok())
        .map(|it| it.len())
        .sum();
    ensure(size < LARGEST, || format!("the crate has grown to {size} bytes"))
}

fn no_dependency_wants_a_newer_rust() -> Outcome {
    let about = answer(Command::new(env!("CARGO")).arg("-vV"))?;
    let host =
        about.lines().find_map(|line| line.strip_prefix("host: ")).ok_or("cargo does not tell its host")?;
    // Crates of other platforms need not be there without the net.
    let arguments = ["metadata", "--format-version", "1", "--locked", "--offline", "--filter-platform", host];
    let metadata: Value = serde_json::from_str(&answer(cargo().args(arguments))?)?;
    let resolved = metadata["resolve"]["nodes"].as_array().ok_or("no graph")?;
    let declared = version(env!("CARGO_PKG_RUST_VERSION"));
    let mut asked = 0;
    for package in metadata["packages"].as_array().ok_or("no packages")? {
        let Some(wanted) = package["rust_version"].as_str() else { continue };
        if !resolved.iter().any(|node| node["id"] == package["id"]) {
            continue;
        }
        asked += 1;
        ensure(version(wanted) <= declared, || format!("{} wants Rust {wanted}", package["id"]))?;
    }
    ensure(asked > 50, || format!("only {asked} dependencies say which Rust they want"))
}

/// `1.85` and `1.85.0` are the same.
fn version(text: &str) -> Vec<u32> {
    let mut numbers: Vec<u32> = text.split('.').filter_map(|it| it.parse().ok()).collect();
    numbers.resize(3, 0);
    numbers
}

/// The platforms that a release is built for.
fn built_at_a_release() -> Result<Vec<String>, Failed> {
    let workflow = fs::read_to_string(Path::new(ROOT).join(".github/workflows/release.yml"))?;
    let targets = workflow.lines().filter_map(|line| line.trim().strip_prefix("- target: "));
    let mut targets: Vec<String> = targets.map(str::to_owned).collect();
    targets.sort_unstable();
    Ok(targets)
}

fn npm_has_every_platform_of_a_release() -> Outcome {
    let platforms = fs::read_to_string(Path::new(ROOT).join("packages/npm/platforms.json"))?;
    let platforms: Vec<Value> = serde_json::from_str(&platforms)?;
    let mut packed: Vec<&str> = platforms.iter().filter_map(|it| it["target"].as_str()).collect();
    packed.sort_unstable();
    let built = built_at_a_release()?;
    ensure(!built.is_empty() && built == packed, || format!("built is {built:?}, and packed {packed:?}"))
}

/// The archives that Mason's registry names, of Windows a zip.
fn mason_takes_archives_that_a_release_has() -> Outcome {
    let built = built_at_a_release()?;
    let registry = "editors/neovim/upstream/mason-registry/packages/portolan/package.yaml";
    let package = fs::read_to_string(Path::new(ROOT).join(registry))?;
    let files: Vec<&str> = package.lines().filter_map(|line| line.trim().strip_prefix("file: ")).collect();
    ensure(!files.is_empty(), || format!("{registry} names no file"))?;
    for file in files {
        let is_packed = |target: &String| {
            let ending = if target.contains("windows") { "zip" } else { "tar.gz" };
            file == format!("portolan-{target}.{ending}")
        };
        ensure(built.iter().any(is_packed), || format!("no release has {file}"))?;
    }
    Ok(())
}

/// The images that we build.
const IMAGES: [&str; 2] = ["packages/container/Containerfile", ".ci/Containerfile"];

fn the_images_are_clean_by_our_own_rules() -> Outcome {
    let config = Config::read("select = ['all']").map_err(|mistakes| format!("{mistakes:?}"))?;
    for image in IMAGES {
        let text = fs::read_to_string(Path::new(ROOT).join(image))?;
        let findings = lint(&text, Language::Dockerfile, &config.settings_for(Path::new(image)));
        ensure(findings.is_empty(), || format!("{image}: {findings:?}"))?;
    }
    Ok(())
}

fn hadolint() -> Outcome {
    answer(Command::new("hadolint").current_dir(ROOT).args(IMAGES)).map(|_| ())
}

fn actionlint() -> Outcome {
    // Without files named it takes the repository's workflows, and does not mind if it finds none.
    for workflow in fs::read_dir(Path::new(ROOT).join(".github/workflows"))? {
        answer(Command::new("actionlint").current_dir(ROOT).arg(workflow?.path()))?;
    }
    Ok(())
}

/// The scripts that build the packages.
const SCRIPTS: [&str; 5] =
    [".ci/packages", "packages/archive", "packages/changes", "packages/extras", "packages/pypi/build"];

fn shellcheck() -> Outcome {
    answer(Command::new("shellcheck").current_dir(ROOT).args(SCRIPTS)).map(|_| ())
}

fn zizmor() -> Outcome {
    let arguments = ["--offline", "--quiet", "--persona", "auditor", ".github/workflows"];
    answer(Command::new("zizmor").current_dir(ROOT).args(arguments)).map(|_| ())
}

/// A folder with the packages for npm as they lie where somebody has installed them.
struct Installed {
    folder: tempfile::TempDir,
}

impl Installed {
    /// The package that people name, alone.
    fn without_program() -> Result<Self, Failed> {
        let installed = Self { folder: tempfile::tempdir()? };
        installed.lay_out(&[])?;
        Ok(installed)
    }

    /// With the package of `target` beside it.
    fn with_program_for(target: &str) -> Result<Self, Failed> {
        let installed = Self::without_program()?;
        installed.lay_out(&["--target", target, "--binary", PROGRAM])?;
        Ok(installed)
    }

    fn lay_out(&self, arguments: &[&str]) -> Outcome {
        let mut node = Command::new("node");
        node.arg(Path::new(ROOT).join("packages/npm/build.mjs"));
        node.arg("--out").arg(self.folder.path().join("node_modules")).args(arguments);
        answer(&mut node).map(|_| ())
    }

    /// The launcher, to be given arguments.
    fn launcher(&self) -> Command {
        let mut node = Command::new("node");
        node.arg(self.folder.path().join("node_modules/portolan/bin/portolan.js")).current_dir(ROOT);
        node
    }

    /// The launcher on a machine of which Node says what `statement` makes it say.
    fn launcher_where(&self, statement: &str) -> Result<Command, Failed> {
        let pretence = self.folder.path().join("pretence.cjs");
        fs::write(&pretence, statement)?;
        let mut node = Command::new("node");
        node.arg("--require").arg(pretence);
        node.args(self.launcher().get_args()).current_dir(ROOT);
        Ok(node)
    }
}

/// Gives `input` to a command on stdin, and waits for it.
fn run(command: &mut Command, input: &str) -> Result<Output, Failed> {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let mut stdin = child.stdin.take().ok_or("no stdin")?;
    stdin.write_all(input.as_bytes())?;
    drop(stdin);
    Ok(child.wait_with_output()?)
}

fn npm_starts_the_program(target: &str) -> Outcome {
    let installed = Installed::with_program_for(target)?;
    let cases: [(&[&str], &str, i32); 5] = [
        (&["--version"], "", 0),
        (&["--check", "tests/demo"], "", 1),
        (&["--check", "--language", "dockerfile", "-"], "FROM a\nEXPOSE 585\n", 1),
        (&["--check", "--language", "dockerfile", "-"], "FROM a\nEXPOSE 8080\n", 0),
        (&["--check", "no/such/file"], "", 2),
    ];
    for (arguments, input, code) in cases {
        let through = run(installed.launcher().args(arguments), input)?;
        let direct = run(Command::new(PROGRAM).args(arguments).current_dir(ROOT), input)?;
        ensure(through == direct, || format!("{arguments:?}: {through:?} is not {direct:?}"))?;
        ensure(through.status.code() == Some(code), || format!("{arguments:?}: {through:?}"))?;
    }
    Ok(())
}

/// A signal reaches the program, and whoever waits for the launcher learns how it ended.
fn npm_ends_as_the_program_does(target: &str) -> Outcome {
    let installed = Installed::with_program_for(target)?;
    let mut launcher =
        installed.launcher().arg("--stdio").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    // The server goes on as long as this is open, unless a signal ends it.
    let mut stdin = launcher.stdin.take().ok_or("no stdin")?;
    let request = r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"capabilities":{}}}"#;
    write!(stdin, "Content-Length: {}\r\n\r\n{request}", request.len())?;
    stdin.flush()?;
    let mut stdout = BufReader::new(launcher.stdout.take().ok_or("no stdout")?);
    let mut header = String::new();
    stdout.read_line(&mut header)?;
    ensure(header.starts_with("Content-Length"), || format!("no answer: {header}"))?;

    answer(Command::new("kill").args(["-s", "TERM", &launcher.id().to_string()]))?;
    let told = launcher.wait()?.to_string();
    ensure(told.contains("signal: 15"), || format!("the launcher ended otherwise: {told}"))?;
    let (end, ended) = mpsc::channel();
    thread::spawn(move || end.send(stdout.read_to_end(&mut Vec::new()).is_ok()));
    let is_closed = ended.recv_timeout(PATIENCE).is_ok_and(|it| it);
    drop(stdin);
    ensure(is_closed, || "the program goes on without the launcher".to_owned())
}

fn npm_says_which_package_is_missing() -> Outcome {
    let installed = Installed::without_program()?;
    let says = |command: &mut Command, words: &str| {
        let output = run(command.args(["--check", "tests/demo"]), "")?;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let is_told = said.contains(words) && output.stdout.is_empty() && output.status.code() == Some(2);
        ensure(is_told, || format!("{words} is not told: {output:?}"))
    };
    let foreign = "Object.defineProperty(process, 'arch', { value: 'vax' });";
    says(&mut installed.launcher_where(foreign)?, "there is no package for")?;
    let mac = "Object.defineProperty(process, 'platform', { value: 'darwin' });
        Object.defineProperty(process, 'arch', { value: 'arm64' });";
    says(&mut installed.launcher_where(mac)?, "not installed: @portolan/cli-darwin-arm64")
}

/// The package for musl does where the one for glibc is missing, but not the other way around.
fn npm_takes_musl(target: &str) -> Outcome {
    let musl = "process.report.getReport = () => ({ header: {} });";
    let glibc = "process.report.getReport = () => ({ header: { glibcVersionRuntime: '2.36' } });";
    let is_started = |installed: &Installed, machine: &str| -> Result<bool, Failed> {
        Ok(run(installed.launcher_where(machine)?.arg("--version"), "")?.status.success())
    };
    let only_musl = Installed::with_program_for(&target.replace("-gnu", "-musl"))?;
    let only_glibc = Installed::with_program_for(target)?;
    ensure(is_started(&only_musl, musl)?, || "musl on musl".to_owned())?;
    ensure(is_started(&only_musl, glibc)?, || "musl on glibc".to_owned())?;
    ensure(is_started(&only_glibc, glibc)?, || "glibc on glibc".to_owned())?;
    ensure(!is_started(&only_glibc, musl)?, || "glibc on musl".to_owned())
}
