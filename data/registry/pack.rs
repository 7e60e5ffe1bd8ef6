//! Packs the tables of `data/` into arrays of 16-bit numbers and one text, which need no work when the program starts.
//!
//! The names of statuses, kinds and transports become their places in the library's own lists.

use portolan::port::{PortRange, Transport};
use portolan::registry::{Kind, Listing, Status};

use crate::arrays::{array, constant, list};
use crate::sheet::{Problem, Row, Sheet};
use crate::texts::{Remarks, Texts};

/// How many ports share an entry of the index into the records.
const BLOCK: u16 = 8;

/// The two files that the library compiles in.
pub struct Packed {
    /// Rust: the arrays.
    pub tables: String,
    /// Every text, a line each.
    pub texts: String,
}

/// Packs the tables that `read` gives by their names.
pub fn pack(read: &mut dyn FnMut(&str) -> Result<Sheet, Problem>) -> Result<Packed, Problem> {
    let mut texts = Texts::new();
    let mut remarks = Remarks::new();
    let iana = read("iana.csv")?;
    let records = records(&iana, &read("primary.csv")?, &mut texts, &mut remarks)?;
    let unauthorized = unauthorized(&iana, &mut texts)?;
    let aliases = aliases(&read("aliases.csv")?, &records, &mut texts)?;
    let former_names = former_names(&read("former-names.csv")?, &mut texts)?;
    let in_practice = in_practice(&read("in-practice.csv")?, &mut texts)?;
    let cleartext = cleartext(&read("cleartext.csv")?, &mut texts)?;
    let browser_blocked = browser_blocked(&read("browser-blocked.csv")?, &mut texts)?;
    let ranges = ranges(&read("ranges.csv")?, &mut texts)?;
    let wikipedia = wikipedia(&read("wikipedia.csv")?, &mut texts)?;
    let usage = usage(&read("usage.csv")?)?;

    let tables = [
        "//! Written by `cargo run --example registry` from `data/`: change the tables there.\n".to_owned(),
        constant("DATE", "&str", "The day of the copy of IANA's registry.", &date(&read("iana-date.csv")?)?),
        array("RECORDS", "first, last, transport << 8 | status, service, title, remark.", &packed(&records)),
        constant("BLOCK", "u16", "How many ports share an entry of `BLOCKS`.", &BLOCK),
        list("BLOCKS", "u16", "The first record that ends in the block or behind it.", &blocks(&records)),
        list("NAMES", "u16", "The records that have a service, by its name.", &names(&records)),
        array("REMARKS", "replacement, reference, date, note.", &remarks.rows),
        array("UNAUTHORIZED", "first, last, transport, who.", &unauthorized),
        array("ALIASES", "alias, port, transport; by alias.", &aliases),
        array("FORMER_NAMES", "first, last, transport, service, seen, note.", &former_names),
        array(
            "IN_PRACTICE",
            "port, transport, product, names, kind, cleartext, TLS port, URL, note.",
            &in_practice,
        ),
        array(
            "CLEARTEXT",
            "port, transport, service, replacement, 2 ports, STARTTLS, reference, note.",
            &cleartext,
        ),
        array("BROWSER_BLOCKED", "port, service, Chromium, Firefox, note.", &browser_blocked),
        array("RANGES", "first, last, name, scope, setting, reference, URL, note.", &ranges),
        array(
            "WIKIPEDIA",
            "first, last, variant, four cells (TCP in the low bits), service, note.",
            &wikipedia,
        ),
        array("USAGE", "port, repositories, and of these with compose, Dockerfile, nginx.", &usage),
        list("STARTS", "u32", "Where each text starts, and where the last one ends.", &texts.starts()),
    ];
    Ok(Packed { tables: tables.concat(), texts: texts.lines() })
}

/// A record of IANA's, packed but for what the order and the indexes need to know.
struct Record {
    first: u16,
    last: u16,
    transport: Option<Transport>,
    status: Status,
    service: String,
    is_primary: bool,
    row: [u16; 6],
}

/// The records in the order of their numbers; of those of one number the primary ones first, the historic ones last.
fn records(
    iana: &Sheet,
    primary: &Sheet,
    texts: &mut Texts,
    remarks: &mut Remarks,
) -> Result<Vec<Record>, Problem> {
    let primaries = each(primary, |row| Ok((row.number("port")?, row.text("service")?.to_owned())))?;
    let mut records = each(iana, |row| {
        let [first, last] = ends(row)?;
        let status = row.place("status", Status::ALL.map(Status::name))?;
        let [service, title] = texts.of(row, ["service", "title"])?;
        let remark = remarks.number(texts.of(row, ["replacement", "reference", "date", "note"])?);
        let name = row.text("service")?.to_owned();
        Ok(Record {
            first,
            last,
            transport: row.transport("transport")?,
            status: Status::ALL[usize::from(status)],
            is_primary: primaries.contains(&(first, name.clone())),
            service: name,
            row: [first, last, transport(row)? << 8 | status, service, title, remark],
        })
    })?;
    records.sort_by_key(|it| (it.first, !it.is_primary, it.status == Status::Historic));
    separate(&mut records)?;
    for row in &primary.rows {
        let (port, service) = (row.number("port")?, row.text("service")?);
        if !records.iter().any(|it| it.first == port && it.service == service) {
            return Err(row.problem(format!("the registry has no {service} at {port}")));
        }
    }
    Ok(records)
}

