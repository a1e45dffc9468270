//! Photos of made-up children: drawn here, so that no real face is in the project.

use std::io::{Cursor, Write as _};

use image::{ExtendedColorType, ImageFormat, RgbImage};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// Places where a row of noise may begin.
const SHIFTS: usize = 96;

/// A portrait, the n-th of its kind: wall, head, hair and shoulders in colours of its own.
pub fn portrait(n: usize, width: u32, height: u32) -> RgbImage {
    let mut random = fastrand::Rng::with_seed(n as u64 + 1);
    let mut tone = |from: u8, to: u8| random.u8(from..=to);
    let wall = [tone(120, 200), tone(150, 220), tone(200, 250)];
    let skin = [tone(200, 240), tone(160, 200), tone(130, 170)];
    let hair = [tone(10, 60), tone(10, 50), tone(10, 50)];
    let shirt = [tone(0, 255), tone(0, 255), tone(0, 255)];
    let mut picture = RgbImage::new(width, height);
    // One row of noise a colour, shifted from row to row: a picture in a few copies,
    // as a loop over its pixels would take most of a test's time.
    let mut fill = |(x0, y0, x1, y1): (u32, u32, u32, u32), colour: [u8; 3]| {
        let pixels = (x1 - x0) as usize;
        let noisy: Vec<u8> = (0..pixels + SHIFTS)
            .flat_map(|_| colour.map(|value| value.saturating_add(random.u8(0..6))))
            .collect();
        let stride = width as usize * 3;
        for y in y0..y1 {
            let (from, shift) = (
                y as usize * stride + x0 as usize * 3,
                random.usize(0..SHIFTS) * 3,
            );
            picture.as_mut()[from..from + pixels * 3]
                .copy_from_slice(&noisy[shift..shift + pixels * 3]);
        }
    };
    let (w, h) = (width, height);
    // The wall has a slope of light, as walls have.
    for part in 0..10 {
        let dim = u8::try_from(part * 3).unwrap();
        fill(
            (0, h * part / 10, w, h * (part + 1) / 10),
            wall.map(|value| value - dim),
        );
    }
    fill((w / 5, h * 3 / 4, w * 4 / 5, h), shirt);
    fill((w / 3, h / 4, w * 2 / 3, h * 3 / 4), skin);
    fill((w / 3, h / 6, w * 2 / 3, h / 3), hair);
    for eye in [w * 5 / 12, w * 7 / 12] {
        fill((eye - 4, h * 2 / 5, eye + 4, h * 2 / 5 + 5), hair);
    }
    // What tells two children of equal colours apart.
    for bit in 0..16 {
        let x = w / 5 + bit * (w * 3 / 5 / 16);
        let colour = if n >> bit & 1 == 1 { [250; 3] } else { [20; 3] };
        fill((x, h * 7 / 8, x + 4, h * 7 / 8 + 8), colour);
    }
    picture
}

/// As a JPEG.
pub fn jpeg(picture: &RgbImage) -> Vec<u8> {
    written(picture, ImageFormat::Jpeg)
}

/// As a PNG.
pub fn png(picture: &RgbImage) -> Vec<u8> {
    written(picture, ImageFormat::Png)
}

/// Through a file: writing to memory is generic code, which is compiled here and slow.
fn written(picture: &RgbImage, format: ImageFormat) -> Vec<u8> {
    let file = tempfile::NamedTempFile::new().unwrap();
    let (width, height) = picture.dimensions();
    let colour = ExtendedColorType::Rgb8;
    image::save_buffer_with_format(file.path(), picture.as_raw(), width, height, colour, format)
        .unwrap();
    std::fs::read(file.path()).unwrap()
}

/// A photo as a school's camera program makes it.
pub fn photo(n: usize) -> Vec<u8> {
    jpeg(&portrait(n, 358, 441))
}

/// A JPEG with what a phone adds: which way is up, and where and with what it was taken.
pub fn with_exif(jpeg: &[u8], orientation: u8) -> Vec<u8> {
    let mut tiff = b"MM\0\x2A\0\0\0\x08".to_vec();
    // Make, orientation.
    tiff.extend_from_slice(&[0, 2]);
    tiff.extend_from_slice(&[0x01, 0x0F, 0, 2, 0, 0, 0, 12, 0, 0, 0, 38]);
    tiff.extend_from_slice(&[0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0]);
    tiff.extend_from_slice(&[0, 0, 0, 0]);
    tiff.extend_from_slice(b"GPS-SUZHOU\0\0");
    let length = u16::try_from(tiff.len() + 8).unwrap().to_be_bytes();
    let mut bytes = jpeg[..2].to_vec();
    bytes.extend_from_slice(&[0xFF, 0xE1]);
    bytes.extend_from_slice(&length);
    bytes.extend_from_slice(b"Exif\0\0");
    bytes.extend_from_slice(&tiff);
    bytes.extend_from_slice(&jpeg[2..]);
    bytes
}

/// A PNG whose heading claims so many pixels, with its checks right.
pub fn claims_pixels(png: &[u8], width: u32, height: u32) -> Vec<u8> {
    let mut bytes = png.to_vec();
    bytes[16..20].copy_from_slice(&width.to_be_bytes());
    bytes[20..24].copy_from_slice(&height.to_be_bytes());
    let check = crc(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&check.to_be_bytes());
    bytes
}

fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            if crc & 1 == 1 {
                crc >> 1 ^ 0xEDB8_8320
            } else {
                crc >> 1
            }
        })
    })
}

/// A zip with these files.
pub fn zip<'f>(files: impl IntoIterator<Item = (&'f str, &'f [u8])>) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, bytes) in files {
        zip.start_file(name, options).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A zip with the photos of made-up children of grade 7, named by their paper numbers.
pub fn pack(first: usize, count: usize) -> Vec<u8> {
    let files: Vec<(String, Vec<u8>)> = (first..first + count)
        .map(|n| {
            (
                format!("{}.JPG", crate::workbook::id_number(n, 7)),
                photo(n),
            )
        })
        .collect();
    zip(files
        .iter()
        .map(|(name, bytes)| (name.as_str(), bytes.as_slice())))
}
