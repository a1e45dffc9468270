//! File names of pupils' photos (照片文件名), rules §5 and STU-5.

use unicode_normalization::UnicodeNormalization;

use crate::error::{Code, Problem};

/// Names that Windows keeps for devices, whatever follows their first dot. A photo
/// named so cannot be written to a school's PC again.
const RESERVED: [&str; 4] = ["CON", "PRN", "AUX", "NUL"];

/// File name of a photo in its one form: no folder, upper case, printable ASCII
/// without spaces, `.JPG` for `.JPEG`. Two files with equal names are one photo or
/// a collision. The stem is a paper number or 学籍号, so the value is never shown
/// by `Debug`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PhotoName(String);

redacted_debug!(PhotoName);

impl PhotoName {
    /// Normalises the path or file name that came with a photo. Both slashes part
    /// folders: zips made on Windows hold backslashes.
    ///
    /// # Errors
    /// `photo.name_invalid` when nothing is left of the stem, when Windows reserves
    /// it, or when a look-alike slash would glue two parts to one number.
    pub fn parse(raw: &str) -> Result<Self, Problem> {
        let invalid = || Problem::new(Code::PhotoNameInvalid);
        let last = raw.rsplit(['/', '\\']).next().unwrap_or_default();
        let mut name: String = last
            .nfkc()
            .filter(char::is_ascii_graphic)
            .map(|c| c.to_ascii_uppercase())
            .collect();
        // `／` becomes a slash only now: a second pass would cut the name there.
        if name.contains(['/', '\\']) {
            return Err(invalid());
        }
        if let Some(stem) = name.strip_suffix(".JPEG") {
            name = format!("{stem}.JPG");
        }
        let stem = stem(&name);
        if stem.chars().all(|c| c == '.') || is_reserved(stem) {
            return Err(invalid());
        }
        Ok(Self(name))
    }

    /// The normalised name with its extension.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The extension in upper case, without the dot; empty for none.
    #[must_use]
    pub fn extension(&self) -> &str {
        self.0
            .rsplit_once('.')
            .map_or("", |(_, extension)| extension)
    }

    /// The name without its extension: what is looked up as a paper number or 学籍号.
    #[must_use]
    pub fn stem(&self) -> &str {
        stem(&self.0)
    }
}

fn stem(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

fn is_reserved(stem: &str) -> bool {
    let device = stem.split('.').next().unwrap_or_default();
    let port = device
        .strip_prefix("COM")
        .or_else(|| device.strip_prefix("LPT"));
    RESERVED.contains(&device)
        || port.is_some_and(|n| matches!(n.as_bytes(), [digit] if digit.is_ascii_digit()))
}

words! {
    /// What became of a file that was handed over as a photo.
    pub enum PhotoState {
        /// Will be the pupil's photo.
        New = "new", "将导入";
        /// The pupil has this photo already.
        Same = "same", "已有同一张";
        /// The pupil has another photo: a person chooses.
        Differs = "differs", "与现有照片不同";
        /// The pupil has other photos in the same folder: a person chooses.
        Several = "several", "同一学生几张";
        /// No pupil has the number.
        Unmatched = "unmatched", "找不到学生";
        /// Cannot be a photo of this pupil; its problems say why.
        Bad = "bad", "不合格";
        /// The same file once more.
        Repeated = "repeated", "重复的文件";
        /// Is the pupil's photo now.
        Imported = "imported", "已导入";
    }
}

words! {
    /// Where photos that were handed over together stand.
    pub enum PhotoBatchState {
        /// A person decides.
        Open = "open", "待确认";
        /// Written.
        Imported = "imported", "已导入";
        /// Given up.
        Discarded = "discarded", "已放弃";
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_form_of_every_spelling() {
        for (raw, want) in [
            ("G320508201309189918.jpg", "G320508201309189918.JPG"),
            (
                "七年级/3班/g320508201309189918.jpeg",
                "G320508201309189918.JPG",
            ),
            (r"D:\照片\32050520140206992x.JPG", "32050520140206992X.JPG"),
            (
                "３２０５０５２０１４０２０６９９２ｘ．ｊｐｇ",
                "32050520140206992X.JPG",
            ),
            (
                " 3205 0520\u{3000}140206992x\u{A0}.png",
                "32050520140206992X.PNG",
            ),
            (
                "\u{FEFF}32050520140206992x张三.jpg",
                "32050520140206992X.JPG",
            ),
            ("H1\u{7}234\n5678.JpEg", "H12345678.JPG"),
            ("H12345678 (1).jpg", "H12345678(1).JPG"),
            ("A.jpeg.jpeg", "A.JPEG.JPG"),
            ("CONRAD.jpg", "CONRAD.JPG"),
            ("COM10.jpg", "COM10.JPG"),
            ("H12345678", "H12345678"),
        ] {
            assert_eq!(PhotoName::parse(raw).unwrap().as_str(), want, "{raw:?}");
        }
        assert_eq!(PhotoName::parse("g.1.jpeg").unwrap().stem(), "G.1");
    }

    #[test]
    fn names_that_name_nobody() {
        for raw in [
            "",
            ".jpg",
            "张三.jpg",
            "...jpg",
            "七年级/",
            r"照片\",
            "con.jpg",
            "CON张.jpg",
            "nul",
            "aux.tar.jpg",
            "Com1.jpg",
            "LPT９.png",
            "1／2.jpg",
            "1＼2.jpg",
            "℅.jpg",
        ] {
            let refused = PhotoName::parse(raw).unwrap_err();
            assert_eq!(refused.code, Code::PhotoNameInvalid, "{raw:?}");
        }
    }

    #[test]
    fn a_number_does_not_reach_a_log() {
        let name = PhotoName::parse("32050520140206992x.jpg").unwrap();
        assert!(!format!("{name:?}").contains("320505"));
    }

    proptest! {
        #[test]
        fn normalising_twice_changes_nothing(
            raw in any::<String>(),
            near in r"[a-zA-Z0-9 ./\\／．…℀½张\u{301}]{0,12}(\.(jpe?g|JPEG|png|ＪＰＥＧ))?",
        ) {
            for raw in [raw, near] {
                if let Ok(name) = PhotoName::parse(&raw) {
                    prop_assert!(name.as_str().bytes().all(|b| b.is_ascii_graphic()));
                    prop_assert!(!name.as_str().ends_with(".JPEG"));
                    prop_assert_eq!(PhotoName::parse(name.as_str()).unwrap(), name);
                }
            }
        }
    }
}
