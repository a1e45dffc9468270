//! The sheet's part: looked through once for what there is, then copied as a
//! stream with the marks put in.

use std::collections::HashSet;
use std::io::{self, Write};

use ekatong_core::error::{OpError, Severity};
use ekatong_core::import::marked::{
    MarkedRow, MarkedRows, MarkedTable, REASON_HEADING, TOKEN_HEADING,
};
use ekatong_core::import::row::letter;
use quick_xml::Writer;
use quick_xml::escape::escape;
use quick_xml::events::{BytesStart, Event};

use super::fresh::REASON_WIDTH;
use super::notes::Note;
use super::part::{attribute, retagged};
use super::styles::{Fill, Kind, Look, Styles};
use super::{NOTES, colour};
use crate::fault::{self, Fault};
use crate::package::{Shape, Xml, attributes, local, truth, unescaped};
use crate::table::fitting;
use crate::text::{COLUMNS, ROWS, reference, stored};

/// Namespace of the transitional form of the standard, the one people have.
const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// Parts of a sheet that stand behind the drawing of its notes.
const BEHIND: [&str; 9] = [
    "legacyDrawingHF",
    "drawingHF",
    "picture",
    "oleObjects",
    "controls",
    "webPublishItems",
    "tableParts",
    "extLst",
    "AlternateContent",
];

/// A range of cells, from 0, ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Range {
    pub(super) left: u32,
    pub(super) top: u32,
    pub(super) right: u32,
    pub(super) bottom: u32,
}

impl Range {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (from, to) = text.split_once(':').unwrap_or((text, text));
        let (left, top) = reference(from.trim())?;
        let (right, bottom) = reference(to.trim())?;
        Some(Self {
            left,
            top,
            right,
            bottom,
        })
    }

    pub(super) fn text(self) -> String {
        format!(
            "{}{}:{}{}",
            letter(self.left),
            self.top + 1,
            letter(self.right),
            self.bottom + 1
        )
    }

    /// True when a filter or table over these cells must reach over the marks'
    /// columns too: else a sort would tear rows from their tokens.
    pub(super) fn parts(self, heading_row: u32, last: u32) -> bool {
        self.top + 1 == heading_row && self.right < last
    }

    fn hold(&mut self, other: Self) {
        self.left = self.left.min(other.left);
        self.top = self.top.min(other.top);
        self.right = self.right.max(other.right);
        self.bottom = self.bottom.max(other.bottom);
    }
}

/// Widths and the like of some columns, numbered from 1 as in the part.
#[derive(Debug, Clone)]
struct Col {
    min: u32,
    max: u32,
    tag: String,
}

/// What the sheet is like.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// Prefix of its elements with the colon; empty for none.
    prefix: String,
    /// Cells that hold something.
    pub(super) used: Option<Range>,
    cols: Vec<Col>,
    /// Relationship of the drawing of notes.
    pub(super) drawing: Option<String>,
}

