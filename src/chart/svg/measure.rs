//! How wide text is, roughly: nothing here draws it, and every machine has other fonts.
//!
//! The widths are those of a wide font, so that text takes rather less room than it is given.

/// How heavy letters are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// As most text.
    Regular,
    /// As names.
    Bold,
}

/// The widths of the characters from the blank to `~` in hundredths of the size of the font.
const WIDTHS: [u8; 95] = [
    32, 40, 46, 84, 64, 95, 78, 27, 39, 39, 50, 84, 32, 36, 32, 34, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    34, 34, 84, 84, 84, 53, 100, 68, 69, 70, 77, 63, 58, 77, 75, 29, 29, 66, 56, 86, 75, 79, 60, 79, 69, 63,
    61, 73, 68, 99, 69, 61, 69, 39, 34, 39, 84, 50, 50, 61, 63, 55, 63, 62, 35, 63, 63, 28, 28, 58, 28, 97,
    63, 61, 63, 63, 41, 52, 39, 63, 59, 82, 59, 59, 52, 64, 34, 64, 84,
];

/// The width of `text` in letters of that size.
pub fn width(text: &str, size: f64, weight: Weight) -> f64 {
    let hundredths: u32 = text.chars().map(hundredths).sum();
    let share = if weight == Weight::Bold { 1.13 } else { 1.0 };
    f64::from(hundredths) / 100.0 * size * share
}

/// `text`, or its beginning and `…` where it is wider than `most`.
pub fn clipped(text: &str, most: f64, size: f64, weight: Weight) -> String {
    if width(text, size, weight) <= most {
        return text.to_owned();
    }
    let room = most - width("…", size, weight);
    let mut clipped = String::new();
    let mut taken = 0.0;
    for char in text.chars() {
        taken += width(char.encode_utf8(&mut [0; 4]), size, weight);
        if taken > room {
            break;
        }
        clipped.push(char);
    }
    clipped + "…"
}

fn hundredths(char: char) -> u32 {
    let place = u32::from(char).checked_sub(32).and_then(|place| usize::try_from(place).ok());
    match place.and_then(|place| WIDTHS.get(place)) {
        Some(&width) => u32::from(width),
        // Letters of Europe are as wide as those of ASCII; those of the Far East, and pictures, fill a square.
        None if u32::from(char) < 0x1100 => 70,
        None => 100,
    }
}
