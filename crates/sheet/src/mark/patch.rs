//! The person's own workbook with only the needed parts changed; all others are
//! copied as they are, still packed.
//!
//! Whatever could stop the work is looked at in [`Patch::open`], before the first
//! row is asked for: rows come once, so a fresh workbook is no way out later.

use std::collections::HashMap;
use std::io::{BufWriter, Cursor, Write};
use std::ops::ControlFlow;

use ekatong_core::error::OpError;
use ekatong_core::import::cells::{CellValue, FileLimits, Workbook};
use ekatong_core::import::marked::{MarkedRows, MarkedTable, REASON_HEADING, TOKEN_HEADING};
use ekatong_core::import::row::{canonical, letter};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use super::Unfit;
use super::notes::{self, Comments, Note};
use super::part::{Element, Part};
use super::sheet::{Marker, Own, Range, Survey, broken};
use super::styles::Styles;
use crate::fault::{self, Fault};
use crate::package::{Package, resolve};
use crate::read::Xlsx;
use crate::text::COLUMNS;
use crate::workbook::Outline;

const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const TYPES: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml";
/// What the sheet's part is called in problems.
const SHEET: &str = "工作表内容";
const NO_RELATIONS: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n\
    <Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"/>";
/// A sheet of 100 000 rows is packed in half a second instead of two, and is a
/// sixth larger for it.
const PACKING: i64 = 2;

/// A workbook that can be marked, and what was found out about it.
pub(super) struct Patch<'a> {
    table: &'a MarkedTable,
    package: Package,
    sheet: usize,
    survey: Survey,
    own: Own,
    styles: Styles,
    styles_part: Option<usize>,
    /// Notes of the sheet: part and text.
    comments: Option<(usize, String)>,
    /// Drawing of the notes: part and text.
    drawing: Option<(usize, String)>,
    /// Texts of all such drawings.
    drawings: Vec<String>,
    sheet_links: Links,
    book_links: Links,
    types: (usize, Part),
    /// Parts that are written otherwise.
    changed: HashMap<usize, String>,
    /// A part that is left out.
    dropped: Option<usize>,
    /// Parts that come new.
    added: Vec<(String, String)>,
    /// Their types.
    more_types: String,
    /// Relationship for the drawing of notes, should the sheet have none.
    drawing_id: String,
    notes: Vec<Note>,
    formula_gone: bool,
}

/// Relationships of a part.
struct Links {
    /// Where they stand; none when the package lacks them.
    part: Option<usize>,
    xml: Part,
    root: Element,
    all: Vec<Link>,
    /// Relationships to be added.
    more: String,
}

struct Link {
    id: String,
    kind: String,
    /// Name of the part; none for what is outside the package.
    target: Option<String>,
    element: Element,
}

impl Links {
    fn read(package: &mut Package, of: &str) -> Result<Self, Fault> {
        let (folder, file) = of.rsplit_once('/').unwrap_or(("", of));
        let part = package.find(&resolve(folder, &format!("_rels/{file}.rels")));
        let text = part
            .map(|part| package.held(part, "部件关系"))
            .transpose()?;
        let xml = Part::parse(text.unwrap_or_else(|| NO_RELATIONS.to_owned()), "部件关系")?;
        let root = xml
            .first(1, "Relationships")
            .ok_or_else(|| fault::damaged("部件关系"))?;
        let all = xml
            .children(&root)
            .map(|element| {
                let find = |key| xml.attribute(element, key).unwrap_or_default();
                let inside = find("TargetMode") != "External";
                Link {
                    id: find("Id"),
                    kind: find("Type")
                        .rsplit('/')
                        .next()
                        .unwrap_or_default()
                        .to_owned(),
                    target: inside.then(|| resolve(folder, &find("Target"))),
                    element: element.clone(),
                }
            })
            .collect();
        Ok(Self {
            part,
            xml,
            root,
            all,
            more: String::new(),
        })
    }

    /// The part that a kind of relationship, with this id if one is given, points to.
    fn target(&self, package: &Package, kind: &str, id: Option<&str>) -> Option<usize> {
        let mut links = self.all.iter();
        let link = links.find(|link| link.kind == kind && id.is_none_or(|id| link.id == id))?;
        package.find(link.target.as_deref()?)
    }

    /// An id that no relationship has.
    fn id(&self, wish: &str) -> String {
        let mut id = wish.to_owned();
        while self.all.iter().any(|link| link.id == id) {
            id.push('_');
        }
        id
    }

