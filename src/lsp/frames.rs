//! The frames of the protocol: a header that tells a length, and a body of that length.
//!
//! A length is checked before anything is allocated for it. What is wrong is told once, and reading goes on at the next
//! header. A body that is too large is passed over as its length says, unless no client can mean that length. See the [base protocol](https://microsoft.github.io/language-server-protocol/specifications/lsp/3.18/specification/#baseProtocol).

use std::fmt;
use std::io::{self, BufRead, Read, Write};

/// The largest body that is read, in bytes.
const LARGEST_BODY: usize = 64 << 20;

/// The largest body that somebody may have meant: one of a length above that is looked through for the next header.
const LARGEST_MEANT: usize = 1 << 30;

/// The longest header line that is read, in bytes.
const LONGEST_LINE: u64 = 64 << 10;

/// What is wrong with a frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadFrame {
    /// A header ends without having told a length.
    NoLength,
    /// The length is no number, or one below 0.
    LengthIsNoNumber(String),
    /// The length is larger than any message has reason to be.
    TooLarge(usize),
}

impl fmt::Display for BadFrame {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoLength => write!(out, "a header without Content-Length"),
            Self::LengthIsNoNumber(text) => write!(out, "Content-Length is no number of bytes: {text:?}"),
            Self::TooLarge(bytes) => write!(out, "a message of {bytes} bytes, the most is {LARGEST_BODY}"),
        }
    }
}

/// Reads the body of the next frame; `None` at the end of the input.
///
/// # Errors
///
/// Those of `input`; it ending inside a frame is one.
pub fn read(input: &mut impl BufRead) -> io::Result<Option<Result<Vec<u8>, BadFrame>>> {
    let mut length = Err(BadFrame::NoLength);
    let mut line = Vec::new();
    loop {
        line.clear();
        if input.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        if let Some(value) = length_in(&line) {
            let digits = String::from_utf8_lossy(value).trim().to_owned();
            length = match digits.parse() {
                Ok(bytes) if bytes <= LARGEST_BODY => Ok(bytes),
                Ok(bytes) => Err(BadFrame::TooLarge(bytes)),
                Err(_) => Err(BadFrame::LengthIsNoNumber(digits)),
            };
        } else if line.trim_ascii().is_empty() {
            let bytes = match length {
                Ok(bytes) => bytes,
                Err(bad) => {
                    if let BadFrame::TooLarge(bytes @ ..=LARGEST_MEANT) = bad {
                        io::copy(&mut input.by_ref().take(bytes as u64), &mut io::sink())?;
                    }
                    return Ok(Some(Err(bad)));
                }
            };
            let mut body = vec![0; bytes];
            input.read_exact(&mut body)?;
            return Ok(Some(Ok(body)));
        }
    }
}

/// Writes a frame with `body`.
///
/// # Errors
///
/// Those of `output`.
pub fn write(output: &mut impl Write, body: &[u8]) -> io::Result<()> {
    write!(output, "Content-Length: {}\r\n\r\n", body.len())?;
    output.write_all(body)?;
    output.flush()
}

/// What follows `Content-Length:` in a line. The name may stand anywhere in it: behind a body that was passed over, the
/// next header follows without a line end between.
fn length_in(line: &[u8]) -> Option<&[u8]> {
    const NAME: &[u8] = b"content-length:";
    let at = line.windows(NAME.len()).position(|window| window.eq_ignore_ascii_case(NAME))?;
    Some(&line[at + NAME.len()..])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bodies and complaints in `input`, up to its end.
    fn frames(input: &str) -> Vec<Result<String, BadFrame>> {
        let mut input = input.as_bytes();
        let mut frames = Vec::new();
        while let Ok(Some(frame)) = read(&mut input) {
            frames.push(frame.map(|body| String::from_utf8(body).unwrap()));
        }
        frames
    }

    #[test]
    fn headers_in_any_order_and_case() {
        let input = "Content-Type: application/vscode-jsonrpc; charset=utf-8\r\ncontent-length: 2\r\n\r\n{}Content-Length: 3\r\n\r\n[1]";
        assert_eq!(frames(input), [Ok("{}".to_owned()), Ok("[1]".to_owned())]);
    }

    #[test]
    fn a_lie_about_the_length_allocates_nothing_and_the_next_frame_is_read() {
        let next = "Content-Length: 2\r\n\r\n{}";
        let read = frames(&format!("Content-Length: 1000000000000000\r\n\r\n{{\"a\": 1}}{next}"));
        assert_eq!(read, [Err(BadFrame::TooLarge(1_000_000_000_000_000)), Ok("{}".to_owned())][..]);
        for wrong in ["-5", "many", "99999999999999999999999"] {
            let read = frames(&format!("Content-Length: {wrong}\r\nX: y\r\n\r\n{{}}{next}"));
            assert_eq!(read, [Err(BadFrame::LengthIsNoNumber(wrong.to_owned())), Ok("{}".to_owned())]);
        }
        assert_eq!(frames(&format!("X: y\r\n\r\n{next}")), [Err(BadFrame::NoLength), Ok("{}".to_owned())]);
    }

    #[test]
    fn a_body_that_is_too_large_is_passed_over_whatever_stands_in_it() {
        let fake = "Content-Length: 2\r\n\r\n{}";
        let large = fake.repeat(1 + LARGEST_BODY / fake.len());
        let read = frames(&format!("Content-Length: {}\r\n\r\n{large}{fake}", large.len()));
        assert_eq!(read, [Err(BadFrame::TooLarge(large.len())), Ok("{}".to_owned())]);
    }

    #[test]
    fn input_that_ends_inside_a_frame_ends_the_reading() {
        for cut in ["", "Content-Le", "Content-Length: 5\r\n", "Content-Length: 5\r\n\r\n{}"] {
            assert_eq!(frames(cut), []);
        }
    }

    #[test]
    fn what_is_written_can_be_read() {
        let mut bytes = Vec::new();
        write(&mut bytes, "💣".as_bytes()).unwrap();
        assert_eq!(bytes, "Content-Length: 4\r\n\r\n💣".as_bytes());
    }
}
