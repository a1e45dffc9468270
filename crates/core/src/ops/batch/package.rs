//! The package of a batch: the photos, the production file and a manifest with the number
//! and the SHA-256 of each file (CARD-5), checked over what was just produced (CARD-4).
//!
//! It is staged while it is made: 5 000 photos are never held at once.

use serde_json::json;
use sha2::{Digest, Sha256};

use super::PackageFile;
use crate::blobs::Stage;
use crate::context::Job;
use crate::domain::time::Timestamp;
use crate::error::{Code, OpError, Problem};
use crate::id::BlobId;
use crate::import::cells::FileLimits;
use crate::import::table::{Packed, Packer, TableRows, Workbooks};
use crate::ports::{BatchRecord, Ports};
use crate::production::file;
use crate::production::template::{FileFormat, PhotoNames, TemplateContent};

/// Folder of the photos in the package.
const FOLDER: &str = "照片";

/// A package that was staged and checked.
pub(super) struct Package {
    pub(super) id: BlobId,
    pub(super) name: String,
    pub(super) sha256: [u8; 32],
    /// The production file and, as one, the folder of photos.
    pub(super) files: Vec<PackageFile>,
}

struct Once(Vec<Vec<String>>);

impl TableRows for Once {
    fn next(&mut self) -> Vec<Vec<String>> {
        std::mem::take(&mut self.0)
    }
}

/// A package that is being made.
pub(super) struct PackageWriter {
    ports: Ports,
    batch: BatchRecord,
    now: Timestamp,
    name: String,
    packer: Box<dyn Packer>,
    stage: Stage,
    photos: Vec<PackageFile>,
}

impl PackageWriter {
    /// # Errors
    /// Those of the store.
    pub(super) async fn begin(job: &Job, batch: &BatchRecord) -> Result<Self, OpError> {
        let name = format!("{}.zip", batch.batch_no);
        Ok(Self {
            stage: Stage::begin(&job.ports, job.actor.account, &name, job.now).await?,
            packer: job.ports.workbooks.packer(),
            ports: job.ports.clone(),
            batch: batch.clone(),
            now: job.now,
            name,
            photos: Vec::new(),
        })
    }

    async fn add(&mut self, name: &str, bytes: &[u8], how: Packed) -> Result<(), OpError> {
        let piece = self.packer.add(name, bytes, how)?;
        self.stage.add(&piece).await
    }

    /// Adds the photo of the next row.
    ///
    /// # Errors
    /// `batch.file_small`, and those of the store.
    pub(super) async fn photo(&mut self, name: &str, photo: &[u8]) -> Result<(), OpError> {
        file::check_size(name, photo)?;
        let name = format!("{FOLDER}/{name}");
        self.add(&name, photo, Packed::AsItIs).await?;
        self.photos.push(described(name, photo));
        Ok(())
    }

    /// Adds the production file and the manifest, and checks what came of it.
    ///
    /// # Errors
    /// `batch.file_small`, `batch.file_wrong`, and those of the store.
    pub(super) async fn finish(
        mut self,
        template: TemplateContent,
        rows: Vec<Vec<String>>,
    ) -> Result<Package, OpError> {
        let orders = rows.len();
        if template.photo_names() != PhotoNames::None && self.photos.len() != orders {
            return Err(Problem::new(Code::BatchFileWrong)
                .message(format!(
                    "生成的制卡包有 {} 张照片，订单有 {orders} 张，没有导出，请联系运维。",
                    self.photos.len()
                ))
                .into());
        }
        let name = format!(
            "{}.{}",
            self.batch.batch_no,
            template.file_format().as_str()
        );
        let workbooks = self.ports.workbooks.clone();
        let file_name = name.clone();
        let table = tokio::task::spawn_blocking(move || {
            production_file(&*workbooks, &file_name, &template, &rows)
        })
        .await
        .map_err(|source| OpError::internal("building a package", source))??;
        self.add(&name, &table, Packed::Small).await?;

        let mut files = vec![described(name, &table)];
        files.append(&mut self.photos);
        let list = list(&self.batch, orders, &files, self.now);
        self.add("清单.txt", list.as_bytes(), Packed::Small).await?;
        let manifest = json!({
            "batchNo": self.batch.batch_no,
            "district": self.batch.district,
            "template": self.batch.template_name,
            "orders": orders,
            "photos": files.len() - 1,
            "handedOverAt": self.now.zh(),
            "files": files,
        });
        let manifest = serde_json::to_vec_pretty(&manifest)
            .map_err(|source| OpError::internal("writing a manifest", source))?;
        self.add("manifest.json", &manifest, Packed::Small).await?;
        self.stage.add(&self.packer.finish()?).await?;
        let staged = self.stage.finish().await?;
        let photos = files.split_off(1);
        files.extend(folder(&photos));
        Ok(Package {
            id: staged.id,
            name: self.name,
            sha256: staged.sha256,
            files,
        })
    }
}

/// The production file, read back and compared.
fn production_file(
    workbooks: &dyn Workbooks,
    name: &str,
    template: &TemplateContent,
    rows: &[Vec<String>],
) -> Result<Vec<u8>, OpError> {
    let table = file::table(template);
    let mut once = Once(rows.to_vec());
    let mut bytes = Vec::new();
    match template.file_format() {
        FileFormat::Workbook => workbooks.table(&table, &mut once, &mut bytes)?,
        FileFormat::Csv => {
            workbooks.csv(&table, template.file_encoding(), &mut once, &mut bytes)?;
        }
    }
    file::check_size(name, &bytes)?;
    let limits = FileLimits::for_rows(u32::try_from(rows.len()).unwrap_or(u32::MAX));
    let mut book = workbooks.open(bytes.clone(), name, limits)?;
    file::check_content(template, &mut *book, rows)?;
    Ok(bytes)
}

fn described(name: String, bytes: &[u8]) -> PackageFile {
    PackageFile {
        name,
        bytes: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
        sha256: hex::encode(Sha256::digest(bytes)),
    }
}

/// The folder of photos as one file, so that a batch's page need not list thousands: its
/// SHA-256 is that of the photos' SHA-256, one after another as the manifest lists them.
fn folder(photos: &[PackageFile]) -> Option<PackageFile> {
    let sums = photos.iter().fold(Sha256::new(), |sums, photo| {
        sums.chain_update(&photo.sha256)
    });
    (!photos.is_empty()).then(|| PackageFile {
        name: format!("{FOLDER}（{} 张）", photos.len()),
        bytes: photos.iter().map(|photo| photo.bytes).sum(),
        sha256: hex::encode(sums.finalize()),
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