    fn add(&mut self, id: &str, kind: &str, target: &str) {
        let prefix = self.xml.prefix();
        self.more.push_str(&format!(
            "<{prefix}Relationship Id=\"{id}\" Type=\"{RELATIONS}/{kind}\" Target=\"/{target}\"/>"
        ));
    }

    /// The changed part; none when nothing was.
    fn finish(&mut self) -> Option<String> {
        if !self.more.is_empty() {
            self.xml.edit(&self.root, &[], &self.more);
        }
        self.xml.finish()
    }
}

impl<'a> Patch<'a> {
    /// # Errors
    /// Why the workbook cannot be marked.
    pub(super) fn open(
        original: &[u8],
        limits: FileLimits,
        table: &'a MarkedTable,
    ) -> Result<Self, Unfit> {
        let earlier = earlier(original, limits, table)?;
        let mut package = Package::open(original.to_vec(), limits.unpacked)?;
        check(&mut package)?;
        let outline = Outline::read(&mut package)?;
        let names: HashMap<usize, String> = package
            .names()
            .map(|(name, part)| (part, name.to_owned()))
            .collect();
        let name = |part: usize| names.get(&part).map_or("", String::as_str);
        let position = outline
            .sheets
            .iter()
            .position(|sheet| sheet.name == table.sheet);
        let sheet = position
            .and_then(|position| outline.parts.get(position).copied().flatten())
            .ok_or_else(|| fault::damaged(SHEET))?;

        let survey = {
            let mut xml = package.raw(sheet, SHEET)?;
            Survey::read(&mut xml, table.heading_row)?
        };
        let sheet_links = Links::read(&mut package, name(sheet))?;
        let book_links = Links::read(&mut package, name(outline.workbook))?;
        let mut tables = Vec::new();
        for link in sheet_links.all.iter().filter(|link| link.kind == "table") {
            let part = link
                .target
                .as_deref()
                .and_then(|target| package.find(target));
            let part = part.ok_or_else(|| fault::damaged("表格"))?;
            let text = package.held(part, "表格")?;
            tables.push((part, Part::parse(text, "表格")?));
        }
        let right = tables
            .iter()
            .filter_map(|(_, table)| Some(table_range(table)?.1.right))
            .chain(survey.used.map(|used| used.right))
            .max();
        let own = own(earlier, right.unwrap_or(0))?;

        let mut changed = HashMap::new();
        for (part, xml) in tables {
            if let Some(xml) = wider_table(xml, table.heading_row, own) {
                changed.insert(part, xml);
            }
        }
        let text = package.held(outline.workbook, "工作簿")?;
        if let Some(xml) = wider_filter(text, table, own)? {
            changed.insert(outline.workbook, xml);
        }

        let styles_part = outline.styles;
        let text = styles_part
            .map(|part| package.held(part, "样式"))
            .transpose()?;
        let styles = Styles::read(text)?;
        let comments = sheet_links.target(&package, "comments", None);
        let comments = held(&mut package, comments, "批注")?;
        if let Some((_, text)) = &comments {
            Comments::read(Some(text.clone()))?;
        }
        let mut drawing = None;
        if let Some(id) = survey.drawing.as_deref() {
            let part = sheet_links.target(&package, "vmlDrawing", Some(id));
            drawing = held(&mut package, part, "批注")?;
            if !drawing
                .as_ref()
                .is_some_and(|(_, text)| notes::can_change(text))
            {
                return Err(fault::damaged("批注").into());
            }
        }
        let mut drawings = Vec::new();
        for part in names
            .iter()
            .filter(|(_, name)| name.ends_with(".vml"))
            .map(|(part, _)| *part)
        {
            drawings.push(package.held(part, "批注")?);
        }
        let types = package.find("[content_types].xml");
        let types = types.ok_or_else(|| fault::damaged("部件类型"))?;
        let text = package.held(types, "部件类型")?;
        let drawing_id = sheet_links.id("rIdMarks");
        Ok(Self {
            table,
            sheet,
            survey,
            own,
            styles,
            styles_part,
            comments,
            drawing,
            drawings,
            sheet_links,
            book_links,
            types: (types, Part::parse(text, "部件类型")?),
            changed,
            dropped: None,
            added: Vec::new(),
            more_types: String::new(),
            drawing_id,
            notes: Vec::new(),
            formula_gone: false,
            package,
        })
    }

