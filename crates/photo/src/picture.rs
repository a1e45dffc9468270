//! One photo file: decoded, checked, and written anew where it must be.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use ekatong_core::error::{Code, Problem};
use ekatong_core::photo::{
    FILE_MAX, PIXELS_MAX, PIXELS_MIN, PIXELS_POOR, PREFERRED, PhotoLimits, Picture, SHAPE_MAX,
    SIZE_MIN, SIZE_SMALL, THUMBNAIL,
};
use image::codecs::jpeg::{JpegDecoder, JpegEncoder};
use image::codecs::png::PngDecoder;
use image::imageops::{self, FilterType};
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, Limits, Rgb, RgbImage};

use crate::{flat, jpeg};

const PNG_START: [u8; 8] = [0x89, b'P', b'N', b'G', 0x0D, 0x0A, 0x1A, 0x0A];
const PNG_END: &[u8] = b"\0\0\0\0IEND\xAE\x42\x60\x82";
/// Quality of what is written anew, and how far it may fall to fit the bureau's limit.
const QUALITY: [u8; 8] = [92, 87, 82, 76, 70, 63, 56, 48];
pub(crate) const THUMBNAIL_QUALITY: u8 = 75;

/// What other files are, by their first bytes: a person reads more from it than from “no image”.
const OTHERS: &[(&[u8], &str)] = &[
    (b"GIF8", "GIF 图片"),
    (b"BM", "BMP 图片"),
    (b"II*\0", "TIFF 图片"),
    (b"MM\0*", "TIFF 图片"),
    (b"RIFF", "WebP 图片或视频"),
    (b"%PDF", "PDF 文档"),
    (b"PK\x03\x04", "压缩包或 Office 文档"),
    (b"\xD0\xCF\x11\xE0", "Office 文档"),
    (b"Rar!", "压缩包"),
    (b"7z\xBC\xAF", "压缩包"),
    (b"\0\0\0\x18ftyp", "HEIC 图片或视频"),
    (b"\0\0\0\x1Cftyp", "HEIC 图片或视频"),
    (b"\0\0\0\x20ftyp", "HEIC 图片或视频"),
    (b"\0\0\0\x24ftyp", "HEIC 图片或视频"),
];

enum Format<'b> {
    Jpeg(jpeg::Whole<'b>),
    Png,
}

impl Format<'_> {
    const fn zh(&self) -> &'static str {
        match self {
            Self::Jpeg(_) => "JPEG",
            Self::Png => "PNG",
        }
    }

    fn fits(&self, extension: &str) -> bool {
        match self {
            Self::Jpeg(_) => matches!(extension, "JPG" | "JPEG"),
            Self::Png => extension == "PNG",
        }
    }
}

/// See [`ekatong_core::photo::Pictures::examine`].
pub(crate) fn examine(
    extension: &str,
    bytes: &[u8],
    limits: PhotoLimits,
) -> Result<Picture, Problem> {
    guarded(bytes, || checked(extension, bytes, limits))
}

/// See [`ekatong_core::photo::Pictures::decode`].
pub(crate) fn readable(bytes: &[u8]) -> Result<(), Problem> {
    guarded(bytes, || decode(&sized(bytes)?, bytes).map(drop))
}

/// A decoder that meets what its author did not think of may stop by a panic; the file is
/// at fault then, and the others go on.
fn guarded<T>(bytes: &[u8], work: impl FnOnce() -> Result<T, Problem>) -> Result<T, Problem> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        tracing::warn!(bytes = bytes.len(), "a decoder of pictures panicked");
        Err(Problem::new(Code::PhotoDamaged))
    })
}

/// The format of a file that is neither too small nor too large.
fn sized(bytes: &[u8]) -> Result<Format<'_>, Problem> {
    if bytes.is_empty() {
        return Err(Problem::new(Code::PhotoEmpty));
    }
    if bytes.len() <= SIZE_MIN {
        return Err(Problem::new(Code::PhotoTooSmall));
    }
    if bytes.len() as u64 > FILE_MAX {
        return Err(Problem::new(Code::PhotoTooLarge));
    }
    format(bytes)
}

