//! Photos of the made-up pupils: drawn here, nobody's face.

use ekatong_core::error::OpError;
use image::codecs::jpeg::JpegEncoder;
use image::{Rgb, RgbImage};

use super::rng::Rng;

/// What the bureau prefers.
const SIZE: (u32, u32) = (358, 441);

type Colour = [u8; 3];

/// The portrait of a number, as a JPEG: the same for the same number.
///
/// # Errors
/// An internal fault when it cannot be written.
pub(super) fn jpeg(number: u64) -> Result<Vec<u8>, OpError> {
    let mut rng = Rng::new(number ^ 0x00F0_7050);
    let mut tone = |from: u64, to: u64| u8::try_from(from + rng.below(to - from)).unwrap_or(0);
    let wall = [tone(120, 180), tone(170, 220), tone(210, 250)];
    let skin = [tone(215, 240), tone(170, 195), tone(140, 165)];
    let hair = [tone(20, 55), tone(18, 45), tone(18, 45)];
    let shirt = [tone(30, 220), tone(30, 220), tone(60, 220)];
    let (width, hair_line) = (i64::from(tone(70, 86)), i64::from(tone(150, 176)));
    let picture = RgbImage::from_fn(SIZE.0, SIZE.1, |x, y| {
        let (x, y) = (i64::from(x), i64::from(y));
        let colour = feature(x, y, width)
            .or_else(|| {
                inside(x, y, (179, 205), (width, 104)).then_some(if y < hair_line {
                    hair
                } else {
                    skin
                })
            })
            .or_else(|| inside(x, y, (179, 180), (width + 14, 106)).then_some(hair))
            .or_else(|| ((145..=213).contains(&x) && (280..350).contains(&y)).then_some(skin))
            .or_else(|| inside(x, y, (179, 470), (168, 140)).then_some(shirt))
            // The wall has a slope of light, as walls have.
            .unwrap_or_else(|| {
                wall.map(|value| value.saturating_sub(u8::try_from(y / 12).unwrap_or(0)))
            });
        // Grain, as a camera's: a picture without any is smaller than a photo ever is.
        let grain = u8::try_from(rng.below(7)).unwrap_or(0);
        Rgb(colour.map(|value| value.saturating_add(grain)))
    });
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 88)
        .encode_image(&picture)
        .map_err(|source| OpError::internal("drawing a photo of the demo", source))?;
    Ok(bytes)
}

/// Eyes and mouth.
fn feature(x: i64, y: i64, width: i64) -> Option<Colour> {
    let eye = |at: i64| inside(x, y, (at, 205), (9, 6));
    if eye(179 - width / 2) || eye(179 + width / 2) {
        return Some([35, 30, 30]);
    }
    inside(x, y, (179, 262), (24, 6)).then_some([170, 85, 80])
}

/// True inside an ellipse of this middle and these half axes.
const fn inside(x: i64, y: i64, middle: (i64, i64), axes: (i64, i64)) -> bool {
    let (dx, dy) = (x - middle.0, y - middle.1);
    dx * dx * axes.1 * axes.1 + dy * dy * axes.0 * axes.0 <= axes.0 * axes.0 * axes.1 * axes.1
}