    /// The marked workbook.
    ///
    /// # Errors
    /// Those of `rows`; an internal fault otherwise.
    pub(super) fn write(mut self, rows: &mut dyn MarkedRows) -> Result<Vec<u8>, OpError> {
        // The sheet is packed before the others, as what they hold follows from it,
        // but stands in its own place among them.
        let sheet = ZipWriter::new(Cursor::new(Vec::new()));
        let mut sheet = self.copy_sheet(sheet, rows)?;
        self.put_notes()?;
        self.put_styles();
        if self.formula_gone {
            self.drop_chain();
        }
        self.put_links()?;
        let (part, types) = &mut self.types;
        if let Some(root) = types
            .first(1, "Types")
            .filter(|_| !self.more_types.is_empty())
        {
            types.edit(&root, &[], &self.more_types);
        }
        if let Some(text) = types.finish() {
            self.changed.insert(*part, text);
        }
        self.pack(&mut sheet)
    }

    fn copy_sheet(
        &mut self,
        mut packed: ZipWriter<Cursor<Vec<u8>>>,
        rows: &mut dyn MarkedRows,
    ) -> Result<ZipArchive<Cursor<Vec<u8>>>, OpError> {
        let name = self.stored_name(self.sheet)?;
        packed.start_file(name, options()).map_err(broken)?;
        let mut xml = self
            .package
            .raw(self.sheet, SHEET)
            .map_err(|_| broken("the sheet cannot be read again"))?;
        let mut marker = Marker::new(
            BufWriter::with_capacity(1 << 16, &mut packed),
            &self.survey,
            self.table,
            self.own,
            &mut self.styles,
            &self.drawing_id,
        );
        marker.copy(&mut xml, rows)?;
        let done = marker.finish().map_err(broken)?;
        self.notes = done.notes;
        self.formula_gone = done.formula_gone;
        packed.finish_into_readable().map_err(broken)
    }

    fn put_notes(&mut self) -> Result<(), OpError> {
        let known = self.comments.as_ref().map(|(_, text)| text.as_str());
        if self.notes.is_empty() && !known.is_some_and(notes::are_ours) {
            return Ok(());
        }
        let comments = Comments::read(known.map(str::to_owned));
        let comments = comments.map_err(|_| broken("the notes cannot be read again"))?;
        let change = comments.change(&self.notes);
        let own = self.drawing.as_ref().map(|(_, text)| text.as_str());
        let block = notes::block(own, &self.drawings, &change.gone);
        let shapes = notes::drawing(own, block, &change, &self.notes);
        match &self.comments {
            Some((part, _)) => {
                self.changed.insert(*part, change.xml);
            }
            None => {
                let name = self.new_name("xl/comments", ".xml");
                let id = self.sheet_links.id("rIdReasons");
                self.sheet_links.add(&id, "comments", &name);
                self.add(name, "comments", change.xml);
            }
        }
        match &self.drawing {
            Some((part, _)) => {
                self.changed.insert(*part, shapes);
            }
            None if self.notes.is_empty() => {}
            None => {
                let name = self.new_name("xl/drawings/vmlDrawing", ".vml");
                self.sheet_links.add(&self.drawing_id, "vmlDrawing", &name);
                let types = &self.types.1;
                let known = types.elements().iter().any(|element| {
                    let extension = types.attribute(element, "Extension").unwrap_or_default();
                    element.name == "Default" && extension.eq_ignore_ascii_case("vml")
                });
                if !known {
                    self.more_types.push_str(&format!(
                        "<{}Default Extension=\"vml\" \
                         ContentType=\"application/vnd.openxmlformats-officedocument.vmlDrawing\"/>",
                        types.prefix()
                    ));
                }
                self.added.push((name, shapes));
            }
        }
        Ok(())
    }

    fn put_styles(&mut self) {
        let Some(text) = self.styles.finish() else {
            return;
        };
        if let Some(part) = self.styles_part {
            self.changed.insert(part, text);
        } else {
            let name = self.new_name("xl/styles", ".xml");
            let id = self.book_links.id("rIdStyles");
            self.book_links.add(&id, "styles", &name);
            self.add(name, "styles", text);
        }
    }

    /// Drops the order of computing, which names each formula: Excel takes a
    /// formula that is gone for damage, and makes the order anew when it lacks.
    fn drop_chain(&mut self) {
        let links = &mut self.book_links;
        let link = links.all.iter().find(|link| link.kind == "calcChain");
        let Some((link, name)) = link.and_then(|link| Some((link, link.target.as_deref()?))) else {
            return;
        };
        links.xml.remove(&link.element);
        let types = &mut self.types.1;
        let entry = types.elements().iter().find(|element| {
            let part = types.attribute(element, "PartName").unwrap_or_default();
            resolve("", &part) == name
        });
        if let Some(entry) = entry.cloned() {
            types.remove(&entry);
        }
        self.dropped = self.package.find(name);
    }

