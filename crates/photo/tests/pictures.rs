//! Pictures and packs of other programs, and such as nobody should send.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use std::io::{Cursor, Write as _};

use ekatong_core::error::{Code, Problem, Severity};
use ekatong_core::photo::{PhotoLimits, PhotoPack, Picture, Pictures as _};
use ekatong_photo::Images;
use image::{DynamicImage, GenericImageView as _, ImageFormat};
use proptest::prelude::*;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

const LIMITS: PhotoLimits = PhotoLimits {
    max_bytes: 60 * 1024,
};

fn file(name: &str) -> Vec<u8> {
    let path = format!("{}/tests/files/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(path).unwrap()
}

fn examine(name: &str) -> Result<Picture, Problem> {
    let extension = name.rsplit_once('.').unwrap().1.to_uppercase();
    Images.examine(&extension, &file(name), LIMITS)
}

/// Codes that are more than notes.
fn said(picture: &Picture) -> Vec<Code> {
    let serious = picture
        .problems
        .iter()
        .filter(|problem| problem.severity != Severity::Note);
    serious.map(|problem| problem.code).collect()
}

#[test]
fn what_other_programs_write_is_read() {
    for (name, size, codes) in [
        ("magick-progressive.jpg", (240, 300), &[][..]),
        ("magick-grey.jpg", (240, 300), &[]),
        ("magick-cmyk.jpg", (240, 300), &[]),
        ("magick-comment.jpg", (240, 300), &[]),
        ("magick-16bit.png", (150, 188), &[Code::PhotoFewPixels]),
        ("magick-alpha.png", (150, 188), &[Code::PhotoFewPixels]),
        (
            "magick-palette-interlaced.png",
            (150, 188),
            &[Code::PhotoFewPixels],
        ),
    ] {
        let picture = examine(name).unwrap_or_else(|problem| panic!("{name}: {problem:?}"));
        assert_eq!(said(&picture), codes, "{name}");
        for jpeg in [&picture.photo, &picture.thumbnail] {
            assert_eq!(image::guess_format(jpeg).unwrap(), ImageFormat::Jpeg);
        }
        let kept = image::load_from_memory(&picture.photo).unwrap();
        assert_eq!(kept.dimensions(), size, "{name}");
        assert_eq!((picture.width, picture.height), size);
        // The colours are those of the file, whatever it was written anew for.
        let whole = image::load_from_memory(&file(name)).unwrap();
        assert!(far(&whole, &kept) < 14.0, "{name}: {}", far(&whole, &kept));
    }
    for name in ["magick.gif", "magick.webp"] {
        let refused = examine(name).err().unwrap();
        assert_eq!(refused.code, Code::PhotoNotImage, "{name}");
        assert!(refused.message.contains("JPEG"), "{}", refused.message);
    }
}

/// Mean difference of two pictures on white, in steps of 256.
fn far(a: &DynamicImage, b: &DynamicImage) -> f64 {
    let (mut sum, mut count) = (0.0, 0.0);
    for (x, y, pixel) in a.to_rgba8().enumerate_pixels().map(|(x, y, p)| (x, y, p.0)) {
        let other = b.get_pixel(x, y).0;
        for channel in 0..3 {
            let alpha = f64::from(pixel[3]) / 255.0;
            let shown = f64::from(pixel[channel]) * alpha + 255.0 * (1.0 - alpha);
            sum += (shown - f64::from(other[channel])).abs();
            count += 1.0;
        }
    }
    sum / count
}

#[test]
fn a_comment_goes_and_no_pixel_changes() {
    let before = file("magick-comment.jpg");
    assert!(before.windows(6).any(|part| part == b"Suzhou"));
    let picture = examine("magick-comment.jpg").unwrap();
    assert!(!picture.photo.windows(6).any(|part| part == b"Suzhou"));
    let pixels = |bytes: &[u8]| image::load_from_memory(bytes).unwrap().into_rgb8();
    assert_eq!(pixels(&before), pixels(&picture.photo));
    // Stripping what is stripped changes nothing: equal photos stay equal.
    let again = Images.examine("JPG", &picture.photo, LIMITS).unwrap();
    assert_eq!(again.photo, picture.photo);
}

#[test]
fn a_photo_is_cut_anywhere_and_is_never_taken_for_whole() {
    for name in ["magick-comment.jpg", "magick-progressive.jpg"] {
        let whole = file(name);
        for part in 15..100 {
            let cut = &whole[..whole.len() * part / 100];
            let refused = Images.examine("JPG", cut, LIMITS).err().unwrap();
            assert_eq!(refused.code, Code::PhotoTruncated, "{name} at {part} %");
        }
        // Bytes behind the end, as some phones add a second picture, do no harm.
        let longer = [whole.as_slice(), &whole[..4000]].concat();
        let picture = Images.examine("JPG", &longer, LIMITS).unwrap();
        assert_eq!(picture.photo, examine(name).unwrap().photo);
    }
    let whole = file("magick-alpha.png");
    for part in 15..100 {
        let cut = &whole[..whole.len() * part / 100];
        let refused = Images.examine("PNG", cut, LIMITS).err().unwrap();
        assert_eq!(refused.code, Code::PhotoTruncated, "{part} %");
    }
}

fn open(bytes: Vec<u8>) -> Box<dyn PhotoPack> {
    Images
        .open("照片.zip", bytes)
        .unwrap_or_else(|error| panic!("{error:?}"))
}

#[test]
fn a_zip_of_chinese_windows_is_read_and_leads_nowhere() {
    let pack = open(file("python-gbk.zip"));
    let files: Vec<_> = (0..pack.count()).map(|number| pack.file(number)).collect();
    let paths: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(
        paths,
        [
            "七年级一班/32050820140101000X婷.jpg",
            "七年级一班/乗轎.jpg",
            "../../etc/32050820140102000X.jpg",
            "C:\\照片\\32050820140103000X.jpg",
            "链接.jpg",
        ]
    );
    assert_eq!(*files[0].bytes.as_ref().unwrap(), file("magick-grey.jpg"));
    let link = files[4].bytes.as_ref().unwrap_err();
    assert!(link.message.contains("链接"), "{}", link.message);
}

fn zipped(files: &[(&str, &[u8])], how: CompressionMethod) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        let options = SimpleFileOptions::default().compression_method(how);
        zip.start_file(*name, options).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// Lets a file of a zip claim another size.
fn claim(zip: &mut [u8], real: usize, claimed: u32) {
    let real = u32::try_from(real).unwrap().to_le_bytes();
    while let Some(at) = zip.windows(4).position(|part| part == real) {
        zip[at..at + 4].copy_from_slice(&claimed.to_le_bytes());
    }
}

#[test]
fn a_bomb_is_refused_before_it_is_unpacked() {
    // What a file claims is believed when it is much: nothing is unpacked to find out.
    let photo = file("magick-grey.jpg");
    let mut bomb = zipped(&[("1.jpg", &photo)], CompressionMethod::Deflated);
    claim(&mut bomb, photo.len(), 600 * 1024 * 1024);
    let refused = Images.open("x.zip", bomb).err().unwrap();
    assert!(refused.has(Code::FileTooLarge), "{refused:?}");

    // One that claims less than it is.
    let zeros = vec![0; 19 * 1024 * 1024];
    let mut liar = zipped(&[("1.jpg", &zeros)], CompressionMethod::Deflated);
    claim(&mut liar, zeros.len(), 2000);
    let pack = open(liar);
    let refused = pack.file(0).bytes.unwrap_err();
    assert_eq!(refused.code, Code::PhotoDamaged);
}

#[test]
fn a_locked_file_is_told_by_itself() {
    let photo = file("magick-grey.jpg");
    let mut zip = zipped(
        &[("a.jpg", &photo), ("b.jpg", &photo)],
        CompressionMethod::Stored,
    );
    // The flag of a password, in the second entry's two headings.
    for mark in [b"PK\x03\x04", b"PK\x01\x02"] {
        let mut found = zip.windows(4).enumerate().filter(|(_, part)| part == mark);
        let (at, _) = found.nth(1).unwrap();
        zip[at + if mark[2] == 3 { 6 } else { 8 }] |= 1;
    }
    let pack = open(zip);
    assert!(pack.file(0).bytes.is_ok());
    let refused = pack.file(1).bytes.unwrap_err();
    assert!(refused.message.contains("密码"), "{}", refused.message);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever a few bytes are changed to: an answer, no panic, and what is taken can be read.
    #[test]
    fn damage_is_refused_or_readable(
        which in 0..4_usize,
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let name = ["magick-comment.jpg", "magick-progressive.jpg", "magick-alpha.png", "magick-palette-interlaced.png"][which];
        let mut bytes = file(name);
        for (at, value) in damage {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        if let Ok(picture) = Images.examine("JPG", &bytes, LIMITS) {
            let kept = image::load_from_memory(&picture.photo);
            prop_assert!(kept.is_ok(), "{:?}", kept.err());
            prop_assert!(picture.photo.len() <= LIMITS.max_bytes && picture.photo.len() > 1024);
        }
    }

    /// Packs of random bytes, and zips with bytes changed.
    #[test]
    fn a_damaged_zip_gives_files_or_a_refusal(
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        noise in prop::collection::vec(any::<u8>(), 0..400),
    ) {
        let mut bytes = file("python-gbk.zip");
        for (at, value) in damage {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        for bytes in [bytes, [b"PK".as_slice(), &noise].concat()] {
            if let Ok(pack) = Images.open("x.zip", bytes) {
                for number in 0..pack.count() {
                    let file = pack.file(number);
                    prop_assert!(file.bytes.map_or(true, |bytes| bytes.len() <= 21 * 1024 * 1024));
                }
            }
        }
    }
}
