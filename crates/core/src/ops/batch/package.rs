//! The package of a batch: the production file and a manifest with the number and the
//! SHA-256 of each file (CARD-5), checked over what was just produced (CARD-4).

use serde_json::json;
use sha2::{Digest, Sha256};

use super::PackageFile;
use crate::context::Job;
use crate::domain::time::Timestamp;
use crate::error::OpError;
use crate::import::cells::FileLimits;
use crate::import::table::{TableRows, Workbooks};
use crate::ports::BatchRecord;
use crate::production::file;
use crate::production::template::{FileFormat, TemplateContent};

/// A package that was built and checked.
pub(super) struct Package {
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
    pub(super) sha256: [u8; 32],
    pub(super) files: Vec<PackageFile>,
}

struct Once(Vec<Vec<String>>);

impl TableRows for Once {
    fn next(&mut self) -> Vec<Vec<String>> {
        std::mem::take(&mut self.0)
    }
}

/// Builds the package on a thread of its own.
///
/// # Errors
/// `batch.file_small`, `batch.file_wrong`.
pub(super) async fn build(
    job: &Job,
    batch: &BatchRecord,
    template: TemplateContent,
    rows: Vec<Vec<String>>,
) -> Result<Package, OpError> {
    let workbooks = job.ports.workbooks.clone();
    let batch = batch.clone();
    let now = job.now;
    tokio::task::spawn_blocking(move || build_now(&*workbooks, &batch, &template, &rows, now))
        .await
        .map_err(|source| OpError::internal("building a package", source))?
}

fn build_now(
    workbooks: &dyn Workbooks,
    batch: &BatchRecord,
    template: &TemplateContent,
    rows: &[Vec<String>],
    now: Timestamp,
) -> Result<Package, OpError> {
    let table = file::table(template);
    let mut once = Once(rows.to_vec());
    let bytes = match template.file_format() {
        FileFormat::Workbook => workbooks.table(&table, &mut once)?,
        FileFormat::Csv => workbooks.csv(&table, template.file_encoding(), &mut once)?,
    };
    let name = format!("{}.{}", batch.batch_no, template.file_format().as_str());
    file::check_size(&name, &bytes)?;
    let limits = FileLimits::for_rows(u32::try_from(rows.len()).unwrap_or(u32::MAX));
    let mut book = workbooks.open(bytes.clone(), &name, limits)?;
    file::check_content(template, &mut *book, rows)?;
    drop(book);

    let data = PackageFile {
        bytes: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
        sha256: hex::encode(Sha256::digest(&bytes)),
        name: name.clone(),
    };
    let manifest = json!({
        "batchNo": batch.batch_no,
        "district": batch.district,
        "template": batch.template_name,
        "orders": rows.len(),
        "handedOverAt": now.zh(),
        "files": [data],
    });
    let manifest = serde_json::to_vec_pretty(&manifest)
        .map_err(|source| OpError::internal("writing a manifest", source))?;
    let list = list(batch, rows.len(), std::slice::from_ref(&data), now);
    let files = vec![
        (name, bytes),
        ("清单.txt".to_owned(), list.into_bytes()),
        ("manifest.json".to_owned(), manifest),
    ];
    let bytes = workbooks.package(&files)?;
    Ok(Package {
        name: format!("{}.zip", batch.batch_no),
        sha256: Sha256::digest(&bytes).into(),
        bytes,
        files: vec![data],
    })
}

/// The manifest as people read and print it.
fn list(batch: &BatchRecord, orders: usize, files: &[PackageFile], now: Timestamp) -> String {
    // A byte order mark: Windows' editor takes it for another encoding without.
    let mut text = String::from("\u{FEFF}制卡批次清单\r\n\r\n");
    for (name, value) in [
        ("批次号", batch.batch_no.clone()),
        (
            "区县",
            format!("{} {}", batch.district, batch.district_name),
        ),
        ("模板", batch.template_name.clone()),
        ("订单数", orders.to_string()),
        ("移交时间", now.zh()),
    ] {
        text.push_str(&format!("{name}：{value}\r\n"));
    }
    text.push_str("\r\n文件\t字节数\t校验值（SHA-256）\r\n");
    for file in files {
        text.push_str(&format!(
            "{}\t{}\t{}\r\n",
            file.name, file.bytes, file.sha256
        ));
    }
    text.push_str(&format!("\r\n共 {} 个文件。\r\n", files.len()));
    text
}

/// Proves that a kept package is still what was handed over.
///
/// # Errors
/// An internal fault when it is not.
pub(super) fn prove(batch: &BatchRecord, bytes: &[u8]) -> Result<(), OpError> {
    let now: [u8; 32] = Sha256::digest(bytes).into();
    if batch.package_sha256 == Some(now) {
        Ok(())
    } else {
        Err(OpError::internal(
            "reading a kept package",
            "its SHA-256 is not the one that was handed over",
        ))
    }
}