    fn put_links(&mut self) -> Result<(), OpError> {
        if let Some(text) = self.book_links.finish()
            && let Some(part) = self.book_links.part
        {
            self.changed.insert(part, text);
        }
        let Some(text) = self.sheet_links.finish() else {
            return Ok(());
        };
        if let Some(part) = self.sheet_links.part {
            self.changed.insert(part, text);
        } else {
            let sheet = self.stored_name(self.sheet)?;
            let (folder, file) = sheet.rsplit_once('/').unwrap_or(("", &sheet));
            self.added
                .push((format!("{folder}/_rels/{file}.rels"), text));
        }
        Ok(())
    }

    fn pack(&mut self, sheet: &mut ZipArchive<Cursor<Vec<u8>>>) -> Result<Vec<u8>, OpError> {
        let mut out = ZipWriter::new(Cursor::new(Vec::new()));
        let archive = self.package.archive();
        for part in 0..archive.len() {
            if self.dropped == Some(part) {
                continue;
            }
            let file = archive.by_index_raw(part).map_err(broken)?;
            if part == self.sheet {
                let file = sheet.by_index_raw(0).map_err(broken)?;
                out.raw_copy_file(file).map_err(broken)?;
            } else if let Some(text) = self.changed.get(&part) {
                let name = file.name().map_err(broken)?.into_owned();
                out.start_file(name, options()).map_err(broken)?;
                out.write_all(text.as_bytes()).map_err(broken)?;
            } else {
                out.raw_copy_file(file).map_err(broken)?;
            }
        }
        for (name, text) in &self.added {
            out.start_file(name, options()).map_err(broken)?;
            out.write_all(text.as_bytes()).map_err(broken)?;
        }
        Ok(out.finish().map_err(broken)?.into_inner())
    }

    /// A part that the package lacked, with its type.
    fn add(&mut self, name: String, kind: &str, text: String) {
        self.more_types.push_str(&format!(
            "<{}Override PartName=\"/{name}\" ContentType=\"{TYPES}.{kind}+xml\"/>",
            self.types.1.prefix()
        ));
        self.added.push((name, text));
    }

    /// A name that no part has.
    fn new_name(&self, stem: &str, extension: &str) -> String {
        (1_u32..)
            .map(|number| format!("{stem}{number}{extension}"))
            .find(|name| self.package.find(&resolve("", name)).is_none())
            .unwrap_or_default()
    }

    /// Name of a part in its own spelling.
    fn stored_name(&mut self, part: usize) -> Result<String, OpError> {
        let file = self.package.archive().by_index_raw(part).map_err(broken)?;
        Ok(file.name().map_err(broken)?.into_owned())
    }
}

fn options() -> SimpleFileOptions {
    SimpleFileOptions::default().compression_level(Some(PACKING))
}

/// A part and its text.
fn held(
    package: &mut Package,
    part: Option<usize>,
    what: &'static str,
) -> Result<Option<(usize, String)>, Fault> {
    let read = |part| Ok((part, package.held(part, what)?));
    part.map(read).transpose()
}

/// Refuses packages that are signed, and those whose parts cannot be copied.
fn check(package: &mut Package) -> Result<(), Unfit> {
    let signed = |name: &str| name.starts_with("_xmlsignatures/");
    if package.names().any(|(name, _)| signed(name)) {
        return Err(Unfit::Signed);
    }
    let names = package.names().count();
    let archive = package.archive();
    let mut sound = names == archive.len();
    for part in 0..archive.len() {
        let file = archive.by_index_raw(part);
        sound &= file.is_ok_and(|file| !file.encrypted() && file.name().is_ok());
    }
    if sound { Ok(()) } else { Err(Unfit::Unknown) }
}

/// Where the columns of earlier marks are: reasons, tokens.
fn earlier(
    original: &[u8],
    limits: FileLimits,
    table: &MarkedTable,
) -> Result<(Option<u32>, Option<u32>), Unfit> {
    let mut book = Xlsx::open(original.to_vec(), limits)?;
    let sheet = book
        .sheets()
        .iter()
        .position(|sheet| sheet.name == table.sheet);
    let sheet = sheet.ok_or(Unfit::Unknown)?;
    let (mut reason, mut token) = (None, None);
    let rows = book.rows(sheet, &mut |row| {
        if row.row < table.heading_row {
            return ControlFlow::Continue(());
        }
        for cell in row.cells.iter().filter(|_| row.row == table.heading_row) {
            let CellValue::Text(text) = &cell.value else {
                continue;
            };
            let text = canonical(text);
            if text == canonical(REASON_HEADING) {
                reason = Some(cell.column);
            } else if text == canonical(TOKEN_HEADING) {
                token = Some(cell.column);
            }
        }
        ControlFlow::Break(())
    });
    rows.map_err(|_| Unfit::Unknown)?;
    // Reasons without tokens are a column of the person's own.
    Ok((reason.filter(|_| token.is_some()), token))
}

