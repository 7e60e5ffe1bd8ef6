//! Writes the seeds of every fuzzer into its folder below `corpus`, and what once broke it beside them.

use std::fs;
use std::io;
use std::path::Path;

use checks::CHECKS;
use checks::seeds::Sources;

fn main() -> io::Result<()> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    let sources = Sources::below(own.parent().expect("it lies in the repository"));
    for check in CHECKS {
        let folder = own.join("corpus").join(check.name);
        fs::create_dir_all(&folder)?;
        for (index, seed) in (check.seeds)(&sources).into_iter().enumerate() {
            fs::write(folder.join(format!("seed-{index}")), seed)?;
        }
        let Ok(stored) = fs::read_dir(own.join("regressions").join(check.name)) else { continue };
        for file in stored {
            let file = file?;
            fs::copy(file.path(), folder.join(file.file_name()))?;
        }
    }
    Ok(())
}
