//! The segments of a JPEG: whether its end is there, and the file without what a
//! camera wrote about place, time and itself. No pixel changes on the way.

/// First bytes of every JPEG.
pub(crate) const START: [u8; 3] = [0xFF, 0xD8, 0xFF];
const END: [u8; 2] = [0xFF, 0xD9];

/// A JPEG that is whole, taken apart.
pub(crate) struct Whole<'b> {
    /// Segments with their markers, scans included, in order.
    segments: Vec<(u8, &'b [u8])>,
    /// Colours of a pixel: 1 grey, 3, 4 for print.
    pub(crate) components: u8,
}

/// Takes a JPEG apart; none when it ends too early. What follows the end, as some
/// phones add a second picture there, is not looked at.
pub(crate) fn whole(bytes: &[u8]) -> Option<Whole<'_>> {
    let mut segments = Vec::new();
    let mut components = 0;
    let mut at = 2;
    loop {
        // A marker may be led by any number of fill bytes.
        let start = at;
        if *bytes.get(at)? != 0xFF {
            return None;
        }
        while *bytes.get(at)? == 0xFF {
            at += 1;
        }
        let marker = *bytes.get(at)?;
        at += 1;
        match marker {
            0xD9 => {
                return Some(Whole {
                    segments,
                    components,
                });
            }
            // Without a length.
            0x01 | 0xD0..=0xD8 => {}
            _ => {
                let length =
                    usize::from(u16::from_be_bytes([*bytes.get(at)?, *bytes.get(at + 1)?]));
                let body = bytes.get(at + 2..at + length)?;
                at += length;
                if matches!(marker, 0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF) {
                    components = *body.get(5)?;
                }
                if marker == 0xDA {
                    at = end_of_scan(bytes, at)?;
                }
                segments.push((marker, bytes.get(start..at)?));
            }
        }
    }
}

/// The place of the marker that ends the coded data: neither a stuffed zero nor a restart.
fn end_of_scan(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        let rest = bytes.get(at..)?;
        let next = rest.iter().position(|byte| *byte == 0xFF)?;
        at += next;
        match *bytes.get(at + 1)? {
            0x00 | 0xD0..=0xD7 => at += 2,
            0xFF => at += 1,
            _ => return Some(at),
        }
    }
}

impl Whole<'_> {
    /// The file with only what decoding needs: no EXIF, no XMP, no comment, no embedded
    /// thumbnail, nothing behind the end.
    pub(crate) fn stripped(&self) -> Vec<u8> {
        let mut out = vec![0xFF, 0xD8];
        for (marker, bytes) in &self.segments {
            let kept = match marker {
                // JFIF says how colours are meant, and so does Adobe's segment.
                0xE0 => bytes.windows(5).take(6).any(|part| part == b"JFIF\0"),
                0xEE => bytes.windows(5).take(6).any(|part| part == b"Adobe"),
                0xE1..=0xED | 0xEF | 0xFE => false,
                _ => true,
            };
            if kept {
                out.extend_from_slice(bytes);
            }
        }
        out.extend_from_slice(&END);
        out
    }
}