impl Survey {
    /// Looks through the sheet, so that whatever would stop the copying shows
    /// before a row is asked for.
    ///
    /// # Errors
    /// `file.damaged`, `file.unsafe`, `file.too_large`.
    pub(super) fn read(xml: &mut Xml<'_>, heading_row: u32) -> Result<Self, Fault> {
        let mut survey = Self::default();
        let mut depth = 0_u32;
        let mut rows = None;
        loop {
            let event = xml.event()?;
            let (tag, empty) = match Shape::of(&event) {
                Shape::Open(tag, empty) => (tag, empty),
                Shape::Close => {
                    depth = depth.saturating_sub(1);
                    continue;
                }
                Shape::End if depth == 0 && rows == Some(true) => return Ok(survey),
                Shape::End => return Err(xml.damaged()),
                Shape::Other => continue,
            };
            let find = |key| attributes(tag).find(|a| a.0 == key).map(|a| a.1);
            match (depth, local(tag)) {
                (0, "worksheet") => {
                    let name = tag.name().into_inner();
                    let prefix = name.split_once(':').map_or("", |(prefix, _)| prefix);
                    let declared = if prefix.is_empty() {
                        find("xmlns")
                    } else {
                        survey.prefix = format!("{prefix}:");
                        let key = format!("xmlns:{prefix}");
                        attributes(tag).find(|a| a.0 == key).map(|a| a.1)
                    };
                    if declared != Some(MAIN) {
                        return Err(xml.damaged());
                    }
                }
                (1, "sheetData") if rows.is_none() && !empty => {
                    rows = Some(survey.rows(xml, heading_row)?);
                    continue;
                }
                (0, _) | (1, "sheetData") => return Err(xml.damaged()),
                (2, "col") if rows.is_none() => {
                    let number = |key| find(key)?.trim().parse::<u32>().ok();
                    let known = survey.cols.last().map_or(0, |col| col.max);
                    let (min, max) = number("min")
                        .zip(number("max"))
                        .filter(|(min, max)| *min > known && max >= min && *max <= COLUMNS)
                        .ok_or_else(|| fault::damaged("工作表内容"))?;
                    let length = tag.name().into_inner().len() + tag.attributes_raw().len();
                    survey.cols.push(Col {
                        min,
                        max,
                        tag: tag.get(..length).unwrap_or_default().to_owned(),
                    });
                }
                (2, "mergeCell") => {
                    if let Some(range) = find("ref").and_then(Range::parse) {
                        survey.hold(range);
                    }
                }
                (1, "legacyDrawing") => {
                    let id = attributes(tag).find(|a| a.0 == "id" || a.0.ends_with(":id"));
                    survey.drawing = id.map(|(_, id)| unescaped(id));
                }
                _ => {}
            }
            if !empty {
                depth = depth.saturating_add(1);
            }
        }
    }

    fn hold(&mut self, range: Range) {
        match &mut self.used {
            Some(used) => used.hold(range),
            None => self.used = Some(range),
        }
    }

    /// Up to the end of the rows; true when the heading's row is among them.
    fn rows(&mut self, xml: &mut Xml<'_>, heading_row: u32) -> Result<bool, Fault> {
        let mut heading = false;
        let mut row = 0_u32;
        let mut next = 0_u32;
        let mut depth = 0_u32;
        loop {
            let event = xml.event()?;
            let (tag, empty) = match Shape::of(&event) {
                Shape::Open(tag, empty) => (tag, empty),
                Shape::Close if depth == 0 => return Ok(heading),
                Shape::Close => {
                    depth -= 1;
                    continue;
                }
                Shape::End => return Err(xml.damaged()),
                Shape::Other => continue,
            };
            match (depth, local(tag)) {
                (0, "row") => {
                    let number = row_number(tag, row);
                    if number <= row || number > ROWS {
                        return Err(xml.damaged());
                    }
                    row = number;
                    next = 0;
                    heading |= row == heading_row;
                }
                (0, _) => return Err(xml.damaged()),
                (1, "c") => {
                    let column = cell_head(tag, next)
                        .map(|head| head.column)
                        .filter(|column| *column >= next && *column < COLUMNS);
                    let Some(column) = column else {
                        return Err(xml.damaged());
                    };
                    next = column + 1;
                }
                // Something stands in the cell.
                (2, "v" | "f" | "is") => self.hold(Range {
                    left: next.saturating_sub(1),
                    right: next.saturating_sub(1),
                    top: row.saturating_sub(1),
                    bottom: row.saturating_sub(1),
                }),
                _ => {}
            }
            if !empty {
                depth = depth.saturating_add(1);
            }
        }
    }

    /// Style of cells of a column that the file does not hold.
    fn column_style(&self, column: u32) -> usize {
        let col = self
            .cols
            .iter()
            .find(|col| (col.min..=col.max).contains(&(column + 1)));
        let style = col.and_then(|col| attribute(&col.tag, "style"));
        style
            .and_then(|style| style.trim().parse().ok())
            .unwrap_or(0)
    }
}

/// Row number as Excel shows it.
fn row_number(tag: &BytesStart<'_>, last: u32) -> u32 {
    let own = attributes(tag).find(|a| a.0 == "r").map(|a| a.1);
    own.map_or(last.saturating_add(1), |own| {
        own.trim().parse().unwrap_or(0)
    })
}

struct Head {
    column: u32,
    style: usize,
    /// False when the cell leaves its place to be counted.
    placed: bool,
}

