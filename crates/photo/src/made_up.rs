//! Portraits of made-up children, drawn: a demo shows no real face.

use ekatong_core::error::Problem;
use ekatong_core::photo::{PREFERRED, Picture, THUMBNAIL};
use image::imageops;
use image::{Rgb, RgbImage};

use crate::picture::{THUMBNAIL_QUALITY, encode};

/// Quality of the JPEG: a drawing needs no more.
const QUALITY: u8 = 85;

/// The n-th child: wall, shoulders, head and hair in colours of its own, and a row of
/// light and dark squares that no other child has.
///
/// # Errors
/// `photo.damaged` when it can not be written.
pub fn made_up(n: u64) -> Result<Picture, Problem> {
    let (width, height) = PREFERRED;
    let tone = |part: u32, from: u8, steps: u8| {
        // Spreads neighbouring numbers over the colours.
        let mixed = n.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (part * 6);
        from.saturating_add(u8::try_from(mixed % u64::from(steps)).unwrap_or(0))
    };
    let wall = [tone(0, 120, 80), tone(1, 150, 70), tone(2, 200, 50)];
    let skin = [tone(3, 200, 40), tone(4, 160, 40), tone(5, 130, 40)];
    let hair = [tone(6, 10, 50); 3];
    let shirt = [tone(7, 0, 200), tone(8, 0, 200), tone(9, 0, 200)];
    let picture = RgbImage::from_fn(width, height, |x, y| {
        let (fx, fy) = (x * 100 / width, y * 100 / height);
        let within = |cx: u32, cy: u32, rx: u32, ry: u32| {
            let (dx, dy) = (fx.abs_diff(cx) * 100 / rx, fy.abs_diff(cy) * 100 / ry);
            dx * dx + dy * dy <= 10_000
        };
        let square = (x / 12 < 24 && y > height - 24).then(|| n >> (x / 12) & 1);
        let colour = if let Some(bit) = square {
            [if bit == 1 { 235 } else { 40 }; 3]
        } else if within(42, 44, 3, 2) || within(58, 44, 3, 2) || within(50, 60, 8, 2) {
            hair
        } else if within(50, 47, 20, 24) && fy > 32 {
            skin
        } else if within(50, 38, 24, 22) {
            hair
        } else if within(50, 105, 42, 30) {
            shirt
        } else {
            // The light falls from above.
            let dim = u8::try_from(fy / 4).unwrap_or(0);
            wall.map(|value| value.saturating_sub(dim))
        };
        // A little grain, as cameras have it.
        let grain = u8::try_from((x * 7 + y * 13 + x * y) % 6).unwrap_or(0);
        Rgb(colour.map(|value| value.saturating_add(grain)))
    });
    let small = imageops::thumbnail(&picture, THUMBNAIL.0 * 5 / 6, THUMBNAIL.1 * 5 / 6);
    Ok(Picture {
        photo: encode(&picture, QUALITY)?,
        thumbnail: encode(&small, THUMBNAIL_QUALITY)?,
        width,
        height,
        problems: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use ekatong_core::photo::PhotoLimits;

    use super::*;

    #[test]
    fn a_made_up_child_has_a_photo_that_can_be_printed() {
        let limits = PhotoLimits {
            max_bytes: 60 * 1024,
        };
        let mut seen = std::collections::HashSet::new();
        for n in [0, 1, 2, 1000, 1001, 9_999_999] {
            let made = made_up(n).unwrap();
            let examined = crate::picture::examine("JPG", &made.photo, limits).unwrap();
            assert_eq!(examined.problems, [], "{n}");
            assert_eq!(examined.photo, made.photo, "kept as it is");
            assert!(seen.insert(made.photo), "{n} is another child");
        }
    }
}