/// Sees to it that two records have all their numbers in common or none, which is what a look-up relies on. Some of IANA's
/// unassigned blocks reach over numbers that have records of their own: there the block ends.
fn separate(records: &mut [Record]) -> Result<(), Problem> {
    for place in 1..records.len() {
        let [.., one, next] = &mut records[..=place] else { continue };
        if next.first > one.last || (next.first, next.last) == (one.first, one.last) {
            continue;
        }
        if one.status != Status::Unassigned || one.first == next.first {
            let message = format!("{}-{} and {}-{} overlap", one.first, one.last, next.first, next.last);
            return Err(Problem::of_file("iana.csv", message));
        }
        one.last = next.first - 1;
        one.row[1] = one.last;
    }
    Ok(())
}

fn packed(records: &[Record]) -> Vec<[u16; 6]> {
    records.iter().map(|it| it.row).collect()
}

/// For each block of ports, and for one behind the last, the first record that ends in it or behind it.
fn blocks(records: &[Record]) -> Vec<u32> {
    let first_port = |block: u32| block * u32::from(BLOCK);
    (0..=(u32::from(u16::MAX) + 1) / u32::from(BLOCK))
        .map(|block| records.partition_point(|it| u32::from(it.last) < first_port(block)))
        .map(|row| u32::try_from(row).expect("there are fewer records than 32 bits can count"))
        .collect()
}

/// The records that have a service, by its name in lower case; of one name the assigned ones first.
fn names(records: &[Record]) -> Vec<u32> {
    let mut names: Vec<u32> =
        (0..).zip(records).filter(|(_, it)| !it.service.is_empty()).map(|(row, _)| row).collect();
    names.sort_by_cached_key(|&row| {
        let it = &records[row as usize];
        (it.service.to_ascii_lowercase(), it.status, it.first, it.transport)
    });
    names
}

/// The ports of IANA's remarks on unauthorized use, which read `796`, `27018 27019`, or `90: PointCast`.
fn unauthorized(iana: &Sheet, texts: &mut Texts) -> Result<Vec<[u16; 4]>, Problem> {
    let mut rows = Vec::new();
    for row in &iana.rows {
        let text = row.text("unauthorized")?;
        let (ports, who) = text.split_once(": ").unwrap_or((text, ""));
        for word in ports.split_whitespace() {
            let range = PortRange::parse(word).filter(|range| !range.is_empty());
            let ends =
                range.and_then(|range| Some((range.first.try_into().ok()?, range.last.try_into().ok()?)));
            let (first, last) = ends.ok_or_else(|| row.wrong("unauthorized", "ports, and who uses them"))?;
            rows.push([first, last, transport(row)?, texts.number(who)]);
        }
    }
    rows.sort_unstable();
    rows.dedup();
    Ok(rows)
}

/// The aliases by their names in lower case; each must lead to an assigned record.
fn aliases(sheet: &Sheet, records: &[Record], texts: &mut Texts) -> Result<Vec<[u16; 3]>, Problem> {
    let mut aliases = each(sheet, |row| {
        let [alias] = texts.of(row, ["alias"])?;
        let (port, on) = (row.number("port")?, row.transport("transport")?);
        let is_meant = |it: &Record| {
            (it.first..=it.last).contains(&port)
                && it.status == Status::Assigned
                && (it.transport.is_none() || it.transport == on)
        };
        if !records.iter().any(is_meant) {
            return Err(row.wrong("port", "a port that is assigned on that transport"));
        }
        Ok((row.text("alias")?.to_ascii_lowercase(), [alias, port, one_transport(row)?]))
    })?;
    aliases.sort_by(|(one, _), (other, _)| one.cmp(other));
    Ok(aliases.into_iter().map(|(_, row)| row).collect())
}

fn former_names(sheet: &Sheet, texts: &mut Texts) -> Result<Vec<[u16; 6]>, Problem> {
    each(sheet, |row| {
        let [first, last] = ends(row)?;
        let [service, seen, note] = texts.of(row, ["service", "seen", "note"])?;
        Ok([first, last, transport(row)?, service, seen, note])
    })
}

fn in_practice(sheet: &Sheet, texts: &mut Texts) -> Result<Vec<[u16; 9]>, Problem> {
    let rows = each(sheet, |row| {
        let [port, transport] = [row.number("port")?, one_transport(row)?];
        let [product, names, url, note] = texts.of(row, ["product", "names", "url", "note"])?;
        let kind = row.place("kind", Kind::ALL.map(Kind::name))?;
        let [cleartext, tls_port] = [row.yes("cleartext")?.into(), row.number_or_none("tls_port")?];
        Ok([port, transport, product, names, kind, cleartext, tls_port, url, note])
    });
    rows.map(by_port)
}

