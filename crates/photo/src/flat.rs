//! Whether there is anything to see: a photo of one colour, blank paper, a covered lens.

use image::RgbImage;

/// The rule (P): in each of the three colours, 96 of 100 pixels lie within so many of 256
/// steps. The middle 96 leave out dust, a date stamp and the noise of compression; a
/// portrait before a plain wall spans over 100 steps in every colour, noise on a
/// plain sheet under 12.
const SPAN: u8 = 24;

/// True when the picture is one colour but for specks.
pub(crate) fn is_flat(picture: &RgbImage) -> bool {
    let mut counts = [[0_u32; 256]; 3];
    for pixel in picture.pixels() {
        for (channel, value) in counts.iter_mut().zip(pixel.0) {
            if let Some(count) = channel.get_mut(usize::from(value)) {
                *count += 1;
            }
        }
    }
    counts.iter().all(|channel| span(channel) < SPAN)
}

/// Steps between the 2nd and the 98th of a hundred pixels.
fn span(counts: &[u32; 256]) -> u8 {
    let total: u32 = counts.iter().sum();
    let cut = total / 50;
    let from_below = |counts: &mut dyn Iterator<Item = (u8, &u32)>| {
        let mut seen = 0;
        for (value, count) in counts {
            seen += count;
            if seen > cut {
                return value;
            }
        }
        0
    };
    let low = from_below(&mut (0_u8..=255).zip(counts));
    let high = from_below(&mut (0_u8..=255).zip(counts).rev());
    high.saturating_sub(low)
}

#[cfg(test)]
mod tests {
    use image::{Rgb, RgbImage};

    use super::is_flat;

    #[test]
    fn specks_and_noise_are_nothing_to_see_and_a_face_is() {
        let noise = |x: u32, y: u32| u8::try_from((x * 7 + y * 13) % 9).unwrap();
        let mut sheet = RgbImage::from_fn(120, 150, |x, y| Rgb([240 + noise(x, y), 238, 235]));
        assert!(is_flat(&sheet), "noise");
        for x in 0..15 {
            for y in 0..10 {
                sheet.put_pixel(x, y, Rgb([0, 0, 0]));
            }
        }
        assert!(is_flat(&sheet), "a speck of 150 in 18 000 pixels");
        for x in 40..80 {
            for y in 50..100 {
                sheet.put_pixel(x, y, Rgb([190, 150, 120]));
            }
        }
        assert!(!is_flat(&sheet), "a face before a wall");
        // A slow slope from dark to bright is a picture, too.
        let slope = RgbImage::from_fn(120, 150, |_, y| {
            let v = u8::try_from(40 + y).unwrap();
            Rgb([v, v, v])
        });
        assert!(!is_flat(&slope));
    }
}
