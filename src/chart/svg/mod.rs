//! For browsers and editors: the chart as a picture that needs no other program.
//!
//! It holds no script and fetches nothing. Each port bears the place that speaks of it, as `data-file`, `data-line` and
//! `data-column`, so that whoever shows the picture can lead there. It is light or dark as its reader has it; whoever
//! shows it within a page may give its classes other colours.

use std::fmt::Write;

use super::markup::escaped;
use super::{Chart, Sheet, words};

mod arrange;
mod columns;
mod draw;
mod layout;
mod legend;
mod measure;

use draw::Pen;
use layout::lay_out;
use legend::Legend;

/// The colours and letters, in light and dark.
const STYLE: &str = include_str!("style.css");

/// The room around everything.
const MARGIN: f64 = 24.0;

/// How high the title of a sheet is, with the room below.
const TITLE: f64 = 58.0;

/// The room between two sheets.
const BETWEEN: f64 = 40.0;

/// The chart as SVG, with a line end.
#[must_use]
pub fn svg(chart: &Chart) -> String {
    let mut body = String::new();
    let (mut y, mut widest) = (MARGIN, 0.0_f64);
    let mut legend = Legend::default();
    for (index, sheet) in chart.sheets.iter().enumerate() {
        if index > 0 {
            y += BETWEEN;
        }
        let (width, height) = draw_sheet(&mut body, chart, sheet, y);
        y += height;
        widest = widest.max(width);
        legend.look_at(sheet);
    }
    let (width, height) = legend.draw(&mut body, MARGIN, y + 22.0);
    if height > 0.0 {
        y += 22.0 + height;
        widest = widest.max(width);
    }
    let (width, height) = ((widest + 2.0 * MARGIN).ceil(), (y + MARGIN).ceil());
    let title = escaped(&title(chart));
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"portolan-chart\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" role=\"graphics-document\" aria-roledescription=\"chart of ports\" \
         aria-label=\"{title}\">\n<title>{title}</title>\n<style>\n{STYLE}</style>\n\
         <rect class=\"paper\" width=\"{width}\" height=\"{height}\"/>\n{body}</svg>\n"
    )
}

/// What the whole is called.
fn title(chart: &Chart) -> String {
    match &chart.sheets[..] {
        [] => "No stack".to_owned(),
        [sheet] => format!("The ports of {}", chart.title(sheet)),
        sheets => format!("The ports of {} stacks", sheets.len()),
    }
}

/// Draws a sheet that begins at `y`; how wide and high it is.
fn draw_sheet(body: &mut String, chart: &Chart, sheet: &Sheet, y: f64) -> (f64, f64) {
    let layout = lay_out(sheet);
    let name = &chart.title(sheet);
    let summary = words::summary(sheet);
    let mut widest = measure::width(name, 16.0, measure::Weight::Bold);
    widest = widest.max(measure::width(&summary, 12.0, measure::Weight::Regular)).max(layout.width);
    // A string takes all that is written.
    let _ = writeln!(
        body,
        "<g class=\"sheet\">\n<text class=\"title\" x=\"{MARGIN}\" y=\"{}\">{}</text>\n\
         <text class=\"note\" x=\"{MARGIN}\" y=\"{}\">{}</text>",
        draw::short(y + 14.0),
        escaped(name),
        draw::short(y + 33.0),
        escaped(&summary),
    );
    Pen::new(chart, sheet, &layout, (MARGIN, y + TITLE)).draw(body);
    let mut height = if layout.tiles.is_empty() { TITLE - 24.0 } else { TITLE + layout.height };
    let silent: Vec<&str> = layout.silent.iter().map(|&node| sheet.nodes[node].name.as_str()).collect();
    for line in lines_of(&silent, widest.max(480.0)) {
        height += 20.0;
        widest = widest.max(measure::width(&line, 12.0, measure::Weight::Regular));
        let at = draw::short(y + height);
        let _ = writeln!(body, "<text class=\"note\" x=\"{MARGIN}\" y=\"{at}\">{}</text>", escaped(&line));
    }
    body.push_str("</g>\n");
    (widest, height)
}

/// The names of services without ports, in lines of about that width.
fn lines_of(names: &[&str], width: f64) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = "Without ports: ".to_owned();
    for (index, name) in names.iter().enumerate() {
        let name = measure::clipped(name, 300.0, 12.0, measure::Weight::Regular);
        let text = if index + 1 < names.len() { name + ", " } else { name };
        if measure::width(&format!("{line}{text}"), 12.0, measure::Weight::Regular) > width {
            lines.push(std::mem::take(&mut line));
        }
        line.push_str(&text);
    }
    if !names.is_empty() {
        lines.push(line);
    }
    lines
}