fn cell_head(tag: &BytesStart<'_>, next: u32) -> Option<Head> {
    let mut head = Head {
        column: next,
        style: 0,
        placed: false,
    };
    for (key, value) in attributes(tag) {
        match key {
            "r" => {
                head.column = reference(value.trim())?.0;
                head.placed = true;
            }
            "s" => head.style = value.trim().parse().unwrap_or(0),
            _ => {}
        }
    }
    Some(head)
}

/// Where the columns of marks are, from 0.
#[derive(Debug, Clone, Copy)]
pub(super) struct Own {
    pub(super) reason: u32,
    pub(super) token: u32,
}

impl Own {
    /// The column further right.
    pub(super) fn last(self) -> u32 {
        self.reason.max(self.token)
    }
}

/// What is to be written into a cell.
struct Planned {
    column: u32,
    fill: Option<Severity>,
    /// Text that replaces what is there; none keeps it.
    text: Option<String>,
    role: Role,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    /// A cell of the person's table.
    Table,
    Heading,
    Reason,
    Token,
}

/// What the other parts must know of the copied sheet.
#[derive(Default)]
pub(super) struct Done {
    /// Notes for cells.
    pub(super) notes: Vec<Note>,
    /// True when a formula was replaced.
    pub(super) formula_gone: bool,
}

/// Copies a sheet and puts the marks in.
pub(super) struct Marker<'a, W: Write> {
    out: Writer<W>,
    survey: &'a Survey,
    table: &'a MarkedTable,
    own: Own,
    styles: &'a mut Styles,
    /// Relationship for the drawing of notes, should the sheet have none.
    drawing: &'a str,
    done: Done,
    /// Shared formulas whose text was replaced.
    shared_gone: HashSet<String>,
    /// Style of the last heading of the person's own.
    heading_style: usize,
}

impl<'a, W: Write> Marker<'a, W> {
    pub(super) fn new(
        out: W,
        survey: &'a Survey,
        table: &'a MarkedTable,
        own: Own,
        styles: &'a mut Styles,
        drawing: &'a str,
    ) -> Self {
        Self {
            out: Writer::new(out),
            survey,
            table,
            own,
            styles,
            drawing,
            done: Done::default(),
            shared_gone: HashSet::new(),
            heading_style: 0,
        }
    }