fn cleartext(sheet: &Sheet, texts: &mut Texts) -> Result<Vec<[u16; 9]>, Problem> {
    let rows = each(sheet, |row| {
        let [port, transport] = [row.number("port")?, one_transport(row)?];
        let [service, replacement] = texts.of(row, ["service", "replacement"])?;
        let [reference, note] = texts.of(row, ["reference", "note"])?;
        let [secure, other] = secure_ports(row)?;
        let starttls = row.yes("starttls")?.into();
        Ok([port, transport, service, replacement, secure, other, starttls, reference, note])
    });
    rows.map(by_port)
}

fn browser_blocked(sheet: &Sheet, texts: &mut Texts) -> Result<Vec<[u16; 5]>, Problem> {
    let rows = each(sheet, |row| {
        let [service, note] = texts.of(row, ["service", "note"])?;
        let [chromium, firefox] = [row.yes("chromium")?, row.yes("firefox")?].map(u16::from);
        Ok([row.number("port")?, service, chromium, firefox, note])
    });
    rows.map(by_port)
}

fn ranges(sheet: &Sheet, texts: &mut Texts) -> Result<Vec<[u16; 8]>, Problem> {
    each(sheet, |row| {
        let [first, last] = ends(row)?;
        let [name, scope, setting] = texts.of(row, ["name", "scope", "setting"])?;
        let [reference, url, note] = texts.of(row, ["reference", "url", "note"])?;
        Ok([first, last, name, scope, setting, reference, url, note])
    })
}

fn wikipedia(sheet: &Sheet, texts: &mut Texts) -> Result<Vec<[u16; 6]>, Problem> {
    each(sheet, |row| {
        let [first, last] = ends(row)?;
        let [service, note] = texts.of(row, ["service", "note"])?;
        Ok([first, last, variant(row)?, cells(row)?, service, note])
    })
}

fn usage(sheet: &Sheet) -> Result<Vec<[u16; 5]>, Problem> {
    let rows = each(sheet, |row| {
        let [port, repositories] = [row.number("port")?, row.number("repositories")?];
        Ok([port, repositories, row.number("compose")?, row.number("dockerfile")?, row.number("nginx")?])
    });
    rows.map(by_port)
}

/// The registry's date, the only row of its table.
fn date(sheet: &Sheet) -> Result<String, Problem> {
    let [row] = &sheet.rows[..] else {
        return Err(Problem::of_file("iana-date.csv", "expected a single date"));
    };
    row.text("date").map(str::to_owned)
}

/// Up to two ports, separated by a space; 0 where there is none.
fn secure_ports(row: &Row) -> Result<[u16; 2], Problem> {
    let mut ports = [0; 2];
    for (place, word) in row.text("secure_ports")?.split_whitespace().enumerate() {
        let port = word.parse().ok().filter(|_| place < ports.len());
        ports[place.min(1)] = port.ok_or_else(|| row.wrong("secure_ports", "at most two ports"))?;
    }
    Ok(ports)
}

/// The letter of a row of the list, as its code; 0 where it has none.
fn variant(row: &Row) -> Result<u16, Problem> {
    match row.text("variant")?.as_bytes() {
        [] => Ok(0),
        [letter @ b'a'..=b'z'] => Ok(u16::from(*letter)),
        _ => Err(row.wrong("variant", "a small letter or nothing")),
    }
}

/// The four cells of a row of the list, four bits each, TCP the lowest.
fn cells(row: &Row) -> Result<u16, Problem> {
    Transport::ALL.into_iter().rev().try_fold(0, |cells, transport| {
        Ok(cells << 4 | row.place(transport.name(), Listing::ALL.map(Listing::name))?)
    })
}

fn ends(row: &Row) -> Result<[u16; 2], Problem> {
    row.range().map(|range| [*range.start(), *range.end()])
}

/// The code of the row's transport: 0 stands for every one.
fn transport(row: &Row) -> Result<u16, Problem> {
    Ok(row.transport("transport")?.map_or(0, |transport| transport as u16 + 1))
}

/// The code of the row's transport, which must be a single one.
fn one_transport(row: &Row) -> Result<u16, Problem> {
    let code = transport(row)?;
    if code == 0 { Err(row.wrong("transport", "a transport")) } else { Ok(code) }
}

/// What `of` makes of each row.
fn each<T>(sheet: &Sheet, of: impl FnMut(&Row) -> Result<T, Problem>) -> Result<Vec<T>, Problem> {
    sheet.rows.iter().map(of).collect()
}

/// The rows in the order of their ports, which is how they are looked up.
fn by_port<const COLUMNS: usize>(mut rows: Vec<[u16; COLUMNS]>) -> Vec<[u16; COLUMNS]> {
    rows.sort_by_key(|row| row[0]);
    rows
}