/// Columns of the marks: those of an earlier time, else right of all others.
fn own(earlier: (Option<u32>, Option<u32>), right: u32) -> Result<Own, Unfit> {
    let own = match earlier {
        (Some(reason), Some(token)) => Own { reason, token },
        (None, Some(token)) => Own {
            reason: right + 1,
            token,
        },
        (_, None) => Own {
            reason: right + 1,
            token: right + 2,
        },
    };
    if own.reason.max(own.token) < COLUMNS {
        Ok(own)
    } else {
        Err(Unfit::Unknown)
    }
}

fn table_range(table: &Part) -> Option<(Element, Range)> {
    let root = table.first(1, "table")?;
    let range = Range::parse(&table.attribute(&root, "ref")?)?;
    Some((root, range))
}

/// A table that reaches over the marks' columns; none where it need not or must
/// not: its columns have to stand side by side with names of their own.
fn wider_table(mut table: Part, heading_row: u32, own: Own) -> Option<String> {
    let (root, range) = table_range(&table)?;
    let of = |key| table.attribute(&root, key);
    let beside = range.right + 1 == own.reason && own.token == own.reason + 1;
    if !range.parts(heading_row, own.token)
        || !beside
        || of("headerRowCount").is_some_and(|count| count == "0")
        || of("tableType").is_some_and(|kind| kind != "worksheet")
    {
        return None;
    }
    let columns = table.first(2, "tableColumns")?;
    let known: Vec<&Element> = table.children(&columns).collect();
    let named = |name: &str| {
        known
            .iter()
            .any(|c| table.attribute(c, "name").as_deref() == Some(name))
    };
    if named(REASON_HEADING) || named(TOKEN_HEADING) {
        return None;
    }
    let id = |column: &&Element| table.attribute(column, "id")?.parse::<u32>().ok();
    let highest = known.iter().filter_map(id).max().unwrap_or(0);
    let count = (known.len() + 2).to_string();
    let prefix = table.prefix();
    let more = format!(
        "<{prefix}tableColumn id=\"{}\" name=\"{REASON_HEADING}\"/>\
         <{prefix}tableColumn id=\"{}\" name=\"{TOKEN_HEADING}\"/>",
        highest + 1,
        highest + 2,
    );
    table.edit(&columns, &[("count", &count)], &more);
    let right = own.token;
    table.edit(&root, &[("ref", &Range { right, ..range }.text())], "");
    if let Some(filter) = table.first(2, "autoFilter")
        && let Some(range) = table
            .attribute(&filter, "ref")
            .and_then(|r| Range::parse(&r))
    {
        table.edit(&filter, &[("ref", &Range { right, ..range }.text())], "");
    }
    table.finish()
}

/// The workbook's part with the name that Excel keeps for the sheet's filter
/// reaching over the marks' columns; none where it need not.
fn wider_filter(text: String, table: &MarkedTable, own: Own) -> Result<Option<String>, Fault> {
    let mut book = Part::parse(text, "工作簿")?;
    let sheets = book
        .first(2, "sheets")
        .ok_or_else(|| fault::damaged("工作簿"))?;
    let position = book
        .children(&sheets)
        .position(|sheet| book.attribute(sheet, "name").as_deref() == Some(&table.sheet));
    let Some(position) = position.map(|position| position.to_string()) else {
        return Err(fault::damaged("工作簿"));
    };
    let name = book.elements().iter().find(|element| {
        let is = |key, value: &str| book.attribute(element, key).as_deref() == Some(value);
        element.name == "definedName"
            && is("name", "_xlnm._FilterDatabase")
            && is("localSheetId", &position)
    });
    let Some(name) = name.cloned() else {
        return Ok(None);
    };
    // 'Name of the sheet'!$A$1:$F$10
    let inner = book.inner(&name);
    let wider = inner.rsplit_once('!').and_then(|(sheet, range)| {
        let range = Range::parse(range).filter(|r| r.parts(table.heading_row, own.last()))?;
        Some(format!(
            "{sheet}!${}${}:${}${}",
            letter(range.left),
            range.top + 1,
            letter(own.last()),
            range.bottom + 1
        ))
    });
    if let Some(wider) = wider {
        book.fill(&name, wider);
    }
    Ok(book.finish())
}