fn checked(extension: &str, bytes: &[u8], limits: PhotoLimits) -> Result<Picture, Problem> {
    let format = sized(bytes)?;
    let mut problems = Vec::new();
    if !format.fits(extension) {
        problems.push(
            Problem::new(Code::PhotoExtension)
                .warning()
                .message(format!(
                    "文件名的后缀与内容不一致，内容是 {}，已按内容读取。",
                    format.zh()
                )),
        );
    }
    if bytes.len() < SIZE_SMALL {
        problems.push(Problem::new(Code::PhotoSmall).warning());
    }
    let (picture, orientation) = decode(&format, bytes)?;
    let (width, height) = picture.dimensions();
    shape(width, height, &mut problems)?;
    let small = imageops::thumbnail(
        &picture,
        fit(width, height, THUMBNAIL).0,
        fit(width, height, THUMBNAIL).1,
    );
    if flat::is_flat(&small) {
        return Err(Problem::new(Code::PhotoBlank));
    }
    // A photo that is as it should be keeps its bytes but for the metadata.
    let kept = match &format {
        Format::Jpeg(whole)
            if orientation == Orientation::NoTransforms && whole.components != 4 =>
        {
            Some(whole.stripped()).filter(|kept| kept.len() <= limits.max_bytes)
        }
        Format::Jpeg(_) | Format::Png => None,
    };
    let (photo, width, height) = match kept {
        Some(kept) => (kept, width, height),
        None => written(picture, bytes.len(), limits, &mut problems)?,
    };
    if photo.len() <= SIZE_MIN {
        return Err(Problem::new(Code::PhotoTooSmall));
    }
    Ok(Picture {
        photo,
        thumbnail: encode(&small, THUMBNAIL_QUALITY)?,
        width,
        height,
        problems,
    })
}

fn format(bytes: &[u8]) -> Result<Format<'_>, Problem> {
    if bytes.starts_with(&jpeg::START) {
        return jpeg::whole(bytes)
            .map(Format::Jpeg)
            .ok_or_else(|| Problem::new(Code::PhotoTruncated));
    }
    if bytes.starts_with(&PNG_START) {
        // Some programs leave bytes behind the end.
        let whole = bytes.ends_with(PNG_END)
            || bytes
                .windows(PNG_END.len())
                .rev()
                .any(|part| part == PNG_END);
        return if whole {
            Ok(Format::Png)
        } else {
            Err(Problem::new(Code::PhotoTruncated))
        };
    }
    let other = OTHERS.iter().find(|(start, _)| bytes.starts_with(start));
    let problem = Problem::new(Code::PhotoNotImage);
    Err(match other {
        Some((_, zh)) => problem.message(format!(
            "这是{zh}，照片只收 JPEG 和 PNG，请另存为 JPEG 后再导入。"
        )),
        None => problem,
    })
}

/// The pixels, upright and without transparency, and how they had to be turned.
fn decode(format: &Format<'_>, bytes: &[u8]) -> Result<(RgbImage, Orientation), Problem> {
    let damaged = |error: image::ImageError| {
        tracing::debug!(%error, "a photo does not decode");
        Problem::new(Code::PhotoDamaged)
    };
    match format {
        Format::Jpeg(_) => pixels(JpegDecoder::new(Cursor::new(bytes)).map_err(damaged)?),
        Format::Png => {
            let mut limits = Limits::no_limits();
            limits.max_alloc = Some(PIXELS_MAX * 8);
            pixels(PngDecoder::with_limits(Cursor::new(bytes), limits).map_err(damaged)?)
        }
    }
}

fn pixels(mut decoder: impl ImageDecoder) -> Result<(RgbImage, Orientation), Problem> {
    let damaged = |error: image::ImageError| {
        tracing::debug!(%error, "a photo does not decode");
        Problem::new(Code::PhotoDamaged)
    };
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > PIXELS_MAX {
        return Err(Problem::new(Code::PhotoTooManyPixels).message(format!(
            "照片有 {width}×{height} 像素，太大了，请在看图软件里缩小后再导入。"
        )));
    }
    // Judged before decoding: most of what is wrong in this way is no photo at all.
    shape(width, height, &mut Vec::new())?;
    // Tags that cannot be read say nothing about the picture itself.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(damaged)?;
    picture.apply_orientation(orientation);
    let picture = if picture.color().has_alpha() {
        on_white(picture)
    } else {
        picture.into_rgb8()
    };
    Ok((picture, orientation))
}