    /// # Errors
    /// Those of `rows`; an internal fault otherwise.
    pub(super) fn copy(
        &mut self,
        xml: &mut Xml<'_>,
        rows: &mut dyn MarkedRows,
    ) -> Result<(), OpError> {
        let mut depth = 0_u32;
        let mut done = false;
        let mut drawn = self.survey.drawing.is_some();
        loop {
            let event = step(xml)?;
            let (name, empty) = match Shape::of(&event) {
                Shape::Open(tag, empty) => (local(tag), empty),
                Shape::Close => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 && !drawn {
                        drawn = true;
                        self.drawing()?;
                    }
                    self.raw(event)?;
                    continue;
                }
                Shape::End => return Ok(()),
                Shape::Other => {
                    self.raw(event)?;
                    continue;
                }
            };
            if depth == 1 {
                match name {
                    "dimension" => {
                        let mut range = Range {
                            left: self.own.reason.min(self.own.token),
                            top: self.table.heading_row.saturating_sub(1),
                            right: self.own.last(),
                            bottom: self.table.heading_row.saturating_sub(1),
                        };
                        if let Some(used) = self.survey.used {
                            range.hold(used);
                        }
                        self.retag(&event, "ref", &range.text())?;
                        depth += u32::from(!empty);
                        continue;
                    }
                    "cols" => {
                        self.cols()?;
                        if !empty {
                            skip(xml)?;
                        }
                        continue;
                    }
                    "sheetData" => {
                        if self.survey.cols.is_empty() {
                            self.cols()?;
                        }
                        self.raw(event)?;
                        self.rows(xml, rows)?;
                        done = true;
                        continue;
                    }
                    "autoFilter" => {
                        if let Some(range) = wider(&event, self.table.heading_row, self.own.last())
                        {
                            self.retag(&event, "ref", &range.text())?;
                            depth += u32::from(!empty);
                            continue;
                        }
                    }
                    name if done && !drawn && BEHIND.contains(&name) => {
                        drawn = true;
                        self.drawing()?;
                    }
                    _ => {}
                }
            }
            depth += u32::from(!empty);
            self.raw(event)?;
        }
    }

    /// The rest of what was written, and what the other parts must know.
    pub(super) fn finish(mut self) -> io::Result<Done> {
        self.out.get_mut().flush()?;
        Ok(self.done)
    }

    fn raw(&mut self, event: Event<'_>) -> Result<(), OpError> {
        self.out.write_event(event).map_err(broken)
    }

    fn text(&mut self, text: std::fmt::Arguments<'_>) -> Result<(), OpError> {
        self.out.get_mut().write_fmt(text).map_err(broken)
    }

    /// Writes a start with an attribute set.
    fn retag(&mut self, event: &Event<'_>, key: &str, value: &str) -> Result<(), OpError> {
        let (Event::Start(tag) | Event::Empty(tag)) = event else {
            return Ok(());
        };
        let end = if matches!(event, Event::Empty(_)) {
            "/>"
        } else {
            ">"
        };
        let tag = retagged(tag, &[(key, value)], &[]);
        self.text(format_args!("<{tag}{end}"))
    }

    /// The drawing of notes, where the sheet had none.
    fn drawing(&mut self) -> Result<(), OpError> {
        if self.done.notes.is_empty() {
            return Ok(());
        }
        let (p, id) = (&self.survey.prefix, self.drawing);
        let text = format!("<{p}legacyDrawing xmlns:r=\"{RELATIONS}\" r:id=\"{id}\"/>");
        self.text(format_args!("{text}"))
    }

    /// The columns' widths: those of the marks cut out of the ranges they are in.
    fn cols(&mut self) -> Result<(), OpError> {
        let p = &self.survey.prefix;
        let (reason, token) = (self.own.reason + 1, self.own.token + 1);
        let mut all: Vec<(u32, String)> = vec![
            (
                reason,
                format!(
                    "<{p}col min=\"{reason}\" max=\"{reason}\" width=\"{REASON_WIDTH}\" customWidth=\"1\"/>"
                ),
            ),
            (
                token,
                format!(
                    "<{p}col min=\"{token}\" max=\"{token}\" width=\"24\" hidden=\"1\" customWidth=\"1\"/>"
                ),
            ),
        ];
        for col in &self.survey.cols {
            let mut from = col.min;
            let mut cuts = [reason, token];
            cuts.sort_unstable();
            for cut in cuts.into_iter().chain([COLUMNS + 1]) {
                let to = col.max.min(cut - 1);
                if from <= to {
                    let (min, max) = (from.to_string(), to.to_string());
                    let tag = retagged(&col.tag, &[("min", &min), ("max", &max)], &[]);
                    all.push((from, format!("<{tag}/>")));
                }
                from = from.max(cut.saturating_add(1));
            }
        }
        all.sort();
        let all: String = all.into_iter().map(|(_, xml)| xml).collect();
        let text = format!("<{p}cols>{all}</{p}cols>");
        self.text(format_args!("{text}"))
    }

    /// The rows, up to the end of them.
    fn rows(&mut self, xml: &mut Xml<'_>, rows: &mut dyn MarkedRows) -> Result<(), OpError> {
        let mut last = 0;
        let mut ahead = self.ask(rows, self.table.heading_row)?;
        loop {
            let event = step(xml)?;
            let (tag, empty) = match Shape::of(&event) {
                Shape::Open(tag, empty) => (tag, empty),
                Shape::Close => {
                    while let Some(row) = ahead {
                        let number = row.row;
                        self.missing(row)?;
                        ahead = self.ask(rows, number)?;
                    }
                    return self.raw(event);
                }
                Shape::End => return Err(changed()),
                Shape::Other => {
                    self.raw(event)?;
                    continue;
                }
            };
            let number = row_number(tag, last);
            last = number;
            while let Some(row) = ahead.take_if(|row| row.row < number) {
                let before = row.row;
                self.missing(row)?;
                ahead = self.ask(rows, before)?;
            }
            let planned = if let Some(row) = ahead.take_if(|row| row.row == number) {
                ahead = self.ask(rows, number)?;
                self.plan(row)
            } else {
                self.plan_other(number)
            };
            let find = |key| attributes(tag).find(|a| a.0 == key).map(|a| a.1);
            let style = find("customFormat")
                .is_some_and(truth)
                .then(|| find("s")?.trim().parse::<usize>().ok())
                .flatten();
            if planned.is_empty() {
                self.raw(event)?;
            } else {
                let own = number.to_string();
                let tag = retagged(tag, &[("r", &own)], &["spans"]);
                self.text(format_args!("<{tag}>"))?;
            }
            let mut planned = planned.into_iter().peekable();
            if !empty {
                self.cells(xml, number, style, &mut planned)?;
            } else if planned.peek().is_some() {
                for cell in planned {
                    self.absent(number, style, cell)?;
                }
                self.text(format_args!("</{}row>", self.survey.prefix))?;
            }
        }
    }

    /// The next row of the source; rows must rise.
    fn ask(&self, rows: &mut dyn MarkedRows, last: u32) -> Result<Option<MarkedRow>, OpError> {
        let row = rows.next()?;
        if row
            .as_ref()
            .is_some_and(|row| row.row <= last || row.row > ROWS)
        {
            return Err(broken(io::Error::other("the rows do not rise")));
        }
        Ok(row)
    }

    /// What is to be written into a data row, by column. Notes are taken down.
    fn plan(&mut self, row: MarkedRow) -> Vec<Planned> {
        let mut planned: Vec<Planned> = Vec::with_capacity(row.cells.len() + 2);
        for cell in row.cells {
            let at = self
                .table
                .columns
                .get(cell.column)
                .and_then(|column| column.at);
            let Some(column) = at else { continue };
            let fill = cell.severity.filter(|severity| colour(*severity).is_some());
            if fill.is_some() && !cell.reason.is_empty() && self.done.notes.len() < NOTES {
                self.done.notes.push(Note {
                    place: (row.row.saturating_sub(1), column),
                    text: fitting(&cell.reason).to_owned(),
                });
            }
            planned.push(Planned {
                column,
                fill,
                text: cell.value,
                role: Role::Table,
            });
        }
        planned.push(Planned {
            column: self.own.reason,
            fill: row.severity,
            text: Some(row.reason),
            role: Role::Reason,
        });
        planned.push(Planned {
            column: self.own.token,
            fill: None,
            text: Some(row.token),
            role: Role::Token,
        });
        planned.sort_by_key(|cell| cell.column);
        planned.dedup_by(|later, first| {
            let same = later.column == first.column;
            if same {
                first.fill = first.fill.max(later.fill);
                first.text = later.text.take().or_else(|| first.text.take());
            }
            same
        });
        planned
    }

    /// What is to be written into the heading's row; in rows under it that are no
    /// data the columns of the marks are blank.
    fn plan_other(&self, number: u32) -> Vec<Planned> {
        let mut cells = Vec::new();
        let heading = number == self.table.heading_row;
        if number >= self.table.heading_row {
            let text = |text: &str| Some(if heading { text } else { "" }.to_owned());
            cells = vec![
                Planned {
                    column: self.own.reason,
                    fill: None,
                    text: text(REASON_HEADING),
                    role: Role::Heading,
                },
                Planned {
                    column: self.own.token,
                    fill: None,
                    text: text(TOKEN_HEADING),
                    role: Role::Heading,
                },
            ];
            cells.sort_by_key(|cell| cell.column);
        }
        cells
    }

    /// A data row that the file lacks.
    fn missing(&mut self, row: MarkedRow) -> Result<(), OpError> {
        let number = row.row;
        let texts: Vec<(u32, String)> = self
            .table
            .columns
            .iter()
            .zip(&row.texts)
            .filter_map(|(column, text)| Some((column.at?, text.clone())))
            .collect();
        let mut planned = self.plan(row);
        for (column, text) in texts {
            match planned.iter_mut().find(|cell| cell.column == column) {
                Some(cell) => cell.text = cell.text.take().or(Some(text)),
                None => planned.push(Planned {
                    column,
                    fill: None,
                    text: Some(text),
                    role: Role::Table,
                }),
            }
        }
        planned.sort_by_key(|cell| cell.column);
        self.text(format_args!("<{}row r=\"{number}\">", self.survey.prefix))?;
        for cell in planned {
            self.absent(number, None, cell)?;
        }
        self.text(format_args!("</{}row>", self.survey.prefix))
    }

    /// The cells of a row, up to its end.
    fn cells(
        &mut self,
        xml: &mut Xml<'_>,
        row: u32,
        row_style: Option<usize>,
        planned: &mut std::iter::Peekable<std::vec::IntoIter<Planned>>,
    ) -> Result<(), OpError> {
        let mut next = 0;
        loop {
            let event = step(xml)?;
            let (tag, empty) = match Shape::of(&event) {
                Shape::Open(tag, empty) => (tag, empty),
                Shape::Close => {
                    for cell in planned {
                        self.absent(row, row_style, cell)?;
                    }
                    return self.raw(event);
                }
                Shape::End => return Err(changed()),
                Shape::Other => {
                    self.raw(event)?;
                    continue;
                }
            };
            if local(tag) != "c" {
                // What may follow the cells.
                for cell in planned.by_ref() {
                    self.absent(row, row_style, cell)?;
                }
                self.raw(event)?;
                if !empty {
                    self.pass(xml, false)?;
                }
                continue;
            }
            let Some(head) = cell_head(tag, next) else {
                return Err(changed());
            };
            next = head.column + 1;
            while let Some(cell) = planned.next_if(|cell| cell.column < head.column) {
                self.absent(row, row_style, cell)?;
            }
            let plan = planned.next_if(|cell| cell.column == head.column);
            if row == self.table.heading_row && plan.is_none() && head.column < self.own.reason {
                self.heading_style = head.style;
            }
            let under = self.styles.under(head.style);
            match plan {
                Some(Planned {
                    text: Some(text),
                    fill,
                    role,
                    ..
                }) => {
                    let look = self.look(under, fill, role, true);
                    self.cell(row, head.column, look, role, &text)?;
                    if !empty {
                        self.replaced(xml)?;
                    }
                }
                plan => {
                    let look =
                        plan.map_or(under, |cell| self.look(under, cell.fill, cell.role, false));
                    let style = self.styles.number(look);
                    if style == head.style && head.placed {
                        self.raw(event)?;
                    } else {
                        let place = format!("{}{row}", letter(head.column));
                        let style = style.to_string();
                        let tag = retagged(tag, &[("r", &place), ("s", &style)], &[]);
                        self.text(format_args!("<{tag}{}", if empty { "/>" } else { ">" }))?;
                    }
                    if !empty {
                        self.pass(xml, true)?;
                    }
                }
            }
        }
    }

    fn look(&self, under: Look, fill: Option<Severity>, role: Role, text: bool) -> Look {
        match role {
            Role::Table => Look {
                base: under.base,
                fill: fill.map_or(under.fill, Fill::Of),
                kind: if text { Kind::Text } else { under.kind },
            },
            Role::Heading => self.styles.under(self.heading_style),
            Role::Reason => Look {
                base: 0,
                fill: fill
                    .filter(|severity| colour(*severity).is_some())
                    .map_or(Fill::Own, Fill::Of),
                kind: Kind::Lines,
            },
            Role::Token => Look {
                base: 0,
                fill: Fill::Own,
                kind: Kind::Text,
            },
        }
    }

    /// Writes a cell that the file does not hold.
    fn absent(&mut self, row: u32, row_style: Option<usize>, cell: Planned) -> Result<(), OpError> {
        let base = row_style.unwrap_or_else(|| self.survey.column_style(cell.column));
        let under = self.styles.under(base);
        let look = self.look(under, cell.fill, cell.role, cell.text.is_some());
        let text = cell.text.unwrap_or_default();
        self.cell(row, cell.column, look, cell.role, &text)
    }

    /// Writes a text cell; a blank one where the text is empty.
    fn cell(
        &mut self,
        row: u32,
        column: u32,
        look: Look,
        role: Role,
        text: &str,
    ) -> Result<(), OpError> {
        let p = self.survey.prefix.as_str();
        if text.is_empty() && role != Role::Table {
            return Ok(());
        }
        let style = self.styles.number(look);
        let letters = letter(column);
        if text.is_empty() {
            return self.text(format_args!("<{p}c r=\"{letters}{row}\" s=\"{style}\"/>"));
        }
        let text = stored(fitting(text));
        let text = escape(&*text);
        self.text(format_args!(
            "<{p}c r=\"{letters}{row}\" s=\"{style}\" t=\"inlineStr\"><{p}is>\
             <{p}t xml:space=\"preserve\">{text}</{p}t></{p}is></{p}c>"
        ))
    }

    /// Copies what stands in an element, and its end; `cell` for a cell, whose
    /// formula falls away when it was part of one that was replaced. Its value stays.
    fn pass(&mut self, xml: &mut Xml<'_>, cell: bool) -> Result<(), OpError> {
        let mut depth = 0_u32;
        loop {
            let event = step(xml)?;
            match Shape::of(&event) {
                Shape::Open(tag, empty) => {
                    if cell
                        && depth == 0
                        && !self.shared_gone.is_empty()
                        && local(tag) == "f"
                        && shared(tag).is_some_and(|(si, _)| self.shared_gone.contains(si))
                    {
                        self.done.formula_gone = true;
                        if !empty {
                            skip(xml)?;
                        }
                        continue;
                    }
                    depth += u32::from(!empty);
                }
                Shape::Close if depth == 0 => return self.raw(event),
                Shape::Close => depth -= 1,
                Shape::End => return Err(changed()),
                Shape::Other => {}
            }
            self.raw(event)?;
        }
    }

    /// Passes over what stood in a cell that was replaced, and its end.
    fn replaced(&mut self, xml: &mut Xml<'_>) -> Result<(), OpError> {
        let mut depth = 0_u32;
        loop {
            match Shape::of(&step(xml)?) {
                Shape::Open(tag, empty) => {
                    self.note_formula(tag);
                    depth = depth.saturating_add(u32::from(!empty));
                }
                Shape::Close if depth == 0 => return Ok(()),
                Shape::Close => depth -= 1,
                Shape::End => return Err(changed()),
                Shape::Other => {}
            }
        }
    }

    fn note_formula(&mut self, tag: &BytesStart<'_>) {
        if local(tag) != "f" {
            return;
        }
        self.done.formula_gone = true;
        // The first cell of a shared formula has its text; the others only its
        // number.
        if let Some((number, true)) = shared(tag) {
            self.shared_gone.insert(number.to_owned());
        }
    }
}

