//! Workbooks that are written for people: templates and lists. The rules say
//! what stands in them; `crates/sheet` turns that into bytes.

/// What a column's cells accept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// Free text in the workbook's general format.
    General,
    /// Kept as text, so that long numbers keep their digits.
    Text,
    /// A whole number in a range, both ends included.
    Whole {
        /// Smallest.
        min: i32,
        /// Largest.
        max: i32,
    },
    /// One of these words, offered as a list.
    OneOf(Vec<String>),
}

/// A column of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateColumn {
    /// Heading as printed, a trailing `*` for required ones.
    pub heading: String,
    /// What the cells accept.
    pub entry: Entry,
    /// Note on the heading: how to fill the column.
    pub note: String,
    /// Width in characters.
    pub width: u16,
}

/// A template (IMP-1): first sheet the table with a frozen heading, second
/// sheet 填写说明 with these lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// Name of the first sheet.
    pub sheet: String,
    /// Columns in order.
    pub columns: Vec<TemplateColumn>,
    /// Number of rows that are formatted and validated.
    pub rows: u32,
    /// Name of the second sheet.
    pub notes_sheet: String,
    /// Sections of the second sheet: a title and its lines.
    pub notes: Vec<(String, Vec<String>)>,
}

/// A plain table; every cell is written as text, and none can act as a formula.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Name of the sheet.
    pub sheet: String,
    /// Title line above the heading; empty for none.
    pub title: String,
    /// Headings with widths in characters.
    pub columns: Vec<(String, u16)>,
}

/// A source of a table's rows, asked until it has none left, so that a long
/// list is never held at once.
pub trait TableRows: Send {
    /// The next rows; empty at the end.
    fn next(&mut self) -> Vec<Vec<String>>;
}

/// Whether a file is made smaller in a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packed {
    /// It is made smaller.
    Small,
    /// It is packed by itself, as photos are.
    AsItIs,
}

/// A package that is being written and handed out piece by piece, so that it is never
/// held as a whole.
pub trait Packer: Send {
    /// Adds a file; the bytes of the package that came of it.
    ///
    /// # Errors
    /// An internal fault, also for a name that was given before.
    fn add(
        &mut self,
        name: &str,
        bytes: &[u8],
        how: Packed,
    ) -> Result<Vec<u8>, crate::error::OpError>;
    /// The last bytes of the package.
    ///
    /// # Errors
    /// An internal fault only.
    fn finish(self: Box<Self>) -> Result<Vec<u8>, crate::error::OpError>;
}

/// Opens and writes workbooks; implemented by `crates/sheet`.
pub trait Workbooks: Send + Sync {
    /// Opens a workbook; content decides, the extension of `file_name` must not
    /// contradict it.
    ///
    /// # Errors
    /// `file.kind`, `file.damaged`, `file.encrypted`, `file.too_large`, `file.unsafe`.
    fn open(
        &self,
        bytes: Vec<u8>,
        file_name: &str,
        limits: super::cells::FileLimits,
    ) -> Result<Box<dyn super::cells::Workbook>, crate::error::OpError>;

    /// Bytes of a template (xlsx).
    ///
    /// # Errors
    /// An internal fault only.
    fn template(&self, template: &Template) -> Result<Vec<u8>, crate::error::OpError>;

    /// Writes a table (xlsx). Neither its rows nor the file are held as a whole.
    ///
    /// # Errors
    /// An internal fault only: of the temporary file, and of `out`.
    fn table(
        &self,
        table: &Table,
        rows: &mut dyn TableRows,
        out: &mut dyn std::io::Write,
    ) -> Result<(), crate::error::OpError>;

    /// Writes a table as text with commas, for other programs to read. UTF-8 begins
    /// with a byte order mark, or Excel takes it for another encoding.
    ///
    /// # Errors
    /// An internal fault only: of `out`.
    fn csv(
        &self,
        table: &Table,
        encoding: crate::production::template::Encoding,
        rows: &mut dyn TableRows,
        out: &mut dyn std::io::Write,
    ) -> Result<(), crate::error::OpError>;

    /// A package (zip), empty yet. The same files always give the same bytes.
    fn packer(&self) -> Box<dyn Packer>;

    /// The workbook `original` with its errors marked: bad cells coloured, with
    /// the reason as a note, and two more columns, one of reasons and a hidden one
    /// of row tokens. Everything else of the person's file stays as it is. Where
    /// their file cannot be changed, a fresh .xlsx of the template's columns.
    ///
    /// # Errors
    /// Those of `rows`; an internal fault otherwise.
    fn mark(
        &self,
        original: &[u8],
        file_name: &str,
        limits: super::cells::FileLimits,
        table: &super::marked::MarkedTable,
        rows: &mut dyn super::marked::MarkedRows,
    ) -> Result<super::marked::MarkedWorkbook, crate::error::OpError>;
}