/// Cut-out portraits stand on white paper.
fn on_white(picture: DynamicImage) -> RgbImage {
    let picture = picture.into_rgba8();
    RgbImage::from_fn(picture.width(), picture.height(), |x, y| {
        let [r, g, b, a] = picture.get_pixel(x, y).0;
        let over = |value: u8| {
            let mixed = (u32::from(value) * u32::from(a) + 255 * (255 - u32::from(a))) / 255;
            u8::try_from(mixed).unwrap_or(u8::MAX)
        };
        Rgb([over(r), over(g), over(b)])
    })
}

fn shape(width: u32, height: u32, problems: &mut Vec<Problem>) -> Result<(), Problem> {
    // Turned by a quarter it may still be upright.
    let (short, long) = (width.min(height), width.max(height));
    if short < PIXELS_MIN.0 || long < PIXELS_MIN.1 {
        return Err(Problem::new(Code::PhotoFewPixels).message(format!(
            "照片只有 {width}×{height} 像素，印出来看不清，至少要 {}×{}，请换一张大一些的。",
            PIXELS_MIN.0, PIXELS_MIN.1
        )));
    }
    if long > short.saturating_mul(SHAPE_MAX) {
        return Err(Problem::new(Code::PhotoShape).message(format!(
            "照片有 {width}×{height} 像素，形状不像证件照，请裁剪成竖的证件照。"
        )));
    }
    if width > height {
        problems.push(
            Problem::new(Code::PhotoShape)
                .warning()
                .message("照片是横的，请看一看是否需要裁剪。"),
        );
    }
    if short < PIXELS_POOR.0 || long < PIXELS_POOR.1 {
        problems.push(
            Problem::new(Code::PhotoFewPixels)
                .warning()
                .message(format!(
                    "照片只有 {width}×{height} 像素，印出来可能不清晰，最好有 {}×{}。",
                    PREFERRED.0, PREFERRED.1
                )),
        );
    }
    Ok(())
}

/// Width and height that fit into a box, in the same proportion, never larger.
fn fit(width: u32, height: u32, inside: (u32, u32)) -> (u32, u32) {
    let (w, h) = (u64::from(width), u64::from(height));
    let (iw, ih) = (u64::from(inside.0), u64::from(inside.1));
    let (fw, fh) = if w <= iw && h <= ih {
        (w, h)
    } else if w * ih > h * iw {
        (iw, h * iw / w)
    } else {
        (w * ih / h, ih)
    };
    let side = |value: u64| u32::try_from(value.max(1)).unwrap_or(u32::MAX);
    (side(fw), side(fh))
}

/// Writes a picture anew, as large as the limit allows.
fn written(
    picture: RgbImage,
    was: usize,
    limits: PhotoLimits,
    problems: &mut Vec<Problem>,
) -> Result<(Vec<u8>, u32, u32), Problem> {
    let (width, height) = picture.dimensions();
    let (fw, fh) = fit(width, height, PREFERRED);
    let picture = if (fw, fh) == (width, height) {
        picture
    } else {
        // Averaging first: a filter over twelve million pixels takes a second.
        let (tw, th) = fit(width, height, (PREFERRED.0 * 2, PREFERRED.1 * 2));
        let halfway = imageops::thumbnail(&picture, tw, th);
        imageops::resize(&halfway, fw, fh, FilterType::CatmullRom)
    };
    for quality in QUALITY {
        let photo = encode(&picture, quality)?;
        if photo.len() <= limits.max_bytes {
            if was > limits.max_bytes {
                problems.push(Problem::new(Code::PhotoScaled).note().message(format!(
                    "照片有 {} KB，已自动缩小到 {} KB（{fw}×{fh}）。",
                    was.div_ceil(1024),
                    photo.len().div_ceil(1024)
                )));
            }
            return Ok((photo, fw, fh));
        }
    }
    Err(Problem::new(Code::PhotoTooLarge).message(format!(
        "照片缩小后仍超过 {} KB，请换一张背景简单的证件照。",
        limits.max_bytes / 1024
    )))
}

pub(crate) fn encode(picture: &RgbImage, quality: u8) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, quality)
        .encode_image(picture)
        .map_err(|error| {
            tracing::warn!(%error, "a picture could not be written");
            Problem::new(Code::PhotoDamaged)
        })?;
    Ok(bytes)
}