/// Number of the shared formula that a cell's formula is, and whether this is
/// the cell that has its text.
fn shared<'a>(tag: &'a BytesStart<'_>) -> Option<(&'a str, bool)> {
    let find = |key| attributes(tag).find(|a| a.0 == key).map(|a| a.1);
    (find("t") == Some("shared")).then_some(())?;
    Some((find("si")?, find("ref").is_some()))
}

/// The range of a filter that must reach over the marks' columns.
fn wider(event: &Event<'_>, heading_row: u32, last: u32) -> Option<Range> {
    let (Event::Start(tag) | Event::Empty(tag)) = event else {
        return None;
    };
    let range = attributes(tag).find(|a| a.0 == "ref").map(|a| a.1);
    let range = range.and_then(Range::parse)?;
    range.parts(heading_row, last).then_some(Range {
        right: last,
        ..range
    })
}

fn step<'x>(xml: &'x mut Xml<'_>) -> Result<Event<'x>, OpError> {
    xml.event().map_err(|_| changed())
}

/// Passes the end of the element that was just opened.
fn skip(xml: &mut Xml<'_>) -> Result<(), OpError> {
    let mut depth = 0_u32;
    loop {
        match Shape::of(&step(xml)?) {
            Shape::Open(_, empty) => depth = depth.saturating_add(u32::from(!empty)),
            Shape::Close if depth == 0 => return Ok(()),
            Shape::Close => depth -= 1,
            Shape::End => return Err(changed()),
            Shape::Other => {}
        }
    }
}

pub(super) fn broken(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> OpError {
    OpError::internal("marking a workbook", cause)
}

/// The survey went through the same bytes, so this does not happen.
fn changed() -> OpError {
    broken("the sheet reads otherwise than before")
}
